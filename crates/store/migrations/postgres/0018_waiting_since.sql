-- How long an account has waited to be confirmed is not how old it is: one that was imported waits from then on.
ALTER TABLE users ADD COLUMN waiting_since BIGINT;
UPDATE users SET waiting_since = created_at WHERE status = 'unconfirmed';
DROP INDEX users_unconfirmed;
CREATE INDEX users_unconfirmed ON users (waiting_since) WHERE status = 'unconfirmed';
