-- Changes of contacts and second factors that can be undone for some days: the account as it was before each. The secret of the link is
-- in the mail alone.
CREATE TABLE undoable_changes (
    hash    BLOB PRIMARY KEY,            -- SHA-256 of the secret
    user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL,            -- the account's own, in the order in which they were made
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL             -- from then on it can't be undone
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX undoable_changes_of_user ON undoable_changes (user_id, number);
CREATE INDEX undoable_changes_by_end ON undoable_changes (ends_at);

CREATE TABLE former_contacts (
    change      BLOB NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    value       TEXT NOT NULL,
    key         TEXT NOT NULL,              -- canonical
    verified_at INTEGER,                 -- NULL: it wasn't verified
    PRIMARY KEY (change, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_contacts_by_key ON former_contacts (kind, key);

CREATE TABLE former_factors (
    change     BLOB NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    secret     BLOB,                         -- of an authenticator app, sealed under the key file
    last_step  INTEGER,
    enabled_at INTEGER,
    preferred  INTEGER NOT NULL,
    used_at    INTEGER,
    goes_at    INTEGER,
    PRIMARY KEY (change, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE former_recovery_codes (
    change     BLOB NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    digest     BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,                  -- after the change too
    PRIMARY KEY (change, digest)
) STRICT, WITHOUT ROWID;

CREATE TABLE former_passkeys (
    change     BLOB NOT NULL REFERENCES undoable_changes (hash) ON DELETE CASCADE,
    credential BLOB NOT NULL,
    PRIMARY KEY (change, credential)
) STRICT, WITHOUT ROWID;

-- A factor that was turned on before an undo, and not before what that undid, is asked for until then.
ALTER TABLE factors ADD COLUMN goes_at INTEGER;
CREATE INDEX factors_by_end ON factors (goes_at) WHERE goes_at IS NOT NULL;
