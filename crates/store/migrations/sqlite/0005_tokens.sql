-- Applications are signed in by tokens. Their session is a row in sessions like that of a browser, and ends with it.

-- The keys that tokens are signed with. The highest number signs.
CREATE TABLE signing_keys (
    number      INTEGER PRIMARY KEY,
    kid         TEXT NOT NULL UNIQUE,
    private_key BLOB NOT NULL,              -- PKCS #8, sealed under the key file
    created_at  INTEGER NOT NULL,
    retired_at  INTEGER                     -- it verifies nothing from then on
) STRICT;

-- A refresh token has two halves: one that stays the same, and one that is replaced each time it is exchanged.
CREATE TABLE refresh_tokens (
    family     BLOB PRIMARY KEY,            -- SHA-256 of the half that stays
    session    BLOB NOT NULL UNIQUE REFERENCES sessions (hash) ON DELETE CASCADE,
    current    BLOB NOT NULL,               -- SHA-256 of the other half
    previous   BLOB,                        -- of the one before
    rotated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a password is compared with in SRP; sealed under the key file, with the hash of that password.
CREATE TABLE srp_verifiers (
    user_id  INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name     TEXT NOT NULL,                 -- what the account is called in the exchange: 'username', 'sub'
    verifier BLOB NOT NULL,                 -- with its salt in front
    PRIMARY KEY (user_id, name)
) STRICT, WITHOUT ROWID;
