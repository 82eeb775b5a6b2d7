-- Applications are signed in by tokens. Their session is a row in sessions like that of a browser, and ends with it.

-- The keys that tokens are signed with. The highest number signs.
CREATE TABLE signing_keys (
    number      BIGINT PRIMARY KEY,
    kid         TEXT COLLATE "C" NOT NULL UNIQUE,
    private_key BYTEA NOT NULL,             -- PKCS #8, sealed under the key file
    created_at  BIGINT NOT NULL,
    retired_at  BIGINT                      -- it verifies nothing from then on
);

-- A refresh token has two halves: one that stays the same, and one that is replaced each time it is exchanged.
CREATE TABLE refresh_tokens (
    family     BYTEA PRIMARY KEY,           -- SHA-256 of the half that stays
    session    BYTEA NOT NULL UNIQUE REFERENCES sessions (hash) ON DELETE CASCADE,
    current    BYTEA NOT NULL,              -- SHA-256 of the other half
    previous   BYTEA,                       -- of the one before
    rotated_at BIGINT NOT NULL
);

-- What a password is compared with in SRP; sealed under the key file, with the hash of that password.
CREATE TABLE srp_verifiers (
    user_id  BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name     TEXT COLLATE "C" NOT NULL,     -- what the account is called in the exchange: 'username', 'sub'
    verifier BYTEA NOT NULL,                -- with its salt in front
    PRIMARY KEY (user_id, name)
);
