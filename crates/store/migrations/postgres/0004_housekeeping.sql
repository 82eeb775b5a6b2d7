-- What has run its course is found without looking at what hasn't.
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_last_use ON sessions (last_seen_at);
CREATE INDEX sign_up_tickets_by_end ON sign_up_tickets (expires_at);
CREATE INDEX users_unconfirmed ON users (created_at) WHERE status = 'unconfirmed';
CREATE INDEX events_by_age ON events (at);
CREATE INDEX outbox_done ON outbox (created_at) WHERE due_at IS NULL;
