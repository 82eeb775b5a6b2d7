//! What a node keeps in memory of the installation's [ceilings](super::ceiling).

use nameplate_core::clock::Timestamp;
use std::sync::Mutex as StdMutex;
use tokio::sync::Mutex;

/// What this node may still spend.
#[derive(Debug, Default)]
pub(crate) struct Ceilings {
    pub(crate) mails: Mutex<Slice>,
    pub(crate) texts: Mutex<Slice>,
    /// What is outside of the ceilings: only counted.
    pub(crate) other_mails: StdMutex<Share>,
    pub(crate) other_texts: StdMutex<Share>,
}

/// A part of what is counted in an hour. The first is one message, and each following twice as large as the one
/// before: a command that sends a single one takes no more.
#[derive(Debug, Default)]
pub(crate) struct Share {
    pub(crate) left: u32,
    /// When the hour ends that it is a part of.
    pub(crate) until: Timestamp,
    /// How large the last one was.
    pub(crate) size: u32,
}

/// A part of what the installation sends in an hour.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    pub(crate) left: u32,
    /// When the hour ends that it is a part of.
    pub(crate) until: Timestamp,
    /// Whether there is no other one in this hour.
    pub(crate) is_last: bool,
}
