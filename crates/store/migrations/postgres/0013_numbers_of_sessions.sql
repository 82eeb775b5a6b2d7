-- A session is found by a number: the first eight bytes of its hash, which is compared as a whole afterwards. The key is a quarter
-- as long, here and where refresh tokens name it.
ALTER TABLE sessions ADD COLUMN id BIGINT;      -- the first eight bytes of the hash, the highest first, in two's complement
UPDATE sessions SET id = ('x' || encode(substring(hash FROM 1 FOR 8), 'hex'))::bit(64)::bigint;

ALTER TABLE refresh_tokens ADD COLUMN session_id BIGINT;
UPDATE refresh_tokens SET session_id = (SELECT id FROM sessions WHERE hash = refresh_tokens.session);
ALTER TABLE refresh_tokens DROP COLUMN session;

ALTER TABLE sessions DROP CONSTRAINT sessions_pkey;
ALTER TABLE sessions ALTER COLUMN id SET NOT NULL;
ALTER TABLE sessions ADD PRIMARY KEY (id);

ALTER TABLE refresh_tokens RENAME COLUMN session_id TO session;
ALTER TABLE refresh_tokens ALTER COLUMN session SET NOT NULL;
ALTER TABLE refresh_tokens ADD UNIQUE (session);
ALTER TABLE refresh_tokens ADD FOREIGN KEY (session) REFERENCES sessions (id) ON DELETE CASCADE;
