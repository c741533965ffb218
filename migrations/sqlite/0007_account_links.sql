-- Which chat account and which forge account are one person. Rows stay: a link that ended says when, by whom and why.
CREATE TABLE account_link (
    id        TEXT   NOT NULL PRIMARY KEY,
    host      TEXT   NOT NULL,
    workspace TEXT   NOT NULL,
    chat_user TEXT   NOT NULL,
    account   BIGINT NOT NULL,
    login     TEXT   NOT NULL,
    origin    TEXT   NOT NULL,
    made_by   TEXT   NOT NULL,
    made_ms   BIGINT NOT NULL,
    ended_ms  BIGINT,
    ended_by  TEXT,
    ended_why TEXT
);

-- One human has one account on either side of a workspace, whatever two replicas do at the same moment.
CREATE UNIQUE INDEX account_link_chat ON account_link (host, workspace, chat_user) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX account_link_account ON account_link (host, workspace, account) WHERE ended_ms IS NULL;
CREATE INDEX account_link_history ON account_link (host, workspace, chat_user, made_ms);

-- Somebody on the way to a link. The id is the hash of the address they were given; state, browser and verifier are of the
-- way to the forge and back. Nothing in here opens anything once ended_ms or expires_ms has come.
CREATE TABLE link_attempt (
    id         TEXT   NOT NULL PRIMARY KEY,
    workspace  TEXT   NOT NULL,
    chat_user  TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    made_ms    BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    browser    TEXT,
    state      TEXT,
    verifier   TEXT,
    account    BIGINT,
    login      TEXT,
    ended_ms   BIGINT,
    outcome    TEXT
);

CREATE INDEX link_attempt_chat ON link_attempt (workspace, chat_user);
CREATE UNIQUE INDEX link_attempt_browser ON link_attempt (browser) WHERE browser IS NOT NULL;
CREATE UNIQUE INDEX link_attempt_state ON link_attempt (state) WHERE state IS NOT NULL;
CREATE INDEX link_attempt_expires ON link_attempt (expires_ms);
