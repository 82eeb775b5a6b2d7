-- What the next account is given, by the name that it has on every database. A sequence gives nothing twice.
CREATE VIEW next_user_id AS SELECT nextval(pg_get_serial_sequence('users', 'id')) AS id;
