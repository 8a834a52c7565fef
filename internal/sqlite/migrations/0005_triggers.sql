-- What starts flows beside events: people and the clock.

ALTER TABLE executions ADD COLUMN trigger TEXT NOT NULL DEFAULT 'EVENT';
ALTER TABLE executions ADD COLUMN scheduled_for INTEGER;              -- the planned time, if a schedule started it
ALTER TABLE executions ADD COLUMN started_by INTEGER NOT NULL DEFAULT 0; -- the consumer that ran it; 0: none
ALTER TABLE executions ADD COLUMN run_id TEXT;                        -- that consumer's own id of the run
ALTER TABLE executions ADD COLUMN parameters TEXT;                    -- of the source action, in place of those of the flow
ALTER TABLE executions ADD COLUMN reading INTEGER NOT NULL DEFAULT 0 CHECK (reading = 0 OR reading = 1);

-- A planned time is run once, whatever the clock does; and so is a run that its consumer repeats.
CREATE UNIQUE INDEX executions_scheduled ON executions (flow, scheduled_for) WHERE scheduled_for IS NOT NULL;
CREATE UNIQUE INDEX executions_run ON executions (flow, started_by, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX executions_reading ON executions (key) WHERE reading = 1;
CREATE INDEX executions_trigger ON executions (trigger, key) WHERE trigger <> 'EVENT';

-- When enabled flows run by themselves.
CREATE TABLE schedules (
  flow        INTEGER PRIMARY KEY REFERENCES flows (key),
  next_at     INTEGER,                      -- the next planned time; NULL: it is not time again
  set_at      INTEGER NOT NULL,             -- when that was found: later than now, if the clock was set back
  note        TEXT                          -- which planned times were passed over last, and why
) STRICT;
CREATE INDEX schedules_next ON schedules (next_at, flow) WHERE next_at IS NOT NULL;
CREATE INDEX schedules_set ON schedules (set_at);
