-- A session is found by a number: the first eight bytes of its hash, which is compared as a whole afterwards. With the hash as
-- the key of the table every page on the way to a row held whole rows: five pages among a million sessions, now three.
CREATE TABLE numbered_sessions (
    id           INTEGER PRIMARY KEY,       -- the first eight bytes of the hash, the highest first, in two's complement
    hash         BLOB NOT NULL,             -- SHA-256 of the token
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,          -- absolute; the idle limit is measured from last_seen_at
    network      TEXT NOT NULL,
    user_agent   TEXT NOT NULL,
    username     TEXT NOT NULL
) STRICT;
-- SQLite reads a number from hexadecimal digits in JSON5 only, and not one of all 64 bits.
INSERT INTO numbered_sessions
SELECT (('[0x' || hex(substr(hash, 1, 4)) || ']') ->> 0) << 32 | (('[0x' || hex(substr(hash, 5, 4)) || ']') ->> 0),
       hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent, username
FROM sessions;

CREATE TABLE numbered_refresh_tokens (
    family     BLOB PRIMARY KEY,            -- SHA-256 of the half that stays
    session    INTEGER NOT NULL UNIQUE REFERENCES numbered_sessions (id) ON DELETE CASCADE,
    current    BLOB NOT NULL,               -- SHA-256 of the other half
    previous   BLOB,                        -- of the one before
    rotated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO numbered_refresh_tokens
SELECT r.family, s.id, r.current, r.previous, r.rotated_at
FROM refresh_tokens r JOIN numbered_sessions s
     ON s.id = (('[0x' || hex(substr(r.session, 1, 4)) || ']') ->> 0) << 32 | (('[0x' || hex(substr(r.session, 5, 4)) || ']') ->> 0);

-- In this order: a session takes its refresh token along.
DROP TABLE refresh_tokens;
DROP TABLE sessions;
ALTER TABLE numbered_sessions RENAME TO sessions;
ALTER TABLE numbered_refresh_tokens RENAME TO refresh_tokens;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_last_use ON sessions (last_seen_at);
