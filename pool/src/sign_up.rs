//! A new account (operation SignUp).

use crate::attributes::{Occasion, check_submitted};
use crate::clock::Timestamp;
use crate::code_requests::{self, Requester, Target};
use crate::codes::CodePurpose;
use crate::identifiers::{ContactKind, Identifier, check_username, username_key};
use crate::keys::Purpose;
use crate::limits::{self, HOUR, Rate, Wait};
use crate::passwords::HashingError;
use crate::sessions::{BrowserTicket, Origin, UserId};
use crate::settings::{ClientId, Settings};
use crate::sign_up_code::{self, Asking};
use crate::store::users::{self, User};
use crate::store::waiting::{self, Key, NewSignUp, Waiting};
use crate::store::{StoreError, Tx, names, retried, tickets};
use crate::{Inner, Pool, Unavailable, events, new_password};
use model::{AttributeName, CodeDeliveryDetails, Event, FieldName, Password, Refusal, Why};
use serde::{Deserialize, Serialize};
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
    /// The ticket that this browser holds already: with it the sign-up that it belongs to is entered anew.
    pub ticket: Option<BrowserTicket>,
}

/// An account that waits for its code.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// For whoever signed up: it proves that, and the code belongs to it (`Session`).
    pub ticket: BrowserTicket,
    pub delivery: CodeDeliveryDetails,
    /// The account's id for applications. One that is made up, where another sign-up waits already; the same
    /// for a contact that is taken.
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
pub(crate) struct Checked {
    username: Option<String>,
    password: Password,
    attributes: BTreeMap<AttributeName, String>,
    /// Where the code goes.
    target: Target,
    /// What the account is found by until it is confirmed.
    identifier: Identifier,
    ticket: Option<BrowserTicket>,
}

impl Checked {
    /// A sign-up whose attributes were checked before.
    pub(crate) fn again(
        settings: &Settings,
        username: Option<String>,
        password: Password,
        attributes: BTreeMap<AttributeName, String>,
    ) -> Result<Self, AttributeName> {
        let target = sign_up_code::target(settings, &attributes)?;
        let identifier = identifier(username.as_deref(), &target);
        Ok(Self { username, password, attributes, target, identifier, ticket: None })
    }

    fn key(&self) -> Key {
        Key::new(&self.identifier, Some(&self.target))
    }
}

fn identifier(username: Option<&str>, target: &Target) -> Identifier {
    match username {
        Some(name) => Identifier::Username(username_key(name)),
        None => Identifier::Contact(target.kind, target.key.clone()),
    }
}

/// What an attempt is to the sign-up that waits under its name and contact.
enum Attempt {
    /// None waits: this one does from now on. The hash of its password.
    First(String),
    /// It has the same password, and changes nothing.
    Same,
    /// Whoever holds the sign-up enters it anew. The hash of the other password, if it is another.
    Replaces(Option<String>),
    /// It has another password: from now on nobody knows whose password that of the sign-up is.
    Contests,
}

impl Pool {
    /// Signs up: makes an account that nobody can use before the code is entered, and sends the code.
    ///
    /// A sign-up reserves nothing and decides nothing for others: it waits under its name and contact, with
    /// what was entered first. What somebody else enters for the same name and contact replaces nothing of
    /// it, and looks the same to whoever enters it. For a contact that belongs to somebody it looks and works
    /// the same too; its owner reads another message.
    pub async fn sign_up(
        &self,
        client: &ClientId,
        form: SignUp,
        origin: &Origin,
    ) -> Result<SignedUp, SignUpError> {
        let form = self.check_sign_up(client, form)?;
        self.enter_sign_up(&form, None, origin).await
    }

    /// The same once the form was checked. A ticket that moves to it takes the place of a new one.
    pub(crate) async fn enter_sign_up(
        &self,
        form: &Checked,
        moving: Option<&BrowserTicket>,
        origin: &Origin,
    ) -> Result<SignedUp, SignUpError> {
        /// So often the sign-up that waits may change between its password's comparison and the transaction.
        const TRIES: usize = 8;
        retried(|| self.admit_sign_up(form, origin)).await?;
        for _ in 0..TRIES {
            let found = waiting::by_key(&mut self.inner.store.read().await?, &form.key()).await?;
            let attempt = self.judge_attempt(form, found.as_ref()).await?;
            let Some((user, done)) =
                retried(|| self.write_sign_up(form, (found.as_ref(), &attempt), moving, origin)).await?
            else {
                continue;
            };
            if let Attempt::First(hash) | Attempt::Replaces(Some(hash)) = &attempt {
                self.keep_verifiers(user, &form.password, hash).await;
            }
            return Ok(done);
        }
        Err(SignUpError::Busy)
    }

    /// One hash, whether a sign-up waits or not; its holder's other password takes one more.
    async fn judge_attempt(&self, form: &Checked, found: Option<&Waiting>) -> Result<Attempt, SignUpError> {
        let inner = &*self.inner;
        let Some(found) = found else {
            return Ok(Attempt::First(inner.passwords.hash(&form.password, &*inner.entropy).await?));
        };
        let held = match &form.ticket {
            Some(ticket) => tickets::get(&mut inner.store.read().await?, ticket, self.now()).await?,
            None => None,
        };
        let is_holder = held.is_some_and(|it| it.user == found.user.id && it.is_holder);
        let same =
            inner.passwords.verify(found.user.comparable_hash(self.now()), &form.password).await?.matches;
        Ok(match (is_holder, same) {
            (true, true) => Attempt::Replaces(None),
            (true, false) => {
                Attempt::Replaces(Some(inner.passwords.hash(&form.password, &*inner.entropy).await?))
            }
            (false, true) => Attempt::Same,
            (false, false) => Attempt::Contests,
        })
    }

    /// `None`: the sign-up that waits is another one by now.
    async fn write_sign_up(
        &self,
        form: &Checked,
        (found, attempt): (Option<&Waiting>, &Attempt),
        moving: Option<&BrowserTicket>,
        origin: &Origin,
    ) -> Result<Option<(UserId, SignedUp)>, SignUpError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        if names::is_sub_of_another(&mut tx, &form.identifier).await? {
            return Err(SignUpError::UsernameTaken);
        }
        let before = self.signed_up_before(&mut tx, form, (found, attempt)).await?;
        let Some(user) = self.take_attempt(&mut tx, form, (found, attempt), origin).await? else {
            return Ok(None);
        };
        let is_holder = !matches!(attempt, Attempt::Contests);
        let ticket = moving.cloned().unwrap_or_else(|| BrowserTicket::generate(&*inner.entropy));
        let sub = if is_holder { user.sub.clone() } else { made_up_sub(inner, form) };
        let username = form.username.clone().unwrap_or_else(|| sub.clone());
        let entered = Entered { username: username.clone(), attributes: form.attributes.clone() };
        let sealed = Some(seal(inner, &ticket, &entered)?);
        let stored = tickets::Stored { user: user.id, is_holder, attributes: sealed, proven_at: None };
        // A ticket whose sign-up was confirmed meanwhile is gone, and comes back for the other one.
        if moving.is_none() || !tickets::move_to(&mut tx, &ticket, &stored).await? {
            tickets::insert(&mut tx, &ticket, &stored, (now, now.plus(BrowserTicket::LIFETIME))).await?;
        }
        let requesters = Requester::of_sign_up(inner, &ticket, origin);
        code_requests::admit(
            &mut tx,
            inner,
            CodePurpose::SignUp,
            (&Requester::ticket(&ticket), &form.key().to_text()),
        )
        .await??;
        code_requests::give_tries_back(&mut tx, inner, (CodePurpose::SignUp, &form.key().name), &requesters)
            .await?;
        let asking = Asking { user: &user, target: &form.target, requesters: &requesters, origin, before };
        sign_up_code::request(&mut tx, inner, &asking).await?;
        self.commit(tx, user.id).await?;
        let delivery = form.target.kind.delivery(&form.target.value);
        Ok(Some((user.id, SignedUp { username, ticket, delivery, sub })))
    }

    /// When somebody signed up with this contact before, if that may have been somebody else.
    async fn signed_up_before(
        &self,
        tx: &mut Tx,
        form: &Checked,
        (found, attempt): (Option<&Waiting>, &Attempt),
    ) -> Result<Option<Timestamp>, StoreError> {
        Ok(match (found, attempt) {
            (_, Attempt::Replaces(_)) => None,
            (Some(found), _) => Some(found.created_at),
            (None, _) => waiting::newest_with_contact(tx, &form.target.to_key()).await?,
        })
    }

    /// Does to the sign-up that waits what this attempt may do. `None`: it is another one by now.
    async fn take_attempt(
        &self,
        tx: &mut Tx,
        form: &Checked,
        (found, attempt): (Option<&Waiting>, &Attempt),
        origin: &Origin,
    ) -> Result<Option<User>, StoreError> {
        if let Attempt::First(password_hash) = attempt {
            return self.begin_sign_up(tx, form, password_hash, origin).await;
        }
        let Some(found) = found else { return Ok(None) };
        let still = waiting::lock(tx, found.user.id).await?;
        let Some(still) = still.filter(|it| it.user.password_hash == found.user.password_hash) else {
            return Ok(None);
        };
        waiting::keep(tx, still.user.id, self.now()).await?;
        match attempt {
            Attempt::First(_) | Attempt::Same => {}
            Attempt::Replaces(hash) => {
                let hash = hash.as_deref().unwrap_or(&still.user.password_hash);
                waiting::replace(tx, still.user.id, hash, &form.attributes).await?;
            }
            Attempt::Contests => waiting::contest(tx, still.user.id).await?,
        }
        Ok(Some(still.user))
    }

    async fn begin_sign_up(
        &self,
        tx: &mut Tx,
        form: &Checked,
        hash: &str,
        origin: &Origin,
    ) -> Result<Option<User>, StoreError> {
        let (now, sub, key) = (self.now(), self.inner.entropy.uuid_v4(), form.key());
        let username = form.username.as_deref();
        let new =
            NewSignUp { sub: &sub, username, key: &key, password_hash: hash, attributes: &form.attributes };
        let Some(user) = waiting::insert(tx, &new, now).await? else { return Ok(None) };
        let event = Event::SignUp { username: username.unwrap_or(&sub).to_owned() };
        events::record(tx, user, &event, now, origin).await?;
        users::by_id(tx, user).await
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
        let attributes =
            match check_submitted(&settings.schema, &client.access, Occasion::SignUp, form.attributes) {
                Ok(submitted) => submitted.set,
                Err(refusal) if refusal.form.is_some() => return Err(SignUpError::TooMany),
                Err(refusal) => {
                    faults.extend(refusal.fields);
                    return Err(SignUpError::Fields(faults));
                }
            };
        let target = sign_up_code::target(settings, &attributes)
            .map_err(|missing| faults.push((missing.into(), Why::Missing)));
        let (Ok(target), true) = (target, faults.is_empty()) else { return Err(SignUpError::Fields(faults)) };
        let identifier = identifier(username.as_deref(), &target);
        Ok(Checked { username, password: form.password, attributes, target, identifier, ticket: form.ticket })
    }

    /// The limits of the network, and whether the username is free: its own transaction, so that what is
    /// refused afterwards was counted.
    async fn admit_sign_up(&self, form: &Checked, origin: &Origin) -> Result<(), SignUpError> {
        let (inner, now, network) = (&*self.inner, self.now(), origin.household().to_string());
        let limits = &inner.settings.limits;
        let mut tx = inner.store.begin().await?;
        let taken = match &form.identifier {
            Identifier::Username(_) => {
                users::by_identifier(&mut tx, &form.identifier).await?.is_some_and(|user| user.confirmed)
            }
            Identifier::Contact(ContactKind::Email | ContactKind::PhoneNumber, _) => false,
        };
        let taken = taken || names::is_sub_of_another(&mut tx, &form.identifier).await?;
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

/// What was entered with a ticket. Whoever has it is shown this, and not what waits, which somebody else may
/// have entered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entered {
    /// As it was answered: as typed; the `sub`, where people have no username.
    pub(crate) username: String,
    pub(crate) attributes: BTreeMap<AttributeName, String>,
}

impl Entered {
    /// The sign-up with its contact as whoever has the ticket writes it.
    pub(crate) fn written(&self, waiting: Waiting) -> Waiting {
        let own = waiting.target.as_ref().and_then(|target| {
            let own = Target::new(target.kind, self.attributes.get(&target.kind.attribute().into())?)?;
            (own.key == target.key).then_some(own.value)
        });
        match own {
            Some(value) => waiting.spelt(&value),
            None => waiting,
        }
    }
}

/// What was entered stays with the ticket: whoever changes the address afterwards need not enter it again.
pub(crate) fn seal(inner: &Inner, ticket: &BrowserTicket, entered: &Entered) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(entered).map_err(StoreError::unreadable)?;
    Ok(inner.keys.seal(Purpose::SignUps, &text, &ticket.hash(), &*inner.entropy))
}

/// What was entered with this ticket. `None`: it comes from an earlier version, or the key is gone.
pub(crate) fn unseal(inner: &Inner, ticket: &BrowserTicket, stored: &tickets::Stored) -> Option<Entered> {
    let text = inner.keys.open(Purpose::SignUps, stored.attributes.as_deref()?, &ticket.hash()).ok()?;
    serde_json::from_slice(&text).ok()
}

/// The `sub` for somebody whose sign-up is not the one that waits: the same for the same attempt.
fn made_up_sub(inner: &Inner, form: &Checked) -> String {
    let (name, contact) = (form.identifier.to_key(), form.target.to_key());
    let parts = [
        b"sub of a sign-up".as_slice(),
        name.as_bytes(),
        contact.as_bytes(),
        form.password.reveal().as_bytes(),
    ];
    // Under the oldest key: one that is added changes no answer.
    let digest = inner.keys.digests(Purpose::Masks, &parts).last().copied().unwrap_or_default();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests;
