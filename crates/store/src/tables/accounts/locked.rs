//! The account that a read-modify-write works on.

use crate::tables::accounts::profile::{self, Account};
use crate::tables::accounts::users::{self, User};
use crate::{StoreError, Tx};
use nameplate_core::identity::UserId;

/// An account as it stood when the transaction took its row: until that ends nobody else changes it. What the
/// transaction itself writes isn't seen in it.
///
/// Only [`lock`](Self::lock) and the counters of changes in [`limits`](crate::limits) make one, and both take
/// the row before they read. What writes on an account asks for one, so that it can't be called without.
#[derive(Debug)]
pub struct LockedAccount {
    user: User,
    account: Account,
}

impl LockedAccount {
    /// Takes the account's row for this transaction, and loads the account: the first statements of a
    /// read-modify-write, on SQLite in one batch. They are the same for nobody. `None`: the account is gone.
    pub async fn lock(tx: &mut Tx, user: UserId) -> Result<Option<Self>, StoreError> {
        let rows = tx.read_all(vec![users::lock_statement(user), profile::statement(user)]).await?;
        match rows.as_slice() {
            [user, account] => Ok(Some(Self::new(User::read(user)?, Account::read(account)?))),
            _ => Ok(None),
        }
    }

    /// What was read after the row was taken.
    pub(in crate::tables) const fn new(user: User, account: Account) -> Self {
        Self { user, account }
    }

    /// The account's number in the store.
    pub const fn id(&self) -> UserId {
        self.user.id
    }

    /// Its row: the password, and whether it may sign in.
    pub const fn user(&self) -> &User {
        &self.user
    }

    /// What it shows: names, attributes, contacts, and the codes that it waits for.
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// The account as it was when the row was taken, for what is told of it after the transaction.
    pub fn into_account(self) -> Account {
        self.account
    }
}
