//! What an operator does to accounts, and what their people notice.

mod accounts;
mod moving_in;
mod names;
mod standing;

use super::create_user::{CreateUserError, FirstPassword, NewUser, UserCreated};
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
    pool.create_user(new_user(username, &[("email", email)])).await
}
