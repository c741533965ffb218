-- The workspace of the chat whose people decide, where the operator named it.
ALTER TABLE request ADD COLUMN workspace TEXT NOT NULL DEFAULT '';
