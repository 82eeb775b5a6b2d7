-- What is asked for at sign-in beside the password: one row for each kind that the account has.
CREATE TABLE factors (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,               -- 'SOFTWARE_TOKEN_MFA', 'SMS_MFA', 'EMAIL_OTP'
    secret     BLOB,                        -- of an authenticator app, sealed under the key file
    pending    BLOB,                        -- the next such secret, until the first code of it is right
    pending_at INTEGER,
    last_step  INTEGER,                     -- the newest time step whose code was used
    enabled_at INTEGER,                     -- NULL: it is not asked for
    preferred  INTEGER NOT NULL,            -- 1: it is asked for first
    used_at    INTEGER,
    PRIMARY KEY (user_id, kind)
) STRICT, WITHOUT ROWID;

-- What takes the place of a second factor that is lost.
CREATE TABLE recovery_codes (
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    digest     BLOB NOT NULL,               -- HMAC over user and code
    readable   BLOB,                        -- the code, sealed, until its owner has written it down
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (user_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_codes_readable ON recovery_codes (created_at) WHERE readable IS NOT NULL;

-- Sign-ins whose password was right and that wait for something more.
CREATE TABLE challenges (
    hash       BLOB PRIMARY KEY,            -- SHA-256 of what the browser or the application holds
    user_id    INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client     TEXT NOT NULL,
    password   TEXT NOT NULL,               -- which password was right: another one ends it
    asks       TEXT,                        -- what for: a kind of factor, 'NEW_PASSWORD_REQUIRED', or NULL: still to be chosen
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_of_user ON challenges (user_id);
CREATE INDEX challenges_by_end ON challenges (expires_at);
