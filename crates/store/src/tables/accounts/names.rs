//! Usernames, subs and names in SRP are one space of names: a username can't equal the `sub` of another account,
//! living or deleted, nor be what an account may be called in SRP. What names two accounts would let an administrator act on the wrong one.

use crate::tables::accounts::former_subs;
use crate::tables::pending::waiting;
use crate::tables::service::meta;
use crate::{Conn, StoreError, Tx};
use nameplate_core::identifiers::{Identifier, username_key};
use nameplate_core::keys::Keys;
use nameplate_core::srp_id;

/// The row of `meta` that orders those who compare usernames with subs.
const LOCK: &str = "names";

/// Whether this could be a `sub`: most usernames are compared with nothing.
fn has_form_of_sub(key: &str) -> bool {
    uuid::Uuid::parse_str(key).is_ok()
}

/// Whether the username with this key is the `sub` of another account, living or deleted, or carries the mark of
/// names in SRP, real or made up. Its own `sub` an account may have as its username. This is the rule; every place
/// where an account gets its username asks it.
pub async fn taken_by_id(
    conn: &mut Conn,
    keys: &Keys,
    key: &str,
    own_sub: Option<&str>,
) -> Result<bool, StoreError> {
    if !has_form_of_sub(key) || own_sub.is_some_and(|sub| username_key(sub) == key) {
        return Ok(false);
    }
    if srp_id::is_marked(keys, key) {
        return Ok(true);
    }
    // Subs are in lower case, but for some that older versions imported as they were.
    let query = conn.query(
        "SELECT 1 FROM users WHERE sub IN ($1, $2)
         UNION ALL SELECT 1 FROM former_subs WHERE digest = $3",
    );
    let found = query
        .bind(key.to_owned())
        .bind(key.to_ascii_uppercase())
        .bind(former_subs::digest(key))
        .optional()
        .await?;
    Ok(found.is_some())
}

/// The same for somebody who signs up: a sign-up that waits by that name has a `sub` of its own.
pub async fn is_id_of_another(tx: &mut Tx, keys: &Keys, who: &Identifier) -> Result<bool, StoreError> {
    let Identifier::Username(key) = who else { return Ok(false) };
    if !has_form_of_sub(key) {
        return Ok(false);
    }
    lock(tx).await?;
    let waiting = waiting::all_by_name(tx, &who.to_key()).await?;
    let own = waiting.iter().find(|it| username_key(&it.user.sub) == *key);
    taken_by_id(tx, keys, key, own.map(|it| it.user.sub.as_str())).await
}

/// The other direction, for a `sub` that is brought along: whether it is the username of another account. A
/// sign-up that waits reserves nothing.
pub async fn taken_by_username(conn: &mut Conn, sub: &str) -> Result<bool, StoreError> {
    let query =
        conn.query("SELECT 1 FROM users WHERE username_key = $1 AND sub <> $2 AND status = 'confirmed'");
    Ok(query.bind(username_key(sub)).bind(sub.to_owned()).optional().await?.is_some())
}

/// Lets one transaction at a time compare usernames with subs where several write: of two that bring the same
/// text, one as a username and one as a `sub`, neither would see the other. It comes before any account's
/// row.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.has_concurrent_writers() {
        meta::set_once(tx, LOCK, "").await?;
    }
    Ok(())
}

/// The same for a username that could be a `sub`: most take nothing.
pub async fn lock_for(tx: &mut Tx, key: &str) -> Result<(), StoreError> {
    if has_form_of_sub(key) { lock(tx).await } else { Ok(()) }
}
