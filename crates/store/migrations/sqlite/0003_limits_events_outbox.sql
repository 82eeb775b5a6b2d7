-- Counters in the store, so that restarts and several nodes share them. The key is an HMAC: what strangers type is not kept.
CREATE TABLE limits (
    key        BLOB PRIMARY KEY,
    count      INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    free_at    INTEGER NOT NULL             -- nothing is allowed before
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_by_age ON limits (since);

CREATE TABLE events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    payload    TEXT NOT NULL,               -- {"event": …, "data": …}
    at         INTEGER NOT NULL,
    network    TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX events_of_user ON events (user_id, id);

-- Messages that were promised. The payload is sealed under the key file, and erased once sent.
CREATE TABLE outbox (
    id         TEXT PRIMARY KEY,            -- also the Message-ID's left half: the same on every attempt
    medium     TEXT NOT NULL,               -- 'EMAIL', 'SMS'
    payload    BLOB,
    user_id    INTEGER,                     -- with purpose, attribute and issue: the code that it carries, if it does
    purpose    TEXT,
    attribute  TEXT,
    issue      BLOB,
    created_at INTEGER NOT NULL,
    due_at     INTEGER,                     -- NULL: sent, dropped or given up
    attempts   INTEGER NOT NULL,
    outcome    TEXT                         -- 'sent', 'stale', 'given_up'
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at IS NOT NULL;
