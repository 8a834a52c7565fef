-- Suppressions in the order in which they last changed, all of them and those of an integration.
CREATE INDEX suppressions_updated ON suppressions (updated_at, key);
CREATE INDEX suppressions_integration_updated ON suppressions (integration, updated_at, key);
