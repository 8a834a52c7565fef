-- Whom an integration is to leave alone.

CREATE TABLE suppressions (
  key         INTEGER PRIMARY KEY,
  integration INTEGER NOT NULL,
  recipient   TEXT    NOT NULL CHECK (recipient <> ''),
  category    TEXT    NOT NULL,             -- in lower case; empty: messages of every category
  ground      TEXT    NOT NULL CHECK (ground = 'LASTING' OR ground = 'PASSING' OR ground = 'OPERATOR'),
  source      TEXT    NOT NULL CHECK (source = 'OUTCOME' OR source = 'RECEIPT' OR source = 'NOTICE' OR source = 'OPERATOR'),
  reason      TEXT    NOT NULL,
  note        TEXT    NOT NULL,
  since       INTEGER NOT NULL,
  until       INTEGER,                      -- NULL: until somebody says otherwise
  delivery    INTEGER NOT NULL,             -- that caused it, or the last one to the recipient before; 0: none
  consumer    INTEGER NOT NULL,             -- who added it; 0: nobody
  updated_at  INTEGER NOT NULL,
  UNIQUE (integration, recipient, category, ground)
) STRICT;
CREATE INDEX suppressions_integration ON suppressions (integration, key);
CREATE INDEX suppressions_recipient ON suppressions (recipient, key);

-- What a receipt that says FAILED asks for, as an outcome would. One that comes before its delivery is known acts when it is.
ALTER TABLE receipts ADD COLUMN verdict TEXT;

-- The arrows of package hub: SUPPRESSED → PENDING is new.
DROP TRIGGER deliveries_arrows;
CREATE TRIGGER deliveries_arrows BEFORE UPDATE OF state ON deliveries
WHEN NEW.state <> OLD.state AND NOT (
     OLD.state = 'PENDING'   AND (NEW.state = 'SENDING' OR NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'SUPPRESSED' OR NEW.state = 'CANCELLED' OR NEW.state = 'FAILED')
  OR OLD.state = 'SENDING'   AND (NEW.state = 'ACCEPTED' OR NEW.state = 'PENDING' OR NEW.state = 'FAILED' OR NEW.state = 'SUPPRESSED' OR NEW.state = 'UNKNOWN')
  OR OLD.state = 'UNKNOWN'   AND (NEW.state = 'ACCEPTED' OR NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED' OR NEW.state = 'PENDING')
  OR OLD.state = 'ACCEPTED'  AND (NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED')
  OR OLD.state = 'SENT'      AND (NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED')
  OR OLD.state = 'DELIVERED' AND NEW.state = 'READ'
  OR OLD.state = 'FAILED'    AND (NEW.state = 'PENDING' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ')
  OR OLD.state = 'SUPPRESSED' AND NEW.state = 'PENDING')
BEGIN SELECT RAISE(ABORT, 'no such arrow between states of a delivery'); END;
