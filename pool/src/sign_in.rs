//! Signing in with a password (operation InitiateAuth, USER_PASSWORD_AUTH).

use crate::code_requests::{self, Requester};
use crate::codes::CodePurpose;
use crate::factors::challenge::{self, Challenge, Door};
use crate::identifiers::Identifier;
use crate::limits::{self, Backoff, HOUR, Key, Rate, Wait};
use crate::new_password_required::{self, NewPasswordAsked};
use crate::passwords::HashingError;
use crate::sessions::{self, BrowserTicket, NewSession, Origin, UserId};
use crate::settings::ClientId;
use crate::sign_up::{self, Entered};
use crate::sign_up_code::Asking;
use crate::store::users::{self, User};
use crate::store::waiting::{self, Waiting};
use crate::store::{StoreError, Tx, retried, tickets};
use crate::{Pool, Unavailable, events, known_origins, sign_up_code};
use model::{Event, FieldName, Password, Refusal, Why};

/// Who somebody says to be, and how it is proven.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// A username, or a proven email address or phone number, as far as the settings allow.
    pub username: String,
    pub password: Password,
}

/// The password was right.
#[derive(Debug, Clone)]
pub enum SignedIn {
    Session {
        /// As typed at sign-up; the `sub`, where people have no username.
        username: String,
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
    #[error("empty fields")]
    Missing(Vec<FieldName>),
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
    #[error("too many failures; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Missing(fields) => {
                Self { form: None, fields: fields.into_iter().map(|field| (field, Why::Missing)).collect() }
            }
            SignInError::UnknownClient => Self::form(Why::BadRequest),
            SignInError::WrongCredentials => Self::form(Why::WrongCredentials),
            SignInError::ResetRequired => Self::form(Why::ResetRequired),
            SignInError::Disabled => Self::form(Why::Disabled),
            SignInError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            SignInError::Busy => Self::form(Why::Busy),
            SignInError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for SignInError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for SignInError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<HashingError> for SignInError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Unavailable(failed.into()),
        }
    }
}

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
}

impl Pool {
    /// Signs in. For a name that is nobody's the answer, and the work for it, is that of a wrong password.
    ///
    /// After some failures of one name from one network each further try has to wait, twice as long every
    /// time; a try counts before the password is compared, so that many at once gain nothing.
    pub async fn sign_in(
        &self,
        client: &ClientId,
        form: SignIn,
        origin: &Origin,
    ) -> Result<SignedIn, SignInError> {
        let client = &self.inner.settings.client(client).ok_or(SignInError::UnknownClient)?.id;
        let (proven, failures) = self.check_password(&form, origin).await?;
        let done = match proven.user.confirmed {
            true => retried(|| self.begin_session(&proven, &failures, client, origin)).await?,
            false => retried(|| self.back_to_the_code(&proven.user, &failures, origin)).await?,
        };
        self.renew_verifiers(&proven, &form.password).await;
        Ok(done)
    }

    /// Whose name and password these are, and what counts the failures of that name.
    pub(crate) async fn check_password(
        &self,
        form: &SignIn,
        origin: &Origin,
    ) -> Result<(Proven, Key), SignInError> {
        let (inner, typed) = (&*self.inner, form.username.trim());
        let empty = [
            (typed.is_empty(), FieldName::Username),
            (form.password.reveal().is_empty(), FieldName::Password),
        ];
        let missing: Vec<_> = empty.into_iter().filter_map(|(empty, field)| empty.then_some(field)).collect();
        if !missing.is_empty() {
            return Err(SignInError::Missing(missing));
        }
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let name = who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key);
        let failures = self.failed_sign_ins(&name, origin);
        retried(|| self.admit_sign_in(&failures, origin)).await??;
        let proven = self.prove(who.as_ref(), &form.password, origin).await?;
        self.refuse_disabled(&proven.user, origin).await?;
        Ok((proven, failures))
    }

    /// Whoever has proven the password is told that the operator lets nobody in; the trail shows it as a
    /// failure.
    pub(crate) async fn refuse_disabled(&self, proven: &User, origin: &Origin) -> Result<(), SignInError> {
        if !proven.disabled {
            return Ok(());
        }
        retried(|| self.note_failure(Some(proven), origin)).await?;
        Err(SignInError::Disabled)
    }

    async fn begin_session(
        &self,
        proven: &Proven,
        failures: &Key,
        client: &ClientId,
        origin: &Origin,
    ) -> Result<SignedIn, SignInError> {
        let (inner, user) = (&*self.inner, &proven.user);
        let mut tx = inner.store.begin().await?;
        if let Some(asked) =
            self.welcome(&mut tx, (proven, failures), (client, Door::Browser), origin).await?
        {
            self.commit(tx, user.id).await?;
            return Ok(asked.into());
        }
        let session = sessions::begin(&mut tx, inner, user.id, client, origin).await?;
        self.commit(tx, user.id).await?;
        Ok(SignedIn::Session { username: user.username.clone(), session })
    }

    /// What goes with the session that begins now, whatever proves that; or what is asked for instead.
    pub(crate) async fn welcome(
        &self,
        tx: &mut Tx,
        (proven, failures): (&Proven, &Key),
        whence: (&ClientId, Door),
        origin: &Origin,
    ) -> Result<Option<Asked>, SignInError> {
        let Proven { user, rehashed } = proven;
        self.still_holds(tx, user).await?;
        limits::clear(tx, failures).await?;
        if let Some(hash) = rehashed {
            users::rehash(tx, user.id, &user.password_hash, hash).await?;
        }
        let hash = rehashed.as_ref().unwrap_or(&user.password_hash);
        if let Some(challenge) = challenge::demand(tx, &self.inner, (user, hash), whence, origin).await? {
            return Ok(Some(Asked::SecondFactor(challenge)));
        }
        if let Some(asked) = new_password_required::demand(tx, &self.inner, (user, hash), whence.0).await? {
            return Ok(Some(Asked::NewPassword(asked)));
        }
        let event = Event::SignIn { username: user.username.clone() };
        events::record(tx, user.id, &event, self.now(), origin).await?;
        known_origins::note(tx, &self.inner, user.id, origin).await?;
        Ok(None)
    }

    /// How often a password was wrong for this name (in canonical form) from this network.
    pub(crate) fn failed_sign_ins(&self, name: &str, origin: &Origin) -> Key {
        limits::key(&self.inner, &["sign-ins as", name, &origin.household().to_string()])
    }

    /// Counts a password that somebody is about to try; its own transaction, so that it stays counted.
    pub(crate) async fn admit_sign_in(
        &self,
        failures: &Key,
        origin: &Origin,
    ) -> Result<Result<(), Wait>, StoreError> {
        if origin.tally.is_paid() {
            return Ok(Ok(()));
        }
        let (inner, now) = (&*self.inner, self.now());
        let limits = &inner.settings.limits;
        let network = limits::key(inner, &["sign-ins from", &origin.household().to_string()]);
        let backoff = Backoff {
            free: limits.sign_in_failures_free,
            first: limits.sign_in_first_wait,
            longest: limits.sign_in_longest_wait,
        };
        let mut tx = inner.store.begin().await?;
        let rate = Rate { times: limits.sign_ins_per_network_an_hour, per: HOUR };
        if let Err(wait) = limits::count(&mut tx, &network, rate, now).await? {
            return Ok(Err(wait));
        }
        if let Err(wait) = limits::knock(&mut tx, failures, backoff, now).await? {
            return Ok(Err(wait));
        }
        tx.commit().await?;
        origin.tally.count();
        Ok(Ok(()))
    }

    /// The account that has this name and this password.
    ///
    /// A username is compared with one hash: the account's, or else that of one sign-up that waits. A
    /// contact, where people sign up by one, with two: the account's, and that of a newer sign-up. If the
    /// code step could be reached only where nobody owns the contact, it would tell who owns one.
    async fn prove(
        &self,
        who: Option<&Identifier>,
        password: &Password,
        origin: &Origin,
    ) -> Result<Proven, SignInError> {
        let (inner, now) = (&*self.inner, self.now());
        let candidates = self.candidates(who, origin).await?;
        let known = candidates.iter().flatten().next().cloned();
        for candidate in candidates {
            let hash = candidate.as_ref().and_then(|user| user.comparable_hash(now));
            let verdict = inner.passwords.verify(hash, password).await?;
            let Some(user) = candidate.filter(|_| verdict.matches) else { continue };
            if !user.has_password() {
                retried(|| self.note_failure(Some(&user), origin)).await?;
                return Err(SignInError::ResetRequired);
            }
            let rehashed = match verdict.outdated {
                true => Some(inner.passwords.hash(password, &*inner.entropy).await?),
                false => None,
            };
            return Ok(Proven { user, rehashed });
        }
        retried(|| self.note_failure(known.as_ref(), origin)).await?;
        Err(SignInError::WrongCredentials)
    }

    /// Whose password is compared: as many for nobody.
    pub(crate) async fn candidates(
        &self,
        who: Option<&Identifier>,
        origin: &Origin,
    ) -> Result<Vec<Option<User>>, StoreError> {
        let inner = &*self.inner;
        let Some(who) = who else { return Ok(vec![None]) };
        let mut conn = inner.store.read().await?;
        let account = users::by_identifier(&mut conn, who).await?.filter(|user| user.confirmed);
        let has_usernames = inner.settings.has_usernames();
        if has_usernames && matches!(who, Identifier::Contact(..)) {
            return Ok(vec![account]);
        }
        let network = code_requests::network_digest(inner, origin);
        let waiting =
            waiting::by_name(&mut conn, &who.to_key(), &network).await?.into_iter().next().map(|it| it.user);
        Ok(if has_usernames { vec![account.or(waiting)] } else { vec![account, waiting] })
    }

    /// Writes for nobody what it writes for somebody, but for the line in the account's own trail.
    pub(crate) async fn note_failure(&self, user: Option<&User>, origin: &Origin) -> Result<(), StoreError> {
        let (inner, now) = (&*self.inner, self.now());
        let network = limits::key(inner, &["failed sign-ins from", &origin.household().to_string()]);
        let mut tx = inner.store.begin().await?;
        // No account has the number of nobody.
        let user = users::lock(&mut tx, user.map_or(UserId(0), |user| user.id)).await?;
        limits::count_down(&mut tx, &network, Rate { times: u32::MAX, per: HOUR }, now).await?;
        let Some(user) = user.filter(|user| user.confirmed) else { return tx.commit().await };
        events::record(&mut tx, user.id, &Event::SignInFailure { username: user.username }, now, origin)
            .await?;
        self.commit(tx, user.id).await
    }

    /// The password may have been changed, or the account disabled, while this one was being compared.
    async fn still_holds(&self, tx: &mut Tx, proven: &User) -> Result<User, SignInError> {
        match users::lock(tx, proven.id).await? {
            Some(now) if now.disabled => Err(SignInError::Disabled),
            Some(now) if now.password_hash == proven.password_hash => Ok(now),
            _ => Err(SignInError::WrongCredentials),
        }
    }

    /// Right password, but no code yet: a fresh code, unless one was asked for just now, and a ticket.
    pub(crate) async fn back_to_the_code(
        &self,
        user: &User,
        failures: &Key,
        origin: &Origin,
    ) -> Result<SignedIn, SignInError> {
        let (inner, now) = (&*self.inner, self.now());
        let ticket = BrowserTicket::generate(&*inner.entropy);
        let mut tx = inner.store.begin().await?;
        let waiting =
            waiting::lock(&mut tx, user.id).await?.filter(|it| it.user.password_hash == user.password_hash);
        let waiting = waiting.ok_or(SignInError::WrongCredentials)?; // at this moment; the next try finds it so
        if waiting.user.disabled {
            return Err(SignInError::Disabled);
        }
        let target = waiting.target.as_ref().ok_or(SignInError::WrongCredentials)?;
        limits::clear(&mut tx, failures).await?;
        let stored = tickets::Stored {
            user: user.id,
            is_holder: true,
            attributes: self.sealed_for(&ticket, &waiting)?,
            proven_at: None,
        };
        tickets::insert(&mut tx, &ticket, &stored, (now, now.plus(BrowserTicket::LIFETIME))).await?;
        let requester = Requester::ticket(&ticket);
        code_requests::admit(&mut tx, inner, CodePurpose::SignUp, (&requester, &waiting.told())).await??;
        let requesters = Requester::of_sign_up(inner, &ticket, origin);
        code_requests::give_tries_back(&mut tx, inner, (CodePurpose::SignUp, &waiting.name), &requesters)
            .await?;
        if !code_requests::share_newest(&mut tx, inner, (user.id, CodePurpose::SignUp), (&requesters, origin))
            .await?
        {
            let before = waiting.user.contested.then_some(waiting.created_at);
            let asking = Asking { user: &waiting.user, target, requesters: &requesters, origin, before };
            sign_up_code::request(&mut tx, inner, &asking).await?;
        }
        self.commit(tx, user.id).await?;
        Ok(SignedIn::Unconfirmed(ticket))
    }

    /// Whoever knows the password of a sign-up may have what was entered with it.
    fn sealed_for(&self, ticket: &BrowserTicket, waiting: &Waiting) -> Result<Option<Vec<u8>>, StoreError> {
        let entered =
            Entered { username: waiting.user.username.clone(), attributes: waiting.attributes.clone() };
        sign_up::seal(&self.inner, ticket, &entered).map(Some)
    }
}

#[cfg(test)]
mod tests;
