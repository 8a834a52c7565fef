-- What people hold back. It stands beside what the hub itself pauses (flows.paused, integrations.state), so that nothing but a
-- person, or its time, ends it.
CREATE TABLE pauses (
  subject     INTEGER PRIMARY KEY,          -- the flow or the integration; 0: the queue
  kind        TEXT    NOT NULL CHECK (kind = 'QUEUE' OR kind = 'FLOW' OR kind = 'INTEGRATION'),
  pause       TEXT    NOT NULL,             -- why, who and since when
  until       INTEGER,                      -- when it ends by itself; NULL: when a person resumes it
  CHECK ((kind = 'QUEUE') = (subject = 0))
) STRICT;
CREATE INDEX pauses_until ON pauses (until) WHERE until IS NOT NULL;

-- Which failed deliveries a call had sent again, by the caller's own name of the call: the same again sends nothing twice.
CREATE TABLE redrives (
  consumer    INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  delivery    INTEGER NOT NULL REFERENCES deliveries (key) ON DELETE CASCADE,
  at          INTEGER NOT NULL,
  PRIMARY KEY (consumer, name, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX redrives_delivery ON redrives (delivery);
