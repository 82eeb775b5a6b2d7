-- Passwords that the operator knows: at the next sign-in their owner chooses another one.
CREATE TABLE temporary_passwords (
    user_id BIGINT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    set_at  BIGINT NOT NULL
);
