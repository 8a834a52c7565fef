-- Rollbacks: of which version one has the definition again.
ALTER TABLE flow_versions ADD COLUMN restored_from INTEGER;

-- Replays: executions that a person made of earlier ones. What they have beyond other executions stands here, so that those cost
-- nothing more.
CREATE TABLE replays (
  execution    INTEGER PRIMARY KEY REFERENCES executions (key) ON DELETE CASCADE,
  original     INTEGER NOT NULL,            -- which may be gone
  root         INTEGER NOT NULL,            -- the one with which it began: the original of the original, and so on
  records      TEXT    NOT NULL CHECK (records = 'NOW' OR records = 'THEN' OR records = 'GIVEN'),
  even_if_sent INTEGER NOT NULL CHECK (even_if_sent = 0 OR even_if_sent = 1),
  input        TEXT,                        -- the records that were given
  CHECK ((records = 'GIVEN') = (input IS NOT NULL))
) STRICT;
CREATE INDEX replays_original ON replays (original, execution);
CREATE INDEX replays_root ON replays (root, execution);
