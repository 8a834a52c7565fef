-- Times are milliseconds since 1970 UTC. Keys are hub.NewKey integers. Documents are JSON text.
-- Lists of values are written with OR: SQLite builds a table of its own for each IN (…) whenever a row is checked.

CREATE TABLE groups (
  key         INTEGER PRIMARY KEY,
  version     INTEGER NOT NULL,
  description TEXT    NOT NULL,
  folded      TEXT    NOT NULL,             -- the description in lower case: lists are sorted by it
  note        TEXT    NOT NULL,
  read_only   INTEGER NOT NULL CHECK (read_only = 0 OR read_only = 1),
  grants      TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX groups_folded ON groups (folded, key);

CREATE TABLE consumers (
  key         INTEGER PRIMARY KEY,
  version     INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  description TEXT    NOT NULL,
  group_key   INTEGER NOT NULL REFERENCES groups (key),
  hub_enabled INTEGER NOT NULL CHECK (hub_enabled = 0 OR hub_enabled = 1),
  enabled     INTEGER NOT NULL CHECK (enabled = 0 OR enabled = 1),
  client_id   TEXT    NOT NULL UNIQUE,
  secret_hash BLOB    NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  expires_at        INTEGER,
  last_used_at      INTEGER,
  secret_rotated_at INTEGER,
  old_secret_until  INTEGER,
  old_secret_hash   BLOB,                   -- of the secret before, valid until then
  CHECK ((old_secret_until IS NULL) = (old_secret_hash IS NULL))
) STRICT;
CREATE INDEX consumers_group ON consumers (group_key);

-- Tokens that were taken back, by their id (jti), until they would have expired.
CREATE TABLE revoked_tokens (
  id          TEXT    NOT NULL PRIMARY KEY,
  consumer    INTEGER NOT NULL,             -- whose token it was
  revoked_by  INTEGER NOT NULL,             -- the consumer that took it back
  revoked_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_tokens_expiry ON revoked_tokens (expires_at);

CREATE TABLE integrations (
  key         INTEGER PRIMARY KEY,
  version     INTEGER NOT NULL,
  connector   TEXT    NOT NULL,
  name        TEXT    NOT NULL UNIQUE,
  settings    TEXT    NOT NULL,
  secrets     BLOB    NOT NULL,             -- sealed: nothing in it is readable without the key of the data directory
  secrets_set TEXT    NOT NULL,             -- names of the secrets that are set
  state       TEXT    NOT NULL CHECK (state = 'READY' OR state = 'PAUSED'),
  reason      TEXT,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CHECK ((state = 'PAUSED') = (reason IS NOT NULL))
) STRICT;

CREATE TABLE flows (
  key         INTEGER PRIMARY KEY,
  version     INTEGER NOT NULL,
  enabled     INTEGER NOT NULL CHECK (enabled = 0 OR enabled = 1),
  description TEXT    NOT NULL,
  definition  TEXT    NOT NULL,             -- of the current version
  paused      TEXT,
  archived_at INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CHECK (archived_at IS NULL OR enabled = 0)
) STRICT;

CREATE TABLE flow_versions (
  flow        INTEGER NOT NULL REFERENCES flows (key),
  version     INTEGER NOT NULL,
  description TEXT    NOT NULL,
  definition  TEXT    NOT NULL,
  consumer    INTEGER NOT NULL,             -- who saved it
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (flow, version)
) STRICT, WITHOUT ROWID;

-- What the current version of a flow refers to, so that nothing in use can go.
CREATE TABLE flow_uses (
  flow        INTEGER NOT NULL REFERENCES flows (key),
  kind        TEXT    NOT NULL CHECK (kind = 'consumer' OR kind = 'integration'),
  used        INTEGER NOT NULL,
  PRIMARY KEY (kind, used, flow)
) STRICT, WITHOUT ROWID;
CREATE INDEX flow_uses_flow ON flow_uses (flow);

CREATE TABLE events (
  key         INTEGER PRIMARY KEY,
  version     INTEGER NOT NULL,
  enabled     INTEGER NOT NULL CHECK (enabled = 0 OR enabled = 1),
  description TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  terms       TEXT    NOT NULL,
  archived_at INTEGER,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  CHECK (archived_at IS NULL OR enabled = 0)
) STRICT;
CREATE INDEX events_type ON events (type, key);

CREATE TABLE event_flows (
  event       INTEGER NOT NULL REFERENCES events (key),
  position    INTEGER NOT NULL,
  flow        INTEGER NOT NULL REFERENCES flows (key),
  PRIMARY KEY (event, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX event_flows_flow ON event_flows (flow);

CREATE TABLE records (
  key         INTEGER PRIMARY KEY,
  type        TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  data        TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  UNIQUE (type, name)
) STRICT;
CREATE INDEX records_subject ON records (type, subject, key) WHERE subject <> '';
CREATE INDEX records_type ON records (type, key);

CREATE TABLE occurrences (
  key         INTEGER PRIMARY KEY,
  consumer    INTEGER NOT NULL,
  source      TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  type        TEXT    NOT NULL,
  subject     TEXT    NOT NULL,
  time        INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  hash        BLOB    NOT NULL,
  records     TEXT    NOT NULL,
  matches     TEXT    NOT NULL,
  UNIQUE (consumer, source, name)
) STRICT;
CREATE INDEX occurrences_type ON occurrences (type, key);
CREATE INDEX occurrences_consumer ON occurrences (consumer, key);
CREATE INDEX occurrences_subject ON occurrences (subject, key) WHERE subject <> '';

CREATE TABLE executions (
  key          INTEGER PRIMARY KEY,
  flow         INTEGER NOT NULL,
  flow_version INTEGER NOT NULL,
  event        INTEGER NOT NULL,            -- 0: none
  occurrence   INTEGER NOT NULL,            -- 0: none
  subject      TEXT    NOT NULL,
  state        TEXT    NOT NULL CHECK (state = 'QUEUED' OR state = 'RUNNING' OR state = 'WAITING' OR state = 'CLOSED'),
  outcome      TEXT    CHECK (outcome = 'SUCCEEDED' OR outcome = 'PARTIAL' OR outcome = 'FAILED' OR outcome = 'SKIPPED' OR outcome = 'CANCELLED' OR outcome = 'UNSETTLED'),
  waiting_for  TEXT,
  reason       TEXT,
  rows         TEXT    NOT NULL,
  claim        INTEGER NOT NULL,
  lease_until  INTEGER,
  due_at       INTEGER,
  created_at   INTEGER NOT NULL,
  started_at   INTEGER,
  closed_at    INTEGER,
  updated_at   INTEGER NOT NULL,
  FOREIGN KEY (flow, flow_version) REFERENCES flow_versions (flow, version),
  CHECK ((state = 'CLOSED') = (outcome IS NOT NULL)),
  CHECK ((state = 'CLOSED') = (closed_at IS NOT NULL)),
  CHECK ((state = 'RUNNING') = (lease_until IS NOT NULL)),
  CHECK ((state = 'WAITING') = (waiting_for IS NOT NULL))
) STRICT;
CREATE INDEX executions_due ON executions (due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX executions_due_flow ON executions (flow, due_at, key) WHERE due_at IS NOT NULL;
CREATE INDEX executions_open ON executions (state, key) WHERE closed_at IS NULL;
CREATE INDEX executions_flow ON executions (flow, key);
CREATE INDEX executions_event ON executions (event, key) WHERE event <> 0;
CREATE INDEX executions_occurrence ON executions (occurrence) WHERE occurrence <> 0;
CREATE INDEX executions_subject ON executions (subject, key) WHERE subject <> '';
CREATE INDEX executions_outcome ON executions (outcome, key) WHERE outcome IS NOT NULL;

CREATE TABLE deliveries (
  key         INTEGER PRIMARY KEY,
  execution   INTEGER NOT NULL REFERENCES executions (key),
  flow        INTEGER NOT NULL,
  flow_version INTEGER NOT NULL,
  integration INTEGER NOT NULL,
  target      INTEGER NOT NULL,
  record      TEXT    NOT NULL,
  action      TEXT    NOT NULL,
  recipient   TEXT    NOT NULL,
  provider_recipient TEXT,
  "values"    TEXT    NOT NULL,
  state       TEXT    NOT NULL CHECK (state = 'PENDING' OR state = 'SENDING' OR state = 'ACCEPTED' OR state = 'SENT' OR state = 'DELIVERED' OR state = 'READ' OR state = 'UNKNOWN' OR state = 'FAILED' OR state = 'SUPPRESSED' OR state = 'CANCELLED'),
  attempts    INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  due_at      INTEGER,
  hold_at     INTEGER,
  waiting_for TEXT,
  provider_id TEXT,
  reason      TEXT,
  flagged     INTEGER NOT NULL CHECK (flagged = 0 OR flagged = 1),
  created_at  INTEGER NOT NULL,
  redriven_at INTEGER,                      -- when a person last had it sent again: its age counts from there
  updated_at  INTEGER NOT NULL,
  CHECK (due_at IS NULL OR state = 'PENDING'),
  CHECK (hold_at IS NULL OR state = 'UNKNOWN')
) STRICT;
CREATE INDEX deliveries_execution ON deliveries (execution);
CREATE INDEX deliveries_flow ON deliveries (flow, key);
CREATE INDEX deliveries_integration ON deliveries (integration, key);
CREATE INDEX deliveries_provider ON deliveries (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX deliveries_recipient ON deliveries (recipient, key);
CREATE INDEX deliveries_hold ON deliveries (hold_at) WHERE hold_at IS NOT NULL;
CREATE INDEX deliveries_trouble ON deliveries (state, key) WHERE (state = 'PENDING' OR state = 'SENDING' OR state = 'UNKNOWN' OR state = 'FAILED');
CREATE INDEX deliveries_unsent ON deliveries (state, key) WHERE (state = 'SUPPRESSED' OR state = 'CANCELLED');

CREATE TABLE attempts (
  delivery    INTEGER NOT NULL REFERENCES deliveries (key),
  number      INTEGER NOT NULL,
  counted     INTEGER NOT NULL CHECK (counted = 0 OR counted = 1),
  started_at  INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  kind        TEXT    NOT NULL CHECK (kind = 'ACCEPTED' OR kind = 'RETRY' OR kind = 'REJECTED' OR kind = 'MISCONFIGURED' OR kind = 'UNKNOWN'),
  scope       TEXT    NOT NULL,
  provider_id TEXT,
  code        TEXT,
  detail      TEXT,                         -- message, next step, path, retry after, trace ids
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE receipts (
  key         INTEGER PRIMARY KEY,
  integration INTEGER NOT NULL,             -- through which it came
  delivery    INTEGER,                      -- NULL until its delivery is known
  provider_id TEXT    NOT NULL,
  status      TEXT    NOT NULL CHECK (status = 'SENT' OR status = 'DELIVERED' OR status = 'READ' OR status = 'FAILED'),
  at          INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  code        TEXT    NOT NULL,
  message     TEXT,
  detail      TEXT,
  flagged     INTEGER NOT NULL CHECK (flagged = 0 OR flagged = 1),
  UNIQUE (provider_id, status, code)        -- a provider repeats itself; a repeat is no news
) STRICT;
CREATE INDEX receipts_delivery ON receipts (delivery) WHERE delivery IS NOT NULL;
CREATE INDEX receipts_waiting ON receipts (provider_id) WHERE delivery IS NULL;

-- Callbacks that came while their connector was down: verified and worked off when it is up again.
CREATE TABLE callbacks (
  key         INTEGER PRIMARY KEY,
  integration INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  request     BLOB    NOT NULL              -- sealed: headers may carry secrets
) STRICT;

-- The journal. Each line has a number, which is the cursor of the subscriptions; the one writer makes it grow in the order
-- of the commits. A row holds the lines, one after the other, that a commit wrote about one root: a message has eight or
-- more of them, and written together they cost a sixth of a row for each.
CREATE TABLE changes (
  seq         INTEGER PRIMARY KEY,          -- number of the row's last line
  first       INTEGER NOT NULL,             -- number of its first line
  at          INTEGER NOT NULL,
  root        INTEGER NOT NULL,             -- the execution of executions and deliveries, else the subject itself
  lines       TEXT    NOT NULL,             -- list of {s: subject, k: key, n: name, a: aspect, f: from, t: to, c: cause}
  CHECK (first <= seq)
) STRICT;
CREATE INDEX changes_root ON changes (root, seq);

-- The arrows of package hub; a test holds that both say the same.
CREATE TRIGGER executions_arrows BEFORE UPDATE OF state ON executions
WHEN NEW.state <> OLD.state AND NOT (
     OLD.state = 'QUEUED'  AND (NEW.state = 'RUNNING' OR NEW.state = 'CLOSED')
  OR OLD.state = 'RUNNING' AND (NEW.state = 'WAITING' OR NEW.state = 'CLOSED' OR NEW.state = 'QUEUED')
  OR OLD.state = 'WAITING' AND (NEW.state = 'RUNNING' OR NEW.state = 'CLOSED')
  OR OLD.state = 'CLOSED'  AND NEW.state = 'WAITING')
BEGIN SELECT RAISE(ABORT, 'no such arrow between states of an execution'); END;

CREATE TRIGGER deliveries_arrows BEFORE UPDATE OF state ON deliveries
WHEN NEW.state <> OLD.state AND NOT (
     OLD.state = 'PENDING'   AND (NEW.state = 'SENDING' OR NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'SUPPRESSED' OR NEW.state = 'CANCELLED' OR NEW.state = 'FAILED')
  OR OLD.state = 'SENDING'   AND (NEW.state = 'ACCEPTED' OR NEW.state = 'PENDING' OR NEW.state = 'FAILED' OR NEW.state = 'SUPPRESSED' OR NEW.state = 'UNKNOWN')
  OR OLD.state = 'UNKNOWN'   AND (NEW.state = 'ACCEPTED' OR NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED' OR NEW.state = 'PENDING')
  OR OLD.state = 'ACCEPTED'  AND (NEW.state = 'SENT' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED')
  OR OLD.state = 'SENT'      AND (NEW.state = 'DELIVERED' OR NEW.state = 'READ' OR NEW.state = 'FAILED')
  OR OLD.state = 'DELIVERED' AND NEW.state = 'READ'
  OR OLD.state = 'FAILED'    AND (NEW.state = 'PENDING' OR NEW.state = 'DELIVERED' OR NEW.state = 'READ'))
BEGIN SELECT RAISE(ABORT, 'no such arrow between states of a delivery'); END;

CREATE TRIGGER occurrences_stay BEFORE UPDATE ON occurrences
BEGIN SELECT RAISE(ABORT, 'an occurrence never changes'); END;

CREATE TRIGGER changes_stay BEFORE UPDATE ON changes
BEGIN SELECT RAISE(ABORT, 'the journal never changes'); END;
