//! Codes that people ask for who have not signed in: to confirm a sign-up, or to set a new password.
//!
//! A code belongs to who asked for it. Each requester's newest code lives until it is used, has expired or
//! was tried five times by its requester, however many others ask for codes of the same account, and however
//! often they guess. Whoever only knows the name may try the newest ones too, within limits that take nothing
//! from those who asked.

use crate::Context;
use crate::limits::rate::{self, Wait};
use crate::limits::{self, Key, Ladder, LimitName, Turn};
use crate::one_time_codes::request::{Pace, Request, write};
use crate::one_time_codes::requester::{self, Requester};
use crate::one_time_codes::{codes, shared, tries};
use delivery::{self, About, Message};
use model::code::{DIGITS, MORE_DIGITS};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{self, CodePurpose, Slot};
use nameplate_core::identity::{Origin, UserId};
use store::requested_codes::{self, Requested};
use store::{Conn, StoreError, Tx};

/// From so many codes on that strangers ask of one contact within a day, codes are longer.
const SHORT_CODES: u32 = 5;

/// The ladder of what strangers ask for.
pub(crate) fn ladder(ctx: &Context) -> Ladder {
    Ladder { shortest: ctx.settings.codes.resend_after }
}

/// What a requester is told counts only their own requests: this is their ladder for a name.
pub(crate) fn told_key(ctx: &Context, purpose: CodePurpose, requester: &Requester, name: &str) -> Key {
    limits::key_of(
        ctx,
        LimitName::CodesAskedFor,
        &[purpose.as_str().as_bytes(), requester.as_bytes(), name.as_bytes()],
    )
}

/// Counts a request against the requester's own ladder, and gives their tries back. After a [`Wait`] drop the
/// transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    purpose: CodePurpose,
    (requester, name): (&Requester, &str),
) -> Result<Result<Timestamp, Wait>, StoreError> {
    let told = told_key(ctx, purpose, requester, name);
    let free_at = match ladder(ctx).climb(tx, &told, ctx.clock.now()).await? {
        Ok(free_at) => free_at,
        Err(wait) => return Ok(Err(wait)),
    };
    give_tries_back(tx, ctx, (purpose, name), std::slice::from_ref(requester)).await?;
    Ok(Ok(free_at))
}

/// Gives those who ask for a new code by this name their tries back.
pub(crate) async fn give_tries_back(
    tx: &mut Tx,
    ctx: &Context,
    (purpose, name): (CodePurpose, &str),
    requesters: &[Requester],
) -> Result<(), StoreError> {
    let round = tries::round(tx, ctx, (purpose, name)).await?;
    for requester in requesters {
        limits::clear(tx, &tries::told_key(ctx, purpose, requester, (name, round))).await?;
    }
    Ok(())
}

/// Gives everybody their tries at this name back: an administrator has sent a code that nobody asked for.
pub(crate) async fn begin_round(
    tx: &mut Tx,
    ctx: &Context,
    (purpose, name): (CodePurpose, &str),
) -> Result<(), StoreError> {
    limits::count_up(tx, &tries::round_key(ctx, (purpose, name)), rate::DAY * 3, ctx.clock.now())
        .await
        .map(drop)
}

/// When the requester asked last, and when they may ask again.
pub(crate) async fn asked(
    conn: &mut Conn,
    ctx: &Context,
    purpose: CodePurpose,
    (requester, name): (&Requester, &str),
) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    ladder(ctx).peek(conn, &told_key(ctx, purpose, requester, name)).await
}

/// Makes a code, or lets the requesters share one that waits to be sent, and promises to send it. What
/// `message` makes of a code and its end is sent; it hears when the code counts from. `false`: one that waits
/// is shared, and nothing more is sent.
pub(crate) async fn request(
    tx: &mut Tx,
    ctx: &Context,
    request: &Request<'_>,
    message: impl Fn(String, Timestamp, Timestamp) -> Message,
) -> Result<bool, StoreError> {
    let now = ctx.clock.now();
    let at_once = Turn { at: now, count: 0 };
    let turn = match &request.pace {
        Pace::Strangers => None,
        Pace::AtOnce => Some(at_once),
        Pace::Never => {
            make_for_nobody(ctx, &message, request);
            return Ok(true);
        }
        Pace::Known(budget) => {
            let count = limits::count_up(tx, budget, rate::DAY, now).await?;
            (count <= LimitName::CodesForKnownOrigin.rate(&ctx.settings).times).then_some(at_once)
        }
    };
    let (turn, queued) = match turn {
        Some(turn) => (Some(turn), None),
        None => strangers_turn(tx, ctx, request).await?,
    };
    let shared = match (turn, &queued) {
        (None, Some(queued)) => shared::join(tx, ctx, (request, queued), &message).await?,
        _ => None,
    };
    let (issue, is_requester) = match shared {
        Some(shared::Shared { issue, is_requester }) => (issue, is_requester),
        None => {
            // Where what is queued can't be shared this one gets a code of its own at the same time.
            let alike = || Turn { at: queued.as_ref().map_or(now, |it| it.sent_at), count: SHORT_CODES + 1 };
            (make(tx, ctx, request, turn.unwrap_or_else(alike), &message).await?, true)
        }
    };
    let network = requester::network(ctx, request.origin);
    for requester in request.requesters.iter().filter(|_| is_requester) {
        requested_codes::join(tx, &issue, requester.as_bytes(), &network).await?;
        if turn.is_some_and(|turn| turn.at <= now) {
            requested_codes::supersede(tx, (request.user, request.purpose), requester.as_bytes(), &issue)
                .await?;
        }
    }
    Ok(turn.is_some())
}

/// Makes somebody who has proven more than a name a requester of a code that was sent just now. `false`:
/// there is none.
pub(crate) async fn share_newest(
    tx: &mut Tx,
    ctx: &Context,
    account: (UserId, CodePurpose),
    (requesters, origin): (&[Requester], &Origin),
) -> Result<bool, StoreError> {
    let now = ctx.clock.now();
    let newest = requested_codes::newest(tx, account, 1, now).await?.into_iter().next();
    let fresh = |code: &Requested| !code.used && code.sent_at.plus(ctx.settings.codes.resend_after) > now;
    let Some(code) = newest.filter(fresh) else { return Ok(false) };
    let asked =
        shared::count_askers(tx, ctx, (&code.issue, code.message.as_deref()), requesters.len()).await?;
    if asked > shared::ASKERS {
        return Ok(false);
    }
    let network = requester::network(ctx, origin);
    for requester in requesters {
        requested_codes::join(tx, &code.issue, requester.as_bytes(), &network).await?;
    }
    Ok(true)
}

/// When it is the turn of this request among those of strangers; `None`: with what is queued for its contact.
async fn strangers_turn(
    tx: &mut Tx,
    ctx: &Context,
    request: &Request<'_>,
) -> Result<(Option<Turn>, Option<Requested>), StoreError> {
    let (now, contact) = (ctx.clock.now(), request.target.to_key());
    let key = limits::key(ctx, LimitName::CodesToContact, &[request.purpose.as_str(), &contact]);
    // The counter's row first: it decides who of several is the one that waits.
    ladder(ctx).hold(tx, &key, now).await?;
    let queued = requested_codes::queued(tx, (request.user, request.purpose), &contact, now).await?;
    let turn = ladder(ctx).turn(tx, &key, queued.is_some(), now).await?;
    Ok((turn, queued))
}

/// Makes a code for this turn, and queues the message that carries it.
async fn make(
    tx: &mut Tx,
    ctx: &Context,
    request: &Request<'_>,
    turn: Turn,
    message: &impl Fn(String, Timestamp, Timestamp) -> Message,
) -> Result<code::Issue, StoreError> {
    // What nobody asked for may be tried from everywhere.
    let is_long = turn.count > SHORT_CODES || request.requesters.is_empty();
    let digits = if is_long { MORE_DIGITS } else { DIGITS };
    let (issue, code) = (ctx.entropy.bytes(), ctx.entropy.code(digits));
    let expires_at = turn.at.plus(ctx.settings.codes.lifetime_of(request.purpose));
    let slot = Slot::new(request.user, request.purpose, request.target.kind.attribute());
    let about = About::Requested { slot: &slot, issue: &issue };
    let message = message(code.clone(), expires_at, turn.at);
    let sent = delivery::queue_at(tx, &ctx.delivery, &message, about, turn.at).await?;
    if let Some(sent) = &sent {
        shared::count_askers(tx, ctx, (&issue, Some(sent)), request.requesters.len()).await?;
    }
    let digest = codes::digest(ctx, &slot, &request.target.value, (&issue, &code));
    let value = request.target.value.clone();
    let code =
        Requested { slot, issue, value, digest, sent_at: turn.at, expires_at, used: false, message: sent };
    write(tx, ctx, request, &code).await?;
    Ok(issue)
}

/// What it costs to make a code that nobody is sent.
fn make_for_nobody(
    ctx: &Context,
    message: &impl Fn(String, Timestamp, Timestamp) -> Message,
    request: &Request<'_>,
) {
    let (now, issue, code) = (ctx.clock.now(), ctx.entropy.bytes(), ctx.entropy.code(DIGITS));
    let slot = Slot::new(request.user, request.purpose, request.target.kind.attribute());
    codes::digest(ctx, &slot, &request.target.value, (&issue, &code));
    delivery::seal_for_nobody(&ctx.delivery, &message(code, now, now));
}

/// What it costs to make and seal a code, for nobody: the same statements, but for the row of a code that
/// nobody could be.
pub(crate) async fn for_nobody(
    tx: &mut Tx,
    ctx: &Context,
    (purpose, name): (CodePurpose, &str),
    origin: &Origin,
) -> Result<(), StoreError> {
    let now = ctx.clock.now();
    let key = limits::key(ctx, LimitName::CodesToNobody, &[purpose.as_str(), name]);
    ladder(ctx).hold(tx, &key, now).await?;
    let queued = requested_codes::queued(tx, (UserId(0), purpose), name, now).await?;
    ladder(ctx).turn(tx, &key, queued.is_some(), now).await?;
    let code = ctx.entropy.code(DIGITS);
    ctx.keys.digest(nameplate_core::keys::Purpose::Codes, &[code.as_bytes()]);
    ctx.keys.seal(nameplate_core::keys::Purpose::Outbox, &[0; 512], &[], &*ctx.entropy);
    requester::network(ctx, origin);
    Ok(())
}

#[cfg(test)]
mod tests;
