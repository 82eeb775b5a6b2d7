//! Signing in with a passkey, and nothing else: the device has proven its user, so it is two factors in one.

use super::ceremony::Answer;
use super::{Question, handle, user_handle};
use crate::limits::{self, Key, Wait};
use crate::sessions::{self, NewSession, Origin};
use crate::settings::ClientId;
use crate::store::passkeys::{self, Kept};
use crate::store::users::{self, User};
use crate::store::{StoreError, retried};
use crate::{Pool, Unavailable, events, known_origins};
use model::{Event, Refusal, Why};

/// What every question to whoever signs in is about.
const ABOUT: &str = "a sign-in with a passkey";

/// What a page sends when a passkey has answered.
#[derive(Debug, Clone, Default)]
pub struct PasskeySignIn {
    /// Of the question that was answered.
    pub state: String,
    /// The answer: an `AuthenticationResponseJSON` (WebAuthn level 3, section 5.1).
    pub credential: String,
}

/// The passkey was right.
#[derive(Debug, Clone)]
pub struct SignedInWithPasskey {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    pub session: NewSession,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInWithPasskeyError {
    #[error("no such app client")]
    UnknownClient,
    /// Nobody has that passkey (any more), or the answer isn't right.
    #[error("no such passkey, or a wrong answer")]
    WrongPasskey,
    #[error("the question is too old, or was answered before")]
    Over,
    /// The passkey was right, and the operator lets nobody sign in to this account.
    #[error("the account is disabled")]
    Disabled,
    #[error("too many failures; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<SignInWithPasskeyError> for Refusal {
    fn from(error: SignInWithPasskeyError) -> Self {
        match error {
            SignInWithPasskeyError::UnknownClient => Self::form(Why::BadRequest),
            SignInWithPasskeyError::WrongPasskey => Self::form(Why::WrongPasskey),
            SignInWithPasskeyError::Over => Self::form(Why::ChallengeOver),
            SignInWithPasskeyError::Disabled => Self::form(Why::Disabled),
            SignInWithPasskeyError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            SignInWithPasskeyError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for SignInWithPasskeyError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for SignInWithPasskeyError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// What a browser has to ask of an authenticator to sign somebody in. It names nobody, and nothing is
    /// written for it.
    pub fn ask_for_passkey(&self) -> Result<Question, SignInWithPasskeyError> {
        let party = self.relying_party().ok_or(SignInWithPasskeyError::WrongPasskey)?;
        Ok(self.question(ABOUT, party.ask_for_any()?)?)
    }

    /// Signs in whoever's passkey has answered. A try counts before it is judged, as with a password.
    ///
    /// What a passkey is called is random, and only its authenticator and this service know it: that nobody
    /// has one of some name tells a stranger nothing.
    pub async fn sign_in_with_passkey(
        &self,
        client: &ClientId,
        form: &PasskeySignIn,
        origin: &Origin,
    ) -> Result<SignedInWithPasskey, SignInWithPasskeyError> {
        let client = &self.inner.settings.client(client).ok_or(SignInWithPasskeyError::UnknownClient)?.id;
        let party = self.relying_party().ok_or(SignInWithPasskeyError::WrongPasskey)?;
        let answer = Answer::parse(&form.credential);
        let credential = answer.as_ref().map(Answer::credential).unwrap_or_default();
        let failures = self.failed_sign_ins(&format!("passkey {}", handle(&credential)), origin);
        retried(|| self.admit_sign_in(&failures, origin)).await??;
        let asked = self.take_up(ABOUT, &form.state).await?.ok_or(SignInWithPasskeyError::Over)?;
        let answer = answer.ok_or(SignInWithPasskeyError::WrongPasskey)?;
        let found = passkeys::find(&mut self.inner.store.read().await?, &credential).await?;
        let proven = found
            .as_ref()
            .and_then(|(kept, user)| party.proven(&asked, &answer, kept, user_handle(&user.sub)));
        match (&found, proven) {
            (Some((kept, user)), Some(_)) if user.disabled => {
                retried(|| self.note_refused_passkey(Some((kept, user)), origin)).await?;
                Err(SignInWithPasskeyError::Disabled)
            }
            (Some((kept, user)), Some(state)) => {
                retried(|| self.begin_with_passkey((kept, user, &state), &failures, client, origin)).await
            }
            (found, _) => {
                retried(|| {
                    self.note_refused_passkey(found.as_ref().map(|(kept, user)| (kept, user)), origin)
                })
                .await?;
                Err(SignInWithPasskeyError::WrongPasskey)
            }
        }
    }

    async fn begin_with_passkey(
        &self,
        (kept, proven, state): (&Kept, &User, &[u8]),
        failures: &Key,
        client: &ClientId,
        origin: &Origin,
    ) -> Result<SignedInWithPasskey, SignInWithPasskeyError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let user = match users::lock(&mut tx, proven.id).await? {
            Some(user) if user.disabled => return Err(SignInWithPasskeyError::Disabled),
            Some(user) if user.confirmed => user,
            _ => return Err(SignInWithPasskeyError::WrongPasskey),
        };
        limits::clear(&mut tx, failures).await?;
        if !passkeys::used(&mut tx, user.id, kept, state, now).await? {
            // Removed meanwhile, or its counter has moved: then this answer was held against an old one.
            return Err(SignInWithPasskeyError::WrongPasskey);
        }
        let event = Event::SignInWithPasskey { username: user.username.clone(), passkey: kept.name.clone() };
        events::record(&mut tx, user.id, &event, now, origin).await?;
        known_origins::note(&mut tx, inner, user.id, origin).await?;
        let session = sessions::begin(&mut tx, inner, user.id, client, origin).await?;
        self.commit(tx, user.id).await?;
        Ok(SignedInWithPasskey { username: user.username, session })
    }

    /// Its owner sees in the trail that somebody has tried, with which passkey.
    async fn note_refused_passkey(
        &self,
        found: Option<(&Kept, &User)>,
        origin: &Origin,
    ) -> Result<(), StoreError> {
        let Some((kept, user)) = found else { return Ok(()) };
        let mut tx = self.inner.store.begin().await?;
        let Some(user) = users::lock(&mut tx, user.id).await? else { return Ok(()) };
        let event = Event::SignInWithPasskeyFailure { username: user.username, passkey: kept.name.clone() };
        events::record(&mut tx, user.id, &event, self.now(), origin).await?;
        self.commit(tx, user.id).await
    }
}
