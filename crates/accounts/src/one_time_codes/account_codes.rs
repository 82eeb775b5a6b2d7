//! Codes that an account asks for itself: one for each purpose and kind of contact, and the change that waits
//! for it.
//!
//! An attempt is counted in a transaction of its own before anything is compared, so that no refusal hands it
//! back. Expiry and single use are decided by the statement that spends the code.

use crate::Context;
use crate::error::CommonError;
use crate::limits::rate::Wait;
use crate::limits::{self, LimitName, Spender, outside};
use crate::one_time_codes::code_request::{CodeRequest, SentCode};
use crate::one_time_codes::digest::Binding;
use crate::one_time_codes::fault::CodeFault;
use crate::one_time_codes::policy::{CodePolicy, CooldownAfter};
use crate::one_time_codes::wrong_codes;
use delivery::{self, About};
use model::code::{DIGITS, MAX_ATTEMPTS};
use nameplate_core::attempts::Tally;
use nameplate_core::clock::{SKEW, Timestamp};
use nameplate_core::code::{AttemptCost, CodePurpose, CodeScope, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use nameplate_core::keys::Keys;
use std::time::Duration;
use store::codes::{self, Stored};
use store::{Conn, StoreError, Tx, retried, users};

/// Whether the account may have a code sent to this contact now, and when it may ask for the next one: not
/// again too soon, not too often to one contact, and not to one contact after the other. After a [`Wait`]
/// drop the transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    scope: CodeScope,
    target: &Contact,
) -> Result<Result<Timestamp, Wait>, StoreError> {
    let (now, policy) = (ctx.clock.now(), CodePolicy::of(scope.purpose, &ctx.settings));
    let slot = Slot::new(scope.user, scope.purpose, target.kind.attribute());
    let before = newest(tx, &slot).await?.filter(|code| code.begins(policy.cooldown.after, target, now));
    if let Some(free_at) = before.map(|code| free_at(code.stored.sent_at, policy.cooldown.time, now))
        && free_at > now
    {
        return Ok(Err(Wait { seconds: free_at.seconds_from(now) }));
    }
    let account = users::sub_of(tx, scope.user).await?.unwrap_or_default();
    if let Some(limit) = policy.limits.asker {
        let counter = limits::key(ctx, limit, &[&account]);
        if let Err(wait) = limits::count(tx, &counter, limit.rate(&ctx.settings), now).await? {
            return Ok(Err(wait));
        }
    }
    let limit = policy.limits.contact;
    let contact = [target.kind.as_str(), target.key.as_str()];
    let counter = match is_of_account(limit) {
        true => limits::key(ctx, limit, &[&account, contact[0], contact[1]]),
        false => limits::key(ctx, limit, &contact),
    };
    let counted = limits::count(tx, &counter, limit.rate(&ctx.settings), now).await?;
    Ok(counted.map(|()| now.plus(policy.cooldown.time)))
}

/// Whether each account has a counter of its own. What others ask for doesn't count there.
fn is_of_account(limit: LimitName) -> bool {
    match limit.spender() {
        Spender::Account => true,
        Spender::Contact
        | Spender::Holder
        | Spender::Installation
        | Spender::Name
        | Spender::NameFromNetwork
        | Spender::NameFromSite
        | Spender::Network
        | Spender::Requester
        | Spender::Site => false,
    }
}

/// Makes a code in the place of the one before, and queues its message. A code for the same value is the same
/// request, made again.
pub(crate) async fn send(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
) -> Result<SentCode, StoreError> {
    let (now, slot, value) = (ctx.clock.now(), request.slot(), request.target.value.as_str());
    let (issue, code) = (ctx.entropy.bytes(), ctx.entropy.code(DIGITS));
    let digest = Binding { slot: &slot, value, issue: &issue }.digest(ctx, &code);
    let expires_at = now.plus(request.policy(ctx).lifetime);
    codes::put(tx, codes::New { slot: &slot, value, issue: &issue, digest, now, expires_at }).await?;
    if !is_to_new_number(request) {
        outside::count(tx, ctx, request.target.kind).await?;
    }
    let about = About::Code { slot: &slot, issue: &issue };
    delivery::queue(tx, &ctx.delivery, &request.message(code, expires_at, now), about).await?;
    Ok(SentCode { sent_at: now, expires_at, is_new: true })
}

/// Whether it is a text message to a number that isn't verified, which has a budget of its own.
fn is_to_new_number(request: &CodeRequest<'_>) -> bool {
    request.purpose() == CodePurpose::Verify && request.target.kind == ContactKind::PhoneNumber
}

/// When another code may be asked for. `None`: there was no code yet.
pub(crate) async fn resend_at(
    conn: &mut Conn,
    ctx: &Context,
    slot: &Slot,
) -> Result<Option<Timestamp>, StoreError> {
    let (cooldown, now) = (CodePolicy::of(slot.purpose, &ctx.settings).cooldown.time, ctx.now());
    Ok(newest(conn, slot).await?.map(|code| free_at(code.stored.sent_at, cooldown, now)))
}

/// When another code may be asked for after one that was sent then. A time to come is of a clock that was
/// wrong, and counts as nothing.
pub(crate) fn free_at(sent_at: Timestamp, cooldown: Duration, now: Timestamp) -> Timestamp {
    if sent_at > now.plus(SKEW) { now } else { sent_at.plus(cooldown) }
}

/// Removes the code, and with it the change that waited for it. `false`: none was waiting.
pub(crate) async fn cancel(tx: &mut Tx, slot: &Slot) -> Result<bool, StoreError> {
    codes::remove_unused(tx, slot).await
}

/// A code as the store has it, used and expired ones included.
#[derive(Debug, Clone)]
pub(crate) struct AccountCode {
    slot: Slot,
    stored: Stored,
}

impl AccountCode {
    /// Where it is kept.
    pub(crate) const fn slot(&self) -> &Slot {
        &self.slot
    }

    /// The contact that it verifies, as it was written.
    pub(crate) fn value(&self) -> &str {
        &self.stored.value
    }

    /// Why it can't be used any more, whatever is typed.
    fn fault(&self, now: Timestamp) -> Option<CodeFault> {
        if self.stored.used {
            Some(CodeFault::Used)
        } else if self.stored.expires_at <= now {
            Some(CodeFault::Expired)
        } else if self.stored.attempts >= MAX_ATTEMPTS {
            Some(CodeFault::WornOut)
        } else {
            None
        }
    }

    /// Whether a cooldown begins with it.
    fn begins(&self, cooldown: CooldownAfter, target: &Contact, now: Timestamp) -> bool {
        match cooldown {
            CooldownAfter::Request => true,
            CooldownAfter::SameContact => !self.stored.used && self.stored.value == target.value,
            CooldownAfter::UsableCode => self.fault(now).is_none(),
        }
    }

    fn compare(&self, keys: &Keys, code: &str) -> Result<(), CodeFault> {
        let Stored { value, issue, digest, attempts, .. } = &self.stored;
        if (Binding { slot: &self.slot, value, issue }).is_code(keys, code, digest) {
            return Ok(());
        }
        Err(match MAX_ATTEMPTS.saturating_sub(*attempts) {
            0 => CodeFault::WornOut,
            tries_left => CodeFault::Wrong { tries_left },
        })
    }
}

async fn newest(conn: &mut Conn, slot: &Slot) -> Result<Option<AccountCode>, StoreError> {
    Ok(codes::get(conn, slot).await?.map(|stored| AccountCode { slot: slot.clone(), stored }))
}

/// Counts an attempt, and compares. The inner error: it isn't the code, or there is none to try.
pub(crate) async fn attempt(
    ctx: &Context,
    slot: &Slot,
    code: &str,
    origin: &Origin,
) -> Result<Result<AccountCode, CodeFault>, CommonError> {
    let tally = &origin.tally;
    let counted = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let counted = count_attempt(&mut tx, slot, tally, ctx.clock.now()).await?;
        if counted.is_ok() && !tally.is_paid() {
            wrong_codes::count(&mut tx, ctx, origin).await??;
        }
        tx.commit().await?;
        Ok::<_, CommonError>(counted)
    })
    .await?;
    // Only now it is certain. What was no attempt costs nothing.
    if counted.is_ok() {
        tally.count();
    }
    Ok(counted.and_then(|found| found.compare(&ctx.keys, code).map(|()| found)))
}

async fn count_attempt(
    tx: &mut Tx,
    slot: &Slot,
    tally: &Tally,
    now: Timestamp,
) -> Result<Result<AccountCode, CodeFault>, StoreError> {
    let cost = AttemptCost::of(tally, MAX_ATTEMPTS);
    if let Some(stored) = codes::count_attempt(tx, slot, cost, now).await? {
        return Ok(Ok(AccountCode { slot: slot.clone(), stored }));
    }
    let fault = newest(tx, slot).await?.and_then(|code| code.fault(now));
    Ok(Err(fault.unwrap_or(CodeFault::NoCode)))
}

/// Uses the code up. The inner error: it was used, replaced or has expired since it was compared.
pub(crate) async fn spend(
    tx: &mut Tx,
    code: &AccountCode,
    now: Timestamp,
) -> Result<Result<(), CodeFault>, StoreError> {
    let issue = &code.stored.issue;
    if codes::consume(tx, &code.slot, issue, now).await? {
        return Ok(Ok(()));
    }
    Ok(Err(match newest(tx, &code.slot).await? {
        // A newer code has taken its place.
        Some(newer) if newer.stored.issue != *issue => CodeFault::Used,
        Some(same) => same.fault(now).unwrap_or(CodeFault::Used),
        None => CodeFault::NoCode,
    }))
}

#[cfg(test)]
mod tests;
