-- Which rows a message of a flow that collects is about, where these are others than the one record that its delivery names. What such
-- deliveries have beyond others stands here, so that those cost nothing more.
CREATE TABLE delivery_rows (
  execution    INTEGER NOT NULL REFERENCES executions (key) ON DELETE CASCADE,
  delivery     INTEGER NOT NULL,
  rows         TEXT    NOT NULL,            -- list of names of records; empty: it tells of none
  PRIMARY KEY (execution, delivery)
) STRICT, WITHOUT ROWID;

-- Of those that are there it is not known which of their execution's rows they are about: of any of them. One that was left out as sent
-- before told nobody of anything.
INSERT INTO delivery_rows (execution, delivery, rows)
  SELECT d.execution, d.key, CASE WHEN d.state = 'SUPPRESSED' AND d.reason ->> 'code' = 'ALREADY_SENT' THEN '[]' ELSE e.rows END
  FROM flow_versions v CROSS JOIN deliveries d CROSS JOIN executions e
  WHERE v.definition ->> '$.settings.collect' IS NOT NULL AND d.flow = v.flow AND d.flow_version = v.version AND e.key = d.execution
    AND d.test = 0 AND json_array_length(e.rows) > 0 AND e.rows <> json_array(d.record);
