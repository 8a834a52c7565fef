-- What became of messages: asked for where providers can be asked, and told by those alone whose callbacks prove it.

-- When the provider is asked next what became of the message; NULL: it is not asked. Only deliveries of connectors that can be asked
-- have a time here, except those that were UNKNOWN before: the hub finds out at once.
ALTER TABLE deliveries ADD COLUMN lookup_at INTEGER CHECK (lookup_at IS NULL OR state = 'ACCEPTED' OR state = 'SENT' OR state = 'UNKNOWN');
UPDATE deliveries SET lookup_at = updated_at WHERE state = 'UNKNOWN' AND (state = 'PENDING' OR state = 'SENDING' OR state = 'UNKNOWN' OR state = 'FAILED');
CREATE INDEX deliveries_lookup ON deliveries (integration, lookup_at) WHERE lookup_at IS NOT NULL;

-- A repeat is a repeat for one delivery, or, while that is not known, at one integration: providers give the same ids, and some give none.
CREATE TABLE receipts_new (
  key         INTEGER PRIMARY KEY,
  integration INTEGER NOT NULL,             -- through which it came
  delivery    INTEGER,                      -- NULL until its delivery is known
  provider_id TEXT    NOT NULL,
  status      TEXT    NOT NULL CHECK (status = 'SENT' OR status = 'DELIVERED' OR status = 'READ' OR status = 'FAILED'),
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  code        TEXT    NOT NULL,
  message     TEXT,
  detail      TEXT,
  flagged     INTEGER NOT NULL CHECK (flagged = 0 OR flagged = 1),
  verdict     TEXT                          -- of one that says FAILED: what it asks for, as an outcome would
) STRICT;
INSERT INTO receipts_new (key, integration, delivery, provider_id, status, at, received_at, code, message, detail, flagged, verdict)
  SELECT key, integration, delivery, provider_id, status, at, received_at, code, message, detail, flagged, verdict FROM receipts;
DROP TABLE receipts;
ALTER TABLE receipts_new RENAME TO receipts;
CREATE INDEX receipts_delivery ON receipts (delivery) WHERE delivery IS NOT NULL;
CREATE UNIQUE INDEX receipts_once ON receipts (delivery, provider_id, status, code) WHERE delivery IS NOT NULL;
CREATE UNIQUE INDEX receipts_waiting ON receipts (integration, provider_id, status, code) WHERE delivery IS NULL;
CREATE INDEX receipts_waited ON receipts (received_at) WHERE delivery IS NULL;

-- How large a kept callback is, so that what waits for a connector can be bounded without reading it.
ALTER TABLE callbacks ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE callbacks SET size = length(request);
CREATE INDEX callbacks_size ON callbacks (integration, size);
