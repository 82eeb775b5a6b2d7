-- What the service knows of itself: fingerprints of its keys, the pool's id.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Times are epoch milliseconds everywhere.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY,
    sub           TEXT NOT NULL UNIQUE,
    username      TEXT NOT NULL,            -- as typed
    username_key  TEXT NOT NULL UNIQUE,     -- NFKC and case folded; where people have no username: the sub
    sign_up_key   TEXT UNIQUE,              -- 'username:…', 'email:…': what an unconfirmed account is found by, NULL once confirmed
    status        TEXT NOT NULL CHECK (status IN ('unconfirmed', 'confirmed')),
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    confirmed_at  INTEGER
) STRICT;

CREATE TABLE attributes (
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;

-- A proven contact. One account owns it, and may sign in with it.
CREATE TABLE aliases (
    kind     TEXT NOT NULL,                 -- 'email', 'phone_number'
    key      TEXT NOT NULL,                 -- canonical
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX aliases_of_user ON aliases (user_id, kind);
