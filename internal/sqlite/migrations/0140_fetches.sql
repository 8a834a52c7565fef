-- What executions ask source connectors for, and what came of it. What they have beyond other executions stands here, so that those cost
-- nothing more.
CREATE TABLE fetches (
  execution    INTEGER PRIMARY KEY REFERENCES executions (key) ON DELETE CASCADE,
  attempts     INTEGER NOT NULL,            -- in vain, and counted
  asked_at     INTEGER,                     -- the last time; NULL: never yet
  done_at      INTEGER,                     -- when all rows were there; NULL: they are not
  reason       TEXT,                        -- why the source could not be asked the last time
  questions    TEXT    NOT NULL,            -- list of {parameters, about, rows}
  rows         INTEGER NOT NULL             -- how many were taken over
) STRICT;

-- The rows as the source gave them. They are payload, and go with the others.
CREATE TABLE fetched (
  execution    INTEGER NOT NULL REFERENCES fetches (execution) ON DELETE CASCADE,
  number       INTEGER NOT NULL,            -- from 0
  question     INTEGER NOT NULL,            -- index into the questions
  name         TEXT    NOT NULL,            -- of the record that was made of it
  data         TEXT    NOT NULL,
  PRIMARY KEY (execution, number)
) STRICT, WITHOUT ROWID;

-- The first executions of a flow whose rows are still to be read.
CREATE INDEX executions_reading_flow ON executions (flow, key) WHERE reading = 1;
