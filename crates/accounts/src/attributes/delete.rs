//! Removing attributes (operation DeleteUserAttributes).

use crate::Context;
use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::attributes::profile::access;
use crate::attributes::rules::{Occasion, OutsidePlan, Rulebook, abridged, check_submitted, parse_names};
use crate::contacts::code;
use crate::contacts::notify::{self, Changed};
use crate::error::{CommonError, common_error};
use crate::factors::second_factors;
use crate::limits::{self, LimitName};
use crate::sessions::alive::require_alive;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use delivery::{self, About, ContactChange, Message};
use model::identifier::IdentifierKind;
use model::{AttributeName, ErrorCode, Event, FieldName, FormErrors};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, Viewer};
use nameplate_core::settings::Settings;
use std::collections::BTreeSet;
use store::profile::{Account, Part};
use store::{LockedAccount, StoreError, Tx, aliases, attributes, retried};

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAttributesError {
    /// Every culprit by name, or what is wrong with the request as a whole.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// A contact is among them.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(DeleteAttributesError);

impl From<DeleteAttributesError> for FormErrors {
    fn from(error: DeleteAttributesError) -> Self {
        match error {
            DeleteAttributesError::Refused(refusal) => refusal,
            DeleteAttributesError::Common(common) => common.into(),
            DeleteAttributesError::NotFresh(stale) => stale.into(),
        }
    }
}

impl From<FormErrors> for DeleteAttributesError {
    fn from(refusal: FormErrors) -> Self {
        Self::Refused(refusal)
    }
}

/// Removes the viewer's attributes, all of them or none (operation DeleteUserAttributes), and answers which of them
/// were set. One that isn't set is removed as well as any.
///
/// With an email address or a phone number goes the proof of it and whatever waits for a code, and it is
/// told.
///
/// # Errors
/// The refusal names every culprit: unknown, outside the client's write list, immutable, required, or a
/// contact that can be replaced but not done without. A name that can't be one, or none at all, refuses
/// the request as a whole.
pub async fn delete(
    ctx: &Context,
    viewer: &Viewer,
    names: Vec<String>,
    origin: &Origin,
) -> Result<Vec<AttributeName>, DeleteAttributesError> {
    let done = match check_deletion(ctx, viewer, names) {
        Ok(names) => retried(|| apply_deletion(ctx, viewer, &names, origin)).await,
        Err(refusal) => Err(refusal.into()),
    };
    if let Err(DeleteAttributesError::Refused(refusal)) = &done {
        events::record_refusal(
            ctx,
            viewer.user,
            &Event::DeleteUserAttributesFailure(abridged(refusal)),
            origin,
        )
        .await?;
    }
    done
}

async fn apply_deletion(
    ctx: &Context,
    viewer: &Viewer,
    names: &BTreeSet<AttributeName>,
    origin: &Origin,
) -> Result<Vec<AttributeName>, DeleteAttributesError> {
    let (user, now) = (viewer.user, ctx.now());
    let mut tx = ctx.store.begin().await?;
    let locked = limits::count_change_and_load(&mut tx, ctx, user, Part::needed_for(names))
        .await??
        .ok_or(CommonError::SignedOut)?;
    let account = locked.account();
    let indispensable = indispensable(&ctx.settings, account, names);
    if !indispensable.is_empty() {
        return Err(FormErrors { form: None, fields: indispensable }.into());
    }
    if names.iter().any(|name| account.attributes.contains_key(name) && ContactKind::of(name).is_some()) {
        require_fresh(ctx, viewer)?;
        require_alive(&mut tx, viewer).await?;
    }
    for name in names {
        let_go(&mut tx, ctx, &locked, name, ChangedBy::viewer(viewer, origin)).await?;
    }
    let set: Vec<_> = names.iter().filter(|name| account.attributes.contains_key(name)).cloned().collect();
    if !set.is_empty() {
        let mut all = account.attributes.clone();
        all.retain(|name, _| !names.contains(name));
        tx.write(vec![attributes::change(user, &all, now)?]).await?;
    }
    let event = Event::DeleteUserAttributes { attributes: names.iter().cloned().collect() };
    events::record(&mut tx, user, &event, now, origin).await?;
    events::commit(ctx, tx, user).await?;
    Ok(set)
}

/// Everything that can be told without looking at the account: to delete is to submit nothing.
fn check_deletion(
    ctx: &Context,
    viewer: &Viewer,
    names: Vec<String>,
) -> Result<BTreeSet<AttributeName>, FormErrors> {
    let settings = &ctx.settings;
    if names.is_empty() {
        return Err(FormErrors::form(ErrorCode::NothingToDo));
    }
    let emptied = parse_names(names.into_iter().map(|name| (name, String::new())).collect())?;
    let access = access(settings, viewer);
    let book = Rulebook::of(settings, &access, OutsidePlan::Kept);
    Ok(check_submitted(book, Occasion::Update, emptied)?.remove)
}

/// The proven contacts among these that the account can't do without: what its owner signs in with, where
/// that is contacts only, the last one that is proven, and one that is a second factor. Judged for all together, or two could go that were
/// each other's replacement.
pub(crate) fn indispensable(
    settings: &Settings,
    account: &Account,
    removed: &BTreeSet<AttributeName>,
) -> Vec<(FieldName, ErrorCode)> {
    let goes = |kind: &ContactKind| removed.contains(&kind.attribute().into());
    let (going, staying): (Vec<ContactKind>, Vec<ContactKind>) =
        account.proven.iter().partition(|kind| goes(kind));
    let signs_in = |kind: &ContactKind| {
        settings.sign_in.allows(match kind {
            ContactKind::Email => IdentifierKind::Email,
            ContactKind::PhoneNumber => IdentifierKind::PhoneNumber,
        })
    };
    let locked_out = !settings.has_usernames() && !staying.iter().any(signs_in);
    let whys = going.iter().filter_map(|kind| {
        let why = if locked_out && signs_in(kind) {
            ErrorCode::SignsInWithIt
        } else if staying.is_empty() {
            ErrorCode::LastVerifiedContact
        } else if second_factors::asks_by(settings, account, *kind) {
            ErrorCode::IsSecondStep
        } else {
            return None;
        };
        Some((AttributeName::from(kind.attribute()).into(), why))
    });
    whys.collect()
}

/// What goes with one attribute that is about to be removed. A contact takes along its proof and what waits
/// for a code, and is told; where it was verified, the others are too.
pub(crate) async fn let_go(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    name: &AttributeName,
    by: ChangedBy<'_>,
) -> Result<(), StoreError> {
    let Some(kind) = ContactKind::of(name) else { return Ok(()) };
    let (user, account) = (locked.id(), locked.account());
    let was_verified = account.proven.contains(&kind);
    let undo = match was_verified {
        true => protection::changes(tx, ctx, locked, ProtectionChange::ContactRemoved(kind), by).await?,
        false => None,
    };
    second_factors::contact_gone(tx, ctx, locked, kind, by).await?;
    code::cancel(tx, user, kind).await?;
    aliases::release(tx, user, kind).await?;
    let Some(value) = account.contact(kind) else { return Ok(()) };
    let contact = Contact::stored(kind, value.to_owned());
    let change = by.told(locked, undo.as_ref());
    if was_verified {
        let changed = Changed { contact: &contact, what: ContactChange::Removed };
        notify::tell_others(tx, ctx, change, changed).await?;
    }
    if was_verified || may_be_told(tx, ctx, &contact).await? {
        let asked = change.asked(ctx.clock.now(), &contact);
        let message = Message::AddressDeleted { to: contact, asked };
        delivery::queue(tx, &ctx.delivery, &message, About::Account(user)).await?;
    }
    Ok(())
}

/// What nobody proved may be a stranger's: no more messages go there than codes would.
async fn may_be_told(tx: &mut Tx, ctx: &Context, contact: &Contact) -> Result<bool, StoreError> {
    let Some(key) = contact.kind.key(&contact.value) else { return Ok(false) };
    let rate = LimitName::RemovalNotices.rate(&ctx.settings);
    let notices = limits::key(ctx, LimitName::RemovalNotices, &[contact.kind.as_str(), &key]);
    Ok(limits::count(tx, &notices, rate, ctx.clock.now()).await?.is_ok())
}

#[cfg(test)]
mod tests;
