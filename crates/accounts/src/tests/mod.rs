//! What the store and the key file promise, told with accounts.

mod crowd;
mod keys;
mod proven;
mod retiring;
mod transfer;
mod upgrade;
