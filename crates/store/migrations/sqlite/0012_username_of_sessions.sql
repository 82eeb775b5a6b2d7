-- A session says by itself whose it is: who is asking is one row. An account that has sessions is confirmed, and keeps its username.
ALTER TABLE sessions ADD COLUMN username TEXT NOT NULL DEFAULT '';
UPDATE sessions SET username = (SELECT username FROM users WHERE id = sessions.user_id);
