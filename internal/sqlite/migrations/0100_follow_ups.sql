-- What follow-ups wait to hear: a table of its own, so that a flow without any pays nothing for it. A follow-up is a delivery like any
-- other; when its time is over stands in its own due_at, too, and wakes its execution.
CREATE TABLE follow_ups (
  delivery    INTEGER NOT NULL REFERENCES deliveries (key) ON DELETE CASCADE,
  follows     INTEGER NOT NULL REFERENCES deliveries (key) ON DELETE CASCADE,
  condition   TEXT    NOT NULL CHECK (condition = 'FAILED' OR condition = 'NOT_DELIVERED' OR condition = 'NOT_READ'),
  within      INTEGER NOT NULL CHECK (within >= 0),
  until       INTEGER,                      -- when the time is over; NULL: it has not begun
  held_at     INTEGER,                      -- when the condition came to hold; NULL: it did not yet
  PRIMARY KEY (delivery, follows)
) STRICT, WITHOUT ROWID;
CREATE INDEX follow_ups_follows ON follow_ups (follows);
