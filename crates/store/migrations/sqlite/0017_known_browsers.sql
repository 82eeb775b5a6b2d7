-- Browsers and networks from which somebody has signed in to an account in full: there strangers' requests don't count.
CREATE TABLE known_origins (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind    TEXT NOT NULL,                  -- 'browser', 'network'
    digest  BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, kind, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_origins_by_age ON known_origins (kind, seen_at);
