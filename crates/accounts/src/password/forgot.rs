//! A code for a new password (operation ForgotPassword).

use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::limits::{ceiling, outside};
use crate::one_time_codes::admission::{self, LastRequest};
use crate::one_time_codes::{
    self, CodeMessage, NamedCodes, Recipient, RequestForNobody, Requester, Requesters,
};
use crate::password::reset_code::{self, Asking, Named};
use crate::sign_in::known_origins;
use crate::{Context, Unavailable};
use model::{CodeDeliveryDetails, ErrorCode, Event, FieldName, FormErrors};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId};
use store::{LockedAccount, retried};

/// A code was sent, as far as the caller may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetCodeSent {
    /// Where it went, as far as whoever only knows the name may know.
    pub delivery: CodeDeliveryDetails,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// A code for a new password that was asked for, as far as whoever only knows the name may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingReset {
    /// From when on the code is refused.
    pub expires_at: Timestamp,
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum ForgotPasswordError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ForgotPasswordError);

impl From<ForgotPasswordError> for FormErrors {
    fn from(error: ForgotPasswordError) -> Self {
        match error {
            ForgotPasswordError::Nobody => Self::field(FieldName::Username, ErrorCode::Missing),
            ForgotPasswordError::Common(common) => common.into(),
        }
    }
}

/// Sends a code for a new password to a proven contact of the account (operation ForgotPassword); of each
/// who asks the newest one counts.
///
/// It answers the same for a name that is nobody's, and for an account that has proved no contact: every
/// limit that answers counts the caller's own requests. What strangers ask for only decides when the
/// message is sent, and not that of somebody who asks from where the account's owner has signed in
/// before.
pub async fn forgot(
    ctx: &Context,
    typed: &str,
    origin: &Origin,
) -> Result<ResetCodeSent, ForgotPasswordError> {
    let named = Named::read(ctx, typed).ok_or(ForgotPasswordError::Nobody)?;
    retried(|| ask_for_reset(ctx, &named, origin)).await
}

/// What this browser asked for by this name. The same for a name that is nobody's.
pub async fn pending_reset(
    ctx: &Context,
    typed: &str,
    origin: &Origin,
) -> Result<Option<PendingReset>, Unavailable> {
    let Some(named) = Named::read(ctx, typed) else { return Ok(None) };
    let mut conn = ctx.store.read().await?;
    let requester = Requester::of(ctx, origin);
    let codes = NamedCodes::new(CodePurpose::Reset, &named.name);
    let last = admission::last_request(&mut conn, ctx, codes.asked_by(&requester)).await?;
    Ok(last.map(|LastRequest { expires_at, resend_at }| PendingReset { expires_at, resend_at }))
}

async fn ask_for_reset(
    ctx: &Context,
    named: &Named,
    origin: &Origin,
) -> Result<ResetCodeSent, ForgotPasswordError> {
    // A code goes only to verified numbers.
    let is_number = named.contact_typed().is_some_and(|it| it.kind == ContactKind::PhoneNumber);
    if knows_browser(ctx, named, origin).await? || is_number {
        outside::count_apart(ctx, named.medium()).await?;
        return request_reset(ctx, named, origin).await;
    }
    ceiling::take_one(ctx, ContactKind::Email).await??;
    let done = request_reset(ctx, named, origin).await;
    if done.is_err() {
        ceiling::give_back(ctx, ContactKind::Email).await;
    }
    done
}

async fn request_reset(
    ctx: &Context,
    named: &Named,
    origin: &Origin,
) -> Result<ResetCodeSent, ForgotPasswordError> {
    let now = ctx.now();
    let (requester, codes) = (Requester::of(ctx, origin), NamedCodes::new(CodePurpose::Reset, &named.name));
    let mut tx = ctx.store.begin().await?;
    let user = named.account(&mut tx).await?;
    // The account goes before the counters; no account has the number of nobody.
    let nobody = one_time_codes::nobody(ctx, &named.name);
    let locked = LockedAccount::lock(&mut tx, user.unwrap_or(nobody)).await?;
    let resend_at =
        admission::admit_by_name(&mut tx, ctx, codes.asked_by(&requester), named.medium(), origin).await??;
    let id = locked.as_ref().map_or(nobody, LockedAccount::id);
    let contact = locked.as_ref().and_then(|locked| named.contact(&ctx.settings, locked.account(), now));
    let pace = known_origins::pace(&mut tx, ctx, id, origin).await?;
    match (&locked, &contact) {
        (Some(locked), Some(contact)) => {
            let recipient = Recipient::of(id, locked.account());
            let (message, requesters) =
                (CodeMessage::Reset, Requesters { all: std::slice::from_ref(&requester), pace });
            let asking = Asking { recipient, contact, message, requesters, origin };
            // The trail has a line for each code, not for everybody who shares it.
            if reset_code::request(&mut tx, ctx, asking).await?.is_new {
                let event = Event::ForgotPassword { username: locked.user().username.clone() };
                events::record(&mut tx, id, &event, now, origin).await?;
            }
            events::commit(ctx, tx, id).await?;
        }
        _ => {
            let event = Event::ForgotPassword { username: named.name.clone() };
            let asked = RequestForNobody { codes, requester, event, origin };
            let nobody = one_time_codes::request_for_nobody(&mut tx, ctx, asked).await?;
            events::commit(ctx, tx, nobody).await?;
        }
    }
    Ok(ResetCodeSent { delivery: named.delivery(ctx), resend_at })
}

/// Whether the account's owner has signed in with this browser: then it is none of strangers' messages. The
/// statements are the same for nobody.
async fn knows_browser(ctx: &Context, named: &Named, origin: &Origin) -> Result<bool, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let user = named.account(&mut conn).await?;
    let user = user.unwrap_or(UserId::NOBODY);
    Ok(known_origins::knows_browser(&mut conn, ctx, user, origin).await?)
}

#[cfg(test)]
mod tests;
