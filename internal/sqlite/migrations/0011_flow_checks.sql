-- What connectors last said of how the targets of flows use their actions, held against what the providers have.
CREATE TABLE flow_checks (
  flow                INTEGER NOT NULL REFERENCES flows (key),
  target              INTEGER NOT NULL,
  version             INTEGER NOT NULL,     -- of the flow
  integration         INTEGER NOT NULL,
  integration_version INTEGER NOT NULL,
  use                 TEXT    NOT NULL,     -- fingerprint of what was judged; empty: nothing yet
  at                  INTEGER,              -- when the connector last answered, or its provider told of it; NULL: never
  due_at              INTEGER NOT NULL,     -- when it is to be asked again
  problems            TEXT    NOT NULL,
  PRIMARY KEY (flow, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_checks_due ON flow_checks (due_at);
CREATE INDEX flow_checks_integration ON flow_checks (integration);

-- Flows that were saved before are asked about as soon as there is time.
INSERT INTO flow_checks (flow, target, version, integration, integration_version, use, at, due_at, problems)
SELECT f.key, 0, 0, u.used, 0, '', NULL, 2, '[]' FROM flows f JOIN flow_uses u ON u.flow = f.key AND u.kind = 'integration'
WHERE f.archived_at IS NULL AND (f.enabled = 1 OR f.paused IS NOT NULL);

-- When an integration is to be checked because its provider told that it is in order again; NULL: it is not.
ALTER TABLE integrations ADD COLUMN check_due INTEGER;
CREATE INDEX integrations_check ON integrations (check_due) WHERE check_due IS NOT NULL;
