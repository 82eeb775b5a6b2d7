//! The attributes of an account: what may be set, changing them, what others see of them.

pub(crate) mod complete;
pub(crate) mod delete;
pub(crate) mod missing;
pub(crate) mod profile;
pub(crate) mod rules;
pub(crate) mod update;

pub use complete::{CompleteProfileError, complete, missing_attributes};
pub use delete::{DeleteAttributesError, delete};
pub use profile::{Pending, Profile, UserInfo, profile};
pub use rules::MOST_SUBMITTED;
pub use update::{Update, UpdateAttributesError, update, update_with_code};
