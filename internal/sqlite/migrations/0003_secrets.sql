-- Tokens say for which version of their consumer they were made; those of a version before this one are refused.
ALTER TABLE consumers ADD COLUMN tokens_since INTEGER NOT NULL DEFAULT 0;
