-- One code per user, purpose and attribute: a newer one replaces the older. The row is also the pending change.
CREATE TABLE codes (
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose      TEXT NOT NULL,             -- 'sign_up', 'verify'
    attribute    TEXT NOT NULL,
    value        TEXT NOT NULL,             -- what the code proves; what the attribute becomes
    issue        BLOB NOT NULL,             -- random; a queued message names it, so that a stale one is not sent
    digest       BLOB NOT NULL,             -- HMAC over purpose, user, attribute, value, issue and code
    requested_at INTEGER NOT NULL,
    sent_at      INTEGER NOT NULL,          -- of the newest code
    expires_at   INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    used_at      INTEGER,
    PRIMARY KEY (user_id, purpose, attribute)
) STRICT, WITHOUT ROWID;

-- The browser that signed up. Its ticket signs in once the code is right.
CREATE TABLE sign_up_tickets (
    hash       BLOB PRIMARY KEY,            -- SHA-256
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_up_tickets_of_user ON sign_up_tickets (user_id);

CREATE TABLE sessions (
    hash         BLOB PRIMARY KEY,          -- SHA-256 of the token
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,          -- absolute; the idle limit is measured from last_seen_at
    network      TEXT NOT NULL,
    user_agent   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_user ON sessions (user_id);
