//! A new account's code (operation ConfirmSignUp).
//!
//! The right code proves the contact, whoever enters it. What becomes of what was entered at sign-up depends
//! on who that was: see `docs/waiting-sign-ups.md`.

use crate::Context;
use crate::account::events;
use crate::limits::network::message;
use crate::limits::{self, LimitName};
use crate::one_time_codes::{
    self, CodeEntry, CodeFault, Entrant, NamedEntrant, Requester, RightCode, requester,
};
use crate::sign_in::typed_name::TypedName;
use crate::sign_up::become_account::{Becoming, How, become_account, begin_first_session};
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::{Confirmed, Confirming, PROOF, Who};
use crate::sign_up::entered::{self, Entered};
use crate::sign_up::former_contact;
use model::Event;
use nameplate_core::client::ClientId;
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::{BrowserTicket, Origin, UserId};
use store::waiting::{self, Waiting};
use store::{Conn, StoreError, Tx, aliases, retried, tickets, users};

/// Where somebody confirms an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Pages,
    Application,
}

/// Proves the contact of a new account, and confirms it (operation ConfirmSignUp): at once in the browser
/// that signed up, which is signed in by it; elsewhere once a password was entered. An account that
/// somebody else has tried to sign up too is confirmed with nothing but its contact, and a password is
/// chosen next.
pub async fn confirm(
    ctx: &Context,
    client: &ClientId,
    form: &Confirming,
    origin: &Origin,
) -> Result<Confirmed, ConfirmSignUpError> {
    confirm_at(ctx, Door::Pages, client, form, origin).await
}

/// The same for an application: the account is confirmed as it was signed up; one that somebody else has
/// tried to sign up too without a password, so that its owner sets one with a code.
pub async fn confirm_for_application(
    ctx: &Context,
    client: &ClientId,
    form: &Confirming,
    origin: &Origin,
) -> Result<Confirmed, ConfirmSignUpError> {
    confirm_at(ctx, Door::Application, client, form, origin).await
}

async fn confirm_at(
    ctx: &Context,
    door: Door,
    client: &ClientId,
    form: &Confirming,
    origin: &Origin,
) -> Result<Confirmed, ConfirmSignUpError> {
    if form.who.typed().is_some_and(str::is_empty) {
        return Err(ConfirmSignUpError::Nobody);
    }
    let code = one_time_codes::read(&form.code)?;
    let Named { users, told, name, requester, ticket } = named(ctx, &form.who, origin).await?;
    let entrant =
        Entrant::Named(NamedEntrant { users: &users, requester, own_name: &told, shared_name: &name });
    let entry = CodeEntry { purpose: CodePurpose::SignUp, entrant, code: &code, origin };
    match one_time_codes::verify(ctx, &entry).await? {
        Ok(right) => {
            let entering = Entering { door, client, form, origin };
            retried(|| finish(ctx, &entering, &right, ticket.as_ref())).await
        }
        Err(fault) => {
            if let (Some(_), true, [user]) = (&ticket, fault.is_a_try(), users.as_slice()) {
                let sub = users::sub_of(&mut ctx.store.read().await?, *user).await?.unwrap_or_default();
                let noted = limits::key(ctx, LimitName::SignUpFailuresRecorded, &[&sub]);
                events::record_attempt(
                    ctx,
                    Some(*user),
                    &noted,
                    &Event::ConfirmSignUpFailure(fault.refusal()),
                    origin,
                )
                .await?;
            }
            Err(fault.into())
        }
    }
}

/// Whose codes are tried, and who tries.
async fn named(ctx: &Context, who: &Who, origin: &Origin) -> Result<Named, ConfirmSignUpError> {
    let mut conn = ctx.store.read().await?;
    match who {
        Who::Ticket(ticket) => {
            let (_, waiting) =
                tickets::waiting(&mut conn, ticket, ctx.now()).await?.ok_or(CodeFault::NoCode)?;
            Ok(Named::held(ticket, waiting))
        }
        Who::Typed(typed) => Ok(only_named(ctx, &mut conn, &TypedName::read(ctx, typed), origin).await?),
        Who::Named { typed, ticket } => {
            let name = TypedName::read(ctx, typed);
            let held = tickets::waiting(&mut conn, ticket, ctx.now()).await?;
            match held.filter(|(_, waiting)| waiting.name == name.waiting_key()) {
                Some((_, waiting)) => Ok(Named::held(ticket, waiting)),
                None => Ok(only_named(ctx, &mut conn, &name, origin).await?),
            }
        }
    }
}

/// The same for whoever only names an account, and learns nothing about it from a code that isn't right.
async fn only_named(
    ctx: &Context,
    conn: &mut Conn,
    typed: &TypedName,
    origin: &Origin,
) -> Result<Named, StoreError> {
    let name = typed.waiting_key();
    let network = requester::network(ctx, origin);
    let mut users: Vec<_> =
        waiting::by_name(conn, &name, &network).await?.iter().map(|it| it.user.id).collect();
    // Whose code was used already is told so.
    let account = match &typed.who {
        Some(who) => users::by_identifier(conn, who).await?,
        None => None,
    };
    users.extend(account.map(|user| user.id));
    // The same for nobody, whose codes are in tables of their own.
    if users.is_empty() {
        users.push(one_time_codes::nobody(ctx, &typed.key()));
    }
    Ok(Named { users, told: name.clone(), name, requester: Requester::of(ctx, origin), ticket: None })
}

async fn finish(
    ctx: &Context,
    entering: &Entering<'_>,
    code: &RightCode,
    ticket: Option<&BrowserTicket>,
) -> Result<Confirmed, ConfirmSignUpError> {
    let Entering { door, client, form, origin } = entering;
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let waiting = waiting::lock(&mut tx, code.user()).await?.ok_or(CodeFault::Used)?;
    code.spend(&mut tx, now).await??;
    let held = match ticket {
        Some(ticket) => tickets::get(&mut tx, ticket, now).await?.filter(|it| it.user == waiting.user.id),
        None => None,
    };
    let is_holder = held.as_ref().is_some_and(|it| it.is_holder);
    let contested = waiting.user.contested;
    // Where two have tried the same, name and contact are written as by whoever enters the code.
    let own = ticket.zip(held).and_then(|(ticket, held)| entered::unseal(ctx, ticket, &held));
    let waiting = match &own {
        Some(own) => own.written(waiting),
        None => waiting,
    };
    let waiting = waiting.proven_as(code.value());
    let own_name = own.filter(|_| contested).map(|it| it.username);
    let chosen = form.new_username.as_deref().filter(|name| !name.trim().is_empty()).or(own_name.as_deref());
    let becoming = |how| Becoming { how, new_username: chosen };
    if *door == Door::Pages && former_contact::taken_until(&mut tx, ctx, &waiting).await?.is_some() {
        // Whoever has proven the contact says next whether they take back the account that had it.
        let next = Some(proof(ctx, &mut tx, &waiting).await?);
        give_back(ctx, &mut tx, &waiting, origin).await?;
        events::commit(ctx, tx, waiting.user.id).await?;
        return Ok(Confirmed { username: waiting.user.username, session: None, next });
    }
    former_contact::keep_for(&mut tx, ctx, &waiting).await?;
    let done = match (door, contested) {
        (Door::Pages, false) if !is_holder => {
            let next = prove_contact(ctx, &mut tx, &waiting).await?;
            Confirmed { username: waiting.user.username.clone(), session: None, next: Some(next) }
        }
        (_, true) => {
            let account =
                become_account(ctx, &mut tx, &waiting, becoming(How::WithoutPassword), origin).await?;
            let next = match door {
                Door::Pages => Some(proof(ctx, &mut tx, &waiting).await?),
                Door::Application => None,
            };
            Confirmed { username: account.username, session: None, next }
        }
        (_, false) => {
            let account = become_account(ctx, &mut tx, &waiting, becoming(How::AsEntered), origin).await?;
            let session = match door {
                Door::Pages => Some(begin_first_session(ctx, &mut tx, &account, client, origin).await?),
                Door::Application => None,
            };
            Confirmed { username: account.username, session, next: None }
        }
    };
    give_back(ctx, &mut tx, &waiting, origin).await?;
    events::commit(ctx, tx, waiting.user.id).await?;
    Ok(done)
}

/// The sign-up was wanted, and so was its message.
async fn give_back(ctx: &Context, tx: &mut Tx, waiting: &Waiting, origin: &Origin) -> Result<(), StoreError> {
    let Some(target) = &waiting.target else { return Ok(()) };
    for name in [LimitName::SignUps, message(target.kind)] {
        limits::give_network_back(tx, ctx, name, origin).await?;
    }
    Ok(())
}

/// The contact is proven; the account is confirmed once a password was entered.
async fn prove_contact(
    ctx: &Context,
    tx: &mut Tx,
    waiting: &Waiting,
) -> Result<BrowserTicket, ConfirmSignUpError> {
    let target = waiting.target.as_ref().ok_or(CodeFault::NoCode)?;
    if aliases::owner(tx, target.kind, &target.key).await?.is_some() {
        return Err(ConfirmSignUpError::AliasExists(target.kind.attribute().into()));
    }
    Ok(proof(ctx, tx, waiting).await?)
}

/// A ticket of somebody who entered the right code: it knows what that has proven.
async fn proof(ctx: &Context, tx: &mut Tx, waiting: &Waiting) -> Result<BrowserTicket, StoreError> {
    let now = ctx.now();
    let ticket = BrowserTicket::generate(&*ctx.entropy);
    let proven =
        waiting.target.iter().map(|target| (target.kind.attribute().into(), target.value.clone())).collect();
    let attributes = Some(entered::seal(
        ctx,
        &ticket,
        &Entered { username: waiting.user.username.clone(), attributes: proven },
    )?);
    let stored =
        tickets::Stored { user: waiting.user.id, is_holder: false, attributes, proven_at: Some(now) };
    tickets::insert(tx, &ticket, &stored, now, now.plus(PROOF)).await?;
    Ok(ticket)
}

/// A right code, and where and by whom it was entered.
struct Entering<'a> {
    door: Door,
    client: &'a ClientId,
    form: &'a Confirming,
    origin: &'a Origin,
}

/// Whose codes are tried, and who tries.
pub(crate) struct Named {
    users: Vec<UserId>,
    told: String,
    name: String,
    requester: Requester,
    ticket: Option<BrowserTicket>,
}

impl Named {
    fn held(ticket: &BrowserTicket, waiting: Waiting) -> Self {
        let requester = Requester::ticket(ticket);
        Self {
            users: vec![waiting.user.id],
            told: waiting.told(),
            name: waiting.name,
            requester,
            ticket: Some(ticket.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
