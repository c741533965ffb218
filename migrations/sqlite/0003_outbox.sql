-- Things to do outside or later, written with the state that asks for them. The id says who asked:
-- request / its revision / place among that revision's effects, so that asking twice changes nothing.
CREATE TABLE effect (
    id             TEXT    NOT NULL PRIMARY KEY,
    request        TEXT    NOT NULL REFERENCES request (id),
    lane           TEXT,
    kind           TEXT    NOT NULL,
    payload        TEXT    NOT NULL,
    seq            BIGINT  NOT NULL,
    due_ms         BIGINT  NOT NULL,
    first_due_ms   BIGINT  NOT NULL,
    attempts       BIGINT  NOT NULL DEFAULT 0,
    lease_owner    TEXT,
    lease_until_ms BIGINT,
    done_ms        BIGINT,
    failed         BOOLEAN NOT NULL DEFAULT FALSE,
    error_class    TEXT,
    last_error     TEXT
);

CREATE INDEX effect_due ON effect (due_ms, seq, id) WHERE done_ms IS NULL;
CREATE INDEX effect_lane ON effect (lane, seq) WHERE done_ms IS NULL;
CREATE INDEX effect_failed ON effect (due_ms) WHERE failed = TRUE;
