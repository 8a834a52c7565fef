-- The extension attributes with which an event came, as a JSON object.
ALTER TABLE occurrences ADD COLUMN extensions TEXT; -- NULL: none

-- They are lost with what the event brought.
DROP TRIGGER occurrences_stay;
CREATE TRIGGER occurrences_stay BEFORE UPDATE ON occurrences
WHEN OLD.emptied_at IS NOT NULL OR NEW.emptied_at IS NULL OR NEW.records <> '[]' OR NEW.extensions IS NOT NULL
  OR length(NEW.matches) > length(OLD.matches) OR json_extract(NEW.matches, '$.records', '$.asked') <> '[null,null]'
  OR NEW.key IS NOT OLD.key OR NEW.consumer IS NOT OLD.consumer OR NEW.source IS NOT OLD.source OR NEW.name IS NOT OLD.name
  OR NEW.type IS NOT OLD.type OR NEW.subject IS NOT OLD.subject OR NEW.time IS NOT OLD.time
  OR NEW.received_at IS NOT OLD.received_at OR NEW.hash IS NOT OLD.hash
BEGIN SELECT RAISE(ABORT, 'an occurrence never changes'); END;
