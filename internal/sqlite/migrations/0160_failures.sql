-- Why deliveries failed is grouped over as many as there are: from this index alone, since their rows lie scattered among all others. So it has
-- the state too, which is the same everywhere.
CREATE INDEX deliveries_failures ON deliveries (key, state, reason ->> 'code', reason ->> 'provider', flow, integration, target, test, flagged, created_at)
  WHERE state = 'FAILED';
