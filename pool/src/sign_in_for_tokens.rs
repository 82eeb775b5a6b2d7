//! Signing in an application with a password (operation InitiateAuth, USER_PASSWORD_AUTH).

use crate::Pool;
use crate::limits::Key;
use crate::sessions::{Origin, Viewer};
use crate::settings::{AppClient, ClientId};
use crate::sign_in::{Proven, SignIn, SignInError};
use crate::store::profile::{self, Account};
use crate::store::retried;
use crate::tokens::{self, RefreshToken, Tokens};

/// The password was right.
#[derive(Debug, Clone)]
pub enum Entered {
    Tokens(Tokens),
    /// The account still waits for its code, and a fresh one is on its way.
    Unconfirmed,
}

impl Pool {
    /// Signs in an application. The rules are those of [`Pool::sign_in`]; tokens take the place of a cookie.
    pub async fn sign_in_for_tokens(&self, client: &ClientId, form: &SignIn, origin: &Origin) -> Result<Entered, SignInError> {
        let client = self.inner.settings.client(client).ok_or(SignInError::UnknownClient)?;
        let (proven, failures) = self.check_password(form, origin).await?;
        let done = self.enter(&proven, &failures, client, origin).await?;
        self.renew_verifiers(&proven, &form.password).await;
        Ok(done)
    }

    /// Begins the session of an application whose user was proven.
    pub(crate) async fn enter(&self, proven: &Proven, failures: &Key, client: &AppClient, origin: &Origin) -> Result<Entered, SignInError> {
        let keys = self.signing_keys().await?;
        if !proven.user.confirmed {
            retried(|| self.back_to_the_code(&proven.user, failures, origin)).await?;
            return Ok(Entered::Unconfirmed);
        }
        let (viewer, account, refresh) = retried(|| self.begin_application(proven, failures, client, origin)).await?;
        Ok(Entered::Tokens(self.issue(&keys, (&viewer, account), Some(&refresh))?))
    }

    async fn begin_application(
        &self,
        proven: &Proven,
        failures: &Key,
        client: &AppClient,
        origin: &Origin,
    ) -> Result<(Viewer, Account, RefreshToken), SignInError> {
        let (inner, user) = (&*self.inner, &proven.user);
        let mut tx = inner.store.begin().await?;
        self.welcome(&mut tx, proven, failures, origin).await?;
        let (viewer, refresh) = tokens::begin(&mut tx, inner, user, client, origin).await?;
        let account = profile::load(&mut tx, user.id).await?.ok_or(SignInError::WrongCredentials)?;
        self.commit(tx, user.id).await?;
        Ok((viewer, account, refresh))
    }
}
