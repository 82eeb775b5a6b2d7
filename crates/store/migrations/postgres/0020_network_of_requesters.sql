-- From where each of them asked: whoever names an account later is looked for among them.
ALTER TABLE requesters ADD COLUMN network BYTEA NOT NULL DEFAULT ''::bytea; -- digest of the network
CREATE INDEX requesters_by_network ON requesters (network);

-- A password that opens nothing any more is forgotten once nobody is told so any longer.
CREATE INDEX users_by_former_until ON users (former_until) WHERE former_until IS NOT NULL;
