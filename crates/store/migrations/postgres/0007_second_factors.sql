-- What is asked for at sign-in beside the password: one row for each kind that the account has.
CREATE TABLE factors (
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT COLLATE "C" NOT NULL,   -- 'SOFTWARE_TOKEN_MFA', 'SMS_MFA', 'EMAIL_OTP'
    secret     BYTEA,                       -- of an authenticator app, sealed under the key file
    pending    BYTEA,                       -- the next such secret, until the first code of it is right
    pending_at BIGINT,
    last_step  BIGINT,                      -- the newest time step whose code was used
    enabled_at BIGINT,                      -- NULL: it is not asked for
    preferred  BIGINT NOT NULL,             -- 1: it is asked for first
    used_at    BIGINT,
    PRIMARY KEY (user_id, kind)
);

-- What takes the place of a second factor that is lost.
CREATE TABLE recovery_codes (
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest     BYTEA NOT NULL,              -- HMAC over user and code
    readable   BYTEA,                       -- the code, sealed, until its owner has written it down
    created_at BIGINT NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (user_id, digest)
);
CREATE INDEX recovery_codes_readable ON recovery_codes (created_at) WHERE readable IS NOT NULL;

-- Sign-ins whose password was right and that wait for something more.
CREATE TABLE challenges (
    hash       BYTEA PRIMARY KEY,           -- SHA-256 of what the browser or the application holds
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client     TEXT NOT NULL,
    password   TEXT NOT NULL,               -- which password was right: another one ends it
    asks       TEXT,                        -- what for: a kind of factor, 'NEW_PASSWORD_REQUIRED', or NULL: still to be chosen
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_of_user ON challenges (user_id);
CREATE INDEX challenges_by_end ON challenges (expires_at);
