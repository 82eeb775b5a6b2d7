//! Whole accounts, one after the other: what an operator lists, takes out and brings in.

use crate::tables::accounts::profile::{kinds, verified_at};
use crate::tables::accounts::{attributes, names};
use crate::tables::pending::waiting;
use crate::{Conn, Row, StoreError, Tx};
use model::AttributeName;
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;
use nameplate_core::keys::Keys;
use nameplate_core::secretive;
use std::collections::BTreeMap;

/// An account with everything that is its own and lasts.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its row; the order in which accounts were made.
    pub id: UserId,
    /// The id that applications know it by.
    pub sub: String,
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// A PHC string; empty: it has no password.
    pub password_hash: String,
    /// When it was signed up for, or made by an administrator.
    pub created_at: Timestamp,
    /// When its attributes last changed.
    pub updated_at: Timestamp,
    /// `None`: it waits for its code.
    pub confirmed_at: Option<Timestamp>,
    /// Since when nobody can sign in to it. `None`: people can.
    pub disabled_at: Option<Timestamp>,
    /// What is stored, whoever may see it.
    pub attributes: BTreeMap<AttributeName, String>,
    /// The kinds of contact that are verified.
    pub proven: Vec<ContactKind>,
    /// Since when each of them is.
    pub verified_at: BTreeMap<ContactKind, Timestamp>,
    /// The operator knows the password: its owner chooses another one at the next sign-in.
    pub temporary_password: bool,
    /// Second factors that are on, and passkeys.
    pub guards: i64,
    /// It waits, and somebody else has tried the same with another password.
    pub contested: bool,
}

impl Stored {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let moment = |column: &str| row.get::<Option<i64>>(column).map(|at| at.map(Timestamp));
        let proven: String = row.get("proven")?;
        let created_at = Timestamp(row.get("created_at")?);
        let confirmed = row.get::<String>("status")? == "confirmed";
        Ok(Self {
            id: UserId(row.get("id")?),
            sub: row.get("sub")?,
            username: row.get("username")?,
            password_hash: row.get("password_hash")?,
            created_at,
            updated_at: Timestamp(row.get("updated_at")?),
            confirmed_at: confirmed.then_some(moment("confirmed_at")?.unwrap_or(created_at)),
            disabled_at: moment("disabled_at")?,
            attributes: attributes::read(row.get("attributes")?)?,
            proven: kinds(&verified_at(&proven)),
            verified_at: verified_at(&proven),
            temporary_password: row.get::<i64>("temporary_passwords")? > 0,
            guards: row.get("guards")?,
            contested: row.get::<i64>("contested")? > 0,
        })
    }
}

/// The accounts that came after this one, oldest first, so many at most. One that can't be read is there with the
/// number of its row.
pub async fn after(
    conn: &mut Conn,
    user: UserId,
    most: u32,
) -> Result<Vec<Result<Stored, (UserId, StoreError)>>, StoreError> {
    let rows = conn
        .query(
            "SELECT u.id, u.sub, u.username, u.status, u.password_hash, u.created_at, u.updated_at, u.confirmed_at, u.disabled_at,
                    u.attributes, u.proven,
                    (SELECT COUNT(*) FROM temporary_passwords WHERE user_id = u.id) AS temporary_passwords,
                    (SELECT COUNT(*) FROM factors WHERE user_id = u.id AND enabled_at IS NOT NULL)
                    + (SELECT COUNT(*) FROM passkeys WHERE user_id = u.id) AS guards, u.contested
             FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2",
        )
        .bind(user.0)
        .bind(i64::from(most))
        .all()
        .await?;
    let read = |row: &Row| {
        let id = UserId(row.get("id")?);
        Ok(Stored::read(row).map_err(|error| (id, error)))
    };
    rows.iter().map(read).collect()
}

/// The account of that row.
pub async fn one(conn: &mut Conn, user: UserId) -> Result<Option<Stored>, StoreError> {
    let found = after(conn, UserId(user.0 - 1), 1).await?;
    let found = found.into_iter().next().transpose().map_err(|(_, error)| error)?;
    Ok(found.filter(|it| it.id == user))
}

/// An account that comes as it is.
pub struct Incoming<'a> {
    /// The id that applications know it by.
    pub sub: &'a str,
    /// What it is called in SRP by whoever names it by a contact.
    pub srp_id: &'a str,
    /// As typed; the `sub`, where people have no username.
    pub username: &'a str,
    /// What it is found by, and unique in.
    pub username_key: &'a str,
    /// What it waits under until it is confirmed; `None`: it is.
    pub waits: Option<&'a waiting::Key>,
    /// It waits, and somebody else has tried the same with another password.
    pub contested: bool,
    /// A PHC string; empty: it has no password.
    pub password_hash: &'a str,
    /// When it was made, wherever that was.
    pub created_at: Timestamp,
    /// When its attributes last changed.
    pub updated_at: Timestamp,
    /// `None`: it waits for its code.
    pub confirmed_at: Option<Timestamp>,
    /// Since when nobody can sign in to it. `None`: people can.
    pub disabled_at: Option<Timestamp>,
    /// `None`: it doesn't wait.
    pub waiting_since: Option<Timestamp>,
}

secretive!(Stored, Incoming<'_>);

/// Adds the account. `None`: the username, or the `sub`, belongs to another one, or one of them is what
/// another one has as the other; or another sign-up waits under the same name and contact.
pub async fn insert(tx: &mut Tx, keys: &Keys, new: &Incoming<'_>) -> Result<Option<UserId>, StoreError> {
    if names::taken_by_id(tx, keys, new.username_key, Some(new.sub)).await?
        || names::taken_by_username(tx, new.sub).await?
    {
        return Ok(None);
    }
    let placeholder = new.waits.map(|_| waiting::placeholder(new.sub));
    let row = tx
        .query(
            "INSERT INTO users (id, sub, username, username_key, sign_up_key, status, password_hash, created_at, updated_at, confirmed_at,
                                disabled_at, sign_up_name, sign_up_contact, contested, waiting_since, srp_id)
             VALUES ((SELECT id FROM next_user_id), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(new.sub.to_owned())
        .bind(new.username.to_owned())
        .bind(placeholder.unwrap_or_else(|| new.username_key.to_owned()))
        .bind(new.waits.map(waiting::Key::to_text))
        .bind(if new.waits.is_some() { "unconfirmed" } else { "confirmed" })
        .bind(new.password_hash.to_owned())
        .bind(new.created_at.0)
        .bind(new.updated_at.0)
        .bind(new.confirmed_at.map(|it| it.0))
        .bind(new.disabled_at.map(|it| it.0))
        .bind(new.waits.map(|it| it.name.clone()))
        .bind(new.waits.map(|it| it.contact.clone()))
        .bind(i64::from(new.contested))
        .bind(new.waiting_since.map(|it| it.0))
        .bind(new.srp_id.to_owned())
        .optional()
        .await?;
    row.map(|row| Ok(UserId(row.get("id")?))).transpose()
}
