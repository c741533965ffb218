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

CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit rows are only ever added'; END $$;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_added();
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_only_added();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added();

CREATE FUNCTION audit_text_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a text of the record can only be erased'; END $$;

CREATE TRIGGER audit_text_erase_only BEFORE UPDATE ON audit_text FOR EACH ROW
WHEN (NEW.hash <> OLD.hash OR NEW.seq <> OLD.seq OR NEW.salt IS NOT NULL OR NEW.text IS NOT NULL)
EXECUTE FUNCTION audit_text_only_erased();
CREATE TRIGGER audit_text_no_delete BEFORE DELETE ON audit_text FOR EACH ROW EXECUTE FUNCTION audit_text_only_erased();
CREATE TRIGGER audit_text_no_truncate BEFORE TRUNCATE ON audit_text FOR EACH STATEMENT EXECUTE FUNCTION audit_text_only_erased();

CREATE FUNCTION audit_head_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the head of the record stays'; END $$;

CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_head_stays();
CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_head_stays();
