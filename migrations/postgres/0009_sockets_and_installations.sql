-- What speaks for a delivery: a signature, or the connection that we opened ourselves. The envelope it came in, of which
-- there is one however often it is sent.
ALTER TABLE delivery ADD COLUMN provenance TEXT NOT NULL DEFAULT 'signed';
ALTER TABLE delivery ADD COLUMN envelope TEXT;

CREATE UNIQUE INDEX delivery_envelope ON delivery (envelope) WHERE envelope IS NOT NULL;

-- Where the app was installed by consent: a workspace, or a whole organisation. Tokens are sealed. A row is closed, never
-- deleted; generation counts the tokens it has had, and who renews them holds the lease.
CREATE TABLE installation (
    workspace      TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    installed_by   TEXT    NOT NULL,
    installed_ms   BIGINT  NOT NULL,
    access         TEXT    NOT NULL,
    refresh        TEXT,
    expires_ms     BIGINT,
    generation     BIGINT  NOT NULL DEFAULT 1,
    lease_owner    TEXT,
    lease_until_ms BIGINT,
    closed_ms      BIGINT,
    closed_why     TEXT
);

-- Consents that were asked for and have not come back: the hash of what the asker's browser must bring.
CREATE TABLE consent (
    hash       TEXT   NOT NULL PRIMARY KEY,
    expires_ms BIGINT NOT NULL
);
