//! Changing somebody's attributes, all or nothing (operation AdminUpdateUserAttributes).

use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::admin::create_user::claim;
use crate::admin::selection::{NotSelected, UserLabel, UserSelector, access, find, operator};
use crate::attributes::delete;
use crate::attributes::rules::{Occasion, OutsidePlan, Rulebook, Submitted, check_submitted, parse_names};
use crate::attributes::update::{UpdateAttributesError, admit};
use crate::contacts::{code, notify};
use crate::error::CommonError;
use crate::factors::second_factors;
use crate::undo::keep::Undoing;
use crate::{Context, Unavailable};
use model::{AttributeName, ErrorCode, Event, FormErrors, UpdateOutcome, Updated};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::phone;
use std::collections::BTreeMap;
use store::{LockedAccount, StoreError, Tx, aliases, attributes, retried};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateUserError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    /// It has no contact that counts yet.
    #[error("{0} waits for the code from its sign-up: confirm it first")]
    Unconfirmed(UserLabel),
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// What an operator says of new contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouching {
    /// They are verified, and in force at once.
    pub verified: bool,
    /// Whether that can be undone.
    pub undoing: Undoing,
}

impl Vouching {
    /// They wait for their codes; what changes at once can't be undone.
    pub const NONE: Self = Self { verified: false, undoing: Undoing::Over };
    /// They are verified, and can't be undone.
    pub const VERIFIED: Self = Self { verified: true, undoing: Undoing::Over };
}

/// What was changed, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserUpdated {
    /// The account.
    pub user: UserLabel,
    /// What became of each attribute.
    pub outcome: UpdateOutcome,
    /// The phone number among them, if its country's numbering plan doesn't have it: it is kept, and nothing is
    /// sent there.
    pub outside_plan: Option<String>,
}

impl From<StoreError> for UpdateUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<FormErrors> for UpdateUserError {
    fn from(refusal: FormErrors) -> Self {
        Self::Refused(refusal)
    }
}

/// Changes the account's attributes, all of them or none; an empty value removes one.
///
/// A new contact waits for the code that is sent to it, and the one in force stays so, as when its owner
/// asks for the change; one that the operator vouches for is in force at once, and the one before is
/// told. The outcome says which.
pub async fn update_user(
    ctx: &Context,
    named: impl Into<UserSelector<'_>>,
    submitted: BTreeMap<String, String>,
    how: Vouching,
) -> Result<UserUpdated, UpdateUserError> {
    let selector = named.into();
    let settings = &ctx.settings;
    if submitted.is_empty() {
        return Err(FormErrors::form(ErrorCode::NothingToDo).into());
    }
    let access = access(settings);
    let book = Rulebook::of(settings, &access, OutsidePlan::Kept);
    let submitted = check_submitted(book, Occasion::Update, parse_names(submitted)?)?;
    retried(|| try_to_update_user(ctx, selector, &submitted, how)).await
}

async fn try_to_update_user(
    ctx: &Context,
    selector: UserSelector<'_>,
    submitted: &Submitted,
    how: Vouching,
) -> Result<UserUpdated, UpdateUserError> {
    let now = ctx.now();
    let nobody = || NotSelected::nobody(selector);
    let mut tx = ctx.store.begin().await?;
    let found = find(&mut tx, selector, &ctx.settings.country_code).await??;
    let locked = LockedAccount::lock(&mut tx, found.id).await?.ok_or_else(nobody)?;
    let (user, account) = (locked.user(), locked.account());
    if !user.confirmed {
        return Err(UpdateUserError::Unconfirmed(UserLabel::of(user)));
    }
    let indispensable = delete::indispensable(&ctx.settings, account, &submitted.remove);
    if !indispensable.is_empty() {
        return Err(FormErrors { form: None, fields: indispensable }.into());
    }
    let (mut outcome, mut all) = (UpdateOutcome::new(), account.attributes.clone());
    for (name, value) in &submitted.set {
        let updated = match ContactKind::of(name) {
            Some(kind) => {
                let contact = Contact::stored(kind, value.clone());
                set_contact(ctx, &mut tx, &locked, &contact, how).await?
            }
            None => done(),
        };
        if updated.is_updated {
            all.insert(name.clone(), value.clone());
        }
        outcome.insert(name.clone(), updated);
    }
    for name in &submitted.remove {
        delete::let_go(&mut tx, ctx, &locked, name, ChangedBy::no_session(&operator(), how.undoing)).await?;
        all.remove(name);
        outcome.insert(name.clone(), done());
    }
    tx.write(vec![attributes::change(user.id, &all, now)?]).await?;
    events::record(&mut tx, user.id, &Event::UpdateUserAttributes(outcome.clone()), now, &operator()).await?;
    events::commit(ctx, tx, user.id).await?;
    Ok(UserUpdated { user: UserLabel::of(user), outcome, outside_plan: submitted.outside_plan() })
}

/// What has to happen before the account has this contact: the administrator vouches for it, or it is sent a
/// code.
async fn set_contact(
    ctx: &Context,
    tx: &mut Tx,
    locked: &LockedAccount,
    contact: &Contact,
    how: Vouching,
) -> Result<Updated, UpdateUserError> {
    let (kind, value, operator) = (contact.kind, contact.value.as_str(), operator());
    if how.verified {
        vouch_for(ctx, tx, locked, contact, how.undoing).await?;
        return Ok(done());
    }
    if locked.account().contact(kind) == Some(value) {
        if locked.account().pending(kind).is_some_and(|it| it.value != value) {
            code::cancel(tx, locked.id(), kind).await?;
        }
        return Ok(done());
    }
    if kind == ContactKind::PhoneNumber && !phone::is_in_plan(value) {
        // No code would ever arrive: it is stored as where text messages reach nobody.
        if second_factors::asks_by(&ctx.settings, locked.account(), kind) {
            let attribute = AttributeName::from(kind.attribute());
            return Err(FormErrors::field(attribute, ErrorCode::IsSecondStep).into());
        }
        if locked.account().proven.contains(&kind) {
            let by = ChangedBy::no_session(&operator, how.undoing);
            let undo =
                protection::changes(tx, ctx, locked, ProtectionChange::ContactReplaced(kind), by).await?;
            notify::tell_replaced(tx, ctx, by.told(locked, undo.as_ref()), contact).await?;
        }
        code::cancel(tx, locked.id(), kind).await?;
        aliases::release(tx, locked.id(), kind).await?;
        return Ok(done());
    }
    admit(tx, ctx, locked, std::slice::from_ref(contact)).await.map_err(|error| match error {
        UpdateAttributesError::Refused(refusal) => UpdateUserError::Refused(refusal),
        UpdateAttributesError::Common(CommonError::Unavailable(fault)) => UpdateUserError::Unavailable(fault),
        UpdateAttributesError::Common(common) => FormErrors::from(common).into(),
        UpdateAttributesError::StepUp(error) => FormErrors::from(error).into(),
        UpdateAttributesError::NotFresh(stale) => FormErrors::from(stale).into(),
    })?;
    code::send(tx, ctx, locked, contact, &operator).await?;
    Ok(Updated { is_updated: false, code_delivery_details: Some(kind.delivery(value)) })
}

/// Puts the contact in force; a change that waited for its code doesn't any more.
async fn vouch_for(
    ctx: &Context,
    tx: &mut Tx,
    locked: &LockedAccount,
    contact: &Contact,
    undoing: Undoing,
) -> Result<(), UpdateUserError> {
    let (user, kind) = (locked.id(), contact.kind);
    claim(tx, user, contact, ctx.now()).await?.map_err(UpdateUserError::Refused)?;
    code::cancel(tx, user, kind).await?;
    let operator = operator();
    Ok(notify::verified(tx, ctx, locked, contact, ChangedBy::no_session(&operator, undoing)).await?)
}

const fn done() -> Updated {
    Updated { is_updated: true, code_delivery_details: None }
}
