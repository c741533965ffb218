-- Looks at pull requests before they are merged: what is known of each, and when to look next (nothing to do: NULL).
-- A look is claimed like an effect; its outcome replaces the row.
CREATE TABLE preview (
    id             TEXT   NOT NULL PRIMARY KEY,
    host           TEXT   NOT NULL,
    repository     BIGINT NOT NULL,
    number         BIGINT NOT NULL,
    head           TEXT   NOT NULL,
    version        BIGINT NOT NULL DEFAULT 0,
    body           TEXT   NOT NULL,
    due_ms         BIGINT,
    attempts       BIGINT NOT NULL DEFAULT 0,
    last_error     TEXT,
    lease_owner    TEXT,
    lease_until_ms BIGINT
);

CREATE INDEX preview_due ON preview (due_ms, id) WHERE due_ms IS NOT NULL;
CREATE INDEX preview_head ON preview (head, repository);
