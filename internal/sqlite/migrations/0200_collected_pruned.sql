-- What was gathered is payload, and whom it was gathered for: it goes with the other payloads of an execution. Of those that have lost them already it
-- stood here still.
UPDATE collected SET rows = (SELECT coalesce(json_group_array(json_object('name', value ->> 'name')), '[]') FROM json_each(collected.rows))
  WHERE instr(rows, '"data":') > 0 AND execution IN (SELECT key FROM executions WHERE emptied_at IS NOT NULL);
UPDATE collections SET gathers = '' WHERE gathers <> '' AND open = 0 AND execution IN (SELECT key FROM executions WHERE emptied_at IS NOT NULL);
