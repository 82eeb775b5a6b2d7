//! What an account was before a change that can be undone.

use crate::engine::readable;
use crate::tables::accounts::locked::LockedAccount;
use crate::{Conn, Row, StoreError, Tx};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;
use nameplate_core::secretive;

/// A change that can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the store knows its link by.
    pub hash: Vec<u8>,
    /// Whose it is.
    pub user: UserId,
    /// When it was made.
    pub made_at: Timestamp,
    /// From when on it can't be undone.
    pub ends_at: Timestamp,
}

impl Change {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            hash: row.get("hash")?,
            user: UserId(row.get("user_id")?),
            made_at: Timestamp(row.get("made_at")?),
            ends_at: Timestamp(row.get("ends_at")?),
        })
    }
}

/// A contact that an account had before a change.
#[derive(Clone, PartialEq, Eq)]
pub struct FormerContact {
    /// Which kind.
    pub kind: ContactKind,
    /// As it was written.
    pub value: String,
    /// The same in canonical form.
    pub key: String,
    /// Since when it was verified. `None`: it wasn't.
    pub verified_at: Option<Timestamp>,
}

secretive!(FormerContact);

/// A change that is about to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewChange<'a> {
    /// SHA-256 of the secret of its link.
    pub hash: &'a [u8],
    /// Now.
    pub made_at: Timestamp,
    /// From when on it can't be undone.
    pub ends_at: Timestamp,
}

/// Keeps the account as it is before the change, whose row the transaction holds.
pub async fn keep(tx: &mut Tx, locked: &LockedAccount, change: NewChange<'_>) -> Result<(), StoreError> {
    let (user, account) = (locked.id(), locked.account());
    tx.query(
        "INSERT INTO undoable_changes (hash, user_id, number, made_at, ends_at)
         VALUES ($1, $2, (SELECT COALESCE(MAX(number), 0) + 1 FROM undoable_changes WHERE user_id = $2), $3, $4)",
    )
    .bind(change.hash.to_vec())
    .bind(user.0)
    .bind(change.made_at.0)
    .bind(change.ends_at.0)
    .run()
    .await?;
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        let Some(value) = account.contact(kind) else { continue };
        let contact = FormerContact {
            kind,
            value: value.to_owned(),
            key: kind.key(value).unwrap_or_else(|| value.to_owned()),
            verified_at: account.verified_at.get(&kind).copied(),
        };
        keep_contact(tx, change, contact).await?;
    }
    for what in KEPT {
        tx.query(what).bind(change.hash.to_vec()).bind(user.0).run().await?;
    }
    Ok(())
}

async fn keep_contact(tx: &mut Tx, change: NewChange<'_>, contact: FormerContact) -> Result<(), StoreError> {
    let query = tx.query(
        "INSERT INTO former_contacts (change, kind, value, key, verified_at) VALUES ($1, $2, $3, $4, $5)",
    );
    let query = query.bind(change.hash.to_vec()).bind(contact.kind.as_str()).bind(contact.value);
    query.bind(contact.key).bind(contact.verified_at.map(|at| at.0)).run().await.map(drop)
}

/// What is kept as it stands in its tables.
const KEPT: [&str; 3] = [
    "INSERT INTO former_factors (change, kind, secret, last_step, enabled_at, preferred, used_at, goes_at)
     SELECT $1, kind, secret, last_step, enabled_at, preferred, used_at, goes_at FROM factors WHERE user_id = $2",
    "INSERT INTO former_recovery_codes (change, digest, created_at, used_at)
     SELECT $1, digest, created_at, used_at FROM recovery_codes WHERE user_id = $2",
    "INSERT INTO former_passkeys (change, credential) SELECT $1, credential FROM passkeys WHERE user_id = $2",
];

/// A recovery code that is spent is spent in what is kept too: it works once, whatever is undone.
pub(in crate::tables) async fn recovery_code_spent(
    tx: &mut Tx,
    user: UserId,
    digest: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "UPDATE former_recovery_codes SET used_at = $3 WHERE digest = $2 AND used_at IS NULL
         AND change IN (SELECT hash FROM undoable_changes WHERE user_id = $1)",
    )
    .bind(user.0)
    .bind(digest.to_vec())
    .bind(now.0)
    .run()
    .await
    .map(drop)
}

/// The change of that link, while it can be undone.
pub async fn by_hash(conn: &mut Conn, hash: &[u8], now: Timestamp) -> Result<Option<Change>, StoreError> {
    let query = conn.query(
        "SELECT hash, user_id, made_at, ends_at FROM undoable_changes WHERE hash = $1 AND ends_at > $2",
    );
    query.bind(hash.to_vec()).bind(now.0).optional().await?.as_ref().map(Change::read).transpose()
}

/// What of the account can be undone, the earliest first.
pub async fn of_user(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Vec<Change>, StoreError> {
    let query = conn.query(
        "SELECT hash, user_id, made_at, ends_at FROM undoable_changes
         WHERE user_id = $1 AND ends_at > $2 ORDER BY number",
    );
    query.bind(user.0).bind(now.0).all().await?.iter().map(Change::read).collect()
}

/// Which account may get back a contact that it had, and until when: the change that lasts longest.
pub async fn former_owner(
    conn: &mut Conn,
    kind: ContactKind,
    key: &str,
    now: Timestamp,
) -> Result<Option<Change>, StoreError> {
    let query = conn.query(
        "SELECT c.hash, c.user_id, c.made_at, c.ends_at FROM former_contacts f JOIN undoable_changes c ON c.hash = f.change
         WHERE f.kind = $1 AND f.key = $2 AND f.verified_at IS NOT NULL AND c.ends_at > $3
         ORDER BY c.ends_at DESC LIMIT 1",
    );
    let query = query.bind(kind.as_str()).bind(key.to_owned()).bind(now.0);
    query.optional().await?.as_ref().map(Change::read).transpose()
}

/// The contacts before that change.
pub async fn contacts(conn: &mut Conn, change: &Change) -> Result<Vec<FormerContact>, StoreError> {
    let query = conn
        .query("SELECT kind, value, key, verified_at FROM former_contacts WHERE change = $1 ORDER BY kind");
    let rows = query.bind(change.hash.clone()).all().await?;
    Ok(readable(&rows, "former_contacts", |row| {
        Ok(FormerContact {
            kind: super::profile::kind(&row.get::<String>("kind")?)?,
            value: row.get("value")?,
            key: row.get("key")?,
            verified_at: row.get::<Option<i64>>("verified_at")?.map(Timestamp),
        })
    }))
}

/// The second factors that were on before that change.
pub async fn factors_on(conn: &mut Conn, change: &Change) -> Result<Vec<Factor>, StoreError> {
    let query = conn
        .query("SELECT kind FROM former_factors WHERE change = $1 AND enabled_at IS NOT NULL ORDER BY kind");
    let rows = query.bind(change.hash.clone()).all().await?;
    let read = |row: &Row| {
        row.get::<String>("kind")?.parse().map_err(|_| StoreError::unreadable("an unknown second factor"))
    };
    rows.iter().map(read).collect()
}

/// Whether the account's app was another one before that change.
pub async fn is_app_replaced(conn: &mut Conn, change: &Change) -> Result<bool, StoreError> {
    let query = conn.query(
        "SELECT 1 FROM former_factors f JOIN factors n ON n.user_id = $1 AND n.kind = f.kind
         WHERE f.change = $2 AND f.enabled_at IS NOT NULL AND n.enabled_at IS NOT NULL AND f.secret <> n.secret",
    );
    Ok(query.bind(change.user.0).bind(change.hash.clone()).optional().await?.is_some())
}

/// What the account's passkeys are called that were added since.
pub async fn passkeys_since(conn: &mut Conn, change: &Change) -> Result<Vec<String>, StoreError> {
    let query = conn.query(
        "SELECT name FROM passkeys WHERE user_id = $1
         AND credential NOT IN (SELECT credential FROM former_passkeys WHERE change = $2) ORDER BY created_at, credential",
    );
    query
        .bind(change.user.0)
        .bind(change.hash.clone())
        .all()
        .await?
        .iter()
        .map(|row| row.get("name"))
        .collect()
}

/// Makes second factors, recovery codes and passkeys what they were before that change. A factor that is on
/// and wasn't stays until `goes_at`; while there is no other, the recovery codes that came with it do too.
pub async fn restore(tx: &mut Tx, change: &Change, goes_at: Timestamp) -> Result<(), StoreError> {
    let (user, hash) = (change.user, &change.hash);
    tx.query(
        "UPDATE factors SET goes_at = $3 WHERE user_id = $1 AND enabled_at IS NOT NULL AND goes_at IS NULL
         AND kind NOT IN (SELECT kind FROM former_factors WHERE change = $2 AND enabled_at IS NOT NULL)",
    )
    .bind(user.0)
    .bind(hash.clone())
    .bind(goes_at.0)
    .run()
    .await?;
    for what in RESTORED {
        tx.query(what).bind(user.0).bind(hash.clone()).run().await?;
    }
    Ok(())
}

/// In this order. A code of an app that was entered since stays spent, and so does a recovery code.
const RESTORED: [&str; 5] = [
    "INSERT INTO factors (user_id, kind, secret, last_step, enabled_at, preferred, used_at, goes_at)
     SELECT $1, kind, secret, last_step, enabled_at, preferred, used_at, goes_at FROM former_factors
     WHERE change = $2 AND (enabled_at IS NOT NULL
         OR kind NOT IN (SELECT kind FROM factors WHERE user_id = $1 AND goes_at IS NOT NULL))
     ON CONFLICT (user_id, kind) DO UPDATE SET secret = excluded.secret, pending = NULL, pending_at = NULL,
         last_step = CASE WHEN factors.last_step > COALESCE(excluded.last_step, 0)
                          THEN factors.last_step ELSE excluded.last_step END,
         enabled_at = excluded.enabled_at, preferred = excluded.preferred, used_at = excluded.used_at,
         goes_at = excluded.goes_at",
    "DELETE FROM factors WHERE user_id = $1 AND goes_at IS NULL
     AND kind NOT IN (SELECT kind FROM former_factors WHERE change = $2)",
    "DELETE FROM recovery_codes WHERE user_id = $1
     AND digest NOT IN (SELECT digest FROM former_recovery_codes WHERE change = $2)
     AND (EXISTS (SELECT 1 FROM former_recovery_codes WHERE change = $2)
          OR NOT EXISTS (SELECT 1 FROM factors WHERE user_id = $1 AND enabled_at IS NOT NULL))",
    "INSERT INTO recovery_codes (user_id, digest, created_at, used_at)
     SELECT $1, digest, created_at, used_at FROM former_recovery_codes WHERE change = $2
     ON CONFLICT (user_id, digest) DO NOTHING",
    "DELETE FROM passkeys WHERE user_id = $1
     AND credential NOT IN (SELECT credential FROM former_passkeys WHERE change = $2)",
];

/// Nothing of the account can be undone any more. How much there was.
pub async fn end_all(tx: &mut Tx, user: UserId) -> Result<u64, StoreError> {
    tx.query("DELETE FROM undoable_changes WHERE user_id = $1").bind(user.0).run().await
}

/// Nobody gets this contact back: whoever has proven it begins anew with it. What would be left without an
/// email address that way can't be undone any more.
pub async fn begin_anew(tx: &mut Tx, kind: ContactKind, key: &str) -> Result<(), StoreError> {
    for what in BEGUN_ANEW {
        tx.query(what).bind(kind.as_str()).bind(key.to_owned()).run().await?;
    }
    Ok(())
}

const BEGUN_ANEW: [&str; 2] = [
    "DELETE FROM undoable_changes WHERE hash IN (
         SELECT f.change FROM former_contacts f WHERE f.kind = $1 AND f.key = $2 AND f.verified_at IS NOT NULL
         AND NOT EXISTS (
             SELECT 1 FROM former_contacts o WHERE o.change = f.change AND o.kind = 'email' AND o.verified_at IS NOT NULL
             AND NOT (o.kind = $1 AND o.key = $2)))",
    "DELETE FROM former_contacts WHERE kind = $1 AND key = $2 AND verified_at IS NOT NULL",
];
