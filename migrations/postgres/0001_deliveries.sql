-- What the vendors sent, stored before it was acknowledged. The body goes once it is dealt with; its digest stays.
CREATE TABLE delivery (
    source         TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    event          TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    body_digest    TEXT    NOT NULL,
    received_ms    BIGINT  NOT NULL,
    due_ms         BIGINT  NOT NULL,
    attempts       BIGINT  NOT NULL DEFAULT 0,
    lease_owner    TEXT,
    lease_until_ms BIGINT,
    done_ms        BIGINT,
    parked         BOOLEAN NOT NULL DEFAULT FALSE,
    last_error     TEXT,
    PRIMARY KEY (source, id)
);

CREATE INDEX delivery_due ON delivery (due_ms, source, id) WHERE done_ms IS NULL;
CREATE INDEX delivery_parked ON delivery (received_ms) WHERE parked = TRUE;
