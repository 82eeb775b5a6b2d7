//! What an administrator does to accounts, whoever they belong to. Each use case has its file, as those of
//! people do.
//!
//! The command line runs these beside a program that serves, in a process of its own. On SQLite that is one
//! more writer: each takes the file's lock when its transaction begins (`BEGIN IMMEDIATE`) and waits for the
//! others', so what a transaction reads stays as it is until it ends.

pub(crate) mod browse;
pub(crate) mod confirm_user;
pub(crate) mod create_user;
pub(crate) mod delete_user;
pub(crate) mod disable_user;
pub(crate) mod import_users;
pub(crate) mod record;
pub(crate) mod reset_mfa;
pub(crate) mod reset_user_password;
pub(crate) mod selection;
#[cfg(test)]
mod tests;
pub(crate) mod update_user;
pub(crate) mod void_undo;

pub use browse::{PAGE, Page, ShowUserError, Shown, export_users, find_user, list_users};
pub use confirm_user::{ConfirmUserError, Confirming, UserConfirmed, confirm_user};
pub use create_user::{CreateUserError, FirstPassword, NewUser, UserCreated, create_user};
pub use delete_user::{DeleteUserError, delete_user};
pub use disable_user::{DisableUserError, disable_user, enable_user};
pub use import_users::arrival::{Arrival, Elsewhere};
pub use import_users::judge::plan_import;
pub use import_users::remarks::{Change, Obstacle, Remark, Remarked};
pub use import_users::{
    ImportFault, ImportPlan, ImportRules, ImportUsersError, Skipped, Unknown, Wrong, import_users,
};
pub use record::{Moment, NotAMoment, Record, Status};
pub use reset_mfa::{ResetMfaError, reset_mfa};
pub use reset_user_password::{
    ResetCodeSent, ResetUserPasswordError, reset_user_password, set_user_password,
};
pub use selection::{NotSelected, SelectBy, UserChanged, UserLabel, UserSelector};
pub use update_user::{UpdateUserError, UserUpdated, Vouching, update_user};
pub use void_undo::{VoidUndoError, void_undo};
