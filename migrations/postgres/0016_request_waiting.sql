-- Requests that wait beside one another: which are older than a new one, and which a later run may hold back. However many wait
-- elsewhere, or for the same commit, none of them is looked at.
CREATE INDEX request_waiting ON request (host, repository, environment, commit_sha, run) WHERE is_open = TRUE;
