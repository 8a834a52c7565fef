-- Test messages: real ones, to a number that a person names, which do not count among those of a flow.

ALTER TABLE executions ADD COLUMN test INTEGER NOT NULL DEFAULT 0 CHECK (test = 0 OR test = 1);
ALTER TABLE executions ADD COLUMN run_hash BLOB;   -- of what a test was asked with: tells a repeat from another test under the same key
ALTER TABLE deliveries ADD COLUMN test INTEGER NOT NULL DEFAULT 0 CHECK (test = 0 OR test = 1);

-- How many there were lately, by whom and to whom; and the lists of them.
CREATE INDEX executions_test ON executions (started_by, created_at) WHERE test = 1;
CREATE INDEX executions_tests ON executions (test, key) WHERE test = 1;
CREATE INDEX deliveries_test ON deliveries (recipient, created_at) WHERE test = 1;
CREATE INDEX deliveries_tests ON deliveries (test, key) WHERE test = 1;
