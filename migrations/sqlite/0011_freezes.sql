-- Freezes: nothing goes live in an environment for a while. A row stays after the freeze is over or lifted.
CREATE TABLE deploy_freeze (
    id          TEXT   NOT NULL PRIMARY KEY,
    repository  BIGINT,
    environment TEXT,
    since_ms    BIGINT NOT NULL,
    until_ms    BIGINT,
    lifted_ms   BIGINT,
    body        TEXT   NOT NULL
);

CREATE INDEX deploy_freeze_standing ON deploy_freeze (since_ms) WHERE lifted_ms IS NULL;
