//! Undoing changes: contacts and second factors become what they were.

use crate::Context;
use crate::account::events;
use crate::contacts::code;
use crate::error::{CommonError, common_error};
use crate::factors::second_factors::{factor_of, forget_codes_without_factors};
use crate::one_time_codes::{self, CodeMessage, Pace, Recipient, Requester, Requesters};
use crate::password::reset_code::{self, Asking};
use crate::undo::state::{self, FormerState};
use delivery::{About, Asked, Message};
use model::{ErrorCode, Event, FormErrors};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UndoSecret, UserId};
use std::collections::BTreeSet;
use std::time::Duration;
use store::aliases::VerifiedContact;
use store::undo::{self, Change, FormerContact};
use store::{
    LockedAccount, StoreError, Tx, aliases, attributes, factors, known_origins, retried, sessions, users,
};

/// So long a second factor is asked for that was turned on since: its owner may be somebody else than whoever
/// undoes it.
const STAYS: Duration = Duration::from_secs(24 * 60 * 60);

/// Contacts and second factors are as they were, and a code for a new password is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// What the new password is set for: a name of the account that whoever undid this knows.
    pub name: String,
    /// Until when a second factor is asked for that was turned on since.
    pub factor_until: Option<Timestamp>,
}

/// Why nothing was undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The link was used, is too old, was voided, or never was one.
    #[error("this can't be undone any more")]
    Over,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(UndoError);

impl From<UndoError> for FormErrors {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Over => Self::form(ErrorCode::UndoOver),
            UndoError::Common(common) => common.into(),
        }
    }
}

/// Makes contacts and second factors what they were before the earliest change that can still be undone, for
/// whoever has the link of any of them. Every session ends, the password opens nothing any more, and a code for
/// a new one goes to a contact of the restored state. This can't be undone.
pub async fn undo(ctx: &Context, secret: &str, origin: &Origin) -> Result<Undone, UndoError> {
    let secret = UndoSecret::parse(secret).ok_or(UndoError::Over)?;
    retried(|| undo_by_link(ctx, &secret, origin)).await
}

async fn undo_by_link(ctx: &Context, secret: &UndoSecret, origin: &Origin) -> Result<Undone, UndoError> {
    let (now, hash) = (ctx.now(), secret.hash());
    let mut tx = ctx.store.begin().await?;
    let found = undo::by_hash(&mut tx, &hash, now).await?.ok_or(UndoError::Over)?;
    let locked = LockedAccount::lock(&mut tx, found.user).await?.ok_or(UndoError::Over)?;
    // Of two at once the other may have been first.
    let found = undo::by_hash(&mut tx, &hash, now).await?.ok_or(UndoError::Over)?;
    let known = state::known_to_reader(&mut tx, &found).await?;
    let undone = restore(&mut tx, ctx, &locked, &known, origin).await?;
    events::commit(ctx, tx, found.user).await?;
    Ok(undone)
}

/// Restores the earliest state that can be, in a transaction that holds the account's row. `known` are the
/// contacts that whoever asks for it has shown to read.
pub(crate) async fn restore(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    known: &[String],
    origin: &Origin,
) -> Result<Undone, UndoError> {
    let (user, now) = (locked.id(), ctx.now());
    let former = state::earliest(tx, ctx, user).await?.ok_or(UndoError::Over)?;
    let verified = restore_contacts(tx, ctx, locked, &former.contacts).await?;
    let factor_until = restore_factors(tx, locked, &former, &verified, now).await?;
    sessions::end_all(tx, user).await?;
    known_origins::forget(tx, user).await?;
    users::forget_password(tx, user).await?;
    one_time_codes::retire_all(tx, CodeScope { user, purpose: CodePurpose::Reset }, now).await?;
    undo::end_all(tx, user).await?;
    let target = state::for_code(ctx, &verified).ok_or(UndoError::Over)?;
    send_code(tx, ctx, locked, &target, origin).await?;
    tell(tx, ctx, locked, &Restored { verified, factor_until }, origin).await?;
    let account = locked.account();
    events::record(tx, user, &Event::UndoChanges { username: account.username.clone() }, now, origin).await?;
    let own = account.chosen_username().map(str::to_owned);
    let name = own.or_else(|| known.contains(&target.value).then_some(target.value));
    Ok(Undone { name: name.unwrap_or_else(|| account.sub.clone()), factor_until })
}

/// The contacts that are verified afterwards. One that belongs to another account by now stays there.
async fn restore_contacts(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    former: &[FormerContact],
) -> Result<Vec<FormerContact>, StoreError> {
    let (user, now) = (locked.id(), ctx.now());
    let (mut all, mut verified) = (locked.account().attributes.clone(), Vec::new());
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        code::cancel(tx, user, kind).await?;
        aliases::release(tx, user, kind).await?;
        all.remove(&kind.attribute().into());
        let Some(contact) = former.iter().find(|it| it.kind == kind) else { continue };
        if let Some(at) = contact.verified_at {
            if !aliases::claim(tx, user, VerifiedContact { kind, key: &contact.key, at }, now).await? {
                continue;
            }
            verified.push(contact.clone());
        }
        all.insert(kind.attribute().into(), contact.value.clone());
    }
    tx.write(vec![attributes::change(user, &all, now)?]).await?;
    Ok(verified)
}

/// Until when a factor is asked for that was turned on since, if there is one.
async fn restore_factors(
    tx: &mut Tx,
    locked: &LockedAccount,
    former: &FormerState,
    verified: &[FormerContact],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let user = locked.id();
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if !verified.iter().any(|it| it.kind == kind) {
            // Its codes have nowhere to go.
            factors::remove(tx, user, factor_of(kind)).await?;
        }
    }
    let on = factors::of_user(tx, user).await?;
    let stays = on.iter().any(|it| it.enabled && !former.factors_on.contains(&it.factor));
    let until = now.plus(STAYS);
    undo::restore(tx, &former.change, until).await?;
    forget_codes_without_factors(tx, user).await?;
    Ok(stays.then_some(until))
}

async fn send_code(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    target: &Contact,
    origin: &Origin,
) -> Result<(), StoreError> {
    let requester = Requester::of(ctx, origin);
    let recipient = Recipient::of(locked.id(), locked.account());
    let requesters = Requesters { all: &[requester], pace: Pace::AtOnce };
    let asking = Asking { recipient, contact: target, message: CodeMessage::Reset, requesters, origin };
    reset_code::request(tx, ctx, asking).await.map(drop)
}

/// What an account is again.
struct Restored {
    /// Its verified contacts.
    verified: Vec<FormerContact>,
    factor_until: Option<Timestamp>,
}

/// Tells every contact of both states.
async fn tell(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    restored: &Restored,
    origin: &Origin,
) -> Result<(), StoreError> {
    let (account, factor_until) = (locked.account(), restored.factor_until);
    let kinds = [ContactKind::Email, ContactKind::PhoneNumber].into_iter();
    let before = kinds.filter_map(|kind| Some((kind, account.proven_contact(kind)?.to_owned())));
    let after = restored.verified.iter().map(|it| (it.kind, it.value.clone()));
    let asked = Asked::new(account.chosen_username(), ctx.now(), origin);
    for (kind, value) in before.chain(after).collect::<BTreeSet<_>>() {
        let message =
            Message::ChangesUndone { to: Contact::stored(kind, value), asked: asked.clone(), factor_until };
        delivery::queue(tx, &ctx.delivery, &message, About::Account(locked.id())).await?;
    }
    Ok(())
}

/// The account that may get this contact back, taken for this transaction, and until when.
pub(crate) async fn lock_former_owner(
    tx: &mut Tx,
    ctx: &Context,
    contact: &Contact,
    not: UserId,
) -> Result<Option<(LockedAccount, Change)>, StoreError> {
    let (now, kind) = (ctx.now(), contact.kind);
    let owner = |found: Option<Change>| found.filter(|it| it.user != not);
    let Some(found) = owner(undo::former_owner(tx, kind, &contact.key, now).await?) else { return Ok(None) };
    let Some(locked) = LockedAccount::lock(tx, found.user).await? else { return Ok(None) };
    let still = owner(undo::former_owner(tx, kind, &contact.key, now).await?);
    Ok(still.filter(|it| it.user == found.user).map(|change| (locked, change)))
}
