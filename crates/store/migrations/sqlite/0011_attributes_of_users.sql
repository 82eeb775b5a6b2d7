-- The attributes stand with their account, as a JSON object of texts: whoever is looked at or changed is one row, and among many
-- accounts every row elsewhere is one more page to read, to log and to copy.
ALTER TABLE users ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}';
UPDATE users SET attributes = (SELECT json_group_object(name, value) FROM attributes WHERE user_id = users.id)
WHERE id IN (SELECT user_id FROM attributes);
DROP TABLE attributes;
