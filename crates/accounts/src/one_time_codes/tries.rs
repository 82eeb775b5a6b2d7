//! A try at codes that people asked for who have not signed in.
//!
//! It is counted in a transaction of its own before anything is compared. What the caller is told counts only
//! their own tries at that name since they last asked, whether there is such an account or not.

use crate::limits::rate::{DAY, Rate, Wait};
use crate::limits::{self, Key, LimitName};
use crate::one_time_codes::codes::{self, CodeFault};
use crate::one_time_codes::requester::{self, Requester};
use crate::{Context, Unavailable};
use model::code::MAX_ATTEMPTS;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{Origin, UserId};
use store::requested_codes::{self, Requested};
use store::{Conn, StoreError, Tx, retried};

/// By name a try is compared with so many of an account's newest codes.
const BY_NAME: u32 = 3;
/// Whoever holds a code itself may know that it was used or has expired: among so many it is looked for.
const REMEMBERED: u32 = 8;

/// A code that somebody enters.
pub(crate) struct Try<'a> {
    /// The accounts that it may be for, in order.
    pub(crate) users: &'a [UserId],
    pub(crate) purpose: CodePurpose,
    pub(crate) requester: Requester,
    /// With a ticket that somebody signed up with: what others on the network try doesn't matter.
    pub(crate) is_held: bool,
    /// What the caller's own tries are counted for: a name in canonical form, whosever it is.
    pub(crate) told: &'a str,
    /// What everybody's tries are counted for who only know the name.
    pub(crate) name: &'a str,
    pub(crate) code: &'a str,
    pub(crate) origin: &'a Origin,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum Tried {
    /// This is the code.
    Right(Requested),
    Wrong(CodeFault),
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TryError {
    #[error("too often; again in {} s", .0.seconds)]
    Wait(Wait),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for TryError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// How many tries a requester was told to have left at a name in this round.
pub(crate) fn told_key(
    ctx: &Context,
    purpose: CodePurpose,
    requester: &Requester,
    (name, round): (&str, i64),
) -> Key {
    let purpose = purpose.as_str().as_bytes();
    limits::key_of(
        ctx,
        LimitName::CodeTries,
        &[purpose, requester.as_bytes(), name.as_bytes(), &round.to_le_bytes()],
    )
}

/// Which round of tries at a name it is: codes that an administrator sends begin a new one.
pub(crate) async fn round(
    conn: &mut Conn,
    ctx: &Context,
    name: (CodePurpose, &str),
) -> Result<i64, StoreError> {
    limits::counted(conn, &round_key(ctx, name)).await
}

pub(crate) fn round_key(ctx: &Context, (purpose, name): (CodePurpose, &str)) -> Key {
    limits::key(ctx, LimitName::CodeTryRounds, &[purpose.as_str(), name])
}

impl Try<'_> {
    /// Counts the try, and compares.
    pub(crate) async fn run(&self, ctx: &Context) -> Result<Tried, TryError> {
        let (tried, compared) = retried(|| self.count(ctx)).await?;
        if let Some(right) = compared.into_iter().find(|it| is_code(ctx, it, self.code)) {
            if !self.is_held {
                // A right code spends nothing.
                retried(|| self.give_network_back(ctx)).await?;
            }
            return Ok(Tried::Right(right));
        }
        let left = MAX_ATTEMPTS.saturating_sub(tried);
        let wrong = if left == 0 { CodeFault::WornOut } else { CodeFault::Wrong { tries_left: left } };
        let known = if left > 0 { self.was_right_once(ctx).await? } else { None };
        Ok(Tried::Wrong(known.unwrap_or(wrong)))
    }

    /// How often the caller has tried by now, and what this try is compared with.
    async fn count(&self, ctx: &Context) -> Result<(u32, Vec<Requested>), TryError> {
        let (now, paid) = (ctx.clock.now(), self.origin.tally.is_paid());
        let mut tx = ctx.store.begin().await?;
        let rate = Rate { times: MAX_ATTEMPTS, per: ctx.settings.codes.lifetime_of(self.purpose) };
        let round = round(&mut tx, ctx, (self.purpose, self.told)).await?;
        let told = told_key(ctx, self.purpose, &self.requester, (self.told, round));
        let tried = if paid {
            MAX_ATTEMPTS.saturating_sub(limits::left(&mut tx, &told, rate, now).await?)
        } else {
            if !self.is_held {
                self.count_network(&mut tx, ctx, now).await?.map_err(TryError::Wait)?;
            }
            limits::count_up(&mut tx, &told, rate.per, now).await?
        };
        let mut compared = Vec::new();
        if tried <= MAX_ATTEMPTS {
            compared = self.own(&mut tx, now).await?;
            let others = self.by_name(&mut tx, ctx, (&compared, round)).await?;
            compared.extend(others);
        }
        tx.commit().await?;
        // What is compared with nothing has nothing to be judged, and pays for nothing.
        if !compared.is_empty() {
            self.origin.tally.count();
        }
        Ok((tried, compared))
    }

    async fn count_network(
        &self,
        tx: &mut Tx,
        ctx: &Context,
        now: Timestamp,
    ) -> Result<Result<(), Wait>, StoreError> {
        limits::count(tx, &self.network_key(ctx), LimitName::WrongCodes.rate(&ctx.settings), now).await
    }

    /// Wrong codes of a network are counted apart from what it asks for.
    fn network_key(&self, ctx: &Context) -> Key {
        limits::key(ctx, LimitName::WrongCodes, &[&self.origin.household().to_string()])
    }

    async fn give_network_back(&self, ctx: &Context) -> Result<(), TryError> {
        let mut tx = ctx.store.begin().await?;
        limits::give_back(&mut tx, &self.network_key(ctx)).await?;
        Ok(tx.commit().await?)
    }

    /// What the caller asked for, if it may be tried still.
    async fn own(&self, tx: &mut Tx, now: Timestamp) -> Result<Vec<Requested>, StoreError> {
        let mut own = Vec::new();
        for user in self.users {
            let found =
                requested_codes::newest_of(tx, (*user, self.purpose), self.requester.as_bytes(), now).await?;
            let Some(found) = found.filter(|it| is_open(it, now)) else { continue };
            if requested_codes::count_own(tx, &found.issue, self.requester.as_bytes(), self.one(MAX_ATTEMPTS))
                .await?
            {
                own.push(found);
            }
        }
        Ok(own)
    }

    /// The newest codes of the accounts of that name, whoever asked for them, and what an administrator sent:
    /// so many tries from each network and from all together.
    async fn by_name(
        &self,
        tx: &mut Tx,
        ctx: &Context,
        (own, round): (&[Requested], i64),
    ) -> Result<Vec<Requested>, StoreError> {
        let now = ctx.clock.now();
        let mut found = Vec::new();
        if self.count_name(tx, ctx, (LimitName::CodesTriedByName, round)).await? {
            for user in self.users {
                let newest = requested_codes::newest(tx, (*user, self.purpose), BY_NAME, now).await?;
                found.extend(
                    newest
                        .into_iter()
                        .map(|code| (code, LimitName::CodesTriedByName.rate(&ctx.settings).times)),
                );
            }
        }
        if self.purpose == CodePurpose::Reset
            && self.count_name(tx, ctx, (LimitName::UnaskedCodesTriedByName, round)).await?
        {
            for user in self.users {
                let unasked = requested_codes::newest_unasked(tx, (*user, self.purpose), now).await?;
                found.retain(|(code, _)| unasked.as_ref().is_none_or(|it| it.issue != code.issue));
                found.extend(
                    unasked.map(|code| (code, LimitName::UnaskedCodesTriedByName.rate(&ctx.settings).times)),
                );
            }
        }
        let mut others = Vec::new();
        for (code, most) in found {
            let is_own = own.iter().any(|it| it.issue == code.issue);
            if !is_own
                && is_open(&code, now)
                && requested_codes::count_by_name(tx, &code.issue, self.one(most)).await?
            {
                others.push(code);
            }
        }
        Ok(others)
    }

    /// Counts a try of somebody who only knows the name, here and everywhere. `false`: there were so many.
    async fn count_name(
        &self,
        tx: &mut Tx,
        ctx: &Context,
        (limit, round): (LimitName, i64),
    ) -> Result<bool, StoreError> {
        let (now, network) = (ctx.clock.now(), requester::network(ctx, self.origin));
        let (purpose, round) = (self.purpose.as_str().as_bytes(), round.to_le_bytes());
        let everywhere = limits::key_of(ctx, limit, &[purpose, self.name.as_bytes(), &round]);
        let here = limits::key_of(ctx, limit, &[b"from", purpose, self.name.as_bytes(), &round, &network]);
        let one = u32::from(!self.origin.tally.is_paid());
        for (key, most) in [(here, MAX_ATTEMPTS), (everywhere, limit.rate(&ctx.settings).times)] {
            let rate = Rate { times: most, per: DAY };
            if limits::left(tx, &key, rate, now).await? < one {
                return Ok(false);
            }
            if one > 0 {
                limits::count_up(tx, &key, DAY, now).await?;
            }
        }
        Ok(true)
    }

    /// What a try counts, and how many there may be. What is paid for may have been the last one.
    fn one(&self, most: u32) -> (u32, u32) {
        if self.origin.tally.is_paid() { (0, most + 1) } else { (1, most) }
    }

    /// Whoever holds the code itself may know that it was used or has expired.
    async fn was_right_once(&self, ctx: &Context) -> Result<Option<CodeFault>, StoreError> {
        let now = ctx.clock.now();
        let mut conn = ctx.store.read().await?;
        for user in self.users {
            for code in requested_codes::newest(&mut conn, (*user, self.purpose), REMEMBERED, now).await? {
                if !is_open(&code, now) && is_code(ctx, &code, self.code) {
                    return Ok(Some(if code.used { CodeFault::Used } else { CodeFault::Expired }));
                }
            }
        }
        Ok(None)
    }
}

fn is_open(code: &Requested, now: Timestamp) -> bool {
    !code.used && code.expires_at > now
}

fn is_code(ctx: &Context, stored: &Requested, typed: &str) -> bool {
    codes::is_code(&ctx.keys, (&stored.slot, &stored.value), (&stored.issue, typed), &stored.digest)
}
