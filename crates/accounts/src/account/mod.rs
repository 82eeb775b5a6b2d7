//! What belongs to an account as a whole: its activity, its events, its data, its end.

pub(crate) mod activity;
pub(crate) mod delete;
pub(crate) mod download;
pub(crate) mod events;
pub(crate) mod feed;
pub(crate) mod protection;

pub use activity::{Activity, Entry, PAGE, Turn, activity};
pub use delete::{AccountDeletion, CONFIRMATION, DeleteAccountError, delete, delete_own_user};
pub use download::{DownloadError, PersonalData, may_have_data, personal_data};
pub use events::{Recorded, Stretch, after, listen, stretch_after, subscribe};
pub use feed::News;
