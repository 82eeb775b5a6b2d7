//! Passkeys: signing in with a key that a device keeps.

pub(crate) mod add;
pub(crate) mod bounds;
pub(crate) mod ceremony;
pub(crate) mod keep;
pub(crate) mod list;
pub(crate) mod questions;
pub(crate) mod remove;

pub use add::{AddPasskeyError, NewPasskey, add_passkey, ask_for_new_passkey};
pub use bounds::{LONGEST_NAME, MOST, PATIENCE};
pub use keep::{KeepPasskeyError, keep_passkey};
pub use list::{Passkey, list};
pub use questions::{Question, passkey_domain};
pub use remove::{RemovePasskeyError, remove_passkey};
