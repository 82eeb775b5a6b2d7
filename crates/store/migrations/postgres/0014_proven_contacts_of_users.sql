-- Which kinds of contact are proven stands with the account, as words: whoever is looked at is one row. Whose a contact is, the
-- aliases say; both change together.
ALTER TABLE users ADD COLUMN proven TEXT NOT NULL DEFAULT '';
UPDATE users SET proven = (SELECT string_agg(kind, ' ') FROM aliases WHERE user_id = users.id)
WHERE id IN (SELECT user_id FROM aliases);
