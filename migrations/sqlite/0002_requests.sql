-- A request: its whole value as JSON text, and the columns that are queried.
CREATE TABLE request (
    id          TEXT    NOT NULL PRIMARY KEY,
    host        TEXT    NOT NULL,
    repository  BIGINT  NOT NULL,
    run         BIGINT  NOT NULL,
    attempt     BIGINT  NOT NULL,
    environment TEXT    NOT NULL,
    phase       TEXT    NOT NULL,
    is_open     BOOLEAN NOT NULL,
    opened_ms   BIGINT  NOT NULL,
    expires_ms  BIGINT  NOT NULL,
    revision    BIGINT  NOT NULL,
    version     BIGINT  NOT NULL DEFAULT 0,
    body        TEXT    NOT NULL,
    UNIQUE (host, repository, run, attempt, environment)
);

CREATE INDEX request_opened ON request (opened_ms, id);
CREATE INDEX request_open ON request (opened_ms, id) WHERE is_open = TRUE;
CREATE INDEX request_phase ON request (phase, opened_ms, id);

-- Which request a job's deployment belongs to.
CREATE TABLE deployment (
    host       TEXT   NOT NULL,
    repository BIGINT NOT NULL,
    deployment BIGINT NOT NULL,
    request    TEXT   NOT NULL REFERENCES request (id),
    PRIMARY KEY (host, repository, deployment)
);

-- One human, one vote per gate.
CREATE TABLE vote (
    request TEXT    NOT NULL REFERENCES request (id),
    gate    TEXT    NOT NULL,
    human   BIGINT  NOT NULL,
    choice  TEXT    NOT NULL,
    struck  BOOLEAN NOT NULL,
    at_ms   BIGINT  NOT NULL,
    PRIMARY KEY (request, gate, human)
);

-- The evidence, under its digest.
CREATE TABLE evidence (
    digest TEXT NOT NULL PRIMARY KEY,
    body   TEXT NOT NULL
);

-- The message of a request in the chat, as it was last drawn.
CREATE TABLE message (
    request TEXT NOT NULL PRIMARY KEY REFERENCES request (id),
    channel TEXT NOT NULL,
    id      TEXT NOT NULL,
    digest  TEXT NOT NULL,
    body    TEXT NOT NULL
);

-- The account id a login had when it was first resolved.
CREATE TABLE login (
    login TEXT   NOT NULL PRIMARY KEY,
    human BIGINT NOT NULL
);
