//! Accounts.

use super::{Conn, Row, StoreError, Tx};
use crate::clock::Timestamp;
use crate::identifiers::{ContactKind, Identifier};
use crate::sessions::UserId;

/// What every use case needs of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: UserId,
    pub(crate) sub: String,
    /// As typed; the `sub`, where people have no username.
    pub(crate) username: String,
    pub(crate) confirmed: bool,
    /// A PHC string.
    pub(crate) password_hash: String,
    /// The operator lets nobody sign in to it.
    pub(crate) disabled: bool,
}

impl User {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: UserId(row.get(0)?),
            sub: row.get(1)?,
            username: row.get(2)?,
            confirmed: row.get::<String>(3)? == "confirmed",
            password_hash: row.get(4)?,
            disabled: row.get::<Option<i64>>(5)?.is_some(),
        })
    }

    /// The username, if it was chosen; a `sub` in its place is nothing to show to people.
    pub(crate) fn chosen_username(&self) -> Option<&str> {
        (self.username != self.sub).then_some(self.username.as_str())
    }
}

/// The account of that row.
pub(crate) async fn by_id(conn: &mut Conn, user: UserId) -> Result<Option<User>, StoreError> {
    let query = conn.query("SELECT id, sub, username, status, password_hash, disabled_at FROM users WHERE id = $1");
    query.bind(user.0).optional().await?.as_ref().map(User::read).transpose()
}

/// The account that applications know by this.
pub(crate) async fn by_sub(conn: &mut Conn, sub: &str) -> Result<Option<User>, StoreError> {
    let query = conn.query("SELECT id, sub, username, status, password_hash, disabled_at FROM users WHERE sub = $1");
    query.bind(sub.to_owned()).optional().await?.as_ref().map(User::read).transpose()
}

/// The account that signs in with this: a username, or a proven contact.
pub(crate) async fn by_identifier(conn: &mut Conn, who: &Identifier) -> Result<Option<User>, StoreError> {
    let row = match who {
        Identifier::Username(key) => {
            let query = conn.query("SELECT id, sub, username, status, password_hash, disabled_at FROM users WHERE username_key = $1");
            query.bind(key.clone()).optional().await?
        }
        Identifier::Contact(kind, key) => {
            let query = conn.query(
                "SELECT u.id, u.sub, u.username, u.status, u.password_hash, u.disabled_at
                 FROM aliases a JOIN users u ON u.id = a.user_id WHERE a.kind = $1 AND a.key = $2",
            );
            query.bind(kind.as_str()).bind(key.clone()).optional().await?
        }
    };
    row.as_ref().map(User::read).transpose()
}

/// The unconfirmed account that was signed up with this.
pub(crate) async fn unconfirmed_by_identifier(conn: &mut Conn, who: &Identifier) -> Result<Option<User>, StoreError> {
    let query = conn.query("SELECT id, sub, username, status, password_hash, disabled_at FROM users WHERE sign_up_key = $1");
    query.bind(who.to_key()).optional().await?.as_ref().map(User::read).transpose()
}

/// Takes the account's row for this transaction, and reads it. The first statement of every read-modify-write: where
/// there is more than one writer it decides who is first. `None`: the account is gone.
pub(crate) async fn lock(tx: &mut Tx, user: UserId) -> Result<Option<User>, StoreError> {
    let query =
        tx.query("UPDATE users SET updated_at = updated_at WHERE id = $1 RETURNING id, sub, username, status, password_hash, disabled_at");
    query.bind(user.0).optional().await?.as_ref().map(User::read).transpose()
}

/// A new account, or the next try at an unconfirmed one.
#[derive(Debug, Clone)]
pub(crate) struct NewUser<'a> {
    pub(crate) sub: &'a str,
    /// `None`: the `sub` is the username.
    pub(crate) username: Option<&'a str>,
    /// What the unconfirmed account is found by: its username, or its contact.
    pub(crate) identifier: &'a Identifier,
    pub(crate) password_hash: &'a str,
}

/// Signs up. An unconfirmed account reserves nothing: one with the same identifier gets the new password, and the
/// caller replaces the rest. `None`: the username belongs to a confirmed account.
pub(crate) async fn sign_up(tx: &mut Tx, new: &NewUser<'_>, now: Timestamp) -> Result<Option<(UserId, String)>, StoreError> {
    // The two differ in what may collide: a username is unique among all accounts, a contact among the unconfirmed.
    let (sql, username_key) = match new.identifier {
        Identifier::Username(key) => (
            "INSERT INTO users (sub, username, username_key, sign_up_key, status, password_hash, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'unconfirmed', $5, $6, $6)
             ON CONFLICT (username_key) DO UPDATE SET username = excluded.username, password_hash = excluded.password_hash,
                 created_at = excluded.created_at, updated_at = excluded.updated_at
             WHERE users.status = 'unconfirmed'
             RETURNING id, sub",
            key.as_str(),
        ),
        Identifier::Contact(..) => (
            "INSERT INTO users (sub, username, username_key, sign_up_key, status, password_hash, created_at, updated_at)
             VALUES ($1, $2, $3, $4, 'unconfirmed', $5, $6, $6)
             ON CONFLICT (sign_up_key) DO UPDATE SET password_hash = excluded.password_hash,
                 created_at = excluded.created_at, updated_at = excluded.updated_at
             WHERE users.status = 'unconfirmed'
             RETURNING id, sub",
            new.sub,
        ),
    };
    let row = tx
        .query(sql)
        .bind(new.sub.to_owned())
        .bind(new.username.unwrap_or(new.sub).to_owned())
        .bind(username_key.to_owned())
        .bind(new.identifier.to_key())
        .bind(new.password_hash.to_owned())
        .bind(now.0)
        .optional()
        .await?;
    row.map(|row| Ok((UserId(row.get(0)?), row.get(1)?))).transpose()
}

/// Confirms the account. `false`: it was confirmed before.
pub(crate) async fn confirm(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<bool, StoreError> {
    let query = tx.query(
        "UPDATE users SET status = 'confirmed', sign_up_key = NULL, confirmed_at = $2, updated_at = $2
         WHERE id = $1 AND status = 'unconfirmed'",
    );
    Ok(query.bind(user.0).bind(now.0).run().await? == 1)
}

/// Gives an unconfirmed account that is found by its contact another one. An abandoned sign-up with that contact
/// makes way.
pub(crate) async fn change_sign_up_key(tx: &mut Tx, user: UserId, kind: ContactKind, key: &str) -> Result<(), StoreError> {
    let key = Identifier::Contact(kind, key.to_owned()).to_key();
    tx.query("DELETE FROM users WHERE sign_up_key = $1 AND id <> $2 AND status = 'unconfirmed'")
        .bind(key.clone())
        .bind(user.0)
        .run()
        .await?;
    tx.query("UPDATE users SET sign_up_key = $2 WHERE id = $1 AND status = 'unconfirmed'").bind(user.0).bind(key).run().await?;
    Ok(())
}

/// Gives the account another password, which is its owner's own.
pub(crate) async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM temporary_passwords WHERE user_id = $1").bind(user.0).run().await?;
    tx.query("UPDATE users SET password_hash = $2 WHERE id = $1").bind(user.0).bind(hash.to_owned()).run().await?;
    Ok(())
}

/// Notes that the operator knows the password: its owner chooses another one at the next sign-in.
pub(crate) async fn mark_temporary(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO temporary_passwords (user_id, set_at) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET set_at = excluded.set_at",
    )
    .bind(user.0)
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}

/// Whether the password is one that the operator knows.
pub(crate) async fn has_temporary_password(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let query = conn.query("SELECT 1 FROM temporary_passwords WHERE user_id = $1").bind(user.0);
    Ok(query.optional().await?.is_some())
}

/// Replaces the hash, unless the password was changed meanwhile.
pub(crate) async fn rehash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> Result<(), StoreError> {
    tx.query("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(user.0)
        .bind(old.to_owned())
        .bind(new.to_owned())
        .run()
        .await?;
    Ok(())
}

/// Disables the account from this moment on, or (`None`) enables it again.
pub(crate) async fn set_disabled(tx: &mut Tx, user: UserId, since: Option<Timestamp>) -> Result<(), StoreError> {
    tx.query("UPDATE users SET disabled_at = $2 WHERE id = $1").bind(user.0).bind(since.map(|it| it.0)).run().await?;
    Ok(())
}

/// Removes the account with all that belongs to it: what it was found by is free again.
pub(crate) async fn delete(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM users WHERE id = $1").bind(user.0).run().await?;
    Ok(())
}
