-- A sign-up that waits for its code is a row of its own for each name and contact: of several people who sign up with one name, each
-- keeps what they entered, and whoever proves a contact confirms the row of that contact. Until then the row has no username that
-- another could collide with.
ALTER TABLE users ADD COLUMN sign_up_name TEXT COLLATE "C";       -- 'username:…', or the contact where people have no username; NULL once confirmed
ALTER TABLE users ADD COLUMN sign_up_contact TEXT COLLATE "C";      -- 'email:…', 'phone_number:…': where the code goes; '' where there is none, '?' until the next start
ALTER TABLE users ADD COLUMN contested BIGINT NOT NULL DEFAULT 0; -- 1: somebody else has tried the same with another password
ALTER TABLE users ADD COLUMN former_password TEXT;      -- hash of the last password of an account that has none; it opens nothing
ALTER TABLE users ADD COLUMN former_until BIGINT;      -- until when whoever enters it is told so; NULL: always
UPDATE users
SET sign_up_name = sign_up_key,
    sign_up_contact = CASE WHEN sign_up_key LIKE 'username:%' THEN '?' ELSE sign_up_key END,
    username_key = CASE WHEN sign_up_key LIKE 'username:%' THEN ' ' || sub ELSE username_key END
WHERE status = 'unconfirmed';
CREATE INDEX users_by_sign_up_name ON users (sign_up_name, created_at) WHERE sign_up_name IS NOT NULL;
CREATE INDEX users_by_sign_up_contact ON users (sign_up_contact, created_at) WHERE sign_up_contact IS NOT NULL;

ALTER TABLE sign_up_tickets ADD COLUMN holder BIGINT NOT NULL DEFAULT 1; -- 1: of whoever knows the row's password
ALTER TABLE sign_up_tickets ADD COLUMN attributes BYTEA;                   -- what was entered with it, sealed under the key file
ALTER TABLE sign_up_tickets ADD COLUMN proven_at BIGINT;                 -- when the right code was entered with it: a password is next
