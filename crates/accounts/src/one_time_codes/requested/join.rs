//! Codes that wait to be sent: whoever asks meanwhile for one that goes to the same contact shares it.

use crate::Context;
use crate::limits::{self, LimitName, rate};
use crate::one_time_codes::code_request::CodeRequest;
use crate::one_time_codes::digest::Binding;
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requester::{self, Requester};
use delivery;
use model::code::MORE_DIGITS;
use nameplate_core::code::{CodeScope, Issue};
use nameplate_core::identity::Origin;
use store::requested_codes::{self, Place, Requested};
use store::{StoreError, Tx};

/// So many may ask for one code of six digits, whatever accounts they name. While it waits it becomes a
/// longer one for more.
const ASKERS: u32 = 8;
/// So many may ask for a longer one; others may try it by name.
const ASKERS_OF_LONG: u32 = 1000;

/// A code that waits, with one more who asked for it.
pub(crate) struct Shared {
    pub(crate) issue: Issue,
    pub(crate) is_requester: bool,
}

/// How many have asked for what this message carries (or for this code, if it has no message), with `more`
/// who ask now.
pub(crate) async fn count_askers(
    tx: &mut Tx,
    ctx: &Context,
    code: &Requested,
    more: usize,
) -> Result<u32, StoreError> {
    let what = code.message.as_deref().map_or(code.issue.as_slice(), str::as_bytes);
    let key = limits::key_of(ctx, LimitName::Askers, &[what]);
    let mut asked = 0;
    for _ in 0..more {
        asked = limits::count_up(tx, &key, rate::DAY, ctx.clock.now()).await?;
    }
    Ok(asked)
}

/// Lets `more` requesters share the code that waits to be sent to this contact. Each account has a row of its
/// own for it: a code is bound to its account. `None`: it can't be changed any more.
pub(crate) async fn join(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    queued: &Requested,
    more: usize,
) -> Result<Option<Shared>, StoreError> {
    let Some(id) = &queued.message else { return Ok(None) };
    let Some(found) = delivery::waiting(tx, &ctx.delivery, queued.slot.user, id).await? else {
        return Ok(None);
    };
    let Some(code) = found.code().map(str::to_owned) else { return Ok(None) };
    let is_own = queued.slot.user == request.recipient.user;
    let asked = count_askers(tx, ctx, queued, more).await?;
    let is_lengthened = asked > ASKERS && code.len() < MORE_DIGITS;
    let code = if is_lengthened { ctx.entropy.code(MORE_DIGITS) } else { code };
    let theirs = request.message(code.clone(), queued.expires_at, queued.sent_at);
    let joined = found.clone().joined_by(theirs);
    let joined = if is_own { joined } else { joined.without_username() };
    if joined != found && !delivery::replace(tx, &ctx.delivery, queued.slot.user, id, &joined).await? {
        return Ok(None);
    }
    if is_lengthened {
        // As many as have asked for a short one.
        for other in requested_codes::in_message(tx, queued.slot.scope(), id).await? {
            requested_codes::set_digest(tx, &other, binding(&other).digest(ctx, &code)).await?;
        }
    }
    let issue = if is_own { queued.issue } else { add(tx, ctx, request, queued, &code).await? };
    Ok(Some(Shared { issue, is_requester: asked <= ASKERS_OF_LONG }))
}

/// The code for one more account. It verifies what it is sent to, however this one spells it.
async fn add(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    queued: &Requested,
    code: &str,
) -> Result<Issue, StoreError> {
    let (slot, issue) = (request.slot(), ctx.entropy.bytes());
    let digest = Binding { slot: &slot, value: &queued.value, issue: &issue }.digest(ctx, code);
    insert(tx, ctx, request, &Requested { slot, issue, digest, ..queued.clone() }).await?;
    Ok(issue)
}

/// What a stored code is bound to.
pub(crate) fn binding(code: &Requested) -> Binding<'_> {
    Binding { slot: &code.slot, value: &code.value, issue: &code.issue }
}

/// Keeps a code that this request has made.
pub(crate) async fn insert(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
    code: &Requested,
) -> Result<(), StoreError> {
    let network = requester::network(ctx, request.origin);
    let place = Place { contact: &request.target.to_key(), network: &network };
    requested_codes::insert(tx, code, place).await
}

/// Makes requesters who have proven more than a name share the code that was sent just now. `false`: there is
/// none.
pub(crate) async fn share_newest(
    tx: &mut Tx,
    ctx: &Context,
    scope: CodeScope,
    requesters: &[Requester],
    origin: &Origin,
) -> Result<bool, StoreError> {
    let (now, policy) = (ctx.clock.now(), CodePolicy::of(scope.purpose, &ctx.settings));
    let newest = requested_codes::newest(tx, scope, 1, now).await?.into_iter().next();
    let is_fresh = |code: &Requested| !code.used && code.sent_at.plus(policy.cooldown.time) > now;
    let Some(code) = newest.filter(is_fresh) else { return Ok(false) };
    if count_askers(tx, ctx, &code, requesters.len()).await? > ASKERS {
        return Ok(false);
    }
    let network = requester::network(ctx, origin);
    for requester in requesters {
        requested_codes::join(tx, scope.user, &code.issue, requester.as_bytes(), &network).await?;
    }
    Ok(true)
}
