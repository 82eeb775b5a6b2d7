//! What an operator does to accounts, and what their people notice.

pub(crate) mod account_status;
pub(crate) mod accounts;
pub(crate) mod import_users;
pub(crate) mod names;

use crate::admin::create_user::{self, CreateUserError, FirstPassword, NewUser, UserCreated};
use crate::testing::{PASSWORD, TestPool};
use model::Password;

/// An account with [`PASSWORD`] and these attributes.
fn new_user(username: &str, attributes: &[(&str, &str)]) -> NewUser {
    let attributes =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let password = FirstPassword::Permanent(Password::new(PASSWORD));
    NewUser { username: Some(username.into()), password, attributes, verified: true }
}

async fn create(pool: &TestPool, username: &str, email: &str) -> Result<UserCreated, CreateUserError> {
    create_user::create_user(pool, new_user(username, &[("email", email)])).await
}
