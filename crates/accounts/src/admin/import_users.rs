//! Accounts that come from elsewhere: our own export, or another service.
//!
//! Every account is judged first, and the judgement is a plan that can be read before anything is written.

pub(crate) mod arrival;
pub(crate) mod judge;
pub(crate) mod remarks;
pub(crate) mod rewrite;

use crate::account::events;
use crate::admin::import_users::remarks::{Ready, Remarked};
use crate::admin::record::Status;
use crate::admin::selection::{UserLabel, operator};
use crate::password::hasher::HashingError;
use crate::{Context, Unavailable};
use model::{ErrorCode, Event, Password};
use nameplate_core::srp_id;
use std::fmt;
use store::aliases::VerifiedContact;
use store::records::{self, Incoming};
use store::{StoreError, Tx, aliases, attributes, names, retried, users};

/// So many accounts come in one transaction: nobody's write should wait for more.
const BATCH: usize = if cfg!(test) { 3 } else { 100 };

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
    /// What becomes of attributes that the configuration doesn't have.
    pub unknown: Unknown,
    /// Accounts whose `sub` or username is there already stay behind, so that what was interrupted can be
    /// begun anew.
    pub skip_existing: bool,
}

/// What is wrong with one field of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFault {
    /// Which of the arrivals, counted from 0.
    pub number: usize,
    /// Where the account stands: `line 7`.
    pub place: String,
    /// `username`, `sub`, `password_hash`, or an attribute's name.
    pub field: String,
    /// What is wrong with it.
    pub wrong: Wrong,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// What people would be told too.
    Told(ErrorCode),
    /// It has the same as the account at another place.
    Same(String),
    /// An account in the store has it.
    Taken,
    /// The username is the `sub` of another account: at this place, or else in the store, where it may have
    /// been deleted since.
    SubOfAnother(Option<String>),
    /// The `sub` is the username of another account: at this place, or else in the store.
    UsernameOfAnother(Option<String>),
    /// Not an Argon2id hash in PHC form.
    NotAHash,
    /// To compare a password with it would take too much memory and time.
    CostlyHash,
    /// Not a UUID.
    NotASub,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(why) => write!(f, "{why}"),
            Self::Same(place) => write!(f, "the account at {place} has the same"),
            Self::Taken => f.write_str("already taken by an account here"),
            Self::SubOfAnother(Some(place)) => write!(f, "this is the sub of the account at {place}"),
            Self::SubOfAnother(None) => {
                f.write_str("this is the sub of another account here, or of one that was deleted")
            }
            Self::UsernameOfAnother(Some(place)) => {
                write!(f, "this is the username of the account at {place}")
            }
            Self::UsernameOfAnother(None) => f.write_str("this is the username of another account here"),
            Self::NotAHash => f.write_str("not an Argon2id hash, such as $argon2id$v=19$m=19456,t=2,p=1$…"),
            Self::CostlyHash => {
                f.write_str("this hash takes more than four times the memory and time of a hash made here")
            }
            Self::NotASub => f.write_str("not a UUID"),
        }
    }
}

/// An account that stays behind because it is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which of the arrivals, counted from 0.
    pub number: usize,
    /// The one that is there.
    pub there: UserLabel,
    /// It brought another `sub`: only the username is the same.
    pub other_sub: bool,
}

/// What an import would do.
#[derive(Debug)]
pub struct ImportPlan<'a> {
    ready: Vec<Ready<'a>>,
    skipped: Vec<Skipped>,
    faults: Vec<ImportFault>,
    remarks: Vec<Remarked>,
}

impl ImportPlan<'_> {
    /// How many come in.
    pub fn accounts(&self) -> usize {
        self.ready.len()
    }

    /// How many of them still wait for their code.
    pub fn unconfirmed(&self) -> usize {
        self.ready.iter().filter(|it| it.arrival.status == Status::Unconfirmed).count()
    }

    /// Those that stay behind because they are there already.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// What is wrong with those that can't come in.
    pub fn faults(&self) -> &[ImportFault] {
        &self.faults
    }

    /// What is worth telling about those that come in, in their order.
    pub fn remarks(&self) -> &[Remarked] {
        &self.remarks
    }
}

/// Why not all of the plan came true.
#[derive(Debug, thiserror::Error)]
pub enum ImportUsersError {
    /// Somebody took a name or a contact while this went on. What came before is there.
    #[error(
        "{place}: its username, sub or contact was taken by another account just now; start again with --skip-existing"
    )]
    Overtaken {
        /// Where the account stands that didn't come in: `line 7`.
        place: String,
    },
    /// The database, or the hashing of passwords, failed.
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

/// Brings in those of the plan that passed every rule; the others are the caller's to refuse or to leave
/// out. `tell` hears how many are there by now.
///
/// # Errors
/// The store can't be reached, or was changed since the plan was made. What came before is there.
pub async fn import_users(
    ctx: &Context,
    plan: &ImportPlan<'_>,
    mut tell: impl FnMut(usize),
) -> Result<(), ImportUsersError> {
    // Known to nobody: the same for all who bring none.
    let nobodys = Password::new(ctx.entropy.token());
    let nobodys = ctx.passwords.hash(&nobodys, &*ctx.entropy).await?;
    let mut done = 0;
    for batch in plan.ready.chunks(BATCH) {
        retried(|| bring_in(ctx, batch, &nobodys)).await?;
        done += batch.len();
        tell(done);
    }
    Ok(())
}

async fn bring_in(ctx: &Context, batch: &[Ready<'_>], nobodys: &str) -> Result<(), ImportUsersError> {
    let mut tx = ctx.store.begin().await?;
    names::lock(&mut tx).await?;
    for ready in batch {
        if !bring_in_one(ctx, &mut tx, ready, nobodys).await? {
            return Err(ImportUsersError::Overtaken { place: ready.arrival.place.clone() });
        }
    }
    Ok(tx.commit().await?)
}

/// `false`: something of it belongs to another account.
async fn bring_in_one(
    ctx: &Context,
    tx: &mut Tx,
    ready: &Ready<'_>,
    nobodys: &str,
) -> Result<bool, StoreError> {
    let (now, arrival) = (ctx.now(), ready.arrival);
    let (username, username_key) = (ready.username.unwrap_or(&ready.sub), ready.username_key());
    let waits = ready.waits(&ctx.settings);
    let created_at = arrival.created_at.map_or(now, |it| it.0);
    let srp_id = srp_id::generate(&ctx.keys, &*ctx.entropy);
    let row = Incoming {
        sub: &ready.sub,
        srp_id: &srp_id,
        username,
        username_key: &username_key,
        waits: waits.as_ref(),
        contested: arrival.contested && waits.is_some(),
        password_hash: arrival.password_hash.as_deref().unwrap_or(nobodys),
        created_at,
        updated_at: arrival.updated_at.map_or(created_at, |it| it.0),
        confirmed_at: waits.is_none().then(|| arrival.confirmed_at.map_or(created_at, |it| it.0)),
        disabled_at: arrival.disabled_at.map(|it| it.0),
        // Not since it was created: accounts that come from elsewhere would be too old to stay.
        waiting_since: waits.is_some().then_some(now),
    };
    let Some(user) = records::insert(tx, &ctx.keys, &row).await? else { return Ok(false) };
    if arrival.temporary_password {
        users::mark_temporary(tx, user, now).await?;
    }
    tx.write(vec![attributes::put(user, &ready.attributes)?]).await?;
    // Where nobody says when, since the account is confirmed.
    let confirmed_at = row.confirmed_at.unwrap_or(created_at);
    for (contact, key) in &ready.proven {
        let at = arrival.verified_at.get(&contact.kind).map_or(confirmed_at.min(now), |it| it.0);
        let verified = VerifiedContact { kind: contact.kind, key, at };
        if !aliases::claim(tx, user, verified, now).await? {
            return Ok(false);
        }
    }
    let event = Event::AdminCreateUser { username: username.to_owned() };
    events::record(tx, user, &event, now, &operator()).await?;
    Ok(true)
}
