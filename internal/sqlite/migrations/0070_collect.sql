-- Collections: executions that gather occurrences until a window closes. What they have beyond other executions stands here, so that
-- those cost nothing more.
CREATE TABLE collections (
  execution    INTEGER PRIMARY KEY REFERENCES executions (key) ON DELETE CASCADE,
  flow         INTEGER NOT NULL,
  flow_version INTEGER NOT NULL,
  gathers      TEXT    NOT NULL,            -- what all of it has in common; empty: nothing
  open         INTEGER NOT NULL CHECK (open = 0 OR open = 1), -- occurrences may join it
  opened_at    INTEGER NOT NULL,
  last_at      INTEGER NOT NULL,            -- when the last one joined
  occurrences  INTEGER NOT NULL,
  rows         INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX collections_open ON collections (flow, flow_version, gathers) WHERE open = 1;

-- What each occurrence brought to a collection. The occurrence itself may be gone before it.
CREATE TABLE collected (
  execution    INTEGER NOT NULL REFERENCES collections (execution) ON DELETE CASCADE,
  occurrence   INTEGER NOT NULL,
  subject      TEXT    NOT NULL,
  rows         TEXT    NOT NULL,            -- list of {name, data}, as they came in
  PRIMARY KEY (execution, occurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX collected_occurrence ON collected (occurrence, execution);
