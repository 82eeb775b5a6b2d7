//! What holds of the store as a whole, on every database.

mod crowd;
mod plans;
mod sources;
mod upgrade;
mod walls;
