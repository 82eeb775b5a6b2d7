-- What the account is called in SRP by whoever names it by a contact. Until the password of an account from before is next entered
-- it has none, and is called by its sub.
ALTER TABLE users ADD COLUMN srp_id TEXT;
CREATE UNIQUE INDEX users_by_srp_id ON users (srp_id) WHERE srp_id IS NOT NULL;
