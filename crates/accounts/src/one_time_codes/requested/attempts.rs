//! Attempts at codes by people who have not signed in.
//!
//! An attempt is counted in a transaction of its own before anything is compared. What requesters are told
//! counts only their own attempts at that name since they last asked, whether or not it has an account.

use crate::Context;
use crate::error::CommonError;
use crate::limits::rate::{DAY, Rate};
use crate::limits::{self, LimitName};
use crate::one_time_codes::code_entry::{CodeEntry, NamedEntrant};
use crate::one_time_codes::fault::CodeFault;
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requested::asker::{Asker, NamedCodes};
use crate::one_time_codes::requested::join::binding;
use crate::one_time_codes::{requester, wrong_codes};
use model::code::MAX_ATTEMPTS;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{AttemptCost, CodeScope};
use nameplate_core::identity::UserId;
use store::requested_codes::{self, Requested};
use store::{StoreError, Tx, retried};

/// By name an attempt is compared with so many of an account's newest codes.
const BY_NAME: u32 = 3;
/// Whoever has the code itself may know that it was used or has expired: it is looked for among so many.
const REMEMBERED: u32 = 8;

/// Counts an attempt, and compares. The inner error: it is none of the codes that it may be.
pub(crate) async fn attempt(
    ctx: &Context,
    entry: &CodeEntry<'_>,
    named: &NamedEntrant<'_>,
) -> Result<Result<Requested, CodeFault>, CommonError> {
    let attempt = Attempt { ctx, entry, named, policy: CodePolicy::of(entry.purpose, &ctx.settings) };
    let Counted { made, compared } = retried(|| attempt.count()).await?;
    if let Some(right) = compared.into_iter().find(|code| attempt.is_code(code)) {
        wrong_codes::give_back(ctx, entry.origin).await?;
        return Ok(Ok(right));
    }
    let wrong = match MAX_ATTEMPTS.saturating_sub(made) {
        0 => return Ok(Err(CodeFault::WornOut)),
        tries_left => CodeFault::Wrong { tries_left },
    };
    Ok(Err(attempt.was_right_once().await?.unwrap_or(wrong)))
}

/// An attempt, and the rules for it.
struct Attempt<'a> {
    ctx: &'a Context,
    entry: &'a CodeEntry<'a>,
    named: &'a NamedEntrant<'a>,
    policy: CodePolicy,
}

/// An attempt that was counted.
struct Counted {
    /// The attempts that the requester has made by now.
    made: u32,
    /// What this one is compared with.
    compared: Vec<Requested>,
}

/// A code that the attempt may be compared with, as long as fewer than so many were by name.
struct Candidate {
    code: Requested,
    most: u32,
}

impl Attempt<'_> {
    async fn count(&self) -> Result<Counted, CommonError> {
        let (ctx, now, tally) = (self.ctx, self.ctx.clock.now(), &self.entry.origin.tally);
        let mut tx = ctx.store.begin().await?;
        let asker = self.asker();
        let round = asker.codes.round(&mut tx, ctx).await?;
        let (own, rate) =
            (asker.attempts(ctx, round), Rate { times: MAX_ATTEMPTS, per: self.policy.lifetime });
        let made = if tally.is_paid() {
            MAX_ATTEMPTS.saturating_sub(limits::left(&mut tx, &own, rate, now).await?)
        } else {
            wrong_codes::count(&mut tx, ctx, self.entry.origin).await??;
            limits::count_up(&mut tx, &own, rate.per, now).await?
        };
        let mut compared = Vec::new();
        if made <= MAX_ATTEMPTS {
            compared = self.own(&mut tx).await?;
            let others = self.others(&mut tx, &compared, round).await?;
            compared.extend(others);
        }
        tx.commit().await?;
        // What is compared with nothing costs nothing.
        if !compared.is_empty() {
            tally.count();
        }
        Ok(Counted { made, compared })
    }

    fn asker(&self) -> Asker<'_> {
        NamedCodes::new(self.policy.purpose, self.named.own_name).asked_by(&self.named.requester)
    }

    fn scope(&self, user: UserId) -> CodeScope {
        CodeScope { user, purpose: self.policy.purpose }
    }

    fn cost(&self, most: u32) -> AttemptCost {
        AttemptCost::of(&self.entry.origin.tally, most)
    }

    /// What the requester asked for, if it may still be tried.
    async fn own(&self, tx: &mut Tx) -> Result<Vec<Requested>, StoreError> {
        let (now, requester) = (self.ctx.clock.now(), self.named.requester.as_bytes());
        let mut own = Vec::new();
        for user in self.named.users {
            let found = requested_codes::newest_of(tx, self.scope(*user), requester, now).await?;
            let Some(found) = found.filter(|code| is_open(code, now)) else { continue };
            if requested_codes::count_own(tx, &found, requester, self.cost(MAX_ATTEMPTS)).await? {
                own.push(found);
            }
        }
        Ok(own)
    }

    /// What others asked for by that name, if it may still be tried by name.
    async fn others(&self, tx: &mut Tx, own: &[Requested], round: i64) -> Result<Vec<Requested>, StoreError> {
        let now = self.ctx.clock.now();
        let mut others = Vec::new();
        for Candidate { code, most } in self.candidates(tx, round).await? {
            let is_own = own.iter().any(|it| it.issue == code.issue);
            if !is_own
                && is_open(&code, now)
                && requested_codes::count_by_name(tx, &code, self.cost(most)).await?
            {
                others.push(code);
            }
        }
        Ok(others)
    }

    /// The newest codes of the accounts of that name, whoever asked for them, and what an administrator sent:
    /// so many attempts from each network and from all together.
    async fn candidates(&self, tx: &mut Tx, round: i64) -> Result<Vec<Candidate>, StoreError> {
        let now = self.ctx.clock.now();
        let mut found: Vec<Candidate> = Vec::new();
        let limit = LimitName::CodesTriedByName;
        if self.count_name(tx, limit, round).await? {
            let most = limit.rate(&self.ctx.settings).times;
            for user in self.named.users {
                let newest = requested_codes::newest(tx, self.scope(*user), BY_NAME, now).await?;
                found.extend(newest.into_iter().map(|code| Candidate { code, most }));
            }
        }
        if let Some(limit) = self.policy.limits.unasked_by_name
            && self.count_name(tx, limit, round).await?
        {
            let most = limit.rate(&self.ctx.settings).times;
            for user in self.named.users {
                let unasked = requested_codes::newest_unasked(tx, self.scope(*user), now).await?;
                found.retain(|it| unasked.as_ref().is_none_or(|unasked| unasked.issue != it.code.issue));
                found.extend(unasked.map(|code| Candidate { code, most }));
            }
        }
        Ok(found)
    }

    /// Counts an attempt of someone who only knows the name, here and everywhere. `false`: there were too
    /// many.
    async fn count_name(&self, tx: &mut Tx, limit: LimitName, round: i64) -> Result<bool, StoreError> {
        let (ctx, now, name) = (self.ctx, self.ctx.clock.now(), self.named.shared_name.as_bytes());
        let network = requester::network(ctx, self.entry.origin);
        let (purpose, round) = (self.policy.purpose.as_str().as_bytes(), round.to_le_bytes());
        let everywhere = limits::key_of(ctx, limit, &[purpose, name, &round]);
        let here = limits::key_of(ctx, limit, &[b"from", purpose, name, &round, &network]);
        let one = u32::from(!self.entry.origin.tally.is_paid());
        for (key, times) in [(here, MAX_ATTEMPTS), (everywhere, limit.rate(&ctx.settings).times)] {
            if limits::left(tx, &key, Rate { times, per: DAY }, now).await? < one {
                return Ok(false);
            }
            if one > 0 {
                limits::count_up(tx, &key, DAY, now).await?;
            }
        }
        Ok(true)
    }

    /// Whoever has the code itself may know that it was used or has expired.
    async fn was_right_once(&self) -> Result<Option<CodeFault>, StoreError> {
        let now = self.ctx.clock.now();
        let mut conn = self.ctx.store.read().await?;
        for user in self.named.users {
            for code in requested_codes::newest(&mut conn, self.scope(*user), REMEMBERED, now).await? {
                if !is_open(&code, now) && self.is_code(&code) {
                    return Ok(Some(if code.used { CodeFault::Used } else { CodeFault::Expired }));
                }
            }
        }
        Ok(None)
    }

    fn is_code(&self, code: &Requested) -> bool {
        binding(code).is_code(&self.ctx.keys, self.entry.code, &code.digest)
    }
}

fn is_open(code: &Requested, now: Timestamp) -> bool {
    !code.used && code.expires_at > now
}
