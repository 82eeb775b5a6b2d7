-- When the operator disabled the account; nobody signs in to it until it is NULL again.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;
