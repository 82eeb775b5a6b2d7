-- Changes of contacts and second factors that can be undone for some days: the account as it was before each. The secret of the link is
-- in the mail alone.
CREATE TABLE undoable_changes (
    hash    BYTEA PRIMARY KEY,            -- SHA-256 of the secret
    user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,            -- the account's own, in the order in which they were made
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL             -- from then on it can't be undone
);
CREATE UNIQUE INDEX undoable_changes_of_user ON undoable_changes (user_id, number);
CREATE INDEX undoable_changes_by_end ON undoable_changes (ends_at);

CREATE TABLE former_contacts (
    change      BYTEA NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,
    key         TEXT NOT NULL,              -- canonical
    verified_at BIGINT,                 -- NULL: it wasn't verified
    PRIMARY KEY (change, kind)
);
CREATE INDEX former_contacts_by_key ON former_contacts (kind, key);

CREATE TABLE former_factors (
    change     BYTEA NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    secret     BYTEA,                         -- of an authenticator app, sealed under the key file
    last_step  BIGINT,
    enabled_at BIGINT,
    preferred  BIGINT NOT NULL,
    used_at    BIGINT,
    goes_at    BIGINT,
    PRIMARY KEY (change, kind)
);

CREATE TABLE former_recovery_codes (
    change     BYTEA NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    digest     BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at    BIGINT,                  -- after the change too
    PRIMARY KEY (change, digest)
);

CREATE TABLE former_passkeys (
    change     BYTEA NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    credential BYTEA NOT NULL,
    PRIMARY KEY (change, credential)
);

-- A factor that was turned on before an undo, and not before what that undid, is asked for until then.
ALTER TABLE factors ADD COLUMN goes_at BIGINT;
CREATE INDEX factors_by_end ON factors (goes_at) WHERE goes_at IS NOT NULL;
