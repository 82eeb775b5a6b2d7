//! Another code for a new account (operation ResendConfirmationCode).

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::limits::network::message;
use crate::limits::{self, ceiling};
use crate::one_time_codes::{self, NamedCodes, RequestForNobody, Requester, admission, requester};
use crate::password::reset_code::Named;
use crate::sign_up::code::{self, Asking};
use crate::sign_up::confirmation::Who;
use crate::sign_up::entered;
use model::{CodeDeliveryDetails, ErrorCode, Event, FieldName, FormErrors};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{BrowserTicket, Origin, UserId};
use store::waiting::{self, Waiting};
use store::{StoreError, Tx, aliases, retried, tickets};

/// A code was sent, as far as the caller may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resent {
    /// When the next one may be asked for.
    pub resend_at: Timestamp,
}

/// Why no code was sent.
#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    /// Nobody was named.
    #[error("no name")]
    Nobody,
    /// Nothing waits for a code: it was confirmed, cancelled or replaced.
    #[error("nothing waits for a code")]
    NoPending,
    /// It would go by text message, to a country where none is sent for strangers.
    #[error("no text messages to this country")]
    NoTextsToCountry,
    /// It would go by text message to a number that isn't verified, and too many are sent.
    #[error("no text messages now")]
    NoTextsNow {
        /// After how many seconds it is worth trying again.
        seconds: u32,
    },
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(ResendError);

impl From<ResendError> for FormErrors {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::Nobody => Self::field(FieldName::Username, ErrorCode::Missing),
            ResendError::Common(common) => common.into(),
            ResendError::NoPending => Self::form(ErrorCode::NoCode),
            ResendError::NoTextsNow { seconds } => Self::form(ErrorCode::NoTextsNow { seconds }),
            ResendError::NoTextsToCountry => Self::form(ErrorCode::NoTextsToCountry),
        }
    }
}

/// Sends a new code to the contact of a new account; of each who asks the newest one counts.
///
/// By name it answers the same for a name that is nobody's, or whose account is confirmed: every limit
/// that answers counts the caller's own requests. What others ask for only decides when the message is
/// sent.
pub async fn resend(ctx: &Context, who: &Who, origin: &Origin) -> Result<Resent, ResendError> {
    match who {
        Who::Ticket(ticket) => retried(|| resend_to_holder(ctx, ticket, origin)).await,
        Who::Typed(typed) | Who::Named { typed, .. } => retried(|| resend_to_name(ctx, typed, origin)).await,
    }
}

/// The same by name, and where the code went as far as whoever only knows the name may know (operation
/// ResendConfirmationCode).
pub async fn resend_by_name(
    ctx: &Context,
    typed: &str,
    origin: &Origin,
) -> Result<CodeDeliveryDetails, ResendError> {
    resend(ctx, &Who::Typed(typed.to_owned()), origin).await?;
    let named = Named::read(ctx, typed).ok_or(ResendError::Nobody)?;
    Ok(named.delivery(ctx))
}

async fn resend_to_holder(
    ctx: &Context,
    ticket: &BrowserTicket,
    origin: &Origin,
) -> Result<Resent, ResendError> {
    let found = tickets::waiting(&mut ctx.store.read().await?, ticket, ctx.now()).await?;
    let Some(target) = found.and_then(|(_, waiting)| waiting.target) else {
        return request_for_holder(ctx, ticket, origin).await;
    };
    if code::no_texts(&ctx.settings, &target).is_some() {
        return Err(ResendError::NoTextsToCountry);
    }
    ceiling::take_one(ctx, target.kind).await??;
    let done = request_for_holder(ctx, ticket, origin).await;
    if done.is_err() {
        ceiling::give_back(ctx, target.kind).await;
    }
    done
}

async fn request_for_holder(
    ctx: &Context,
    ticket: &BrowserTicket,
    origin: &Origin,
) -> Result<Resent, ResendError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let (stored, waiting) =
        tickets::lock_waiting(&mut tx, ticket, now).await?.ok_or(ResendError::NoPending)?;
    let waiting = match entered::unseal(ctx, ticket, &stored) {
        Some(entered) => entered.written(waiting),
        None => waiting,
    };
    let (requester, told) = (Requester::ticket(ticket), waiting.told());
    let codes = NamedCodes::new(CodePurpose::SignUp, &told);
    let resend_at = admission::admit(&mut tx, ctx, codes.asked_by(&requester)).await??;
    if let Some(target) = &waiting.target {
        limits::count_from_network(&mut tx, ctx, message(target.kind), origin).await??;
    }
    let requesters = Requester::of_sign_up(ctx, ticket, origin);
    request_code(ctx, &mut tx, &waiting, &requesters, origin).await?;
    events::commit(ctx, tx, waiting.user.id).await?;
    Ok(Resent { resend_at })
}

async fn resend_to_name(ctx: &Context, typed: &str, origin: &Origin) -> Result<Resent, ResendError> {
    let named = Named::read(ctx, typed).ok_or(ResendError::Nobody)?;
    if named.contact_typed().is_some_and(|typed| code::no_texts(&ctx.settings, &typed).is_some()) {
        return Err(ResendError::NoTextsToCountry);
    }
    ceiling::take_one(ctx, named.medium()).await??;
    let done = request_for_name(ctx, &named, origin).await;
    if done.is_err() {
        ceiling::give_back(ctx, named.medium()).await;
    }
    done
}

async fn request_for_name(ctx: &Context, named: &Named, origin: &Origin) -> Result<Resent, ResendError> {
    let (requester, codes) = (Requester::of(ctx, origin), NamedCodes::new(CodePurpose::SignUp, &named.name));
    let network = requester::network(ctx, origin);
    let has_text = has_text_left(ctx, named, &network).await?;
    let mut tx = ctx.store.begin().await?;
    let found = waiting::by_name(&mut tx, &named.to_waiting_key(), &network).await?.into_iter().next();
    // The account goes before the counters; no account has the number of nobody. Meanwhile it may have
    // been confirmed.
    let waiting = waiting::lock(&mut tx, found.map_or(UserId::NOBODY, |it| it.user.id)).await?;
    let resend_at =
        admission::admit_by_name(&mut tx, ctx, codes.asked_by(&requester), named.medium(), origin).await??;
    match waiting.filter(|it| has_text && is_reached(ctx, it)) {
        Some(waiting) => {
            request_code(ctx, &mut tx, &waiting, std::slice::from_ref(&requester), origin).await?;
            events::commit(ctx, tx, waiting.user.id).await?;
        }
        None => {
            // Whether somebody has the contact decides which message is sent.
            aliases::owner(&mut tx, named.medium(), &named.name).await?;
            let event = Event::ResendSignUpCode { username: named.name.clone() };
            let asked = RequestForNobody { codes, requester, event, origin };
            let nobody = one_time_codes::request_for_nobody(&mut tx, ctx, asked).await?;
            events::commit(ctx, tx, nobody).await?;
        }
    }
    Ok(Resent { resend_at })
}

/// Whether the installation sends one more text message, where that is what the sign-up of a username waits for.
/// Nobody is told where the codes of a username go.
async fn has_text_left(ctx: &Context, named: &Named, network: &[u8; 32]) -> Result<bool, StoreError> {
    if named.medium() == ContactKind::PhoneNumber {
        return Ok(true);
    }
    let mut conn = ctx.store.read().await?;
    let found = waiting::by_name(&mut conn, &named.to_waiting_key(), network).await?.into_iter().next();
    drop(conn);
    let target: Vec<_> = found.and_then(|it| it.target).into_iter().collect();
    Ok(ceiling::take_text(ctx, &target).await?.is_ok())
}

/// Whether its code may go where it would.
fn is_reached(ctx: &Context, waiting: &Waiting) -> bool {
    waiting.target.as_ref().is_none_or(|target| code::no_texts(&ctx.settings, target).is_none())
}

/// A sign-up without a contact has nothing to be sent.
async fn request_code(
    ctx: &Context,
    tx: &mut Tx,
    waiting: &Waiting,
    requesters: &[Requester],
    origin: &Origin,
) -> Result<(), StoreError> {
    let Some(target) = &waiting.target else { return Ok(()) };
    let before = waiting.user.contested.then_some(waiting.created_at);
    let asking = Asking { user: &waiting.user, target, requesters, origin, before };
    if !code::request(tx, ctx, &asking).await?.is_new {
        return Ok(());
    }
    let event = Event::ResendSignUpCode { username: waiting.user.username.clone() };
    events::record(tx, waiting.user.id, &event, ctx.now(), origin).await
}

#[cfg(test)]
mod tests;
