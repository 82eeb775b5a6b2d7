//! Proven contacts: one account owns each, and may sign in with it. Which kinds it has stands with the
//! account besides (`users.proven`), so that whoever looks at it need not look here.

use crate::tables::accounts::undo;
use crate::{Conn, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;

/// Whose contact this is. `key` is canonical ([`ContactKind::key`]).
pub async fn owner(conn: &mut Conn, kind: ContactKind, key: &str) -> Result<Option<UserId>, StoreError> {
    let query = conn.query("SELECT user_id FROM aliases WHERE kind = $1 AND key = $2");
    query
        .bind(kind.as_str())
        .bind(key.to_owned())
        .optional()
        .await?
        .map(|row| Ok(UserId(row.get("user_id")?)))
        .transpose()
}

/// Whether no account that comes can have this contact: one has it, or may get it back.
pub async fn is_taken(
    conn: &mut Conn,
    kind: ContactKind,
    key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(owner(conn, kind, key).await?.is_some() || undo::former_owner(conn, kind, key, now).await?.is_some())
}

/// A contact that somebody has verified.
#[derive(Debug, Clone, Copy)]
pub struct VerifiedContact<'a> {
    /// Which kind.
    pub kind: ContactKind,
    /// In canonical form ([`ContactKind::key`]).
    pub key: &'a str,
    /// When it was verified.
    pub at: Timestamp,
}

/// Makes the contact the account's own, in the place of the one of that kind that it had. The same one once
/// more has been verified since the first time. `false`: it belongs to another account, or another account may
/// get it back until some time after `now`, and nothing was changed.
pub async fn claim(
    tx: &mut Tx,
    user: UserId,
    contact: VerifiedContact<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    // Let go first: one of a kind is all that an account may have. Nobody else can take the old one before
    // this transaction ends, so it can be had back. An UPDATE would fail, and the transaction with it, where
    // another account takes the same contact at this moment; DO NOTHING waits for that account, and answers.
    let query = tx.query("DELETE FROM aliases WHERE user_id = $1 AND kind = $2 RETURNING key, verified_at");
    let row = query.bind(user.0).bind(contact.kind.as_str()).optional().await?;
    let old =
        row.map(|row| Ok::<_, StoreError>((row.get::<String>("key")?, Timestamp(row.get("verified_at")?))));
    let old = old.transpose()?;
    let old = old.as_ref().map(|(key, at)| VerifiedContact { kind: contact.kind, key, at: *at });
    if let Some(old) = old.filter(|old| old.key == contact.key) {
        return insert(tx, user, old).await;
    }
    let mut claimed = insert(tx, user, contact).await?;
    // After the row is there: an account that lets go of the contact at this moment says first that it may get
    // it back.
    if claimed
        && undo::former_owner(tx, contact.kind, contact.key, now).await?.is_some_and(|it| it.user != user)
    {
        remove(tx, user, contact.kind).await?;
        claimed = false;
    }
    match old {
        Some(old) if !claimed => drop(insert(tx, user, old).await?),
        Some(_) | None if claimed => tell_account(tx, user).await?,
        Some(_) | None => {}
    }
    Ok(claimed)
}

async fn remove(tx: &mut Tx, user: UserId, kind: ContactKind) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM aliases WHERE user_id = $1 AND kind = $2");
    Ok(query.bind(user.0).bind(kind.as_str()).run().await? > 0)
}

async fn insert(tx: &mut Tx, user: UserId, contact: VerifiedContact<'_>) -> Result<bool, StoreError> {
    let query = tx.query(
        "INSERT INTO aliases (kind, key, user_id, verified_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    );
    let query = query.bind(contact.kind.as_str()).bind(contact.key.to_owned()).bind(user.0);
    Ok(query.bind(contact.at.0).run().await? == 1)
}

/// Lets go of the account's contact of that kind.
pub async fn release(tx: &mut Tx, user: UserId, kind: ContactKind) -> Result<(), StoreError> {
    if remove(tx, user, kind).await? {
        tell_account(tx, user).await?;
    }
    Ok(())
}

/// Writes with the account what it has here.
async fn tell_account(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let query =
        tx.query("UPDATE users SET proven = COALESCE((SELECT string_agg(kind || ' ' || verified_at, ' ') FROM aliases WHERE user_id = $1), '') WHERE id = $1");
    query.bind(user.0).run().await.map(drop)
}
