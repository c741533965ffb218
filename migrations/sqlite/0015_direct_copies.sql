-- A direct message that may be the second one, as the answer to the first was lost: it goes on saying so.
ALTER TABLE direct_message ADD COLUMN is_copy BOOLEAN NOT NULL DEFAULT FALSE;
