//! A password that the operator knows is replaced at the next sign-in, and required attributes that the
//! operator left out are asked for with it (operation RespondToAuthChallenge, NEW_PASSWORD_REQUIRED).

use crate::factors::challenge::fingerprint;
use crate::passwords::HashingError;
use crate::profile::access_of;
use crate::sessions::{self, ChallengeToken, NewSession, Origin};
use crate::settings::{ClientId, Settings};
use crate::store::challenges::{self, Asks, Stored};
use crate::store::profile::{self, Account};
use crate::store::users::{self, User};
use crate::store::{Conn, StoreError, Tx, attributes, retried};
use crate::tokens::{self, Tokens};
use crate::{Inner, Pool, Unavailable, events, known_origins, new_password};
use model::{AttributeName, Event, FieldName, Password, Refusal, Why};
use std::collections::BTreeMap;

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

/// What somebody enters whose password is to be replaced.
#[derive(Debug, Clone)]
pub struct OwnPassword {
    pub password: Password,
    /// Once more, where people type it.
    pub confirmation: Option<Password>,
    /// Those that were missing, by their names as they were submitted.
    pub attributes: BTreeMap<String, String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// It has waited too long, was answered before, or the password was changed meanwhile.
    #[error("the sign-in no longer waits")]
    Over,
    #[error("the account is disabled")]
    Disabled,
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<NewPasswordError> for Refusal {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::Refused(refusal) => refusal,
            NewPasswordError::Over => Self::form(Why::SignInOver),
            NewPasswordError::Disabled => Self::form(Why::Disabled),
            NewPasswordError::Busy => Self::form(Why::Busy),
            NewPasswordError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for NewPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<HashingError> for NewPasswordError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

/// Asks for another password, if the operator knows this one: to be called once everything else was proven,
/// with the account's row taken.
pub(crate) async fn demand(
    tx: &mut Tx,
    inner: &Inner,
    (user, password_hash): (&User, &str),
    client: &ClientId,
) -> Result<Option<NewPasswordAsked>, StoreError> {
    if !users::has_temporary_password(tx, user.id).await? {
        return Ok(None);
    }
    let (token, now) = (ChallengeToken::generate(&*inner.entropy), inner.clock.now());
    let waiting = Stored {
        user: user.id,
        client: client.clone(),
        password: fingerprint(password_hash),
        asks: Asks::NewPassword,
        expires_at: now.plus(inner.settings.codes.sign_in_lifetime),
    };
    challenges::insert(tx, &token, &waiting, now).await?;
    let account = profile::load(tx, user.id).await?.unwrap_or_default();
    let access = access_of(&inner.settings, client);
    let readable = |(name, _): &(AttributeName, String)| access.may_read(name);
    Ok(Some(NewPasswordAsked {
        token,
        username: user.username.clone(),
        missing: missing(&inner.settings, client, &account),
        attributes: account.attributes.into_iter().filter(readable).collect(),
    }))
}

/// The required attributes that the account lacks and the application may write.
pub(crate) fn missing(settings: &Settings, client: &ClientId, account: &Account) -> Vec<AttributeName> {
    let access = access_of(settings, client);
    let asked = settings.schema.definitions().filter(|it| it.required && access.may_write(&it.name));
    asked.map(|it| it.name.clone()).filter(|name| !account.attributes.contains_key(name)).collect()
}

/// The sign-in that waits, with its account, at one moment.
struct Open {
    waiting: Stored,
    user: User,
    missing: Vec<AttributeName>,
}

/// A form that passed every rule.
struct Checked {
    hash: String,
    attributes: BTreeMap<AttributeName, String>,
}

impl Pool {
    /// Whose password is to be replaced, and which attributes are asked for with it. `None`: the sign-in
    /// waits no longer.
    pub async fn pending_new_password(
        &self,
        token: &ChallengeToken,
    ) -> Result<Option<(String, Vec<AttributeName>)>, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        match self.open_new_password(&mut conn, &self.pages_client(), token).await {
            Ok(open) => Ok(Some((open.user.username, open.missing))),
            Err(NewPasswordError::Unavailable(fault)) => Err(fault),
            Err(_) => Ok(None),
        }
    }

    async fn open_new_password(
        &self,
        conn: &mut Conn,
        client: &ClientId,
        token: &ChallengeToken,
    ) -> Result<Open, NewPasswordError> {
        let waiting = challenges::get(conn, token, self.now()).await?.ok_or(NewPasswordError::Over)?;
        let user = users::by_id(conn, waiting.user).await?.ok_or(NewPasswordError::Over)?;
        let overtaken = fingerprint(&user.password_hash) != waiting.password;
        if waiting.asks != Asks::NewPassword || waiting.client != *client || overtaken {
            return Err(NewPasswordError::Over);
        }
        let account = profile::load(conn, user.id).await?.ok_or(NewPasswordError::Over)?;
        let missing = missing(&self.inner.settings, client, &account);
        Ok(Open { waiting, user, missing })
    }

    /// Sets the password that its owner alone knows, with the attributes that were missing, and signs the
    /// browser in.
    ///
    /// # Errors
    /// The rules for passwords and attributes are those of sign-up, and the password has to be another one.
    /// All of it is done, or nothing.
    pub async fn set_own_password(
        &self,
        token: &ChallengeToken,
        form: OwnPassword,
        origin: &Origin,
    ) -> Result<(String, NewSession), NewPasswordError> {
        let client = self.pages_client();
        let (open, checked) = self.check_own_password(&client, token, &form).await?;
        let done = retried(async || {
            let mut tx = self.inner.store.begin().await?;
            let user = self.replace_password(&mut tx, token, (&open, &checked), origin).await?;
            let session = sessions::begin(&mut tx, &self.inner, user.id, &client, origin).await?;
            self.commit(tx, user.id).await?;
            Ok::<_, NewPasswordError>((user.username, session))
        })
        .await?;
        self.keep_verifiers(open.user.id, &form.password, &checked.hash).await;
        Ok(done)
    }

    /// The same for an application.
    pub async fn set_own_password_for_tokens(
        &self,
        client: &ClientId,
        token: &ChallengeToken,
        form: OwnPassword,
        origin: &Origin,
    ) -> Result<Tokens, NewPasswordError> {
        let client = self.inner.settings.client(client).ok_or(NewPasswordError::Over)?;
        let keys = self.signing_keys().await?;
        let (open, checked) = self.check_own_password(&client.id, token, &form).await?;
        let (viewer, account, refresh) = retried(async || {
            let mut tx = self.inner.store.begin().await?;
            let user = self.replace_password(&mut tx, token, (&open, &checked), origin).await?;
            let (viewer, refresh) = tokens::begin(&mut tx, &self.inner, &user, client, origin).await?;
            let account = profile::load(&mut tx, user.id).await?.ok_or(NewPasswordError::Over)?;
            self.commit(tx, user.id).await?;
            Ok::<_, NewPasswordError>((viewer, account, refresh))
        })
        .await?;
        self.keep_verifiers(open.user.id, &form.password, &checked.hash).await;
        Ok(self.issue(&keys, (&viewer, account), Some(&refresh))?)
    }

    async fn check_own_password(
        &self,
        client: &ClientId,
        token: &ChallengeToken,
        form: &OwnPassword,
    ) -> Result<(Open, Checked), NewPasswordError> {
        let inner = &*self.inner;
        let open = self.open_new_password(&mut inner.store.read().await?, client, token).await?;
        let mut faults = new_password::faults(&inner.settings, &form.password, form.confirmation.as_ref());
        let access = access_of(&inner.settings, client);
        let submitted =
            crate::attributes::parse_names(form.attributes.clone()).map_err(NewPasswordError::Refused)?;
        let attributes =
            match crate::attributes::check_missing(&inner.settings.schema, &access, &open.missing, submitted)
            {
                Ok(attributes) => attributes,
                Err(wrong) => {
                    faults.extend(wrong);
                    BTreeMap::new()
                }
            };
        if faults.is_empty()
            && inner.passwords.verify(Some(&open.user.password_hash), &form.password).await?.matches
        {
            faults.push((FieldName::Password, Why::SameAsNow));
        }
        if !faults.is_empty() {
            return Err(NewPasswordError::Refused(Refusal { form: None, fields: faults }));
        }
        let hash = inner.passwords.hash(&form.password, &*inner.entropy).await?;
        Ok((open, Checked { hash, attributes }))
    }

    async fn replace_password(
        &self,
        tx: &mut Tx,
        token: &ChallengeToken,
        (open, checked): (&Open, &Checked),
        origin: &Origin,
    ) -> Result<User, NewPasswordError> {
        let (inner, now) = (&*self.inner, self.now());
        let user = users::lock(tx, open.user.id).await?.ok_or(NewPasswordError::Over)?;
        if user.disabled {
            return Err(NewPasswordError::Disabled);
        }
        if fingerprint(&user.password_hash) != open.waiting.password
            || !challenges::take(tx, token, now).await?
        {
            return Err(NewPasswordError::Over);
        }
        let account = profile::load(tx, user.id).await?.ok_or(NewPasswordError::Over)?;
        new_password::set(tx, inner, (user.id, &account), (&checked.hash, None), origin).await?;
        let mut writes = Vec::new();
        if !checked.attributes.is_empty() {
            let mut all = account.attributes;
            all.extend(checked.attributes.clone());
            writes.push(attributes::change(user.id, &all, now)?);
        }
        for event in [
            Event::ChangePassword { username: user.username.clone() },
            Event::SignIn { username: user.username.clone() },
        ] {
            writes.push(events::entry(user.id, &event, now, origin)?);
        }
        tx.write(writes).await?;
        known_origins::note(tx, inner, user.id, origin).await?;
        Ok(user)
    }
}

#[cfg(test)]
mod tests;
