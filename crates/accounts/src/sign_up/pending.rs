//! What a sign-up waits for.

use crate::one_time_codes::admission::{self, LastRequest};
use crate::one_time_codes::{CodePolicy, NamedCodes, Requester};
use crate::sign_up::confirmation::{PROOF, PendingSignUp, Stage};
use crate::sign_up::{entered, former_contact};
use crate::{Context, Unavailable};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::Identifier;
use nameplate_core::identity::{BrowserTicket, UserId};
use store::{profile, tickets, users, waiting};

/// What whoever signed up is waiting for. `None`: nothing; the ticket is too old, or the account was
/// confirmed.
pub async fn pending(ctx: &Context, ticket: &BrowserTicket) -> Result<Option<PendingSignUp>, Unavailable> {
    let now = ctx.now();
    let mut conn = ctx.store.read().await?;
    let Some(stored) = tickets::get(&mut conn, ticket, now).await? else { return Ok(None) };
    let Some(waiting) = waiting::by_id(&mut conn, stored.user).await? else {
        return pending_password(ctx, stored.user, stored.proven_at).await;
    };
    let told = waiting.told();
    // As this one wrote it, whoever was first.
    let entered = entered::unseal(ctx, ticket, &stored);
    let waiting = match &entered {
        Some(entered) => entered.written(waiting),
        None => waiting,
    };
    let username = entered.map_or_else(|| waiting.user.username.clone(), |it| it.username);
    let Some(target) = waiting.target.clone() else { return Ok(None) };
    let (requester, codes) = (Requester::ticket(ticket), NamedCodes::new(CodePurpose::SignUp, &told));
    let last = admission::last_request(&mut conn, ctx, codes.asked_by(&requester)).await?;
    let lifetime = CodePolicy::of(CodePurpose::SignUp, &ctx.settings).lifetime;
    let unasked = LastRequest { expires_at: waiting.created_at.plus(lifetime), resend_at: now };
    let LastRequest { expires_at, resend_at } = last.unwrap_or(unasked);
    let name =
        ctx.settings.identifier(&waiting.user.username).filter(|_| waiting.user.chosen_username().is_some());
    let is_name_taken = match name {
        Some(Identifier::Username(key) | Identifier::Number { username: key, .. }) => {
            users::by_username(&mut conn, &key).await?.is_some()
        }
        Some(Identifier::Contact(..)) | None => false,
    };
    let taken_until = match stored.proven_at {
        Some(_) => former_contact::taken_until(&mut conn, ctx, &waiting).await?,
        None => None,
    };
    let stage = match (stored.proven_at, taken_until) {
        (None, _) => Stage::Code,
        (Some(_), Some(until)) => Stage::FormerContact { until },
        (Some(_), None) => {
            Stage::Password { takes_first: !waiting.user.contested && waiting.user.has_password() }
        }
    };
    Ok(Some(PendingSignUp {
        username,
        delivery: target.kind.delivery(&target.value),
        value: target.value,
        expires_at,
        resend_at,
        is_name_taken,
        stage,
    }))
}

/// An account that was confirmed without a password, and whose owner is about to choose one.
pub(crate) async fn pending_password(
    ctx: &Context,
    user: UserId,
    proven_at: Option<Timestamp>,
) -> Result<Option<PendingSignUp>, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let user = users::by_id(&mut conn, user).await?.filter(|user| user.confirmed && !user.has_password());
    let (Some(user), Some(proven_at)) = (user, proven_at) else { return Ok(None) };
    let Some(account) = profile::load(&mut conn, user.id).await? else { return Ok(None) };
    let Some((kind, value)) =
        account.proven.iter().find_map(|kind| Some((*kind, account.proven_contact(*kind)?)))
    else {
        return Ok(None);
    };
    Ok(Some(PendingSignUp {
        username: user.username,
        delivery: kind.delivery(value),
        value: value.to_owned(),
        expires_at: proven_at.plus(PROOF),
        resend_at: proven_at,
        is_name_taken: false,
        stage: Stage::Password { takes_first: false },
    }))
}
