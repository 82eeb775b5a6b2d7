//! Looking at accounts: one after the other, or one of them.

use crate::admin::record::{Moment, Record};
use crate::admin::selection::{NotSelected, UserSelector, find};
use crate::sessions::viewer;
use crate::{Context, Unavailable};
use model::{AttributeName, Factor};
use nameplate_core::identity::UserId;
use std::collections::BTreeMap;
use std::error::Error;
use store::users::User;
use store::{Conn, StoreError, factors, passkeys, profile, records, sessions, waiting};

/// So many accounts are read at once.
pub const PAGE: u32 = if cfg!(test) { 3 } else { 500 };

/// Some accounts, and after which one to go on.
#[derive(Debug)]
pub struct Page {
    /// In the order in which they were made.
    pub records: Vec<Record>,
    /// `None`: there are no more.
    pub next: Option<UserId>,
    /// Those of them who have second factors or passkeys, which are not in their records.
    pub guarded: usize,
    /// The rows of those that can't be read, and are not among the records. Why is in the log.
    pub unreadable: Vec<UserId>,
}

/// One account, with what is going on around it.
#[derive(Debug)]
pub struct Shown {
    /// The account itself, without its password hash.
    pub record: Record,
    /// Sessions that are alive.
    pub sessions: i64,
    /// When one of them was last used, to some minutes.
    pub last_seen_at: Option<Moment>,
    /// What sign-in asks for beside the password.
    pub second_factors: Vec<Factor>,
    /// How many it has.
    pub passkeys: usize,
    /// Contacts that wait for a code, and since when.
    pub pending: BTreeMap<AttributeName, (String, Moment)>,
    /// What is stored and no longer in the configuration: nobody sees it, and it is kept.
    pub hidden: Vec<AttributeName>,
    /// The contacts of other sign-ups that wait under the same name, and since when.
    pub others: Vec<(String, Moment)>,
}

/// The other sign-ups that wait under the name of one that waits.
async fn others(conn: &mut Conn, user: &User) -> Result<Vec<(String, Moment)>, StoreError> {
    let Some(waiting) = waiting::by_id(conn, user.id).await? else { return Ok(Vec::new()) };
    let all = waiting::all_by_name(conn, &waiting.name).await?;
    let others = all.into_iter().filter(|it| it.user.id != user.id);
    Ok(others
        .map(|it| (it.target.map(|target| target.value).unwrap_or_default(), Moment(it.created_at)))
        .collect())
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum ShowUserError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ShowUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Accounts in the order in which they came, without their password hashes.
pub async fn list_users(ctx: &Context, after: Option<UserId>) -> Result<Page, Unavailable> {
    page(ctx, after, Record::shown).await
}

/// The same with their hashes: what another store needs for people to sign in with their passwords.
pub async fn export_users(ctx: &Context, after: Option<UserId>) -> Result<Page, Unavailable> {
    page(ctx, after, Record::whole).await
}

async fn page(
    ctx: &Context,
    after: Option<UserId>,
    record: impl Fn(&records::Stored) -> Record,
) -> Result<Page, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let found = records::after(&mut conn, after.unwrap_or(UserId(0)), PAGE).await?;
    let full = found.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
    let id = |it: &Result<records::Stored, (UserId, StoreError)>| match it {
        Ok(stored) => stored.id,
        Err((id, _)) => *id,
    };
    let next = found.last().filter(|_| full).map(id);
    let (mut stored, mut unreadable) = (Vec::new(), Vec::new());
    for account in found {
        match account {
            Ok(account) => stored.push(account),
            Err((row, error)) => {
                tracing::error!(row = row.0, error = &error as &dyn Error, "an account can't be read");
                unreadable.push(row);
            }
        }
    }
    let guarded = stored.iter().filter(|it| it.guards > 0).count();
    Ok(Page { records: stored.iter().map(record).collect(), next, guarded, unreadable })
}

/// The account of that name: its `sub`, its username, or a contact.
pub async fn find_user(ctx: &Context, named: impl Into<UserSelector<'_>>) -> Result<Shown, ShowUserError> {
    let selector = named.into();
    let nobody = || NotSelected::nobody(selector);
    let mut conn = ctx.store.read().await?;
    let user = find(&mut conn, selector, &ctx.settings.country_code).await??;
    let stored = records::one(&mut conn, user.id).await?.ok_or_else(nobody)?;
    let account = profile::load(&mut conn, user.id).await?.ok_or_else(nobody)?;
    let second_factors = factors::shown_of_user(&mut conn, user.id)
        .await?
        .into_iter()
        .filter(|it| it.enabled)
        .map(|it| it.factor)
        .collect();
    let passkeys = passkeys::of_user(&mut conn, user.id).await?.len();
    let (sessions, last_seen_at) = sessions::count(&mut conn, user.id, viewer::alive(ctx)).await?;
    let pending = account
        .pending
        .into_iter()
        .map(|it| (it.kind.attribute().into(), (it.value, Moment(it.requested_at))));
    let schema = &ctx.settings.schema;
    let others = others(&mut conn, &user).await?;
    Ok(Shown {
        others,
        sessions,
        last_seen_at: last_seen_at.map(Moment),
        second_factors,
        passkeys,
        pending: pending.collect(),
        hidden: stored.attributes.keys().filter(|name| schema.get(name).is_none()).cloned().collect(),
        record: Record::shown(&stored),
    })
}
