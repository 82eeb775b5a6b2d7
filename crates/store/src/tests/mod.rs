//! What holds of the store as a whole, on every database.

mod killed_migrations;
mod plans;
mod sources;
mod sql_location;
