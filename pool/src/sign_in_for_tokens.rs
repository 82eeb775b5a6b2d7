//! Signing in an application with a password (operation InitiateAuth, USER_PASSWORD_AUTH).

use crate::Pool;
use crate::factors::challenge::{Challenge, Door};
use crate::limits::Key;
use crate::new_password_required::NewPasswordAsked;
use crate::sessions::{Origin, Viewer};
use crate::settings::{AppClient, ClientId};
use crate::sign_in::{Asked, Proven, SignIn, SignInError};
use crate::store::profile::{self, Account};
use crate::store::retried;
use crate::tokens::{self, RefreshToken, Tokens};

/// The password was right.
#[derive(Debug, Clone)]
pub enum Entered {
    Tokens(Tokens),
    /// A second factor is asked for beside it.
    Challenge(Challenge),
    /// The operator knows this password: another one is asked for.
    NewPassword(NewPasswordAsked),
    /// The account still waits for its code, and a fresh one is on its way.
    Unconfirmed,
}

/// How far the sign-in of an application got.
enum Begun {
    Session(Viewer, Account, RefreshToken),
    Asked(Asked),
}

impl From<Asked> for Entered {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::SecondFactor(challenge) => Self::Challenge(challenge),
            Asked::NewPassword(asked) => Self::NewPassword(asked),
        }
    }
}

impl Pool {
    /// Signs in an application. The rules are those of [`Pool::sign_in`]; tokens take the place of a cookie.
    pub async fn sign_in_for_tokens(
        &self,
        client: &ClientId,
        form: &SignIn,
        origin: &Origin,
    ) -> Result<Entered, SignInError> {
        let client = self.inner.settings.client(client).ok_or(SignInError::UnknownClient)?;
        let (proven, failures) = self.check_password(form, origin).await?;
        let done = self.enter(&proven, &failures, client, origin).await?;
        self.renew_verifiers(&proven, &form.password).await;
        Ok(done)
    }

    /// Begins the session of an application whose user was proven.
    pub(crate) async fn enter(
        &self,
        proven: &Proven,
        failures: &Key,
        client: &AppClient,
        origin: &Origin,
    ) -> Result<Entered, SignInError> {
        let keys = self.signing_keys().await?;
        if !proven.user.confirmed {
            retried(|| self.back_to_the_code(&proven.user, failures, origin)).await?;
            return Ok(Entered::Unconfirmed);
        }
        match retried(|| self.begin_application(proven, failures, client, origin)).await? {
            Begun::Session(viewer, account, refresh) => {
                Ok(Entered::Tokens(self.issue(&keys, (&viewer, account), Some(&refresh))?))
            }
            Begun::Asked(asked) => Ok(asked.into()),
        }
    }

    async fn begin_application(
        &self,
        proven: &Proven,
        failures: &Key,
        client: &AppClient,
        origin: &Origin,
    ) -> Result<Begun, SignInError> {
        let (inner, user) = (&*self.inner, &proven.user);
        let mut tx = inner.store.begin().await?;
        if let Some(asked) =
            self.welcome(&mut tx, (proven, failures), (&client.id, Door::Application), origin).await?
        {
            self.commit(tx, user.id).await?;
            return Ok(Begun::Asked(asked));
        }
        let (viewer, refresh) = tokens::begin(&mut tx, inner, user, client, origin).await?;
        let account = profile::load(&mut tx, user.id).await?.ok_or(SignInError::WrongCredentials)?;
        self.commit(tx, user.id).await?;
        Ok(Begun::Session(viewer, account, refresh))
    }
}
