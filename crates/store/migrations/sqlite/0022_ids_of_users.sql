-- The id of an account that was deleted is never given to another one: what is kept under it belongs to nobody. SQLite remembers
-- the highest id of such tables only that were made with AUTOINCREMENT, in a table that it lets us write too; a copy writes there.
CREATE TEMP TABLE highest_id AS
SELECT MAX(id) AS id FROM (
    SELECT MAX(id) AS id FROM users
    UNION ALL SELECT MAX(user_id) FROM events
    UNION ALL SELECT MAX(user_id) FROM outbox
    UNION ALL SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'users'
);
DELETE FROM sqlite_sequence WHERE name = 'users';
INSERT INTO sqlite_sequence (name, seq) SELECT 'users', COALESCE(id, 0) FROM highest_id;
DROP TABLE highest_id;

CREATE TRIGGER users_remember_highest_id AFTER DELETE ON users
WHEN OLD.id > (SELECT seq FROM sqlite_sequence WHERE name = 'users')
BEGIN
    UPDATE sqlite_sequence SET seq = OLD.id WHERE name = 'users';
END;

-- What the next account is given.
CREATE VIEW next_user_id AS
SELECT MAX(COALESCE((SELECT MAX(id) FROM users), 0), (SELECT seq FROM sqlite_sequence WHERE name = 'users')) + 1 AS id;
