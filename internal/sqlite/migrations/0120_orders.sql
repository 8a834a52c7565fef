-- The orders of the lists of what people set up: by what things are called, in lower case, and by when they were last changed.
ALTER TABLE consumers ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE consumers SET folded = fold(name);
CREATE INDEX consumers_folded ON consumers (folded, key);
CREATE INDEX consumers_updated ON consumers (updated_at, key);

ALTER TABLE integrations ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE integrations SET folded = fold(name);
CREATE INDEX integrations_folded ON integrations (folded, key);
CREATE INDEX integrations_updated ON integrations (updated_at, key);

ALTER TABLE flows ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE flows SET folded = fold(description);
CREATE INDEX flows_folded ON flows (folded, key);
CREATE INDEX flows_updated ON flows (updated_at, key);

ALTER TABLE events ADD COLUMN folded TEXT NOT NULL DEFAULT '';
UPDATE events SET folded = fold(description);
CREATE INDEX events_folded ON events (folded, key);
CREATE INDEX events_updated ON events (updated_at, key);

CREATE INDEX groups_updated ON groups (updated_at, key);
