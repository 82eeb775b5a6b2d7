//! Codes that prove a contact: issued, tried, used once.
//!
//! A use case that takes a code does three steps: `count_attempt` in a transaction of its own, so that no
//! refusal hands the attempt back; `Attempt::compare`; then `consume` inside its own transaction, where
//! expiry and single use are decided by the statement itself.

use crate::Context;
use model::code::{DIGITS, MAX_ATTEMPTS};
use model::{ErrorCode, FieldName, FormErrors};
use nameplate_core::attempts::Tally;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{Issue, Issued, Slot};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::keys::{Keys, Purpose};
use std::fmt;
use store::codes::Stored;
use store::{Conn, StoreError, Tx, codes as table, retried};
use subtle::ConstantTimeEq as _;

/// Why a code was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// Nothing was typed.
    Missing,
    /// Not six to eight digits: no try was spent on it.
    NotACode,
    /// Not the code that was sent.
    Wrong {
        /// How many more tries this code has.
        tries_left: u32,
    },
    /// It was sent too long ago.
    Expired,
    /// It was used already, or a newer one took its place.
    Used,
    /// It was tried too often; only a new one helps.
    WornOut,
    /// No code is waiting for this.
    NoCode,
}

impl CodeFault {
    /// What the person is told.
    pub const fn why(self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::Missing,
            Self::NotACode => ErrorCode::NotACode,
            Self::Wrong { tries_left } => ErrorCode::WrongCode { tries_left },
            Self::Expired => ErrorCode::ExpiredCode,
            Self::Used => ErrorCode::UsedCode,
            Self::WornOut => ErrorCode::WornOutCode,
            Self::NoCode => ErrorCode::NoCode,
        }
    }
}

impl CodeFault {
    /// The same for the field that the code was typed into.
    pub(crate) fn refusal(self) -> FormErrors {
        FormErrors::field(FieldName::Code, self.why())
    }

    /// Whether a code was tried that there was: that is worth a line in the trail.
    pub(crate) const fn is_a_try(self) -> bool {
        !matches!(self, Self::Missing | Self::NotACode | Self::NoCode)
    }
}

/// The digits of what was typed. What can't be a code at all is told so before anything is looked up or
/// counted.
pub(crate) fn read(typed: &str) -> Result<String, CodeFault> {
    let code = model::code::tidy(typed);
    if code.is_empty() {
        return Err(CodeFault::Missing);
    }
    if model::code::is_shaped(&code) { Ok(code) } else { Err(CodeFault::NotACode) }
}

fn parts_digest<T>(
    slot: &Slot,
    value: &str,
    issue: &Issue,
    code: &str,
    digest: impl FnOnce(&[&[u8]]) -> T,
) -> T {
    let user = slot.user.0.to_le_bytes();
    let purpose = slot.purpose.as_str().as_bytes();
    digest(&[purpose, &user, slot.attribute.as_str().as_bytes(), value.as_bytes(), issue, code.as_bytes()])
}

/// What the store keeps of a code.
pub(crate) fn digest(ctx: &Context, slot: &Slot, value: &str, (issue, code): (&Issue, &str)) -> Vec<u8> {
    parts_digest(slot, value, issue, code, |parts| ctx.keys.digest(Purpose::Codes, parts)).to_vec()
}

/// Whether this is the code of that digest, under whichever key it was made. Takes the same time for every
/// answer.
pub(crate) fn is_code(
    keys: &Keys,
    (slot, value): (&Slot, &str),
    (issue, code): (&Issue, &str),
    digest: &[u8],
) -> bool {
    let code = &model::code::tidy(code);
    let digests = parts_digest(slot, value, issue, code, |parts| keys.digests(Purpose::Codes, parts));
    digests.iter().fold(0, |found, known| found | known.as_slice().ct_eq(digest).unwrap_u8()) == 1
}

/// Makes a code that proves `value`, in the place of the one before.
///
/// `requested_at` stays what it was while the same value waits: a code that is sent again is the same
/// request.
pub(crate) async fn issue(
    tx: &mut Tx,
    ctx: &Context,
    slot: &Slot,
    value: &str,
) -> Result<Issued, StoreError> {
    let now = ctx.clock.now();
    let (issue, code) = (ctx.entropy.bytes(), ctx.entropy.code(DIGITS));
    let digest = digest(ctx, slot, value, (&issue, &code));
    let expires_at = now.plus(ctx.settings.codes.lifetime_of(slot.purpose));
    table::put(tx, table::New { slot, value, issue: &issue, digest, now, expires_at }).await?;
    Ok(Issued { slot: slot.clone(), issue, code, sent_at: now, expires_at })
}

/// A code that waits to be entered, as the store has it: also the change that waits for it.
#[derive(Clone)]
pub(crate) struct Waiting {
    pub(crate) slot: Slot,
    /// What it proves, and what the attribute becomes.
    pub(crate) value: String,
    pub(crate) sent_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) attempts: u32,
    pub(crate) used: bool,
    issue: Issue,
    digest: Vec<u8>,
}

impl Waiting {
    fn of(slot: &Slot, stored: Stored) -> Self {
        let Stored { value, sent_at, expires_at, attempts, used, issue, digest } = stored;
        Self { slot: slot.clone(), value, sent_at, expires_at, attempts, used, issue, digest }
    }

    /// How often it may still be tried.
    pub(crate) const fn tries_left(&self) -> u32 {
        MAX_ATTEMPTS.saturating_sub(self.attempts)
    }

    /// Why it can't be used any more, whatever is typed.
    pub(crate) fn fault(&self, now: Timestamp) -> Option<CodeFault> {
        if self.used {
            Some(CodeFault::Used)
        } else if self.expires_at <= now {
            Some(CodeFault::Expired)
        } else if self.attempts >= MAX_ATTEMPTS {
            Some(CodeFault::WornOut)
        } else {
            None
        }
    }

    /// Whether this is the code.
    pub(crate) fn is(&self, keys: &Keys, code: &str) -> bool {
        is_code(keys, (&self.slot, &self.value), (&self.issue, code), &self.digest)
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("slot", &self.slot)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// The newest code of this place, used and expired ones included.
pub(crate) async fn waiting(conn: &mut Conn, slot: &Slot) -> Result<Option<Waiting>, StoreError> {
    Ok(table::get(conn, slot).await?.map(|stored| Waiting::of(slot, stored)))
}

/// A try at a code that was counted.
#[derive(Debug, Clone)]
pub(crate) struct Attempt(Waiting);

impl Attempt {
    /// The contact that the code proves.
    pub(crate) fn contact(&self) -> Result<(ContactKind, &str), StoreError> {
        let kind = ContactKind::of(&self.0.slot.attribute)
            .ok_or_else(|| StoreError::unreadable("a code for what is no contact"))?;
        Ok((kind, &self.0.value))
    }

    /// Whether the code is the right one.
    pub(crate) fn compare(&self, keys: &Keys, code: &str) -> Result<(), CodeFault> {
        match (self.0.is(keys, code), self.0.tries_left()) {
            (true, _) => Ok(()),
            (false, 0) => Err(CodeFault::WornOut),
            (false, tries_left) => Err(CodeFault::Wrong { tries_left }),
        }
    }
}

/// Counts a try, before anything is compared and in a transaction of its own. The inner error: there is no
/// code that could be tried.
pub(crate) async fn count_attempt(
    ctx: &Context,
    slot: &Slot,
    tally: &Tally,
) -> Result<Result<Attempt, CodeFault>, StoreError> {
    let counted = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let counted = count_attempt_in(&mut tx, slot, tally, ctx.clock.now()).await?;
        tx.commit().await.map(|()| counted)
    })
    .await?;
    note(tally, &counted);
    Ok(counted)
}

/// Notes that a try was counted, once that is certain. What was no try has nothing to be judged, and pays for
/// nothing.
pub(crate) fn note(tally: &Tally, counted: &Result<Attempt, CodeFault>) {
    if counted.is_ok() {
        tally.count();
    }
}

/// The same, in a transaction that does no more than count and is committed whatever the answer is; then
/// comes [`note`].
pub(crate) async fn count_attempt_in(
    tx: &mut Tx,
    slot: &Slot,
    tally: &Tally,
    now: Timestamp,
) -> Result<Result<Attempt, CodeFault>, StoreError> {
    // What is paid for may have been the last try that there was.
    let (one, most) = if tally.is_paid() { (0, MAX_ATTEMPTS + 1) } else { (1, MAX_ATTEMPTS) };
    match table::count_attempt(tx, slot, (one, most), now).await? {
        Some(stored) => Ok(Ok(Attempt(Waiting::of(slot, stored)))),
        None => Ok(Err(waiting(tx, slot)
            .await?
            .map_or(CodeFault::NoCode, |it| it.fault(now).unwrap_or(CodeFault::NoCode)))),
    }
}

/// Uses the code up. The inner error: it was used, replaced or has expired since it was compared.
pub(crate) async fn consume(
    tx: &mut Tx,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Result<(), CodeFault>, StoreError> {
    let Attempt(code) = attempt;
    if table::consume(tx, &code.slot, &code.issue, now).await? {
        return Ok(Ok(()));
    }
    Ok(Err(match waiting(tx, &code.slot).await? {
        // A newer code has taken its place: this one is as good as used.
        Some(newer) if newer.issue != code.issue => CodeFault::Used,
        Some(same) => same.fault(now).unwrap_or(CodeFault::Used),
        None => CodeFault::NoCode,
    }))
}

/// Takes the code back, and with it the change that waited for it. `false`: none was waiting.
pub(crate) async fn cancel(tx: &mut Tx, slot: &Slot) -> Result<bool, StoreError> {
    table::remove_unused(tx, slot).await
}
