-- How many changes an account has made since when. A counter of everybody's own stands with the account: a row elsewhere is one
-- more trip for each change.
ALTER TABLE users ADD COLUMN changes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN changes_since BIGINT NOT NULL DEFAULT 0;
