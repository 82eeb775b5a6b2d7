//! A new account (operation SignUp).

use crate::attributes::{Occasion, check_submitted};
use crate::identifiers::{Identifier, check_username, username_key};
use crate::limits::{self, HOUR, Rate, Wait};
use crate::passwords::HashingError;
use crate::sessions::{BrowserTicket, Origin, UserId};
use crate::settings::ClientId;
use crate::sign_up_code::{self, Target};
use crate::store::users::{self, NewUser};
use crate::store::{StoreError, attributes, retried, signed_up, tickets};
use crate::{Pool, Unavailable, events, new_password};
use model::{AttributeName, CodeDeliveryDetails, Event, FieldName, Password, Refusal, Why};
use std::collections::BTreeMap;

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// Ignored where people have no username.
    pub username: Option<String>,
    pub password: Password,
    /// The password typed a second time, where a form asks for that.
    pub confirmation: Option<Password>,
    pub attributes: BTreeMap<AttributeName, String>,
}

/// An account that waits for its code.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// For the browser that signed up: it is signed in once the code is right.
    pub ticket: BrowserTicket,
    pub delivery: CodeDeliveryDetails,
    /// The account's id for applications; the same for a contact that is taken.
    pub sub: String,
}

/// Why nobody was signed up. That an email address or a phone number is taken is not among the reasons.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Every wrong field, each with its first fault.
    #[error("wrong fields")]
    Fields(Vec<(FieldName, Why)>),
    /// Far more attributes than there are.
    #[error("too many attributes")]
    TooMany,
    #[error("no such app client")]
    UnknownClient,
    #[error("the username is taken")]
    UsernameTaken,
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<SignUpError> for Refusal {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Fields(fields) => Self { form: None, fields },
            SignUpError::TooMany => Self::form(Why::TooLarge),
            SignUpError::UnknownClient => Self::form(Why::BadRequest),
            SignUpError::UsernameTaken => Self::field(FieldName::Username, Why::UsernameTaken),
            SignUpError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            SignUpError::Busy => Self::form(Why::Busy),
            SignUpError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for SignUpError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for SignUpError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<HashingError> for SignUpError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

/// A form that passed every rule that can be told without the store.
struct Checked {
    username: Option<String>,
    password: Password,
    attributes: BTreeMap<AttributeName, String>,
    /// Where the code goes.
    target: Target,
    /// What the account is found by until it is confirmed.
    identifier: Identifier,
}

impl Pool {
    /// Signs up: makes an account that nobody can use before the code is entered, and sends the code.
    ///
    /// An unconfirmed account reserves nothing: one with the same username (or contact, where people have no
    /// username) gets this password, these attributes and a new code, and the old code and tickets are worth nothing.
    /// For a contact that belongs to somebody everything looks and works the same; its owner reads another message.
    pub async fn sign_up(&self, client: &ClientId, form: SignUp, origin: &Origin) -> Result<SignedUp, SignUpError> {
        let form = self.check_sign_up(client, form)?;
        retried(|| self.admit_sign_up(&form, origin)).await?;
        let inner = &*self.inner;
        let password_hash = inner.passwords.hash(&form.password, &*inner.entropy).await?;
        let (user, done) = retried(|| self.write_sign_up(&form, &password_hash, origin)).await?;
        self.keep_verifiers(user, &form.password, &password_hash).await;
        Ok(done)
    }

    async fn write_sign_up(&self, form: &Checked, password_hash: &str, origin: &Origin) -> Result<(UserId, SignedUp), SignUpError> {
        let (inner, now) = (&*self.inner, self.now());
        let (sub, ticket) = (inner.entropy.uuid_v4(), BrowserTicket::generate(&*inner.entropy));
        let username = form.username.as_deref();

        let mut tx = inner.store.begin().await?;
        let new = NewUser { sub: &sub, username, identifier: &form.identifier, password_hash };
        let (user, sub) = users::sign_up(&mut tx, &new, now).await?.ok_or(SignUpError::UsernameTaken)?;
        sign_up_code::count_destination(&mut tx, inner, &form.target).await??;
        limits::clear(&mut tx, &sign_up_code::tries_key(inner, &form.identifier.to_key())).await?;
        signed_up::clear(&mut tx, user).await?;
        tx.write(vec![attributes::put(user, &form.attributes)?]).await?;
        tickets::insert(&mut tx, &ticket, user, now, now.plus(BrowserTicket::LIFETIME)).await?;
        sign_up_code::send(&mut tx, inner, (user, username), &form.target, origin).await?;
        let username = username.unwrap_or(&sub).to_owned();
        events::record(&mut tx, user, &Event::SignUp { username: username.clone() }, now, origin).await?;
        self.commit(tx, user).await?;
        Ok((user, SignedUp { username, ticket, delivery: form.target.kind.delivery(&form.target.value), sub }))
    }

    fn check_sign_up(&self, client: &ClientId, form: SignUp) -> Result<Checked, SignUpError> {
        let settings = &self.inner.settings;
        let client = settings.client(client).ok_or(SignUpError::UnknownClient)?;
        let mut faults: Vec<(FieldName, Why)> = Vec::new();
        let username = settings.has_usernames().then(|| form.username.unwrap_or_default().trim().to_owned());
        if let Some(Err(why)) = username.as_deref().map(check_username) {
            faults.push((FieldName::Username, why));
        }
        faults.extend(new_password::faults(settings, &form.password, form.confirmation.as_ref()));
        let attributes = match check_submitted(&settings.schema, &client.access, Occasion::SignUp, form.attributes) {
            Ok(submitted) => submitted.set,
            Err(refusal) if refusal.form.is_some() => return Err(SignUpError::TooMany),
            Err(refusal) => {
                faults.extend(refusal.fields);
                return Err(SignUpError::Fields(faults));
            }
        };
        let target = sign_up_code::target(settings, &attributes).map_err(|missing| faults.push((missing.into(), Why::Missing)));
        let (Ok(target), true) = (target, faults.is_empty()) else { return Err(SignUpError::Fields(faults)) };
        let identifier = match &username {
            Some(name) => Identifier::Username(username_key(name)),
            None => target.identifier(),
        };
        Ok(Checked { username, password: form.password, attributes, target, identifier })
    }

    /// The limits of the network, and whether the username is free: its own transaction, so that what is refused
    /// afterwards was counted.
    async fn admit_sign_up(&self, form: &Checked, origin: &Origin) -> Result<(), SignUpError> {
        let (inner, now, network) = (&*self.inner, self.now(), origin.household().to_string());
        let limits = &inner.settings.limits;
        let mut tx = inner.store.begin().await?;
        let taken = match &form.identifier {
            Identifier::Username(_) => users::by_identifier(&mut tx, &form.identifier).await?.is_some_and(|user| user.confirmed),
            Identifier::Contact(..) => false,
        };
        let (what, times) = match taken {
            true => ("usernames asked for by", limits.taken_answers_per_network_an_hour),
            false => ("sign-ups from", limits.sign_ups_per_network_an_hour),
        };
        let key = limits::key(inner, &[what, &network]);
        limits::count(&mut tx, &key, Rate { times, per: HOUR }, now).await??;
        tx.commit().await?;
        if taken { Err(SignUpError::UsernameTaken) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
