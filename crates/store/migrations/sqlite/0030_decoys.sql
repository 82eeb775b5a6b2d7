-- What a stranger's request writes for a name that is nobody's: the same rows as for somebody's, which nothing is ever sent of and
-- nobody is shown. Their accounts have numbers below zero, that are digests of the names.
CREATE TABLE decoy_requested_codes (
    issue      BLOB PRIMARY KEY,
    user_id    INTEGER NOT NULL,
    purpose    TEXT NOT NULL,
    attribute  TEXT NOT NULL,
    value      TEXT NOT NULL,
    contact    TEXT NOT NULL,
    digest     BLOB NOT NULL,
    network    BLOB NOT NULL,
    sent_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    used_at    INTEGER,
    message    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX decoy_requested_codes_of_user ON decoy_requested_codes (user_id, purpose, sent_at);
CREATE INDEX decoy_requested_codes_to_contact ON decoy_requested_codes (contact, purpose, sent_at);
CREATE INDEX decoy_requested_codes_in_message ON decoy_requested_codes (message) WHERE message IS NOT NULL;
CREATE INDEX decoy_requested_codes_by_end ON decoy_requested_codes (expires_at);

CREATE TABLE decoy_requesters (
    issue     BLOB NOT NULL REFERENCES decoy_requested_codes (issue) ON DELETE CASCADE,
    requester BLOB NOT NULL,
    attempts  INTEGER NOT NULL,
    network   BLOB NOT NULL,
    PRIMARY KEY (issue, requester)
) STRICT, WITHOUT ROWID;
CREATE INDEX decoy_requesters_by_network ON decoy_requesters (network);

CREATE TABLE decoy_outbox (
    id         TEXT PRIMARY KEY,
    medium     TEXT NOT NULL,
    payload    BLOB,
    user_id    INTEGER,
    purpose    TEXT,
    attribute  TEXT,
    issue      BLOB,
    created_at INTEGER NOT NULL,
    due_at     INTEGER,
    attempts   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decoy_outbox_due ON decoy_outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX decoy_outbox_by_age ON decoy_outbox (created_at);

CREATE TABLE decoy_events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL,
    payload    TEXT NOT NULL,
    at         INTEGER NOT NULL,
    network    TEXT NOT NULL,
    user_agent TEXT NOT NULL
) STRICT;
CREATE INDEX decoy_events_of_user ON decoy_events (user_id, id);
CREATE INDEX decoy_events_by_age ON decoy_events (at);
