//! A new password because the operator wants it so (operations AdminResetUserPassword, AdminSetUserPassword).

use crate::account::events;
use crate::admin::selection::{NotSelected, UserLabel, UserSelector, find, operator};
use crate::limits::outside;
use crate::one_time_codes::{CodeMessage, NamedCodes, Pace, Recipient, Requesters, admission};
use crate::password::hasher::HashingError;
use crate::password::reset_code::{self, Asking, Named};
use crate::password::rules::{self, NewPassword};
use crate::sign_in::srp::verifiers;
use crate::{Context, Unavailable};
use model::{Event, FormErrors, Password};
use nameplate_core::code::CodePurpose;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;
use store::profile::Account;
use store::{LockedAccount, StoreError, Tx, retried, users};

/// Why the password stays as it is.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ResetUserPasswordError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    #[error("{0} waits for the code from its sign-up: confirm it first")]
    Unconfirmed(UserLabel),
    #[error("{0} is disabled, so a new password would open nothing: enable it first")]
    Disabled(UserLabel),
    #[error("{0} has no verified contact that a code could be sent to: set its password yourself")]
    NoContact(UserLabel),
    /// What the password breaks.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// A code for a new password is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetCodeSent {
    /// Whose password is reset.
    pub user: UserLabel,
    /// The verified contact that the code goes to.
    pub to: Contact,
}

impl From<StoreError> for ResetUserPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<HashingError> for ResetUserPasswordError {
    fn from(error: HashingError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Has a code for a new password sent to a proven contact of the account, and answers to which (operation
/// AdminResetUserPassword). Until it is entered the password stays.
pub async fn reset_user_password(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
) -> Result<ResetCodeSent, ResetUserPasswordError> {
    let selector = named.into();
    retried(|| try_to_reset_user_password(ctx, selector)).await
}

async fn try_to_reset_user_password(
    ctx: &Context,
    selector: UserSelector<'_>,
) -> Result<ResetCodeSent, ResetUserPasswordError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let locked = open(ctx, &mut tx, selector).await?;
    let user = locked.user();
    let label = UserLabel::of(user);
    if user.disabled {
        return Err(ResetUserPasswordError::Disabled(label));
    }
    let Some(contact) = proven_contact(locked.account()) else {
        return Err(ResetUserPasswordError::NoContact(label));
    };
    send_code(&mut tx, ctx, &locked, &contact).await?;
    let event = Event::AdminResetUserPassword { username: user.username.clone() };
    events::record(&mut tx, user.id, &event, now, &operator()).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(ResetCodeSent { user: label, to: contact })
}

/// Gives the account this password (operation AdminSetUserPassword). Every session of it ends, and its
/// proven contacts are told. One that isn't permanent is replaced by its owner at the next sign-in.
pub async fn set_user_password(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
    password: &Password,
    permanent: bool,
) -> Result<UserLabel, ResetUserPasswordError> {
    let selector = named.into();
    let fields = rules::faults(&ctx.settings, password);
    if !fields.is_empty() {
        return Err(ResetUserPasswordError::Refused(FormErrors { form: None, fields }));
    }
    let hash = ctx.passwords.hash(password, &*ctx.entropy).await?;
    let (user, label) = retried(|| try_to_set_user_password(ctx, selector, &hash, permanent)).await?;
    verifiers::keep_verifiers(ctx, user, password, &hash).await;
    Ok(label)
}

async fn try_to_set_user_password(
    ctx: &Context,
    selector: UserSelector<'_>,
    hash: &str,
    permanent: bool,
) -> Result<(UserId, UserLabel), ResetUserPasswordError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let locked = open(ctx, &mut tx, selector).await?;
    let user = locked.user();
    rules::set(&mut tx, ctx, &locked, NewPassword::ending_sessions(hash), &operator()).await?;
    if !permanent {
        users::mark_temporary(&mut tx, user.id, now).await?;
    }
    let event = Event::AdminResetUserPassword { username: user.username.clone() };
    events::record(&mut tx, user.id, &event, now, &operator()).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok((user.id, UserLabel::of(user)))
}

/// The confirmed account of that name, taken for this transaction.
async fn open(
    ctx: &Context,
    tx: &mut Tx,
    selector: UserSelector<'_>,
) -> Result<LockedAccount, ResetUserPasswordError> {
    let nobody = || NotSelected::nobody(selector);
    let found = find(tx, selector, &ctx.settings.country_code).await??;
    let locked = LockedAccount::lock(tx, found.id).await?.ok_or_else(nobody)?;
    if locked.user().confirmed {
        Ok(locked)
    } else {
        Err(ResetUserPasswordError::Unconfirmed(UserLabel::of(locked.user())))
    }
}

fn proven_contact(account: &Account) -> Option<Contact> {
    let mut kinds = [ContactKind::Email, ContactKind::PhoneNumber].into_iter();
    kinds.find_map(|kind| Some(Contact::stored(kind, account.proven_contact(kind)?.to_owned())))
}

/// Makes a code that sets a new password, and promises to send it. Nobody has asked for it, so it can be
/// tried by each name of the account, and as often as if nobody had tried before.
pub(crate) async fn send_code(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contact: &Contact,
) -> Result<(), StoreError> {
    let (user, account) = (locked.id(), locked.account());
    let contacts = [ContactKind::Email, ContactKind::PhoneNumber]
        .into_iter()
        .filter_map(|kind| account.proven_contact(kind));
    for name in contacts.chain([account.username.as_str()]).filter_map(|name| Named::read(ctx, name)) {
        admission::begin_round(tx, ctx, NamedCodes::new(CodePurpose::Reset, &name.name)).await?;
    }
    outside::count(tx, ctx, contact.kind).await?;
    let origin = operator();
    let (message, requesters) =
        (CodeMessage::ResetByAdministrator, Requesters { all: &[], pace: Pace::AtOnce });
    let asking =
        Asking { recipient: Recipient::of(user, account), contact, message, requesters, origin: &origin };
    reset_code::request(tx, ctx, asking).await.map(drop)
}
