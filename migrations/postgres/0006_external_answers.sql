-- What checks outside of this server were asked about a request, and what they answered. The id is the address of a later
-- answer: nobody can guess it. An answer belongs to exactly what was asked, so other evidence is asked about anew.
CREATE TABLE external_answer (
    id          TEXT    NOT NULL PRIMARY KEY,
    request     TEXT    NOT NULL REFERENCES request (id),
    name        TEXT    NOT NULL,
    asked       TEXT    NOT NULL,
    asked_ms    BIGINT  NOT NULL,
    until_ms    BIGINT  NOT NULL,
    tries       BIGINT  NOT NULL DEFAULT 0,
    accepted    BOOLEAN NOT NULL DEFAULT FALSE,
    failure     TEXT,
    answered_ms BIGINT,
    message     TEXT,
    body_digest TEXT,
    body        TEXT,
    UNIQUE (request, name, asked)
);
