//! `nameplate user …`: accounts, straight in the store. A server may be running meanwhile.

mod account;
mod browse;
mod change;
mod import;
mod reading;
mod refused;
mod report;

use super::setup::{configuration, require_store};
use crate::lifecycle::store;
use accounts::{Context, Role};
use clap::Subcommand;
use std::error::Error;

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
    ResetMfa(change::ResetMfa),
    /// Let nobody undo the latest changes of an account's contacts and second factors.
    VoidUndo(change::Whom),
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

impl Command {
    pub(super) async fn run(self) -> Result<(), Box<dyn Error>> {
        let config = configuration()?;
        if !matches!(self, Self::Create(_) | Self::Import(_)) {
            require_store(&config)?;
        }
        let pool = store::open(&config, Role::Helps).await?;
        let done = self.work(&pool).await;
        pool.store().close().await;
        done
    }

    async fn work(self, pool: &Context) -> Result<(), Box<dyn Error>> {
        match self {
            Self::List(arguments) => arguments.run(pool).await,
            Self::Show(arguments) => arguments.run(pool).await,
            Self::Create(arguments) => arguments.run(pool).await,
            Self::Confirm(arguments) => arguments.run(pool).await,
            Self::SetAttribute(arguments) => arguments.run(pool).await,
            Self::ResetPassword(arguments) => arguments.run(pool).await,
            Self::ResetMfa(arguments) => arguments.run(pool).await,
            Self::VoidUndo(whom) => whom.void_undo(pool).await,
            Self::Disable(whom) => whom.disable(pool).await,
            Self::Enable(whom) => whom.enable(pool).await,
            Self::Delete(arguments) => arguments.run(pool).await,
            Self::Export => browse::export(pool).await,
            Self::Import(arguments) => arguments.run(pool).await,
        }
    }
}
