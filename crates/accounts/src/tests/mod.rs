//! What the store and the key file promise, told with accounts.

mod crowd;
mod ids;
mod keys;
mod proven;
mod retiring;
mod transfer;
mod upgrade;
mod wrong_clock;
