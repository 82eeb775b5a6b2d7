//! Another passkey for somebody who is signed in.

use super::ceremony::Made;
use super::{LONGEST_NAME, MOST, Question, user_handle};
use crate::delivery::{Message, queue_to_all};
use crate::limits::{self, Wait};
use crate::sessions::{self, Origin, Viewer};
use crate::sign_in_again::{NotFresh, require_fresh};
use crate::store::passkeys::{self, Kept};
use crate::store::{StoreError, profile, retried, users};
use crate::{Pool, Unavailable, events};
use model::identifier::is_invisible;
use model::{AttributeName, Event, FieldName, Refusal, Standard, Why};

/// What a page sends when an authenticator has made a passkey.
#[derive(Debug, Clone, Default)]
pub struct NewPasskey {
    /// What its owner calls it.
    pub name: String,
    /// Of the question that was answered.
    pub state: String,
    /// The answer: a `RegistrationResponseJSON` (WebAuthn level 3, section 5.1).
    pub credential: String,
}

/// Why there is no new passkey.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    #[error("the name is refused")]
    Name(Why),
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    #[error("the question is too old, or was answered before")]
    Over,
    /// The authenticator's answer isn't right, its passkey is here already, or there are none at this
    /// address.
    #[error("the passkey can't be added")]
    Failed,
    #[error("the account has too many")]
    TooMany,
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    /// The session ended, or the account was deleted or disabled, meanwhile.
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<AddPasskeyError> for Refusal {
    fn from(error: AddPasskeyError) -> Self {
        match error {
            AddPasskeyError::Name(why) => Self::field(FieldName::PasskeyName, why),
            AddPasskeyError::NotFresh(stale) => stale.into(),
            AddPasskeyError::Over => Self::form(Why::ChallengeOver),
            AddPasskeyError::Failed => Self::form(Why::PasskeyFailed),
            AddPasskeyError::TooMany => Self::form(Why::TooManyPasskeys),
            AddPasskeyError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            AddPasskeyError::SignedOut => Self::form(Why::SignedOut),
            AddPasskeyError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for AddPasskeyError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for AddPasskeyError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

/// What a question is about: for somebody else's account its answer is worth nothing.
fn about(viewer: &Viewer) -> String {
    format!("a new passkey of account {}", viewer.user.0)
}

fn tidy_name(typed: &str) -> Result<String, AddPasskeyError> {
    let name = typed.trim();
    let long = u32::try_from(name.chars().count()).unwrap_or(u32::MAX) > LONGEST_NAME;
    match name {
        "" => Err(AddPasskeyError::Name(Why::Missing)),
        _ if long => Err(AddPasskeyError::Name(Why::TooLong { max: LONGEST_NAME })),
        _ if name.chars().any(|c| c.is_control() || is_invisible(c)) => {
            Err(AddPasskeyError::Name(Why::ControlCharacters))
        }
        _ => Ok(name.to_owned()),
    }
}

impl Pool {
    /// What the viewer's browser has to ask of an authenticator for a new passkey. Nothing happens to the
    /// account yet.
    pub async fn ask_for_new_passkey(&self, viewer: &Viewer) -> Result<Question, AddPasskeyError> {
        let party = self.relying_party().ok_or(AddPasskeyError::Failed)?;
        let mut conn = self.inner.store.read().await?;
        let account = profile::load(&mut conn, viewer.user).await?.ok_or(AddPasskeyError::SignedOut)?;
        let known = passkeys::of_user(&mut conn, viewer.user).await?;
        drop(conn);
        if known.len() >= MOST {
            return Err(AddPasskeyError::TooMany);
        }
        let mut opened = party.ask_for_new(user_handle(&account.sub), &known)?;
        // What people choose by, when their device offers the passkey.
        let contact = [Standard::Email, Standard::PhoneNumber]
            .into_iter()
            .find_map(|it| account.attributes.get(&AttributeName::from(it)));
        let name =
            account.chosen_username().or(contact.map(String::as_str)).unwrap_or(&self.inner.settings.name);
        opened.options["rp"]["name"] = self.inner.settings.name.as_str().into();
        opened.options["user"]["name"] = name.into();
        opened.options["user"]["displayName"] = name.into();
        Ok(self.question(&about(viewer), opened)?)
    }

    /// Adds a passkey that an authenticator has made: its owner signs in with it from now on. Every proven
    /// contact is told.
    pub async fn add_passkey(
        &self,
        viewer: &Viewer,
        form: &NewPasskey,
        origin: &Origin,
    ) -> Result<(), AddPasskeyError> {
        let name = tidy_name(&form.name)?;
        require_fresh(&self.inner, viewer)?;
        let party = self.relying_party().ok_or(AddPasskeyError::Failed)?;
        let asked = self.take_up(&about(viewer), &form.state).await?.ok_or(AddPasskeyError::Over)?;
        let Made { credential, transports, public_key, state } =
            party.made(&asked, &form.credential).ok_or(AddPasskeyError::Failed)?;
        let created_at = self.now();
        let passkey =
            Kept { credential, name, transports, public_key, state, created_at, last_used_at: None };
        retried(|| self.keep(viewer, &passkey, origin)).await
    }

    async fn keep(&self, viewer: &Viewer, passkey: &Kept, origin: &Origin) -> Result<(), AddPasskeyError> {
        let (inner, user) = (&*self.inner, viewer.user);
        let mut tx = inner.store.begin().await?;
        users::lock(&mut tx, user).await?.filter(|user| !user.disabled).ok_or(AddPasskeyError::SignedOut)?;
        if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
            return Err(AddPasskeyError::SignedOut);
        }
        limits::count_change(&mut tx, inner, user).await??;
        if passkeys::of_user(&mut tx, user).await?.len() >= MOST {
            return Err(AddPasskeyError::TooMany);
        }
        if !passkeys::insert(&mut tx, user, passkey).await? {
            return Err(AddPasskeyError::Failed);
        }
        let account = profile::load(&mut tx, user).await?.ok_or(AddPasskeyError::SignedOut)?;
        queue_to_all(
            &mut tx,
            inner,
            (user, &account),
            |to, asked| Message::PasskeyAdded { to, asked },
            origin,
        )
        .await?;
        events::record(
            &mut tx,
            user,
            &Event::AddPasskey { passkey: passkey.name.clone() },
            self.now(),
            origin,
        )
        .await?;
        self.commit(tx, user).await?;
        Ok(())
    }
}
