-- Whether whoever added a passkey passed the second step to do so: such a one survives a reset of the password, however new it is.
ALTER TABLE passkeys ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0; -- 1: yes
