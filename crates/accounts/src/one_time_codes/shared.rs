//! Codes that wait to be sent: whoever asks meanwhile for one that goes to the same contact shares it.

use crate::Context;
use crate::limits::{self, LimitName, rate};
use crate::one_time_codes::codes;
use crate::one_time_codes::request::{Request, write};
use delivery::{self, Message};
use model::code::MORE_DIGITS;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{Issue, Slot};
use store::requested_codes::{self, Requested};
use store::{StoreError, Tx};

/// So many may ask for one code of six digits, whatever accounts they name. While it waits it becomes a
/// longer one for more.
pub(crate) const ASKERS: u32 = 8;
/// So many may ask for a longer one; others may try it by name.
const ASKERS_OF_LONG: u32 = 1000;

/// A code that waits, with one more who asked for it.
pub(crate) struct Shared {
    pub(crate) issue: Issue,
    pub(crate) is_requester: bool,
}

/// How many have asked for what this message carries, with those who ask now.
pub(crate) async fn count_askers(
    tx: &mut Tx,
    ctx: &Context,
    (issue, message): (&Issue, Option<&str>),
    more: usize,
) -> Result<u32, StoreError> {
    let what = message.map_or(issue.as_slice(), str::as_bytes);
    let key = limits::key_of(ctx, LimitName::Askers, &[what]);
    let mut asked = 0;
    for _ in 0..more {
        asked = limits::count_up(tx, &key, rate::DAY, ctx.clock.now()).await?;
    }
    Ok(asked)
}

/// Lets the requesters share the code that waits to be sent to this contact. Each account has a row of its
/// own for it: a code is bound to its account. `None`: it can't be changed any more.
pub(crate) async fn join(
    tx: &mut Tx,
    ctx: &Context,
    (request, queued): (&Request<'_>, &Requested),
    message: &impl Fn(String, Timestamp, Timestamp) -> Message,
) -> Result<Option<Shared>, StoreError> {
    let Some(id) = &queued.message else { return Ok(None) };
    let Some(found) = delivery::waiting(tx, &ctx.delivery, id).await? else { return Ok(None) };
    let Some(code) = found.code().map(str::to_owned) else { return Ok(None) };
    let is_own = queued.slot.user == request.user;
    let asked = count_askers(tx, ctx, (&queued.issue, Some(id)), request.requesters.len()).await?;
    let lengthened = asked > ASKERS && code.len() < MORE_DIGITS;
    let code = if lengthened { ctx.entropy.code(MORE_DIGITS) } else { code };
    let joined = found.clone().joined_by(message(code.clone(), queued.expires_at, queued.sent_at));
    let joined = if is_own { joined } else { joined.without_username() };
    if joined != found && !delivery::replace(tx, &ctx.delivery, id, &joined).await? {
        return Ok(None);
    }
    if lengthened {
        // As many as have asked for a short one.
        for other in requested_codes::in_message(tx, request.purpose, id).await? {
            let digest = codes::digest(ctx, &other.slot, &other.value, (&other.issue, &code));
            requested_codes::set_digest(tx, &other.issue, digest).await?;
        }
    }
    let issue = if is_own { queued.issue } else { add(tx, ctx, (request, queued), &code).await? };
    Ok(Some(Shared { issue, is_requester: asked <= ASKERS_OF_LONG }))
}

/// The code for one more account. It proves what it is sent to, however this one spells it.
async fn add(
    tx: &mut Tx,
    ctx: &Context,
    (request, queued): (&Request<'_>, &Requested),
    code: &str,
) -> Result<Issue, StoreError> {
    let issue = ctx.entropy.bytes();
    let slot = Slot::new(request.user, request.purpose, request.target.kind.attribute());
    let digest = codes::digest(ctx, &slot, &queued.value, (&issue, code));
    write(tx, ctx, request, &Requested { slot, issue, digest, ..queued.clone() }).await?;
    Ok(issue)
}
