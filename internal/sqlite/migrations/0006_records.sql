-- Who wrote the state that a record is in, and what the hub keeps beside it. What cannot be said in SQL of the records that are
-- there already (folded, due_at) is filled in when the hub starts: folded is NULL until then.
ALTER TABLE records ADD COLUMN source_at INTEGER;                       -- the sender's own time of this state, in microseconds: compared, never shown rounded
ALTER TABLE records ADD COLUMN consumer INTEGER NOT NULL DEFAULT 0;     -- who wrote it; 0: not known
ALTER TABLE records ADD COLUMN occurrence INTEGER NOT NULL DEFAULT 0;   -- which brought it; 0: none
ALTER TABLE records ADD COLUMN folded TEXT;                             -- how pickers find it, in lower case; empty for types that nothing refers to
ALTER TABLE records ADD COLUMN due_at INTEGER;                          -- when the clock next has something to say about it
CREATE INDEX records_due ON records (due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX records_folded ON records (type, folded, key) WHERE folded <> '';
CREATE INDEX records_unfolded ON records (key) WHERE folded IS NULL;

-- The states of a record before the one that it is in, the newest few of each.
CREATE TABLE record_versions (
  record      INTEGER NOT NULL REFERENCES records (key),
  version     INTEGER NOT NULL,
  data        TEXT    NOT NULL,
  at          INTEGER NOT NULL,             -- since when it was so
  source_at   INTEGER,
  consumer    INTEGER NOT NULL,
  occurrence  INTEGER NOT NULL,
  PRIMARY KEY (record, version)
) STRICT;

-- What the hub has noticed by itself, so that it says each thing once.
CREATE TABLE causes (
  cause       TEXT    NOT NULL PRIMARY KEY, -- event type, record or subject, and what
  state       TEXT    NOT NULL,             -- of one that comes again: how it stands
  occurrence  INTEGER NOT NULL,             -- the last that came of it
  at          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
