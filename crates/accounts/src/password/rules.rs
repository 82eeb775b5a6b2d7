//! A new password: what it must have, and what goes with the one before.

use crate::Context;
use crate::password::canonical::canonical;
use crate::password::strength::{self, OwnWords};
use delivery::{Message, queue_to_all};
use model::{ErrorCode, FieldName, Password};
use nameplate_core::identity::{Origin, SessionId};
use nameplate_core::settings::Settings;
use store::{LockedAccount, StoreError, Tx, sessions, users};

/// What is wrong with a password that an administrator sets.
pub(crate) fn faults(settings: &Settings, password: &Password) -> Vec<(FieldName, ErrorCode)> {
    let text = canonical(password);
    let judged = is_typed(&text).and_then(|()| settings.policy.judge(&text));
    judged.err().map(|why| (FieldName::Password, why)).into_iter().collect()
}

/// What is wrong with a new password that a person chooses, whose words these are, and with the one typed to
/// confirm it, if that was asked for.
pub(crate) fn choice_faults(
    settings: &Settings,
    password: &Password,
    confirmation: Option<&Password>,
    own: &OwnWords,
) -> Vec<(FieldName, ErrorCode)> {
    let (text, policy) = (canonical(password), &settings.policy);
    let judged =
        is_typed(&text).and_then(|()| policy.refuse(policy.broken(&text).and(strength::broken(&text, own))));
    let differs = confirmation.is_some_and(|again| again != password);
    let faults = [
        judged.err().map(|why| (FieldName::Password, why)),
        differs.then_some((FieldName::ConfirmPassword, ErrorCode::PasswordsDiffer)),
    ];
    faults.into_iter().flatten().collect()
}

/// Whether it can have been typed at all: what can't be seen is named before the rules are.
fn is_typed(text: &str) -> Result<(), ErrorCode> {
    match text {
        "" => Err(ErrorCode::Missing),
        _ if text.chars().any(char::is_control) => Err(ErrorCode::ControlCharacters),
        _ => Ok(()),
    }
}

/// A password that takes the place of another.
#[derive(Clone, Copy)]
pub(crate) struct NewPassword<'a> {
    pub(crate) hash: &'a str,
    /// The session that goes on. `None`: every one ends.
    pub(crate) stays: Option<SessionId>,
}

impl<'a> NewPassword<'a> {
    /// One with which every session ends.
    pub(crate) const fn ending_sessions(hash: &'a str) -> Self {
        Self { hash, stays: None }
    }
}

/// Gives the account another password. Whoever was signed in with the old one no longer is, but for the session
/// that stays, and every proven contact is told.
pub(crate) async fn set(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    new: NewPassword<'_>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let user = locked.id();
    users::set_password(tx, user, new.hash).await?;
    match new.stays {
        Some(session) => sessions::end_others(tx, user, session).await?,
        None => sessions::end_all(tx, user).await?,
    };
    let message = |to, asked| Message::PasswordChanged { to, asked };
    queue_to_all(tx, &ctx.delivery, locked, message, origin).await
}
