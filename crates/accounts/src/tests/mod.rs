//! What the store and the key file promise, told with accounts.

mod concurrency;
mod ids;
mod keys;
mod retire_keys;
mod transfer;
mod upgrade;
mod verified_contacts;
mod wrong_clock;
