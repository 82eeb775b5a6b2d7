//! Accounts.

use crate::tables::accounts::former_subs;
use crate::tables::accounts::resets::Resets;
use crate::{Conn, Row, Statement, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::{ContactKind, Identifier, username_key};
use nameplate_core::identity::UserId;
use nameplate_core::{secretive, srp_id};

/// What every use case needs of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its row.
    pub id: UserId,
    /// The id that applications know it by; it never changes.
    pub sub: String,
    /// What it is called in SRP by whoever names it by a contact. `None`: by its `sub`; the account is from before.
    pub srp_id: Option<String>,
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// `false`: a sign-up that waits for its code.
    pub confirmed: bool,
    /// A PHC string; empty: it has no password.
    pub password_hash: String,
    /// The operator lets nobody sign in to it.
    pub disabled: bool,
    /// It waits to be confirmed, and somebody else has tried the same with another password.
    pub contested: bool,
    /// What has set the password since somebody last signed in with all that is asked for.
    pub resets: Resets,
    /// The hash of a password that it had before it had none, and until when whoever enters that is told so.
    former: Option<(String, Option<Timestamp>)>,
}

/// The columns of [`User`].
macro_rules! columns {
    () => {
        "id, sub, srp_id, username, status, password_hash, disabled_at, contested, former_password, former_until, resets"
    };
}
pub(in crate::tables) use columns;

impl User {
    pub(in crate::tables) fn read(row: &Row) -> Result<Self, StoreError> {
        let former: Option<String> = row.get("former_password")?;
        Ok(Self {
            id: UserId(row.get("id")?),
            sub: row.get("sub")?,
            srp_id: row.get("srp_id")?,
            username: row.get("username")?,
            confirmed: row.get::<String>("status")? == "confirmed",
            password_hash: row.get("password_hash")?,
            disabled: row.get::<Option<i64>>("disabled_at")?.is_some(),
            contested: row.get::<i64>("contested")? > 0,
            resets: Resets::read(&row.get::<String>("resets")?),
            former: former.zip(Some(row.get::<Option<i64>>("former_until")?.map(Timestamp))),
        })
    }

    /// Whether there is a password that signs in to it.
    pub const fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }

    /// What an entered password is compared with: the account's, or where it has none the one before, while
    /// whoever enters that is told so.
    pub fn comparable_hash(&self, now: Timestamp) -> Option<&str> {
        if self.has_password() {
            return Some(&self.password_hash);
        }
        self.former
            .as_ref()
            .filter(|(_, until)| until.is_none_or(|until| until > now))
            .map(|(hash, _)| hash.as_str())
    }

    /// The username, if it was chosen; a `sub` in its place is nothing to show to people.
    pub fn chosen_username(&self) -> Option<&str> {
        (self.username != self.sub).then_some(self.username.as_str())
    }
}

/// The account of that row.
pub async fn by_id(conn: &mut Conn, user: UserId) -> Result<Option<User>, StoreError> {
    let query = conn.query(concat!("SELECT ", columns!(), " FROM users WHERE id = $1"));
    query.bind(user.0).optional().await?.as_ref().map(User::read).transpose()
}

/// What applications know the account of that row by.
pub async fn sub_of(conn: &mut Conn, user: UserId) -> Result<Option<String>, StoreError> {
    let query = conn.query("SELECT sub FROM users WHERE id = $1");
    query.bind(user.0).optional().await?.map(|row| row.get("sub")).transpose()
}

/// The hash of an account's password.
pub struct HashOfUser {
    /// Whose it is.
    pub user: UserId,
    /// Not that of a sign-up that waits.
    pub confirmed: bool,
    /// A PHC string; empty: there is no password.
    pub hash: String,
}

secretive!(HashOfUser);

/// The hashes of the accounts that came after this one, oldest first, so many at most.
pub async fn hashes_after(
    conn: &mut Conn,
    user: Option<UserId>,
    most: u32,
) -> Result<Vec<HashOfUser>, StoreError> {
    let query = conn.query("SELECT id, status, password_hash FROM users WHERE id > $1 ORDER BY id LIMIT $2");
    let rows = query.bind(user.map_or(0, |user| user.0)).bind(i64::from(most)).all().await?;
    let read = |row: &Row| {
        let confirmed = row.get::<String>("status")? == "confirmed";
        Ok(HashOfUser { user: UserId(row.get("id")?), confirmed, hash: row.get("password_hash")? })
    };
    rows.iter().map(read).collect()
}

/// Which of these names in SRP are those of accounts.
pub async fn srp_ids_among(conn: &mut Conn, ids: &[String; 4]) -> Result<Vec<String>, StoreError> {
    let query = conn.query("SELECT srp_id FROM users WHERE srp_id IN ($1, $2, $3, $4)");
    let rows = ids.iter().fold(query, |query, id| query.bind(id.clone())).all().await?;
    rows.iter().map(|row| row.get("srp_id")).collect()
}

/// Names an account from before, which has no such name yet.
pub async fn set_srp_id(tx: &mut Tx, user: UserId, srp_id: &str) -> Result<(), StoreError> {
    let query = tx.query("UPDATE users SET srp_id = $2 WHERE id = $1 AND srp_id IS NULL");
    query.bind(user.0).bind(srp_id.to_owned()).run().await.map(drop)
}

/// The account that applications know by this.
pub async fn by_sub(conn: &mut Conn, sub: &str) -> Result<Option<User>, StoreError> {
    let query = conn.query(concat!("SELECT ", columns!(), " FROM users WHERE sub = $1"));
    query.bind(sub.to_owned()).optional().await?.as_ref().map(User::read).transpose()
}

/// The account that signs in with this: a username, an id that applications know it by, or a proven contact.
pub async fn by_identifier(conn: &mut Conn, who: &Identifier) -> Result<Option<User>, StoreError> {
    match who {
        Identifier::Username(key) if srp_id::has_form(key) => by_id_of_applications(conn, key).await,
        Identifier::Username(key) => by_username(conn, key).await,
        Identifier::Contact(kind, key) => by_contact(conn, *kind, key).await,
        Identifier::Number { username, phone } => {
            match by_contact(conn, ContactKind::PhoneNumber, phone).await? {
                Some(user) => Ok(Some(user)),
                None => by_username(conn, username).await,
            }
        }
    }
}

/// No username is the id of another account; where old data has that, whoever types it means the username.
async fn by_id_of_applications(conn: &mut Conn, key: &str) -> Result<Option<User>, StoreError> {
    let query = conn.query(concat!(
        "SELECT ",
        columns!(),
        " FROM users WHERE username_key = $1 UNION SELECT ",
        columns!(),
        " FROM users WHERE srp_id = $1 UNION SELECT ",
        columns!(),
        " FROM users WHERE sub IN ($1, $2) AND status = 'confirmed'"
    ));
    // Subs are in lower case, but for some that older versions imported as they were.
    let query = query.bind(key.to_owned()).bind(key.to_ascii_uppercase());
    let mut found = query.all().await?.iter().map(User::read).collect::<Result<Vec<_>, _>>()?;
    let named = found.iter().position(|user| username_key(&user.username) == key).unwrap_or_default();
    Ok((!found.is_empty()).then(|| found.swap_remove(named)))
}

/// The account with the username of this key.
pub async fn by_username(conn: &mut Conn, key: &str) -> Result<Option<User>, StoreError> {
    let query = conn.query(concat!("SELECT ", columns!(), " FROM users WHERE username_key = $1"));
    query.bind(key.to_owned()).optional().await?.as_ref().map(User::read).transpose()
}

async fn by_contact(conn: &mut Conn, kind: ContactKind, key: &str) -> Result<Option<User>, StoreError> {
    let query = conn.query(concat!(
        "SELECT ",
        columns!(),
        " FROM users JOIN aliases ON user_id = id WHERE kind = $1 AND key = $2"
    ));
    query.bind(kind.as_str()).bind(key.to_owned()).optional().await?.as_ref().map(User::read).transpose()
}

/// Takes the account's row for this transaction, and reads it. The first statement of every
/// read-modify-write: where there is more than one writer it decides who is first. `None`: the account is
/// gone.
///
/// For what looks at the account too there is [`LockedAccount`](crate::LockedAccount).
pub async fn lock(tx: &mut Tx, user: UserId) -> Result<Option<User>, StoreError> {
    tx.query(LOCK).bind(user.0).optional().await?.as_ref().map(User::read).transpose()
}

const LOCK: &str = concat!("UPDATE users SET updated_at = updated_at WHERE id = $1 RETURNING ", columns!());

/// The same, to be run with others.
pub(in crate::tables) fn lock_statement(user: UserId) -> Statement {
    Statement::new(LOCK).bind(user.0)
}

/// Gives the account another password, which is its owner's own. Whoever sets it with a code notes that
/// afterwards ([`resets::set`](crate::resets::set)).
pub async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<(), StoreError> {
    tx.query("DELETE FROM temporary_passwords WHERE user_id = $1").bind(user.0).run().await?;
    tx.query(
        "UPDATE users SET password_hash = $2, former_password = NULL, former_until = NULL, resets = '' WHERE id = $1",
    )
    .bind(user.0)
    .bind(hash.to_owned())
    .run()
    .await?;
    Ok(())
}

/// The account has no password any more. Whoever enters the last one is told so.
pub async fn forget_password(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("DELETE FROM temporary_passwords WHERE user_id = $1").bind(user.0).run().await?;
    tx.query(
        "UPDATE users SET former_password = password_hash, former_until = NULL, password_hash = ''
         WHERE id = $1 AND password_hash <> ''",
    )
    .bind(user.0)
    .run()
    .await
    .map(drop)
}

/// Notes that the operator knows the password: its owner chooses another one at the next sign-in.
pub async fn mark_temporary(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(), StoreError> {
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
pub async fn has_temporary_password(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let query = conn.query("SELECT 1 FROM temporary_passwords WHERE user_id = $1").bind(user.0);
    Ok(query.optional().await?.is_some())
}

/// Replaces the hash, unless the password was changed meanwhile.
pub async fn rehash(tx: &mut Tx, user: UserId, old: &str, new: &str) -> Result<(), StoreError> {
    tx.query("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .bind(user.0)
        .bind(old.to_owned())
        .bind(new.to_owned())
        .run()
        .await?;
    Ok(())
}

/// Disables the account from this moment on, or (`None`) enables it again.
pub async fn set_disabled(tx: &mut Tx, user: UserId, since: Option<Timestamp>) -> Result<(), StoreError> {
    tx.query("UPDATE users SET disabled_at = $2 WHERE id = $1")
        .bind(user.0)
        .bind(since.map(|it| it.0))
        .run()
        .await?;
    Ok(())
}

/// Removes the account with all that belongs to it: what it was found by is free again.
pub async fn delete(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    let deleted = tx.query("DELETE FROM users WHERE id = $1 RETURNING sub").bind(user.0).all().await?;
    former_subs::remember(tx, &deleted).await
}
