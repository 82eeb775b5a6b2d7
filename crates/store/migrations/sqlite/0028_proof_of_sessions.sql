-- What proved who began a session: a passkey or a code that did stands in for the password where one is asked for once more.
ALTER TABLE sessions ADD COLUMN proof TEXT NOT NULL DEFAULT 'password'; -- 'password', 'passkey' or 'code'
