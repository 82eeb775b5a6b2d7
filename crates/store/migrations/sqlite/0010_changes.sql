-- How many changes an account has made since when. A counter of everybody's own stands with the account: among many accounts a
-- row elsewhere is one more page for each change.
ALTER TABLE users ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN changes_since INTEGER NOT NULL DEFAULT 0;
