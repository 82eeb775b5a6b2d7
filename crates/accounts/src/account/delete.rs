//! Leaving for good (operation DeleteUser).

use crate::Context;
use crate::account::events;
use crate::error::{CommonError, common_error};
use crate::maintenance::purge;
use crate::sign_in::confirmation::{self, PasswordAsked};
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use crate::sign_in::outcome::Proven;
use crate::sign_in::reauthenticate::{self, SignInAgainError};
use delivery::{self, About, Asked, Message};
use model::{ErrorCode, FieldName, FormErrors, Password};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, Viewer};
use std::collections::BTreeSet;
use store::profile::Account;
use store::{LockedAccount, StoreError, Tx, retried, sessions, undo, users};

/// What somebody types who means it, in capitals or not.
pub const CONFIRMATION: &str = "delete";

/// What somebody enters who wants to leave.
#[derive(Debug, Clone)]
pub struct AccountDeletion {
    /// The account's current password; empty where nobody has to enter it.
    pub password: Password,
    /// [`CONFIRMATION`].
    pub confirmation: String,
}

/// Why the account is still there.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAccountError {
    /// What can be told without looking at the account, all of it.
    #[error("refused fields: {0:?}")]
    Fields(Vec<(FieldName, ErrorCode)>),
    /// The sign-in is too old for it.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The password was wrong, or could not be checked.
    #[error(transparent)]
    Password(SignInAgainError),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(DeleteAccountError);

impl From<DeleteAccountError> for FormErrors {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::Fields(fields) => Self { form: None, fields },
            DeleteAccountError::NotFresh(stale) => stale.into(),
            DeleteAccountError::Password(error) => error.into(),
            DeleteAccountError::Common(common) => common.into(),
        }
    }
}

impl AccountDeletion {
    fn faults(&self, asked: PasswordAsked) -> Vec<(FieldName, ErrorCode)> {
        let missing = asked == PasswordAsked::Yes && self.password.reveal().is_empty();
        let password = missing.then_some((FieldName::CurrentPassword, ErrorCode::Missing));
        let typed = self.confirmation.trim();
        let confirmation = match typed {
            "" => Some(ErrorCode::Missing),
            _ if typed.eq_ignore_ascii_case(CONFIRMATION) => None,
            _ => Some(ErrorCode::NotConfirmed),
        };
        password.into_iter().chain(confirmation.map(|why| (FieldName::Confirmation, why))).collect()
    }
}

/// Deletes the viewer's account, for whoever gives its password once more, or what stands in for it, and says so
/// in a word: everything that is kept of the person. Its username and contacts are free again, every session ends,
/// and every proven contact is told.
///
/// A wrong password counts like a failed sign-in, and makes the next try wait like one.
pub async fn delete(
    ctx: &Context,
    viewer: &Viewer,
    form: AccountDeletion,
    origin: &Origin,
) -> Result<(), DeleteAccountError> {
    let mut conn = ctx.store.read().await?;
    let user = users::by_id(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let asked = confirmation::password_asked(&mut conn, ctx, viewer, &user).await?;
    drop(conn);
    let faults = form.faults(asked);
    if !faults.is_empty() {
        return Err(DeleteAccountError::Fields(faults));
    }
    match asked {
        PasswordAsked::Yes => {}
        PasswordAsked::StoodFor => return delete_own_user(ctx, viewer, origin).await,
        PasswordAsked::NotFresh => return Err(NotFresh.into()),
    }
    let proven = reauthenticate::prove_again(ctx, viewer, &form.password, origin)
        .await
        .map_err(DeleteAccountError::Password)?;
    retried(|| leave(ctx, viewer, &proven, origin)).await?;
    purge::truncate_wal(ctx).await;
    Ok(())
}

async fn leave(
    ctx: &Context,
    viewer: &Viewer,
    proven: &Proven,
    origin: &Origin,
) -> Result<(), DeleteAccountError> {
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    if sessions::owner(&mut tx, viewer.session).await? != Some(locked.id()) {
        return Err(DeleteAccountError::Common(CommonError::SignedOut));
    }
    if proven.was_changed(locked.user()) {
        return Err(DeleteAccountError::Password(SignInAgainError::WrongPassword));
    }
    remove_and_tell(ctx, tx, &locked, origin).await
}

/// The same for the holder of a fresh session, or of an access token, which is all that an application shows
/// (operation DeleteUser).
pub async fn delete_own_user(
    ctx: &Context,
    viewer: &Viewer,
    origin: &Origin,
) -> Result<(), DeleteAccountError> {
    require_fresh(ctx, viewer)?;
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
        // The token's session may have ended since it was looked at.
        if sessions::owner(&mut tx, viewer.session).await? != Some(locked.id()) {
            return Err(DeleteAccountError::Common(CommonError::SignedOut));
        }
        remove_and_tell(ctx, tx, &locked, origin).await
    })
    .await?;
    purge::truncate_wal(ctx).await;
    Ok(())
}

async fn remove_and_tell(
    ctx: &Context,
    mut tx: Tx,
    locked: &LockedAccount,
    origin: &Origin,
) -> Result<(), DeleteAccountError> {
    let told = told_of_deletion(&mut tx, ctx, locked).await?;
    remove(ctx, &mut tx, locked, Some(origin)).await?;
    say_farewell(&mut tx, ctx, locked.account(), told, origin).await?;
    events::commit(ctx, tx, locked.id()).await?;
    Ok(())
}

/// Removes everything of the account, and what waits to be sent to it.
pub(crate) async fn remove(
    ctx: &Context,
    tx: &mut Tx,
    locked: &LockedAccount,
    here: Option<&Origin>,
) -> Result<(), StoreError> {
    forgive(ctx, tx, locked, here).await?;
    delivery::withdraw(tx, locked.id()).await?;
    users::delete(tx, locked.id()).await
}

/// Forgets how often passwords were wrong for what the account is called, here and wherever somebody is
/// signed in to it: as after a right password. Elsewhere it stays for its day, or a stranger who keeps
/// guessing would see that there was an account and that it is gone.
async fn forgive(
    ctx: &Context,
    tx: &mut Tx,
    locked: &LockedAccount,
    here: Option<&Origin>,
) -> Result<(), StoreError> {
    let account = locked.account();
    let proven = [ContactKind::Email, ContactKind::PhoneNumber]
        .into_iter()
        .filter_map(|kind| account.proven_contact(kind));
    let names: Vec<_> =
        proven.chain([account.username.as_str()]).filter_map(|name| ctx.settings.identifier(name)).collect();
    let networks = sessions::networks(tx, locked.id()).await?;
    for network in networks.into_iter().chain(here.map(|it| it.network)) {
        let there = Origin::new(network, "");
        for name in &names {
            FailureCounters::of(ctx, &name.to_key(), &there).clear(tx).await?;
        }
    }
    Ok(())
}

/// The verified contacts, and those that an undo could have restored: whoever deletes it may have replaced them.
async fn told_of_deletion(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
) -> Result<BTreeSet<(ContactKind, String)>, StoreError> {
    let kinds = [ContactKind::Email, ContactKind::PhoneNumber].into_iter();
    let now = kinds.filter_map(|kind| Some((kind, locked.account().proven_contact(kind)?.to_owned())));
    let mut told: BTreeSet<_> = now.collect();
    for change in undo::of_user(tx, locked.id(), ctx.now()).await? {
        let former = undo::contacts(tx, &change).await?.into_iter();
        told.extend(former.filter(|it| it.verified_at.is_some()).map(|it| (it.kind, it.value)));
    }
    Ok(told)
}

async fn say_farewell(
    tx: &mut Tx,
    ctx: &Context,
    account: &Account,
    told: BTreeSet<(ContactKind, String)>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let asked = Asked::new(account.chosen_username(), ctx.clock.now(), origin);
    for (kind, value) in told {
        let message = Message::AccountDeleted { to: Contact::stored(kind, value), asked: asked.clone() };
        delivery::queue(tx, &ctx.delivery, &message, About::Farewell).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
