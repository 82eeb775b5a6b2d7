//! "Wrong address? Change it": a sign-up for another address, with what was entered before.

use crate::limits::{self, LimitName};
use crate::password::rules;
use crate::password::strength::OwnWords;
use crate::sign_up::code;
use crate::sign_up::entered::{self, Entered};
use crate::sign_up::start::{self, Checked, SignUpError};
use crate::{Context, Unavailable};
use model::{AttributeName, CodeDeliveryDetails, ErrorCode, FieldName, FormErrors, Password, typed};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{BrowserTicket, Origin};
use nameplate_core::phone;
use store::tickets::{self, Stored};
use store::waiting::Waiting;
use store::{StoreError, retried};

/// What somebody enters who has mistyped their address.
#[derive(Debug, Clone)]
pub struct AnotherAddress {
    /// The right one: an email address or a phone number.
    pub address: String,
    /// The password of the sign-up: what is kept of it can't be given to the new one.
    pub password: Password,
}

/// Why the address stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAddressError {
    /// The new address, or the password, is wrong.
    #[error("wrong fields: {0:?}")]
    Fields(Vec<(FieldName, ErrorCode)>),
    /// Nothing waits for a code in this browser.
    #[error("nothing waits for a code")]
    NoPending,
    /// The sign-up with the new address was refused.
    #[error(transparent)]
    SignUp(#[from] SignUpError),
}

impl From<ChangeAddressError> for FormErrors {
    fn from(error: ChangeAddressError) -> Self {
        match error {
            ChangeAddressError::Fields(fields) => Self { form: None, fields },
            ChangeAddressError::NoPending => Self::form(ErrorCode::NoCode),
            ChangeAddressError::SignUp(error) => error.into(),
        }
    }
}

impl From<StoreError> for ChangeAddressError {
    fn from(error: StoreError) -> Self {
        Self::SignUp(Unavailable::from(error).into())
    }
}

/// Signs up with another contact of the same kind (email, or phone number where the code went by text),
/// the attributes that were entered with this ticket, and this password; a code is sent there, and the
/// ticket belongs to that sign-up from now on.
///
/// It is a sign-up like any other: it replaces nothing that waits with that contact, and what waits with
/// the old one stays.
pub async fn change_address(
    ctx: &Context,
    ticket: &BrowserTicket,
    form: &AnotherAddress,
    origin: &Origin,
) -> Result<CodeDeliveryDetails, ChangeAddressError> {
    let found = tickets::waiting(&mut ctx.store.read().await?, ticket, ctx.now()).await?;
    let (stored, waiting) =
        found.filter(|(stored, _)| stored.proven_at.is_none()).ok_or(ChangeAddressError::NoPending)?;
    let checked = check_another(ctx, ticket, &stored, &waiting, form)?;
    retried(|| count_address(ctx, ticket)).await?;
    let done = start::enter(ctx, &checked, Some(ticket), origin).await?;
    Ok(done.delivery)
}

/// Its own transaction, so that what is refused afterwards was counted.
async fn count_address(ctx: &Context, ticket: &BrowserTicket) -> Result<(), ChangeAddressError> {
    let now = ctx.now();
    let key = limits::key_of(ctx, LimitName::SignUpAddresses, &[&ticket.hash()]);
    let rate = LimitName::SignUpAddresses.rate(&ctx.settings);
    let mut tx = ctx.store.begin().await?;
    if let Err(wait) = limits::count(&mut tx, &key, rate, now).await? {
        return Err(ChangeAddressError::SignUp(wait.into()));
    }
    Ok(tx.commit().await?)
}

fn check_another(
    ctx: &Context,
    ticket: &BrowserTicket,
    stored: &Stored,
    waiting: &Waiting,
    form: &AnotherAddress,
) -> Result<Checked, ChangeAddressError> {
    let settings = &ctx.settings;
    let old = waiting.target.as_ref().ok_or(ChangeAddressError::NoPending)?;
    let own = OwnWords::typed(&form.address);
    let mut faults = rules::choice_faults(settings, &form.password, None, &own);
    let new = check_address(ctx, old, &form.address).map_err(|why| faults.push((FieldName::Email, why)));
    let (Ok(new), true) = (new, faults.is_empty()) else {
        return Err(ChangeAddressError::Fields(faults));
    };
    // A ticket of an earlier version keeps nothing, but belongs to whoever signed up.
    let own = || Entered { username: waiting.user.username.clone(), attributes: waiting.attributes.clone() };
    let entered = entered::unseal(ctx, ticket, stored).or_else(|| stored.attributes.is_none().then(own));
    let Entered { username, mut attributes } = entered.ok_or(ChangeAddressError::NoPending)?;
    attributes.insert(new.kind.attribute().into(), new.value);
    let username = waiting.user.chosen_username().map(|_| username);
    let checked = Checked::again(settings, username, form.password.clone(), attributes);
    checked.map_err(|missing| ChangeAddressError::Fields(vec![(missing.into(), ErrorCode::Missing)]))
}

fn check_address(ctx: &Context, old: &Contact, typed: &str) -> Result<Contact, ErrorCode> {
    let name = AttributeName::from(old.kind.attribute());
    let typed = match old.kind {
        ContactKind::PhoneNumber => phone::parse(typed, &ctx.settings.country_code)?.into_string(),
        ContactKind::Email => typed::email(typed),
    };
    if typed.is_empty() {
        return Err(ErrorCode::Missing);
    }
    if let Some(definition) = ctx.settings.schema.get(&name) {
        definition.check(&typed)?;
    }
    let new = Contact::new(old.kind, &typed).ok_or(ErrorCode::NotAnEmail)?;
    if new.key == old.key {
        return Err(ErrorCode::SameAsNow);
    }
    if code::no_texts(&ctx.settings, &new).is_some() { Err(ErrorCode::NoTextsToCountry) } else { Ok(new) }
}

#[cfg(test)]
mod tests;
