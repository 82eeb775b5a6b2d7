-- What people sign in with in place of a password: the public half of a key that their device, or its owner's vault, keeps.
CREATE TABLE passkeys (
    credential   BYTEA PRIMARY KEY,          -- what the authenticator calls it
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,              -- what its owner calls it
    transports   BIGINT NOT NULL,            -- how a browser reaches the authenticator: bits
    public_key   BYTEA NOT NULL,
    state        BYTEA NOT NULL,             -- how often it has signed, and whether it is backed up
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkeys_of_user ON passkeys (user_id);
