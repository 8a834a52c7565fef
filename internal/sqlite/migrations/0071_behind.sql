-- Keys carry the time at which they were made (>> 21: milliseconds) and never go back. A row that bears an earlier time came to be while the
-- clock was set back. Lists by time must know how far that can be; nearly always no row is in these indexes, so they cost nothing.
CREATE INDEX occurrences_behind ON occurrences (key / 2097152 - received_at) WHERE key / 2097152 - received_at > 1000;
CREATE INDEX executions_behind ON executions (key / 2097152 - created_at) WHERE key / 2097152 - created_at > 1000;
CREATE INDEX deliveries_behind ON deliveries (key / 2097152 - created_at) WHERE key / 2097152 - created_at > 1000;
