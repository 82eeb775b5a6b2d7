-- Which accounts there have been: a username can't equal the sub of another account, also after that account was deleted. A digest
-- says whether it is the same, and nothing of whose it was.
CREATE TABLE former_subs (
    digest BYTEA PRIMARY KEY                -- SHA-256 of the sub in its canonical form
);
