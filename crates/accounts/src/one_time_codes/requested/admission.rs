//! Whether a requester may ask for a code now, and when they may try one again.

use crate::Context;
use crate::limits::network::message;
use crate::limits::rate::{self, Wait};
use crate::limits::{self, Ladder, LimitName};
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requested::asker::{Asker, NamedCodes};
use crate::one_time_codes::requester::Requester;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use store::{Conn, StoreError, Tx};

/// The gaps between requests for these codes.
pub(crate) fn ladder(ctx: &Context, purpose: CodePurpose) -> Ladder {
    Ladder { shortest: CodePolicy::of(purpose, &ctx.settings).cooldown.time }
}

/// Counts a request of someone who holds the ticket of a sign-up, and gives their attempts back: when they
/// may ask again. After a [`Wait`] drop the transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    asker: Asker<'_>,
) -> Result<Result<Timestamp, Wait>, StoreError> {
    let (now, codes) = (ctx.clock.now(), asker.codes);
    let free_at = match asker.requests(ctx) {
        Some(requests) => ladder(ctx, codes.purpose).climb(tx, &requests, now).await?,
        None => Ok(now),
    };
    if free_at.is_ok() {
        give_tries_back(tx, ctx, codes, std::slice::from_ref(asker.requester)).await?;
    }
    Ok(free_at)
}

/// The same for someone who has only named an account: their network is counted too, as if a message went out
/// by the medium that the name stands for.
pub(crate) async fn admit_by_name(
    tx: &mut Tx,
    ctx: &Context,
    asker: Asker<'_>,
    medium: ContactKind,
    origin: &Origin,
) -> Result<Result<Timestamp, Wait>, StoreError> {
    for name in [LimitName::CodeRequests, message(medium)] {
        if let Err(wait) = limits::count_from_network(tx, ctx, name, origin).await? {
            return Ok(Err(wait));
        }
    }
    admit(tx, ctx, asker).await
}

/// Gives those who ask for a new code by this name their attempts back.
pub(crate) async fn give_tries_back(
    tx: &mut Tx,
    ctx: &Context,
    codes: NamedCodes<'_>,
    requesters: &[Requester],
) -> Result<(), StoreError> {
    let round = codes.round(tx, ctx).await?;
    for requester in requesters {
        limits::clear(tx, &codes.asked_by(requester).attempts(ctx, round)).await?;
    }
    Ok(())
}

/// Gives everyone their attempts at this name back: an administrator has sent a code that no one asked for.
pub(crate) async fn begin_round(tx: &mut Tx, ctx: &Context, codes: NamedCodes<'_>) -> Result<(), StoreError> {
    limits::count_up(tx, &codes.rounds(ctx), rate::DAY * 3, ctx.clock.now()).await.map(drop)
}

/// A requester's last request, as far as they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastRequest {
    pub(crate) expires_at: Timestamp,
    /// When they may ask again.
    pub(crate) resend_at: Timestamp,
}

/// The last request of this asker. `None`: there was none.
pub(crate) async fn last_request(
    conn: &mut Conn,
    ctx: &Context,
    asker: Asker<'_>,
) -> Result<Option<LastRequest>, StoreError> {
    let Some(requests) = asker.requests(ctx) else { return Ok(None) };
    let purpose = asker.codes.purpose;
    let lifetime = CodePolicy::of(purpose, &ctx.settings).lifetime;
    let last = ladder(ctx, purpose).peek(conn, &requests).await?;
    Ok(last.map(|(asked_at, resend_at)| LastRequest { expires_at: asked_at.plus(lifetime), resend_at }))
}
