//! Second factors: what is asked for at sign-in beside the password.
//!
//! An account may have an authenticator app, and codes to its proven contacts.
//! [`with_password`](crate::sign_in::with_password) asks for one of them where there are any; a recovery code
//! takes the place of each.

use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::{Context, Unavailable};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{UserId, Viewer};
use nameplate_core::settings::Settings;
use store::factors::{self, Stored};
use store::profile::{self, Account};
use store::{LockedAccount, StoreError, Tx};

/// The contact that codes of this factor go to; an app has none.
pub(crate) const fn contact_kind(factor: Factor) -> Option<ContactKind> {
    match factor {
        Factor::SoftwareToken => None,
        Factor::Sms => Some(ContactKind::PhoneNumber),
        Factor::Email => Some(ContactKind::Email),
    }
}

/// The factor whose codes go to this kind of contact.
pub(crate) const fn factor_of(kind: ContactKind) -> Factor {
    match kind {
        ContactKind::PhoneNumber => Factor::Sms,
        ContactKind::Email => Factor::Email,
    }
}

/// A factor that can be asked for at this moment.
#[derive(Clone)]
pub(crate) struct Usable {
    pub(crate) factor: Factor,
    pub(crate) preferred: bool,
    /// Where its codes go.
    pub(crate) contact: Option<Contact>,
}

/// The factors that can be asked for, in this order: those that are on and have an app or a proven contact
/// that messages reach. One whose contact is gone can't stand in anybody's way.
pub(crate) fn usable(settings: &Settings, account: &Account, stored: &[Stored]) -> Vec<Usable> {
    let usable = stored.iter().filter(|it| it.enabled).filter_map(|it| {
        let contact = match contact_kind(it.factor) {
            None => it.secret.as_ref().map(|_| None)?,
            Some(kind) => Some(reachable(settings, account, kind)?),
        };
        Some(Usable { factor: it.factor, preferred: it.preferred, contact })
    });
    usable.collect()
}

/// The account's contact of that kind, if it is proven and messages reach it.
pub(crate) fn reachable(settings: &Settings, account: &Account, kind: ContactKind) -> Option<Contact> {
    let value = account.proven_contact(kind).filter(|value| settings.reaches_contact(kind, value))?;
    Some(Contact::stored(kind, value.to_owned()))
}

/// A second factor that somebody has or could have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Which one.
    pub factor: Factor,
    /// Sign-in asks for it.
    pub enabled: bool,
    /// It is asked for first, by its owner's wish.
    pub preferred: bool,
    /// Where its codes go, masked. `None` for an app, and where there is no proven contact: then it can't be
    /// had yet.
    pub destination: Option<String>,
    /// When it was last used to sign in.
    pub used_at: Option<Timestamp>,
}

impl Way {
    /// Whether it could be turned on as things are.
    pub const fn is_at_hand(&self) -> bool {
        matches!(self.factor, Factor::SoftwareToken) || self.destination.is_some()
    }
}

/// The second factors of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactors {
    /// Every kind that there could be, in the order in which they are offered.
    pub ways: Vec<Way>,
    /// Those that haven't been used.
    pub recovery_codes_left: u32,
}

impl SecondFactors {
    /// Whether sign-in asks for any of them.
    pub fn any(&self) -> bool {
        self.ways.iter().any(|way| way.enabled)
    }
}

/// What the viewer's sign-in asks for, and what it could.
pub async fn second_factors(ctx: &Context, viewer: &Viewer) -> Result<SecondFactors, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let stored = factors::shown_of_user(&mut conn, viewer.user).await?;
    let account = profile::load(&mut conn, viewer.user).await?.unwrap_or_default();
    let recovery_codes_left = factors::recovery_codes_left(&mut conn, viewer.user).await?;
    Ok(SecondFactors { ways: ways(&ctx.settings, &account, &stored), recovery_codes_left })
}

fn ways(settings: &Settings, account: &Account, stored: &[Stored]) -> Vec<Way> {
    let usable = usable(settings, account, stored);
    let way = |factor: Factor| {
        let kept = stored.iter().find(|it| it.factor == factor);
        let contact = contact_kind(factor).and_then(|kind| reachable(settings, account, kind));
        Way {
            factor,
            enabled: usable.iter().any(|it| it.factor == factor),
            preferred: usable.iter().any(|it| it.factor == factor && it.preferred),
            destination: contact.map(|it| it.kind.mask(&it.value)),
            used_at: kept.and_then(|it| it.used_at),
        }
    };
    let possible = |factor: &Factor| contact_kind(*factor).is_none_or(|kind| settings.reaches(kind));
    Factor::ALL.into_iter().filter(possible).map(way).collect()
}

/// Whether sign-in sends codes to the account's contact of that kind.
pub(crate) fn asks_by(settings: &Settings, account: &Account, kind: ContactKind) -> bool {
    let is_on = account.factors.iter().any(|(factor, _)| *factor == factor_of(kind));
    is_on && reachable(settings, account, kind).is_some()
}

/// With the contact goes the factor whose codes went there, and with the last factor what takes its place.
pub(crate) async fn contact_gone(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    kind: ContactKind,
    by: ChangedBy<'_>,
) -> Result<(), StoreError> {
    let (user, factor) = (locked.id(), factor_of(kind));
    if factors::of_user(tx, user).await?.iter().any(|it| it.factor == factor && it.enabled) {
        protection::changes(tx, ctx, locked, ProtectionChange::FactorOff(factor), by).await?;
    }
    factors::remove(tx, user, factor).await?;
    forget_codes_without_factors(tx, user).await
}

pub(crate) async fn forget_codes_without_factors(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    if factors::of_user(tx, user).await?.iter().any(|it| it.enabled) {
        return Ok(());
    }
    factors::remove_recovery_codes(tx, user).await
}

#[cfg(test)]
mod tests;
