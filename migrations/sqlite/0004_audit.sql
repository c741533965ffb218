-- The record. Rows are only ever added; the chain of hashes shows whether that was kept to.
CREATE TABLE audit (
    seq       BIGINT NOT NULL PRIMARY KEY,
    at_ms     BIGINT NOT NULL,
    name      TEXT   NOT NULL,
    request   TEXT,
    body      TEXT   NOT NULL,
    prev_hash TEXT   NOT NULL,
    leaf_hash TEXT   NOT NULL,
    hash      TEXT   NOT NULL
);

CREATE INDEX audit_request ON audit (request, seq) WHERE request IS NOT NULL;

-- What people typed, apart from the record, which holds a salted hash of it instead: erasable.
CREATE TABLE audit_text (
    hash TEXT   NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL REFERENCES audit (seq),
    salt TEXT,
    text TEXT
);

CREATE INDEX audit_text_seq ON audit_text (seq);

-- The end of the chain: where the next row goes.
CREATE TABLE audit_head (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq  BIGINT NOT NULL,
    hash TEXT   NOT NULL
);

INSERT INTO audit_head (id, seq, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END;

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END;

-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'audit rows are only ever added'); END;

CREATE TRIGGER audit_text_erase_only BEFORE UPDATE ON audit_text
WHEN NEW.hash <> OLD.hash OR NEW.seq <> OLD.seq OR NEW.salt IS NOT NULL OR NEW.text IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a text of the record can only be erased'); END;

CREATE TRIGGER audit_text_no_delete BEFORE DELETE ON audit_text
BEGIN SELECT RAISE(ABORT, 'a text of the record can only be erased'); END;

CREATE TRIGGER audit_text_no_replace BEFORE INSERT ON audit_text
WHEN EXISTS (SELECT 1 FROM audit_text WHERE hash = NEW.hash)
BEGIN SELECT RAISE(ABORT, 'a text of the record can only be erased'); END;

CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the head of the record stays'); END;
