//! How a sign-in ends or goes on.

use crate::error::{CommonError, common_error};
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::second_factor::challenge::Challenge;
use model::{AttributeName, FieldName};
use nameplate_core::identity::{BrowserTicket, ChallengeToken, NewSession};
use std::collections::BTreeMap;
use store::PasswordFingerprint;
use store::users::User;

/// The password was right.
#[derive(Debug, Clone)]
pub enum SignedIn {
    /// Nothing more is asked for.
    Session {
        /// As typed at sign-up; the `sub`, where people have no username.
        username: String,
        /// What the browser goes on with.
        session: NewSession,
    },
    /// A second factor is asked for beside it.
    Challenge(Challenge),
    /// The operator knows this password: another one is asked for.
    NewPassword(NewPasswordAsked),
    /// The account still waits for its code, and a fresh one is on its way. This browser is signed in once it
    /// is entered.
    Unconfirmed(BrowserTicket),
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// What was left empty.
    #[error("empty fields")]
    Missing(Vec<FieldName>),
    /// The `ClientId` is in no settings.
    #[error("no such app client")]
    UnknownClient,
    /// There is no such account, or it has another password.
    #[error("wrong name or password")]
    WrongCredentials,
    /// The account has no password any more, and this was the last one: another one has to be set with a
    /// code.
    #[error("a new password has to be set")]
    ResetRequired,
    /// The password was right, and the operator lets nobody sign in to this account.
    #[error("the account is disabled")]
    Disabled,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(SignInError);

/// What is asked for before the session begins.
pub(crate) enum Asked {
    SecondFactor(Challenge),
    NewPassword(NewPasswordAsked),
}

impl From<Asked> for SignedIn {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::SecondFactor(challenge) => Self::Challenge(challenge),
            Asked::NewPassword(asked) => Self::NewPassword(asked),
        }
    }
}

/// Somebody whose password was right.
pub(crate) struct Proven {
    pub(crate) user: User,
    /// A better hash of the same password, if the stored one is out of date.
    pub(crate) rehashed: Option<String>,
    /// What counts the passwords that were wrong before.
    pub(crate) failures: FailureCounters,
}

impl Proven {
    /// The hash that the password has once this sign-in is done.
    pub(crate) fn hash(&self) -> &str {
        self.rehashed.as_deref().unwrap_or(&self.user.password_hash)
    }

    /// Whether the password was changed while this one was being compared.
    pub(crate) fn was_changed(&self, now: &User) -> bool {
        PasswordFingerprint::of_user(&self.user).was_changed(now)
    }
}

/// The password was right, and is to be replaced.
#[derive(Debug, Clone)]
pub struct NewPasswordAsked {
    /// Comes back with the new password.
    pub token: ChallengeToken,
    /// What the account is called by applications (`USER_ID_FOR_SRP`).
    pub username: String,
    /// Required attributes that the account lacks.
    pub missing: Vec<AttributeName>,
    /// What the application may read of the account.
    pub attributes: BTreeMap<AttributeName, String>,
}
