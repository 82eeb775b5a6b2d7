-- Since when each contact is verified: what was verified lately doesn't reset a password while an older one is there. Accounts from
-- before this was kept have had their contacts since they were confirmed, as far as anybody knows.
ALTER TABLE aliases ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
UPDATE aliases SET verified_at = (SELECT COALESCE(confirmed_at, created_at) FROM users WHERE id = aliases.user_id);
-- The same stands with the account, after each kind: 'email 1764547200000 phone_number 1764547200001'.
UPDATE users SET proven = (SELECT string_agg(kind || ' ' || verified_at, ' ') FROM aliases WHERE user_id = users.id)
WHERE id IN (SELECT user_id FROM aliases);
