-- Browsers and networks from which somebody has signed in to an account in full: there strangers' requests don't count.
CREATE TABLE known_origins (
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT COLLATE "C" NOT NULL,                  -- 'browser', 'network'
    digest  BYTEA NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, kind, digest)
);
CREATE INDEX known_origins_by_age ON known_origins (kind, seen_at);
