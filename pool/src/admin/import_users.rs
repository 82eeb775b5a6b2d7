//! Accounts that come from elsewhere: our own export, or another service.

use super::record::Status;
use super::{Moment, access, operator};
use crate::attributes::{Occasion, check_submitted, parse_names};
use crate::delivery::Contact;
use crate::identifiers::{ContactKind, Identifier, check_username, username_key};
use crate::passwords::{self, HashingError};
use crate::sign_up_code;
use crate::store::records::{self, Incoming};
use crate::store::waiting::Key;
use crate::store::{Conn, StoreError, Tx, aliases, attributes, names, retried, users};
use crate::{Pool, Unavailable, events};
use model::{AccessLists, AttributeName, Event, Password, Refusal, Schema, Why};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

/// So many accounts come in one transaction: nobody's write should wait for more.
const BATCH: usize = if cfg!(test) { 3 } else { 100 };

/// An account as it was read.
#[derive(Clone)]
pub struct Arrival {
    /// Where it stands, for whoever has to correct it: `line 7`.
    pub place: String,
    pub username: Option<String>,
    /// `None`: it gets a new one.
    pub sub: Option<String>,
    pub status: Status,
    pub created_at: Option<Moment>,
    pub updated_at: Option<Moment>,
    pub confirmed_at: Option<Moment>,
    pub disabled_at: Option<Moment>,
    /// Names as they were read, without what the service sets itself.
    pub attributes: BTreeMap<String, String>,
    /// The contacts among them that are proven.
    pub verified: Vec<ContactKind>,
    /// `None`: its owner chooses a password with a code.
    pub password_hash: Option<String>,
    /// The operator knows the password: its owner chooses another one at the next sign-in.
    pub temporary_password: bool,
}

/// Whose it is is nothing for a log.
impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival").field("place", &self.place).field("status", &self.status).finish_non_exhaustive()
    }
}

/// What becomes of attributes that the configuration doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// They are faults.
    Refuse,
    /// They stay behind.
    Drop,
}

/// How accounts come in.
#[derive(Debug, Clone, Copy)]
pub struct ImportRules {
    pub unknown: Unknown,
    /// Accounts whose `sub` or username is there already stay behind, so that what was interrupted can be begun anew.
    pub skip_existing: bool,
}

/// What is wrong with one field of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFault {
    pub place: String,
    /// `username`, `sub`, `password_hash`, or an attribute's name.
    pub field: String,
    pub wrong: Wrong,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// What people would be told too.
    Told(Why),
    /// It has the same as the account at another place.
    Same(String),
    /// An account in the store has it.
    Taken,
    NotAHash,
    NotASub,
    /// People sign in with a contact, and none of its contacts is proven.
    NoWayIn,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(why) => write!(f, "{why}"),
            Self::Same(place) => write!(f, "this is also at {place}"),
            Self::Taken => f.write_str("an account here has it already"),
            Self::NotAHash => f.write_str("this is no Argon2id hash, such as $argon2id$v=19$m=19456,t=2,p=1$…"),
            Self::NotASub => f.write_str("this is no UUID"),
            Self::NoWayIn => f.write_str("nobody could sign in: people sign in here with a verified contact, and it has none"),
        }
    }
}

/// What came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub accounts: usize,
    /// Those that were there already.
    pub skipped: usize,
    /// Those who set a password with a code before they sign in.
    pub without_password: usize,
    /// Those of them who have no proven contact that a code could be sent to.
    pub unreachable: usize,
}

/// Why not all of it came in.
#[derive(Debug, thiserror::Error)]
pub enum ImportUsersError {
    /// Nothing came in.
    #[error("{} fields are wrong", .0.len())]
    Faults(Vec<ImportFault>),
    /// Somebody took a name or a contact while this went on. What came before is there.
    #[error("{place}: its username, sub or contact was taken by somebody else just now; begin anew, and skip those that are there")]
    Overtaken { place: String },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ImportUsersError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<HashingError> for ImportUsersError {
    fn from(error: HashingError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// What attributes may be.
struct Rulebook {
    schema: Schema,
    access: AccessLists,
}

/// An account that passed every rule.
struct Ready<'a> {
    arrival: &'a Arrival,
    username: Option<&'a str>,
    sub: String,
    attributes: BTreeMap<AttributeName, String>,
    /// Proven, each with what it is found by.
    proven: Vec<(Contact, String)>,
}

impl Ready<'_> {
    fn username_key(&self) -> String {
        self.username.map_or_else(|| self.sub.clone(), username_key)
    }
}

impl Pool {
    /// Looks at all of them, and writes nothing: how many would come in.
    ///
    /// # Errors
    /// Every fault, with its place and field.
    pub async fn check_import(&self, arrivals: &[Arrival], rules: ImportRules) -> Result<Imported, ImportUsersError> {
        let (ready, skipped) = self.judge_all(arrivals, rules).await?;
        Ok(summary(&ready, skipped))
    }

    /// Brings them in, after all of them were looked at. `tell` hears how many are there by now.
    ///
    /// # Errors
    /// Every fault, with its place and field; then nothing came in.
    pub async fn import_users(
        &self,
        arrivals: &[Arrival],
        rules: ImportRules,
        mut tell: impl FnMut(usize),
    ) -> Result<Imported, ImportUsersError> {
        let inner = &*self.inner;
        let (ready, skipped) = self.judge_all(arrivals, rules).await?;
        // Known to nobody: the same for all who bring none.
        let nobodys = Password::new(inner.entropy.token());
        let nobodys = inner.passwords.hash(&nobodys, &*inner.entropy).await?;
        let mut done = 0;
        for batch in ready.chunks(BATCH) {
            retried(|| self.bring_in(batch, &nobodys)).await?;
            done += batch.len();
            tell(done);
        }
        Ok(summary(&ready, skipped))
    }

    async fn judge_all<'a>(&self, arrivals: &'a [Arrival], rules: ImportRules) -> Result<(Vec<Ready<'a>>, usize), ImportUsersError> {
        let settings = &self.inner.settings;
        let book = Rulebook { schema: lenient(&settings.schema), access: access(settings) };
        let (mut ready, mut faults, mut skipped) = (Vec::new(), Vec::new(), 0);
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for arrival in arrivals {
            let fault = |(field, wrong)| ImportFault { place: arrival.place.clone(), field, wrong };
            let judged = match self.judge(arrival, &book, rules.unknown) {
                Ok(judged) => judged,
                Err(wrong) => {
                    faults.extend(wrong.into_iter().map(fault));
                    continue;
                }
            };
            let mut wrong = repeated(&judged, &mut seen);
            match self.taken(&judged).await? {
                Taken::Account if rules.skip_existing => {
                    skipped += 1;
                    continue;
                }
                Taken::Account => wrong.push(("username".to_owned(), Wrong::Taken)),
                Taken::Contacts(kinds) => wrong.extend(kinds.into_iter().map(|kind| (kind.as_str().to_owned(), Wrong::Taken))),
            }
            if wrong.is_empty() {
                ready.push(judged);
            }
            faults.extend(wrong.into_iter().map(fault));
        }
        if faults.is_empty() { Ok((ready, skipped)) } else { Err(ImportUsersError::Faults(faults)) }
    }

    /// What can be told of one account by itself.
    fn judge<'a>(&self, arrival: &'a Arrival, book: &Rulebook, unknown: Unknown) -> Result<Ready<'a>, Vec<(String, Wrong)>> {
        let settings = &self.inner.settings;
        let mut wrong: Vec<(String, Wrong)> = Vec::new();
        let username = settings.has_usernames().then(|| arrival.username.as_deref().unwrap_or_default().trim());
        if let Some(Err(why)) = username.map(check_username) {
            wrong.push(("username".into(), Wrong::Told(why)));
        }
        if arrival.sub.as_ref().is_some_and(|sub| uuid::Uuid::parse_str(sub).is_err()) {
            wrong.push(("sub".into(), Wrong::NotASub));
        }
        if arrival.password_hash.as_deref().is_some_and(|hash| !passwords::is_hash(hash)) {
            wrong.push(("password_hash".into(), Wrong::NotAHash));
        }
        let mut given = arrival.attributes.clone();
        if unknown == Unknown::Drop {
            given.retain(|name, _| name.parse().is_ok_and(|name: AttributeName| book.schema.get(&name).is_some()));
        }
        // Judged one by one: a name that can't be one is pointed at too.
        let mut attributes = BTreeMap::new();
        for (name, value) in given {
            match judge_attribute(book, &name, value) {
                Ok(set) => attributes.extend(set),
                Err(why) => wrong.push((name, Wrong::Told(why))),
            }
        }
        let mut proven = Vec::new();
        for kind in arrival.verified.iter().filter(|_| arrival.status == Status::Confirmed) {
            if let Some(value) = attributes.get(&kind.attribute().into())
                && let Some(key) = kind.key(value)
            {
                proven.push((Contact { kind: *kind, value: value.clone() }, key));
            }
        }
        let kinds: Vec<_> = proven.iter().map(|(contact, _)| contact.kind).collect();
        if arrival.status == Status::Confirmed && wrong.is_empty() && !super::can_sign_in(settings, &kinds) {
            wrong.push(("email".into(), Wrong::NoWayIn));
        }
        let sub = arrival.sub.clone().unwrap_or_else(|| self.inner.entropy.uuid_v4());
        if wrong.is_empty() { Ok(Ready { arrival, username, sub, attributes, proven }) } else { Err(wrong) }
    }

    /// What accounts in the store have of it.
    async fn taken(&self, ready: &Ready<'_>) -> Result<Taken, StoreError> {
        let mut conn = self.inner.store.read().await?;
        let same_name = users::by_identifier(&mut conn, &Identifier::Username(ready.username_key())).await?;
        if users::by_sub(&mut conn, &ready.sub).await?.is_some() || same_name.is_some_and(|user| user.confirmed) {
            return Ok(Taken::Account);
        }
        Ok(Taken::Contacts(owned(&mut conn, ready).await?))
    }

    async fn bring_in(&self, batch: &[Ready<'_>], nobodys: &str) -> Result<(), ImportUsersError> {
        let mut tx = self.inner.store.begin().await?;
        names::lock(&mut tx).await?;
        for ready in batch {
            if !self.bring_in_one(&mut tx, ready, nobodys).await? {
                return Err(ImportUsersError::Overtaken { place: ready.arrival.place.clone() });
            }
        }
        Ok(tx.commit().await?)
    }

    /// `false`: something of it belongs to another account.
    async fn bring_in_one(&self, tx: &mut Tx, ready: &Ready<'_>, nobodys: &str) -> Result<bool, StoreError> {
        let (inner, now, arrival) = (&*self.inner, self.now(), ready.arrival);
        let (username, username_key) = (ready.username.unwrap_or(&ready.sub), ready.username_key());
        let target = sign_up_code::target(&inner.settings, &ready.attributes).ok();
        let waits = (arrival.status == Status::Unconfirmed).then(|| {
            let name = match (ready.username, &target) {
                (None, Some(target)) => Identifier::Contact(target.kind, target.key.clone()),
                _ => Identifier::Username(username_key.clone()),
            };
            Key::new(&name, target.as_ref())
        });
        let created_at = arrival.created_at.map_or(now, |it| it.0);
        let row = Incoming {
            sub: &ready.sub,
            username,
            username_key: &username_key,
            waits: waits.as_ref(),
            contested: false,
            password_hash: arrival.password_hash.as_deref().unwrap_or(nobodys),
            created_at,
            updated_at: arrival.updated_at.map_or(created_at, |it| it.0),
            confirmed_at: waits.is_none().then(|| arrival.confirmed_at.map_or(created_at, |it| it.0)),
            disabled_at: arrival.disabled_at.map(|it| it.0),
            // Not since it was created: accounts that come from elsewhere would be too old to stay.
            waiting_since: waits.is_some().then_some(now),
        };
        let Some(user) = records::insert(tx, &row).await? else { return Ok(false) };
        if arrival.temporary_password {
            users::mark_temporary(tx, user, now).await?;
        }
        tx.write(vec![attributes::put(user, &ready.attributes)?]).await?;
        for (contact, key) in &ready.proven {
            if !aliases::claim(tx, user, contact.kind, key).await? {
                return Ok(false);
            }
        }
        let event = Event::AdminCreateUser { username: username.to_owned() };
        events::record(tx, user, &event, now, &operator()).await?;
        Ok(true)
    }
}

enum Taken {
    /// There is an account of that `sub` or username.
    Account,
    /// Others own these contacts; most often none.
    Contacts(Vec<ContactKind>),
}

async fn owned(conn: &mut Conn, ready: &Ready<'_>) -> Result<Vec<ContactKind>, StoreError> {
    let mut owned = Vec::new();
    for (contact, key) in &ready.proven {
        if aliases::owner(conn, contact.kind, key).await?.is_some() {
            owned.push(contact.kind);
        }
    }
    Ok(owned)
}

/// What accounts before it have of it.
fn repeated<'a>(ready: &Ready<'a>, seen: &mut BTreeMap<String, &'a str>) -> Vec<(String, Wrong)> {
    let contacts = ready.proven.iter().map(|(contact, key)| (contact.kind.as_str(), key.clone()));
    let mut wrong = Vec::new();
    for (field, key) in contacts.chain([("username", ready.username_key()), ("sub", ready.sub.clone())]) {
        match seen.entry(format!("{field}:{key}")) {
            Entry::Occupied(other) => wrong.push((field.to_owned(), Wrong::Same((*other.get()).to_owned()))),
            Entry::Vacant(free) => _ = free.insert(&ready.arrival.place),
        }
    }
    wrong
}

/// What is there already need not have what people are asked for today.
fn lenient(schema: &Schema) -> Schema {
    let mut lenient = schema.clone();
    for name in schema.definitions().map(|it| &it.name) {
        if let Some(definition) = lenient.get_mut(name) {
            definition.required = false;
        }
    }
    lenient
}

fn judge_attribute(book: &Rulebook, name: &str, value: String) -> Result<BTreeMap<AttributeName, String>, Why> {
    let why = |refusal: &Refusal| refusal.form.or(refusal.fields.first().map(|(_, why)| *why)).unwrap_or(Why::BadRequest);
    let names = parse_names(BTreeMap::from([(name.to_owned(), value)])).map_err(|_| Why::UnknownAttribute)?;
    let checked = check_submitted(&book.schema, &book.access, Occasion::SignUp, names);
    checked.map(|it| it.set).map_err(|refusal| why(&refusal))
}

fn summary(ready: &[Ready<'_>], skipped: usize) -> Imported {
    let without = || ready.iter().filter(|it| it.arrival.password_hash.is_none());
    let unreachable = without().filter(|it| it.proven.is_empty()).count();
    Imported { accounts: ready.len(), skipped, without_password: without().count(), unreachable }
}
