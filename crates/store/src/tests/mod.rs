//! What holds of the store as a whole, on every database.

mod plans;
mod sources;
mod walls;
