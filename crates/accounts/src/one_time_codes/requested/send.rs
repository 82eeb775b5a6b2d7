//! Making a code for requesters, or letting them share one that waits to be sent.

use crate::Context;
use crate::limits::{self, LimitName, Turn, rate};
use crate::one_time_codes::code_request::{CodeRequest, Pace, Requesters, SentCode};
use crate::one_time_codes::requested::dummy;
use crate::one_time_codes::requested::join::{self, Shared, binding};
use crate::one_time_codes::requested::turn::{self, Queue, SHORT_CODES, Timing};
use crate::one_time_codes::requester;
use delivery::{self, About};
use model::code::{DIGITS, MORE_DIGITS};
use nameplate_core::code::Issue;
use store::requested_codes::{self, Requested};
use store::{StoreError, Tx};

/// A code that requesters are given.
struct Given {
    issue: Issue,
    sent: SentCode,
    /// Whether they become its requesters. Where there are too many they may try it by name.
    is_theirs: bool,
}

/// Makes a code, or lets the requesters share one that waits to be sent, and queues its message.
pub(crate) async fn send(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    requesters: &Requesters<'_>,
) -> Result<SentCode, StoreError> {
    let now = ctx.clock.now();
    let Some(timing) = timing(tx, ctx, request, &requesters.pace).await? else {
        dummy::make(ctx, request);
        let expires_at = now.plus(request.policy(ctx).lifetime);
        return Ok(SentCode { sent_at: now, expires_at, is_new: true });
    };
    let askers = requesters.all.len();
    let given = match timing {
        Timing::At(turn) => make(tx, ctx, request, turn, askers).await?,
        Timing::With(queued) => share(tx, ctx, request, &queued, askers).await?,
    };
    if given.is_theirs {
        give(tx, ctx, request, requesters, &given).await?;
    }
    Ok(given.sent)
}

/// When it is sent. `None`: never.
async fn timing(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    pace: &Pace,
) -> Result<Option<Timing>, StoreError> {
    let now = ctx.clock.now();
    let at_once = Some(Timing::At(Turn { at: now, count: 0 }));
    match pace {
        Pace::Never => return Ok(None),
        Pace::AtOnce => return Ok(at_once),
        Pace::Known(budget) => {
            let count = limits::count_up(tx, budget, rate::DAY, now).await?;
            if count <= LimitName::CodesForKnownOrigin.rate(&ctx.settings).times {
                return Ok(at_once);
            }
        }
        Pace::Strangers => {}
    }
    let (slot, contact) = (request.slot(), request.target.to_key());
    let limit =
        if slot.user.is_nobody() { LimitName::CodesToNobody } else { request.policy(ctx).limits.contact };
    let mailbox = request.target.mailbox_key();
    let counter = limits::key(ctx, limit, &[slot.purpose.as_str(), &mailbox]);
    let queue = Queue { counter: &counter, scope: slot.scope(), contact: &contact };
    turn::take(tx, ctx, queue).await.map(Some)
}

/// The code that waits to be sent; where it can't be shared, one of their own at the same time.
async fn share(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    queued: &Requested,
    askers: usize,
) -> Result<Given, StoreError> {
    let given = match join::join(tx, ctx, request, queued, askers).await? {
        Some(Shared { issue, is_requester }) => {
            let sent = SentCode { sent_at: queued.sent_at, expires_at: queued.expires_at, is_new: false };
            Given { issue, sent, is_theirs: is_requester }
        }
        None => {
            let turn = Turn { at: queued.sent_at, count: SHORT_CODES + 1 };
            make(tx, ctx, request, turn, askers).await?
        }
    };
    Ok(Given { sent: SentCode { is_new: false, ..given.sent }, ..given })
}

/// Makes a code for this turn, and queues its message.
async fn make(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    turn: Turn,
    askers: usize,
) -> Result<Given, StoreError> {
    // A code that no one asked for may be tried from everywhere.
    let is_long = turn.count > SHORT_CODES || askers == 0;
    let digits = if is_long { MORE_DIGITS } else { DIGITS };
    let (issue, code) = (ctx.entropy.bytes(), ctx.entropy.code(digits));
    let mut made = Requested {
        slot: request.slot(),
        issue,
        value: request.target.value.clone(),
        digest: Vec::new(),
        sent_at: turn.at,
        expires_at: turn.at.plus(request.policy(ctx).lifetime),
        used: false,
        message: None,
    };
    made.digest = binding(&made).digest(ctx, &code);
    let message = request.message(code, made.expires_at, made.sent_at);
    let about = About::Code { slot: &made.slot, issue: &made.issue };
    made.message = delivery::queue_at(tx, &ctx.delivery, &message, about, made.sent_at).await?;
    if made.message.is_some() {
        join::count_askers(tx, ctx, &made, askers).await?;
    }
    join::insert(tx, ctx, request, &made).await?;
    let sent = SentCode { sent_at: made.sent_at, expires_at: made.expires_at, is_new: true };
    Ok(Given { issue: made.issue, sent, is_theirs: true })
}

/// Makes the code theirs. One that was sent takes the place of what each of them had before.
async fn give(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    requesters: &Requesters<'_>,
    given: &Given,
) -> Result<(), StoreError> {
    let network = requester::network(ctx, request.origin);
    let is_sent = given.sent.is_new && given.sent.sent_at <= ctx.clock.now();
    for requester in requesters.all {
        requested_codes::join(tx, request.recipient.user, &given.issue, requester.as_bytes(), &network)
            .await?;
        if is_sent {
            let scope = request.slot().scope();
            requested_codes::supersede(tx, scope, requester.as_bytes(), &given.issue).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
