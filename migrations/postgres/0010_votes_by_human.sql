-- A vote belongs to a human: "forge/1001" or "chat/T0ACME/U0OCTO". Which gates it fills follows from all votes together.
-- The table mirrors what the requests hold; the next change of a request writes its votes again.
DROP TABLE vote;

CREATE TABLE vote (
    request TEXT    NOT NULL REFERENCES request (id),
    human   TEXT    NOT NULL,
    choice  TEXT    NOT NULL,
    struck  BOOLEAN NOT NULL,
    at_ms   BIGINT  NOT NULL,
    PRIMARY KEY (request, human)
);
