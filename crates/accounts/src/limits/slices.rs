//! What a node keeps in memory of the installation's [ceilings](super::ceiling).

use nameplate_core::clock::Timestamp;
use tokio::sync::Mutex;

/// What this node may still spend.
#[derive(Debug, Default)]
pub(crate) struct Ceilings {
    pub(crate) mails: Mutex<Slice>,
    pub(crate) texts: Mutex<Slice>,
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
