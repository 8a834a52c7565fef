-- The audit log: who did what to which object, when and from where. A row with an hour is a tally: it stands for all tokens or
-- denials of that hour that were alike, so that nobody can fill the disk with them. All other rows never change.
-- The kinds have no CHECK: a new one must not need a new table; a test holds them.
CREATE TABLE audit (
  key           INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  last_at       INTEGER NOT NULL,
  count         INTEGER NOT NULL CHECK (count > 0),
  kind          TEXT    NOT NULL CHECK (kind <> ''),
  consumer      INTEGER NOT NULL,           -- who did it; 0: nobody who is known
  consumer_name TEXT    NOT NULL,
  client        TEXT    NOT NULL,           -- the beginning of what an unknown client called itself
  subject_type  TEXT    NOT NULL,
  subject       INTEGER NOT NULL,           -- 0: none
  subject_name  TEXT    NOT NULL,
  changes       TEXT    NOT NULL,           -- list of {p: path, f: from, t: to}; never a secret
  asked         TEXT    NOT NULL,
  reason        TEXT    NOT NULL,
  needs         TEXT    NOT NULL,           -- list of permissions
  others        INTEGER NOT NULL CHECK (others = 0 OR others = 1), -- a tally of all that had no row of their own in the hour
  door          TEXT    NOT NULL,
  address       TEXT    NOT NULL,
  request       TEXT    NOT NULL,           -- of the first, in a tally
  hour          INTEGER,                    -- NULL unless it is a tally
  CHECK ((subject = 0) = (subject_type = '')),
  CHECK (hour IS NOT NULL OR count = 1 AND last_at = at AND others = 0),
  CHECK (last_at >= at)
) STRICT;
CREATE INDEX audit_kind ON audit (kind, key);
CREATE INDEX audit_consumer ON audit (consumer, key) WHERE consumer <> 0;
CREATE INDEX audit_subject ON audit (subject, key) WHERE subject <> 0;
CREATE UNIQUE INDEX audit_tally ON audit (hour, kind, consumer, subject, client, address, door, asked, reason, needs, others) WHERE hour IS NOT NULL;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
WHEN OLD.hour IS NULL OR NEW.count <= OLD.count OR NEW.last_at < OLD.last_at
  OR NEW.key IS NOT OLD.key OR NEW.at IS NOT OLD.at OR NEW.kind IS NOT OLD.kind OR NEW.consumer IS NOT OLD.consumer
  OR NEW.consumer_name IS NOT OLD.consumer_name OR NEW.client IS NOT OLD.client OR NEW.subject_type IS NOT OLD.subject_type
  OR NEW.subject IS NOT OLD.subject OR NEW.subject_name IS NOT OLD.subject_name OR NEW.changes IS NOT OLD.changes
  OR NEW.asked IS NOT OLD.asked OR NEW.reason IS NOT OLD.reason OR NEW.needs IS NOT OLD.needs OR NEW.others IS NOT OLD.others
  OR NEW.door IS NOT OLD.door OR NEW.address IS NOT OLD.address OR NEW.request IS NOT OLD.request OR NEW.hour IS NOT OLD.hour
BEGIN SELECT RAISE(ABORT, 'the audit log never changes'); END;

-- A tally may go when it is 400 days older than the newest row; nothing else may.
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
WHEN OLD.hour IS NULL OR OLD.last_at > (SELECT last_at FROM audit ORDER BY key DESC LIMIT 1) - 34560000000
BEGIN SELECT RAISE(ABORT, 'the audit log is kept'); END;
