-- Finding requests by where they go and by what they bring.
ALTER TABLE request ADD COLUMN commit_sha TEXT NOT NULL DEFAULT '';

CREATE INDEX request_place ON request (repository, environment, opened_ms) WHERE is_open = TRUE;
CREATE INDEX request_commit ON request (commit_sha, repository, environment);
