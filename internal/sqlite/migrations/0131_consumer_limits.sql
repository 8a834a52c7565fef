-- What a consumer may ask for in a minute, where that is not what the hub has for everybody (NULL); of 0 there is no end.
ALTER TABLE consumers ADD COLUMN rate_limit INTEGER CHECK (rate_limit >= 0);
ALTER TABLE consumers ADD COLUMN cost_budget INTEGER CHECK (cost_budget >= 0);
