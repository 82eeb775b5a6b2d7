//! Limits: what one account, address or network may ask for.

pub(crate) mod ceiling;
pub(crate) mod counters;
pub(crate) mod ladder;
pub(crate) mod names;
pub(crate) mod network;
pub(crate) mod outside;
pub(crate) mod rate;
mod reference;
pub(crate) mod slices;

pub(crate) use counters::{
    Key, clear, count, count_change, count_change_and_load, count_down, count_up, counted, key, key_of,
    knock, left,
};
pub(crate) use ladder::{Ladder, Turn};
pub(crate) use network::{count_from_network, give_network_back};
pub use reference::reference;

pub(crate) use names::{LimitName, Spender, backoff, backoff_with_none_free};
pub(crate) use slices::Ceilings;
