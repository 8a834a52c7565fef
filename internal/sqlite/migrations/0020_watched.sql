-- What is watched: how much happened, and what waits.

-- How much happened in each minute and in each quarter of an hour, as hub.Activity counts it. A commit adds what it brought to one row
-- of each span.
CREATE TABLE activity (
  span        INTEGER NOT NULL CHECK (span = 60 OR span = 900), -- seconds
  at          INTEGER NOT NULL,             -- when the span began
  published   INTEGER NOT NULL, noticed   INTEGER NOT NULL,
  started     INTEGER NOT NULL, succeeded INTEGER NOT NULL, partial     INTEGER NOT NULL, failed   INTEGER NOT NULL,
  skipped     INTEGER NOT NULL, cancelled INTEGER NOT NULL, unsettled   INTEGER NOT NULL,
  d_made      INTEGER NOT NULL, d_accepted INTEGER NOT NULL, d_sent     INTEGER NOT NULL, d_delivered INTEGER NOT NULL, d_read INTEGER NOT NULL,
  d_unknown   INTEGER NOT NULL, d_failed  INTEGER NOT NULL, d_suppressed INTEGER NOT NULL, d_cancelled INTEGER NOT NULL,
  a_accepted  INTEGER NOT NULL, a_retry   INTEGER NOT NULL, a_rejected  INTEGER NOT NULL, a_misconfigured INTEGER NOT NULL, a_unknown INTEGER NOT NULL,
  PRIMARY KEY (span, at)
) STRICT, WITHOUT ROWID;

-- What there was before is counted once, as far as it can still be seen without reading the whole journal: the last state of what has changed
-- its state more than once.
WITH happened (at, what, n) AS (
  SELECT received_at / 60000 * 60000, iif(source LIKE '/recado/%', 'noticed', 'published'), count(*) FROM occurrences GROUP BY 1, 2
  UNION ALL SELECT created_at / 60000 * 60000, 'started', count(*) FROM executions WHERE test = 0 GROUP BY 1
  UNION ALL SELECT closed_at / 60000 * 60000, 'x ' || outcome, count(*) FROM executions WHERE test = 0 AND closed_at IS NOT NULL GROUP BY 1, 2
  UNION ALL SELECT created_at / 60000 * 60000, 'made', count(*) FROM deliveries WHERE test = 0 GROUP BY 1
  UNION ALL SELECT updated_at / 60000 * 60000, 'd ' || state, count(*) FROM deliveries
    WHERE test = 0 AND (state = 'UNKNOWN' OR state = 'FAILED' OR state = 'SUPPRESSED' OR state = 'CANCELLED') GROUP BY 1, 2
  UNION ALL SELECT r.received_at / 60000 * 60000, 'd ' || r.status, count(*) FROM receipts r JOIN deliveries d ON d.key = r.delivery
    WHERE d.test = 0 AND r.flagged = 0 AND r.status <> 'FAILED' GROUP BY 1, 2
  UNION ALL SELECT a.finished_at / 60000 * 60000, 'a ' || a.kind, count(*) FROM attempts a JOIN deliveries d ON d.key = a.delivery WHERE d.test = 0 GROUP BY 1, 2
)
INSERT INTO activity SELECT 60, at,
  sum(iif(what = 'published', n, 0)), sum(iif(what = 'noticed', n, 0)), sum(iif(what = 'started', n, 0)), sum(iif(what = 'x SUCCEEDED', n, 0)),
  sum(iif(what = 'x PARTIAL', n, 0)), sum(iif(what = 'x FAILED', n, 0)), sum(iif(what = 'x SKIPPED', n, 0)), sum(iif(what = 'x CANCELLED', n, 0)),
  sum(iif(what = 'x UNSETTLED', n, 0)), sum(iif(what = 'made', n, 0)), sum(iif(what = 'a ACCEPTED', n, 0)), sum(iif(what = 'd SENT', n, 0)),
  sum(iif(what = 'd DELIVERED', n, 0)), sum(iif(what = 'd READ', n, 0)), sum(iif(what = 'd UNKNOWN', n, 0)), sum(iif(what = 'd FAILED', n, 0)),
  sum(iif(what = 'd SUPPRESSED', n, 0)), sum(iif(what = 'd CANCELLED', n, 0)), sum(iif(what = 'a ACCEPTED', n, 0)), sum(iif(what = 'a RETRY', n, 0)),
  sum(iif(what = 'a REJECTED', n, 0)), sum(iif(what = 'a MISCONFIGURED', n, 0)), sum(iif(what = 'a UNKNOWN', n, 0))
FROM happened GROUP BY at;

INSERT INTO activity
SELECT 900, at / 900000 * 900000, sum(published), sum(noticed), sum(started), sum(succeeded), sum(partial), sum(failed), sum(skipped), sum(cancelled),
  sum(unsettled), sum(d_made), sum(d_accepted), sum(d_sent), sum(d_delivered), sum(d_read), sum(d_unknown), sum(d_failed), sum(d_suppressed),
  sum(d_cancelled), sum(a_accepted), sum(a_retry), sum(a_rejected), sum(a_misconfigured), sum(a_unknown)
FROM activity WHERE span = 60 GROUP BY 2;

-- The distributed trace to which an execution belongs: traceparent and, after a space, tracestate. It outlives the queue with the execution.
ALTER TABLE executions ADD COLUMN trace TEXT;

-- Why things wait. What is sent at once never enters these.
CREATE INDEX executions_waiting ON executions (waiting_for, due_at) WHERE waiting_for IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (waiting_for, due_at) WHERE waiting_for IS NOT NULL;
