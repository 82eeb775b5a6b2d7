//! The code of a new account: who enters which, how often, and what becomes of the account.

mod codes;
mod contested;
mod races;

use crate::one_time_codes::CodeFault;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::start;
use crate::testing::{self, TestPool};
use nameplate_core::identity::{BrowserTicket, Origin};

fn fault<T: std::fmt::Debug>(result: Result<T, ConfirmSignUpError>) -> CodeFault {
    match result {
        Err(ConfirmSignUpError::Code(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

const OTHERS: &str = "another+Password-1";

/// Somebody signs up somewhere, with this password, which is the postal address as well.
async fn attempt(pool: &TestPool, origin: &Origin, email: &str, password: &str) -> BrowserTicket {
    let mut form = testing::form("jdoe", &[("email", email), ("address", password)]);
    form.password = model::Password::new(password);
    start::start(&pool.handle(), &pool.client(), form, origin).await.unwrap().ticket
}
