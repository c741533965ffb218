-- What speaks for a delivery: a signature, or the connection that we opened ourselves. The envelope it came in, of which
-- there is one however often it is sent.
ALTER TABLE delivery ADD COLUMN provenance TEXT NOT NULL DEFAULT 'signed';
ALTER TABLE delivery ADD COLUMN envelope TEXT;

CREATE UNIQUE INDEX delivery_envelope ON delivery (envelope) WHERE envelope IS NOT NULL;
