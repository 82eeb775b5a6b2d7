-- One code per user, purpose and attribute: a newer one replaces the older. The row is also the pending change.
CREATE TABLE codes (
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose      TEXT COLLATE "C" NOT NULL, -- 'sign_up', 'verify'
    attribute    TEXT COLLATE "C" NOT NULL,
    value        TEXT NOT NULL,             -- what the code proves; what the attribute becomes
    issue        BYTEA NOT NULL,            -- random; a queued message names it, so that a stale one is not sent
    digest       BYTEA NOT NULL,            -- HMAC over purpose, user, attribute, value, issue and code
    requested_at BIGINT NOT NULL,
    sent_at      BIGINT NOT NULL,           -- of the newest code
    expires_at   BIGINT NOT NULL,
    attempts     BIGINT NOT NULL,
    used_at      BIGINT,
    PRIMARY KEY (user_id, purpose, attribute)
);

-- The browser that signed up. Its ticket signs in once the code is right.
CREATE TABLE sign_up_tickets (
    hash       BYTEA PRIMARY KEY,           -- SHA-256
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_up_tickets_of_user ON sign_up_tickets (user_id);

CREATE TABLE sessions (
    hash         BYTEA PRIMARY KEY,         -- SHA-256 of the token
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,           -- absolute; the idle limit is measured from last_seen_at
    network      TEXT NOT NULL,
    user_agent   TEXT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
