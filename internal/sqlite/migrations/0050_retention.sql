-- How long things are kept. Durations are milliseconds; NULL is for ever.

-- What holds for the whole hub: one row.
CREATE TABLE retention (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  version     INTEGER NOT NULL,
  history     INTEGER CHECK (history > 0),
  payloads    INTEGER CHECK (payloads > 0),
  unmatched   INTEGER CHECK (unmatched > 0),
  audit       INTEGER CHECK (audit > 0),
  begins_at   INTEGER,                      -- nothing is pruned before; NULL until the hub first starts with this table
  updated_at  INTEGER
) STRICT;
INSERT INTO retention (one, version, history, payloads, unmatched) VALUES (1, 1, 34560000000, 7776000000, 2592000000);

-- What holds for a flow instead; NULL is what holds for the hub. It is no part of a flow's versions: going back to one must not
-- destroy history. A row stays when both are NULL again, since the walks of its flow do (see below).
CREATE TABLE flow_retention (
  flow        INTEGER PRIMARY KEY REFERENCES flows (key),
  version     INTEGER NOT NULL,             -- counts the changes; without a row it is 1
  history     INTEGER CHECK (history > 0),
  payloads    INTEGER CHECK (payloads > 0)
) STRICT;

-- How far the walks of pruning have come: up to which key, in the order of the keys. A flow with a row in flow_retention has
-- walks of its own; flow 0 is all others, and what belongs to no flow.
CREATE TABLE prune_walks (
  kind        TEXT    NOT NULL,
  flow        INTEGER NOT NULL,
  upto        INTEGER NOT NULL,
  PRIMARY KEY (kind, flow)
) STRICT, WITHOUT ROWID;

-- What a walk passed over, because it was not at its end: it is looked at again.
CREATE TABLE prune_later (
  kind        TEXT    NOT NULL,
  execution   INTEGER NOT NULL,
  PRIMARY KEY (kind, execution)
) STRICT, WITHOUT ROWID;

-- When payloads were taken away. Whatever is left says who, when, what became of it, and by which codes.
ALTER TABLE occurrences ADD COLUMN emptied_at INTEGER;
ALTER TABLE executions ADD COLUMN emptied_at INTEGER;
ALTER TABLE deliveries ADD COLUMN emptied_at INTEGER;

-- An occurrence never changes, but for losing what it brought; its hash stays, so that a repeat is still known.
DROP TRIGGER occurrences_stay;
CREATE TRIGGER occurrences_stay BEFORE UPDATE ON occurrences
WHEN OLD.emptied_at IS NOT NULL OR NEW.emptied_at IS NULL OR NEW.records <> '[]'
  OR length(NEW.matches) > length(OLD.matches) OR json_extract(NEW.matches, '$.records', '$.asked') <> '[null,null]'
  OR NEW.key IS NOT OLD.key OR NEW.consumer IS NOT OLD.consumer OR NEW.source IS NOT OLD.source OR NEW.name IS NOT OLD.name
  OR NEW.type IS NOT OLD.type OR NEW.subject IS NOT OLD.subject OR NEW.time IS NOT OLD.time
  OR NEW.received_at IS NOT OLD.received_at OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'an occurrence never changes'); END;

-- The journal never changes, but for losing the free text in its causes.
DROP TRIGGER changes_stay;
CREATE TRIGGER changes_stay BEFORE UPDATE ON changes
WHEN NEW.seq IS NOT OLD.seq OR NEW.first IS NOT OLD.first OR NEW.at IS NOT OLD.at OR NEW.root IS NOT OLD.root
  OR length(NEW.lines) >= length(OLD.lines) OR json_array_length(NEW.lines) <> json_array_length(OLD.lines)
  OR EXISTS (SELECT 1 FROM json_each(OLD.lines) o JOIN json_each(NEW.lines) n ON n.key = o.key
    WHERE json_extract(o.value, '$.s', '$.k', '$.n', '$.a', '$.f', '$.t') <> json_extract(n.value, '$.s', '$.k', '$.n', '$.a', '$.f', '$.t')
      OR coalesce(json_extract(o.value, '$.c.code'), json_extract(o.value, '$.c')) IS NOT coalesce(json_extract(n.value, '$.c.code'), json_extract(n.value, '$.c')))
BEGIN SELECT RAISE(ABORT, 'the journal never changes'); END;

-- An entry may go when it is older than the hub is told to keep them, counted from the newest one; a tally after 400 days as well.
DROP TRIGGER audit_keeps;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit
WHEN (OLD.hour IS NULL OR OLD.last_at > (SELECT last_at FROM audit ORDER BY key DESC LIMIT 1) - 34560000000)
  AND NOT EXISTS (SELECT 1 FROM retention WHERE audit IS NOT NULL AND OLD.last_at <= (SELECT last_at FROM audit ORDER BY key DESC LIMIT 1) - audit)
BEGIN SELECT RAISE(ABORT, 'the audit log is kept'); END;
