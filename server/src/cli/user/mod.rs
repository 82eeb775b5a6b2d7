//! `nameplate user …`: accounts, straight in the store. A server may be running meanwhile.

mod browse;
mod change;
mod import;
mod reading;
mod report;

use super::{configuration, lifecycle, say};
use crate::config::Config;
use clap::{Args, Subcommand, ValueEnum};
use model::Refusal;
use pool::Pool;
use pool::admin::{SelectBy, UserSelector};
use std::error::Error;
use std::fmt;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the accounts, oldest first.
    List(browse::List),
    /// Show one account: its attributes, and what is going on around it.
    Show(browse::Show),
    /// Make a confirmed account.
    Create(change::Create),
    /// Confirm an account whose code never arrived.
    Confirm(change::Confirm),
    /// Change or remove attributes of an account, all of them or none.
    SetAttribute(change::SetAttribute),
    /// Send the person a code for a new password, or set one.
    ResetPassword(change::ResetPassword),
    /// Remove what sign-in asks for beside the password, for somebody who lost it, with the recovery codes.
    ResetMfa(change::Whom),
    /// Let nobody sign in to an account, and end its sessions at once.
    Disable(change::Whom),
    /// Let people sign in to an account again.
    Enable(change::Whom),
    /// Remove an account and everything of it. Its username and contacts are free again.
    Delete(change::Delete),
    /// Write all accounts to standard output, one line of JSON for each, with the hashes of their passwords:
    /// keep it secret. Sessions, codes, the trail, second factors and passkeys are not in it.
    Export,
    /// Import accounts. All of them are checked before the first is written, and no message is sent.
    Import(import::Import),
}

/// Which account a command is about.
#[derive(Debug, Args)]
struct Account {
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

impl<'a> From<&'a Account> for UserSelector<'a> {
    fn from(account: &'a Account) -> Self {
        let by = account.by.map(|by| match by {
            By::Sub => SelectBy::Sub,
            By::Username => SelectBy::Username,
            By::Contact => SelectBy::Contact,
        });
        Self { text: &account.account, by }
    }
}

/// Why there is nothing to work on.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no store at {0} yet: it is made when nameplate first starts, or with the first nameplate user create"
)]
pub(super) struct NoStore(String);

/// What was refused, one line for each field, in the words of the pages.
#[derive(Debug)]
struct Refused(Refusal);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = self.0.form.iter().map(|why| app::text::sentence(*why));
        let fields = self.0.fields.iter().map(|(field, why)| {
            let field = field.to_string();
            let name =
                field.strip_prefix("attributes[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(&field);
            format!("{name}: {}", app::text::sentence(*why).replace('\n', "; "))
        });
        f.write_str(&form.chain(fields).collect::<Vec<_>>().join("\n"))
    }
}

impl Error for Refused {}

impl Command {
    pub(super) async fn run(self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        if !matches!(self, Self::Create(_) | Self::Import(_)) {
            refuse_nothing(&config)?;
        }
        let pool = lifecycle::open(&config).await?;
        let done = self.work(&pool).await;
        pool.store().close().await;
        done
    }

    async fn work(self, pool: &Pool) -> Result<(), Box<dyn Error>> {
        match self {
            Self::List(arguments) => arguments.run(pool).await,
            Self::Show(arguments) => arguments.run(pool).await,
            Self::Create(arguments) => arguments.run(pool).await,
            Self::Confirm(arguments) => arguments.run(pool).await,
            Self::SetAttribute(arguments) => arguments.run(pool).await,
            Self::ResetPassword(arguments) => arguments.run(pool).await,
            Self::ResetMfa(whom) => whom.reset_mfa(pool).await,
            Self::Disable(whom) => whom.disable(pool).await,
            Self::Enable(whom) => whom.enable(pool).await,
            Self::Delete(arguments) => arguments.run(pool).await,
            Self::Export => browse::export(pool).await,
            Self::Import(arguments) => arguments.run(pool).await,
        }
    }
}

/// A store that isn't there is not made by looking into it.
pub(super) fn refuse_nothing(config: &Config) -> Result<(), NoStore> {
    let database = config.server.database();
    if config.server.store_url.is_none() && !database.exists() {
        return Err(NoStore(database.display().to_string()));
    }
    Ok(())
}
