-- How people want to be told of requests; the value as JSON.
CREATE TABLE preference (
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (workspace, person)
);

-- What somebody typed with a command and has not confirmed yet.
CREATE TABLE draft (
    id        TEXT   NOT NULL PRIMARY KEY,
    workspace TEXT   NOT NULL,
    person    TEXT   NOT NULL,
    until_ms  BIGINT NOT NULL,
    body      TEXT   NOT NULL
);

CREATE INDEX draft_until ON draft (until_ms);

-- Direct messages about a request, at most one to each person, as they were last drawn.
CREATE TABLE direct_message (
    request   TEXT NOT NULL REFERENCES request (id),
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    channel   TEXT NOT NULL,
    id        TEXT NOT NULL,
    digest    TEXT NOT NULL,
    PRIMARY KEY (request, workspace, person)
);

CREATE INDEX direct_message_place ON direct_message (channel, id);

-- Digests of a day, each sent once, whichever replica does it.
CREATE TABLE day_digest (
    channel TEXT   NOT NULL,
    day     TEXT   NOT NULL,
    sent_ms BIGINT NOT NULL,
    PRIMARY KEY (channel, day)
);

-- The id of a channel behind the name or the older id that something is written with: what it was when it was first used.
CREATE TABLE channel_id (
    name TEXT NOT NULL PRIMARY KEY,
    id   TEXT NOT NULL
);

-- Finding a request by its message, and repositories by the name they have now, in lower case.
CREATE INDEX message_place ON message (channel, id);

ALTER TABLE request ADD COLUMN repository_name TEXT NOT NULL DEFAULT '';

UPDATE request SET repository_name =
    lower(json_extract(body, '$.repository.owner') || '/' || json_extract(body, '$.repository.name'));

CREATE INDEX request_repository_name ON request (repository_name, opened_ms);

-- What happened since a moment.
CREATE INDEX audit_at ON audit (at_ms);
