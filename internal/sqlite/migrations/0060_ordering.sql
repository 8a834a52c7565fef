-- Messages that must not overtake each other, and how many may be under way at once.

-- What a delivery has in common with those that it must not overtake; NULL: it may overtake all.
ALTER TABLE deliveries ADD COLUMN order_key TEXT CHECK (order_key <> '');
-- Those that hold others: still to be sent, being sent, or a word of their provider is waited for. Others are not in it.
CREATE INDEX deliveries_order ON deliveries (flow, order_key, key) WHERE order_key IS NOT NULL AND (state = 'PENDING' OR state = 'SENDING' OR hold_at IS NOT NULL);

-- How many messages its connector may have through an integration at once; 0: as many as it takes.
ALTER TABLE integrations ADD COLUMN max_in_flight INTEGER NOT NULL DEFAULT 0 CHECK (max_in_flight >= 0 AND max_in_flight <= 1024);
