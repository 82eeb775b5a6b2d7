//! Which account a command is about.

use accounts::admin::{SelectBy, UserSelector};
use clap::{Args, ValueEnum};

/// Which account a command is about.
#[derive(Debug, Args)]
pub struct AccountArgument {
    /// The account's username, its sub, or its email address or phone number.
    account: String,
    /// What ACCOUNT is, where it could name two accounts.
    #[arg(long, value_enum)]
    by: Option<By>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    Sub,
    Username,
    Contact,
}

impl<'a> From<&'a AccountArgument> for UserSelector<'a> {
    fn from(account: &'a AccountArgument) -> Self {
        let by = account.by.map(|by| match by {
            By::Sub => SelectBy::Sub,
            By::Username => SelectBy::Username,
            By::Contact => SelectBy::Contact,
        });
        Self { text: &account.account, by }
    }
}
