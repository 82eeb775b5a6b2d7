//! Sign-ups that wait for their code: accounts that nobody has confirmed, one for each name and contact.

use crate::engine::readable;
use crate::tables::accounts::attributes;
use crate::tables::accounts::users::{self, User};
use crate::tables::sign_in::srp_verifiers;
use crate::{Conn, Row, StoreError, Tx};
use attributes::Attributes;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{ContactKind, Identifier};
use nameplate_core::identity::UserId;
use nameplate_core::srp_id;

/// By name a code is compared with those of so many contacts.
const CONTACTS: u32 = 3;

/// What a sign-up waits under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What people type to say who they are: `username:jdoe`, or the contact where they have no username.
    pub name: String,
    /// Where its code goes: `email:me@domain.com`. Empty: nowhere, as it came from elsewhere without one.
    pub contact: String,
}

impl Key {
    /// What a sign-up with this name waits under, whose code goes there.
    pub fn new(name: &Identifier, target: Option<&Contact>) -> Self {
        Self { name: name.to_key(), contact: target.map(Contact::to_key).unwrap_or_default() }
    }

    /// In which it is unique.
    pub fn to_text(&self) -> String {
        if self.name == self.contact { self.name.clone() } else { format!("{} {}", self.name, self.contact) }
    }
}

/// A sign-up that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The account that it becomes.
    pub user: User,
    /// What was entered at sign-up.
    pub attributes: Attributes,
    /// Where its code goes. `None`: nowhere.
    pub target: Option<Contact>,
    /// When it was first signed up for.
    pub created_at: Timestamp,
    /// What people type to say who they are: [`Key::name`].
    pub name: String,
}

impl Waiting {
    /// What those who hold a ticket for it are told about is counted for this: an address that is corrected
    /// begins anew.
    pub fn told(&self) -> String {
        Key {
            name: self.name.clone(),
            contact: self.target.as_ref().map(Contact::to_key).unwrap_or_default(),
        }
        .to_text()
    }

    /// With its contact spelt like this.
    pub fn spelt(mut self, value: &str) -> Self {
        if let Some(target) = &mut self.target {
            self.attributes.insert(target.kind.attribute().into(), value.to_owned());
            target.value = value.to_owned();
        }
        self
    }

    /// With its contact as the code that proved it was addressed: two spellings wait as one, and needn't be
    /// one mailbox. Those that differ in case alone are.
    pub fn proven_as(self, value: &str) -> Self {
        match &self.target {
            Some(target) if target.value.to_lowercase() == value.to_lowercase() => self,
            _ => self.spelt(value),
        }
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let attributes = attributes::read(row.get("attributes")?)?;
        let contact: Option<String> = row.get("sign_up_contact")?;
        let kinds = [ContactKind::Email, ContactKind::PhoneNumber];
        let kind = kinds.into_iter().find(|kind| {
            let spelt = contact.as_deref().and_then(|it| it.split_once(':'));
            spelt.is_some_and(|(kind_of_contact, _)| kind_of_contact == kind.as_str())
        });
        let target = kind.and_then(|kind| Contact::new(kind, attributes.get(&kind.attribute().into())?));
        let name = row.get::<Option<String>>("sign_up_name")?.unwrap_or_default();
        Ok(Self {
            user: User::read(row)?,
            attributes,
            target,
            created_at: Timestamp(row.get("created_at")?),
            name,
        })
    }
}

/// The columns of [`Waiting`].
macro_rules! columns {
    () => {
        concat!(users::columns!(), ", attributes, sign_up_contact, created_at, sign_up_name")
    };
}
/// A statement that reads them, with what comes after the table's name.
macro_rules! select {
    ($then:literal) => {
        concat!("SELECT ", columns!(), " FROM users ", $then)
    };
}

/// A new sign-up.
#[derive(Debug, Clone)]
pub struct NewSignUp<'a> {
    /// The id that applications will know it by.
    pub sub: &'a str,
    /// What it will be called in SRP by whoever names it by a contact.
    pub srp_id: &'a str,
    /// `None`: the `sub` is the username.
    pub username: Option<&'a str>,
    /// The name and contact that it waits under.
    pub key: &'a Key,
    /// A PHC string.
    pub password_hash: &'a str,
    /// What was entered at sign-up.
    pub attributes: &'a Attributes,
}

/// The username that a row has until it is confirmed: one that nobody can choose.
pub fn placeholder(sub: &str) -> String {
    format!(" {sub}")
}

/// Adds a sign-up. `None`: one waits under this name and contact already, and stays as it is; or its name in SRP
/// was given to another one just now.
pub async fn insert(tx: &mut Tx, new: &NewSignUp<'_>, now: Timestamp) -> Result<Option<UserId>, StoreError> {
    let row = tx
        .query(
            "INSERT INTO users (id, sub, username, username_key, sign_up_key, sign_up_name, sign_up_contact, status, password_hash, created_at,
                                updated_at, waiting_since, srp_id)
             VALUES ((SELECT id FROM next_user_id), $1, $2, $3, $4, $5, $6, 'unconfirmed', $7, $8, $8, $8, $9)
             ON CONFLICT DO NOTHING RETURNING id",
        )
        .bind(new.sub.to_owned())
        .bind(new.username.unwrap_or(new.sub).to_owned())
        .bind(placeholder(new.sub))
        .bind(new.key.to_text())
        .bind(new.key.name.clone())
        .bind(new.key.contact.clone())
        .bind(new.password_hash.to_owned())
        .bind(now.0)
        .bind(new.srp_id.to_owned())
        .optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let user = UserId(row.get("id")?);
    tx.write(vec![attributes::put(user, new.attributes)?]).await?;
    Ok(Some(user))
}

/// What waits under this name and contact.
pub async fn by_key(conn: &mut Conn, key: &Key) -> Result<Option<Waiting>, StoreError> {
    let query = conn.query(select!("WHERE sign_up_key = $1"));
    query.bind(key.to_text()).optional().await?.as_ref().map(Waiting::read).transpose()
}

/// What waits under this name: those whose code was asked for from this network first, then the newest; three
/// at most. And what is called so in SRP.
pub async fn by_name(conn: &mut Conn, name: &str, network: &[u8]) -> Result<Vec<Waiting>, StoreError> {
    let query = conn.query(select!("WHERE sign_up_name = $1 ORDER BY created_at DESC, id DESC LIMIT $2"));
    let newest = query.bind(name.to_owned()).bind(i64::from(CONTACTS)).all().await?;
    let query = conn.query(select!(
        "WHERE sign_up_name = $1 AND id IN (SELECT c.user_id FROM requesters r JOIN requested_codes c ON c.issue = r.issue
                                            WHERE r.network = $2)
         ORDER BY created_at DESC, id DESC LIMIT $3"
    ));
    let from_here =
        query.bind(name.to_owned()).bind(network.to_vec()).bind(i64::from(CONTACTS)).all().await?;
    let mut found: Vec<Waiting> = Vec::new();
    for waiting in readable(from_here.iter().chain(&newest), "users", Waiting::read) {
        if found.iter().all(|it| it.user.id != waiting.user.id) {
            found.push(waiting);
        }
    }
    found.truncate(CONTACTS as usize);
    if let Some(id) = name.strip_prefix("username:").filter(|id| srp_id::has_form(id)) {
        let query = conn.query(select!("WHERE srp_id = $1 AND sign_up_name IS NOT NULL"));
        let named = query.bind(id.to_owned()).optional().await?;
        found.extend(named.as_ref().map(Waiting::read).transpose()?);
    }
    Ok(found)
}

/// All that waits under this name, the newest first.
pub async fn all_by_name(conn: &mut Conn, name: &str) -> Result<Vec<Waiting>, StoreError> {
    let query = conn.query(select!("WHERE sign_up_name = $1 ORDER BY created_at DESC, id DESC LIMIT 100"));
    Ok(readable(&query.bind(name.to_owned()).all().await?, "users", Waiting::read))
}

/// All that waits with this contact, whatever its name, the newest first.
pub async fn all_with_contact(conn: &mut Conn, contact: &str) -> Result<Vec<Waiting>, StoreError> {
    let query = conn.query(select!("WHERE sign_up_contact = $1 ORDER BY created_at DESC, id DESC LIMIT 100"));
    Ok(readable(&query.bind(contact.to_owned()).all().await?, "users", Waiting::read))
}

/// When the newest of them began to wait.
pub async fn newest_with_contact(conn: &mut Conn, contact: &str) -> Result<Option<Timestamp>, StoreError> {
    let query = conn
        .query("SELECT MAX(created_at) AS newest FROM users WHERE sign_up_contact = $1")
        .bind(contact.to_owned());
    Ok(query
        .optional()
        .await?
        .map(|row| row.get::<Option<i64>>("newest"))
        .transpose()?
        .flatten()
        .map(Timestamp))
}

/// The sign-up of that row, while it waits.
pub async fn by_id(conn: &mut Conn, user: UserId) -> Result<Option<Waiting>, StoreError> {
    let query = conn.query(select!("WHERE id = $1 AND status = 'unconfirmed'"));
    query.bind(user.0).optional().await?.as_ref().map(Waiting::read).transpose()
}

/// The same, with its row taken for this transaction.
pub async fn lock(tx: &mut Tx, user: UserId) -> Result<Option<Waiting>, StoreError> {
    let query = tx.query(concat!(
        "UPDATE users SET updated_at = updated_at WHERE id = $1 AND status = 'unconfirmed' RETURNING ",
        columns!()
    ));
    query.bind(user.0).optional().await?.as_ref().map(Waiting::read).transpose()
}

/// Notes that somebody else has tried the same with another password: for good.
pub async fn contest(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.query("UPDATE users SET contested = 1 WHERE id = $1").bind(user.0).run().await.map(drop)
}

/// Notes that somebody waits for it anew: whoever comes late has as long as whoever came first.
pub async fn keep(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<(), StoreError> {
    tx.query("UPDATE users SET waiting_since = $2 WHERE id = $1")
        .bind(user.0)
        .bind(now.0)
        .run()
        .await
        .map(drop)
}

/// Whoever holds the sign-up has entered something else.
pub async fn replace(
    tx: &mut Tx,
    user: UserId,
    password_hash: &str,
    all: &Attributes,
) -> Result<(), StoreError> {
    tx.query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(user.0)
        .bind(password_hash.to_owned())
        .run()
        .await?;
    tx.write(vec![attributes::put(user, all)?]).await
}

/// How a sign-up becomes an account.
#[derive(Debug, Clone, Copy)]
pub struct Confirmation<'a> {
    /// `None`: the `sub` is the username. As typed, with what it is found by.
    pub username: Option<(&'a str, &'a str)>,
    /// Empty: none.
    pub password_hash: &'a str,
    /// The hash of a password that opens nothing any more, and until when that is told.
    pub former: Option<(&'a str, Timestamp)>,
    /// All that the account has from now on.
    pub attributes: &'a Attributes,
}

/// Confirms the sign-up. `false`: its username belongs to another account by now.
pub async fn confirm(
    tx: &mut Tx,
    waiting: &User,
    as_: &Confirmation<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (username, key) = as_.username.unwrap_or((&waiting.sub, &waiting.sub));
    let confirmed = tx
        .query(
            "UPDATE users SET status = 'confirmed', sign_up_key = NULL, sign_up_name = NULL, sign_up_contact = NULL, contested = 0,
                 confirmed_at = $2, updated_at = $2, username = $3, username_key = $4, password_hash = $5,
                 former_password = $6, former_until = $7
             WHERE id = $1 AND status = 'unconfirmed'
               AND NOT EXISTS (SELECT 1 FROM users other WHERE other.username_key = $4 AND other.id <> $1)",
        )
        .bind(waiting.id.0)
        .bind(now.0)
        .bind(username.to_owned())
        .bind(key.to_owned())
        .bind(as_.password_hash.to_owned())
        .bind(as_.former.map(|(hash, _)| hash.to_owned()))
        .bind(as_.former.map(|(_, until)| until.0))
        .run()
        .await?;
    if confirmed == 0 {
        return Ok(false);
    }
    if username != waiting.username {
        // What SRP needs of the password was made for the other name; the next sign-in makes it anew.
        srp_verifiers::remove(tx, waiting.id).await?;
    }
    tx.write(vec![attributes::put(waiting.id, as_.attributes)?]).await?;
    Ok(true)
}

/// Sign-ups of an earlier version, that wait under their name alone, and where their codes went.
pub async fn without_contact(
    conn: &mut Conn,
    most: u32,
) -> Result<Vec<(UserId, Waiting, String)>, StoreError> {
    let rows = conn
        .query(select!("WHERE sign_up_contact = '?' ORDER BY created_at LIMIT $1"))
        .bind(i64::from(most))
        .all()
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let waiting = Waiting::read(row)?;
        let query =
            conn.query("SELECT attribute FROM requested_codes WHERE user_id = $1 AND purpose = 'sign_up' ORDER BY sent_at DESC LIMIT 1");
        let code = query.bind(waiting.user.id.0).optional().await?;
        let kind = code.map(|row| row.get::<String>("attribute")).transpose()?.unwrap_or_default();
        found.push((waiting.user.id, waiting, kind));
    }
    Ok(found)
}

/// Gives such a one its contact. Nothing happens where another has the same name and contact already.
pub async fn set_contact(tx: &mut Tx, user: UserId, contact: &str) -> Result<(), StoreError> {
    tx.query(
        "UPDATE users SET sign_up_contact = $2, sign_up_key = sign_up_name || ' ' || $2
         WHERE id = $1 AND sign_up_contact = '?'
           AND NOT EXISTS (SELECT 1 FROM users other WHERE other.sign_up_key = users.sign_up_name || ' ' || $2)",
    )
    .bind(user.0)
    .bind(contact.to_owned())
    .run()
    .await?;
    Ok(())
}
