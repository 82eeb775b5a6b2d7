-- Codes that people ask for who have not signed in: to confirm a sign-up, or to set a new password. Each belongs to who asked for it,
-- so nobody's request or try ends another's.
CREATE TABLE requested_codes (
    issue      BYTEA PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT COLLATE "C" NOT NULL, -- 'sign_up', 'reset'
    attribute TEXT COLLATE "C" NOT NULL,
    value      TEXT NOT NULL,               -- what the code proves
    contact    TEXT COLLATE "C" NOT NULL, -- the same in canonical form: 'email:…', 'phone_number:…'
    digest     BYTEA NOT NULL,               -- HMAC over purpose, user, attribute, value, issue and code
    network    BYTEA NOT NULL,               -- digest of the network that asked first
    sent_at    BIGINT NOT NULL,            -- later than now: it waits to be sent, and can't be entered yet
    expires_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL,            -- by those who only know the name
    used_at    BIGINT,
    message TEXT COLLATE "C"                         -- the row of the outbox that carries it
);
CREATE INDEX requested_codes_of_user ON requested_codes (user_id, purpose, sent_at);
CREATE INDEX requested_codes_to_contact ON requested_codes (contact, purpose, sent_at);
CREATE INDEX requested_codes_in_message ON requested_codes (message) WHERE message IS NOT NULL;
CREATE INDEX requested_codes_by_end ON requested_codes (expires_at);

-- Who asked for a code: a browser, a ticket, or a network.
CREATE TABLE requesters (
    issue     BYTEA NOT NULL REFERENCES requested_codes (issue) ON DELETE CASCADE,
    requester BYTEA NOT NULL,
    attempts  BIGINT NOT NULL,
    PRIMARY KEY (issue, requester)
);

INSERT INTO requested_codes
SELECT c.issue, c.user_id, c.purpose, c.attribute, c.value, '', c.digest, ''::bytea, c.sent_at, c.expires_at, 0, c.used_at, o.id
FROM codes c LEFT JOIN outbox o ON o.issue = c.issue AND o.due_at IS NOT NULL
WHERE c.purpose IN ('sign_up', 'reset');
INSERT INTO requesters
SELECT c.issue, t.hash, c.attempts FROM codes c JOIN sign_up_tickets t ON t.user_id = c.user_id WHERE c.purpose = 'sign_up';
DELETE FROM codes WHERE purpose IN ('sign_up', 'reset');
