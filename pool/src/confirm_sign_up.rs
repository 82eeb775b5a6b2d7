//! A new account's code (operation ConfirmSignUp).
//!
//! The right code proves the contact, whoever enters it. What becomes of what was entered at sign-up depends
//! on who that was: see `docs/waiting-sign-ups.md`.

mod becoming;
mod error;
mod password;

pub use error::ConfirmSignUpError;
pub use password::{FirstPassword, FirstPasswordError};

use crate::clock::Timestamp;
use crate::code_requests::{self, Requester, Tried, Try};
use crate::codes::{self, CodeFault, CodePurpose};
use crate::identifiers::Identifier;
use crate::sessions::{BrowserTicket, NewSession, Origin, UserId};
use crate::settings::ClientId;
use crate::sign_up::{self, Entered};
use crate::store::requested_codes::{self, Requested};
use crate::store::waiting::{self, Waiting};
use crate::store::{Conn, StoreError, Tx, aliases, profile, retried, tickets, users};
use crate::{Pool, Unavailable, known_origins, limits, sessions};
use becoming::{Becoming, How};
use model::{CodeDeliveryDetails, Event};
use std::time::Duration;

/// Whose account is to be confirmed.
#[derive(Debug, Clone)]
pub enum Who {
    /// The one that was signed up with this ticket.
    Ticket(BrowserTicket),
    /// One of this name, from wherever.
    Typed(String),
    /// One of this name: the one that was signed up with this ticket, if it was.
    Named { typed: String, ticket: BrowserTicket },
}

impl Who {
    /// The name, where one was given.
    fn typed(&self) -> Option<&str> {
        match self {
            Self::Ticket(_) => None,
            Self::Typed(typed) | Self::Named { typed, .. } => Some(typed.trim()),
        }
    }
}

/// What somebody enters who confirms an account.
#[derive(Debug, Clone)]
pub struct Confirming {
    pub who: Who,
    pub code: String,
    /// Another username, where the one from sign-up was taken meanwhile.
    pub new_username: Option<String>,
}

/// A sign-up that waits for its code, or for a password after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingSignUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    pub delivery: CodeDeliveryDetails,
    /// The address as it was typed, for the browser that typed it.
    pub value: String,
    pub expires_at: Timestamp,
    /// When a new code may be asked for.
    pub resend_at: Timestamp,
    /// The username belongs to another account by now: another one has to be chosen.
    pub is_name_taken: bool,
    pub stage: Stage,
}

/// What a sign-up waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Code,
    /// The right code was entered.
    Password {
        /// The password from sign-up is taken too, and with it everything that was entered then.
        takes_first: bool,
    },
}

/// An account that is confirmed, or whose contact is proven.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// For the browser that signed up, where nobody else has tried the same.
    pub session: Option<NewSession>,
    /// A password is chosen next, with this.
    pub next: Option<BrowserTicket>,
}

/// How long a password may be chosen after the right code.
const PROOF: Duration = Duration::from_secs(60 * 60);
/// How long whoever enters the password of a sign-up that others have tried too is told why it opens nothing.
pub(crate) const TOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// Where somebody confirms an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Pages,
    Application,
}

impl Pool {
    /// What whoever signed up is waiting for. `None`: nothing; the ticket is too old, or the account was
    /// confirmed.
    pub async fn pending_sign_up(
        &self,
        ticket: &BrowserTicket,
    ) -> Result<Option<PendingSignUp>, Unavailable> {
        let (inner, now) = (&*self.inner, self.now());
        let mut conn = inner.store.read().await?;
        let Some(stored) = tickets::get(&mut conn, ticket, now).await? else { return Ok(None) };
        let Some(waiting) = waiting::by_id(&mut conn, stored.user).await? else {
            return self.pending_password(stored.user, stored.proven_at).await;
        };
        let told = waiting.told();
        // As this one wrote it, whoever was first.
        let entered = sign_up::unseal(inner, ticket, &stored);
        let waiting = match &entered {
            Some(entered) => entered.written(waiting),
            None => waiting,
        };
        let username = entered.map_or_else(|| waiting.user.username.clone(), |it| it.username);
        let Some(target) = waiting.target else { return Ok(None) };
        let who = (&Requester::ticket(ticket), told.as_str());
        let asked = code_requests::asked(&mut conn, inner, CodePurpose::SignUp, who).await?;
        let (asked_at, resend_at) = asked.unwrap_or((waiting.created_at, now));
        let name = Identifier::parse(&waiting.user.username, inner.settings.sign_in)
            .filter(|_| waiting.user.chosen_username().is_some());
        let is_name_taken = match name {
            Some(name @ Identifier::Username(_)) => users::by_identifier(&mut conn, &name).await?.is_some(),
            _ => false,
        };
        let stage = match stored.proven_at {
            None => Stage::Code,
            Some(_) => {
                Stage::Password { takes_first: !waiting.user.contested && waiting.user.has_password() }
            }
        };
        Ok(Some(PendingSignUp {
            username,
            delivery: target.kind.delivery(&target.value),
            value: target.value,
            expires_at: asked_at.plus(inner.settings.codes.lifetime_of(CodePurpose::SignUp)),
            resend_at,
            is_name_taken,
            stage,
        }))
    }

    /// An account that was confirmed without a password, and whose owner is about to choose one.
    async fn pending_password(
        &self,
        user: UserId,
        proven_at: Option<Timestamp>,
    ) -> Result<Option<PendingSignUp>, Unavailable> {
        let mut conn = self.inner.store.read().await?;
        let user = users::by_id(&mut conn, user).await?.filter(|user| user.confirmed && !user.has_password());
        let (Some(user), Some(proven_at)) = (user, proven_at) else { return Ok(None) };
        let Some(account) = profile::load(&mut conn, user.id).await? else { return Ok(None) };
        let Some((kind, value)) =
            account.proven.iter().find_map(|kind| Some((*kind, account.proven_contact(*kind)?)))
        else {
            return Ok(None);
        };
        Ok(Some(PendingSignUp {
            username: user.username,
            delivery: kind.delivery(value),
            value: value.to_owned(),
            expires_at: proven_at.plus(PROOF),
            resend_at: proven_at,
            is_name_taken: false,
            stage: Stage::Password { takes_first: false },
        }))
    }

    /// Proves the contact of a new account, and confirms it (operation ConfirmSignUp): at once in the browser
    /// that signed up, which is signed in by it; elsewhere once a password was entered. An account that
    /// somebody else has tried to sign up too is confirmed with nothing but its contact, and a password is
    /// chosen next.
    pub async fn confirm_sign_up(
        &self,
        client: &ClientId,
        form: &Confirming,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        self.confirm_at(Door::Pages, client, form, origin).await
    }

    /// The same for an application: the account is confirmed as it was signed up; one that somebody else has
    /// tried to sign up too without a password, so that its owner sets one with a code.
    pub async fn confirm_sign_up_for_application(
        &self,
        client: &ClientId,
        form: &Confirming,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        self.confirm_at(Door::Application, client, form, origin).await
    }

    async fn confirm_at(
        &self,
        door: Door,
        client: &ClientId,
        form: &Confirming,
        origin: &Origin,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        let inner = &*self.inner;
        if form.who.typed().is_some_and(str::is_empty) {
            return Err(ConfirmSignUpError::Nobody);
        }
        let code = codes::read(&form.code)?;
        let Named { users, told, name, requester, ticket } = self.named(&form.who, origin).await?;
        let purpose = CodePurpose::SignUp;
        let tried = Try {
            users: &users,
            purpose,
            requester,
            is_held: ticket.is_some(),
            told: &told,
            name: &name,
            code: &code,
            origin,
        }
        .run(inner)
        .await?;
        match tried {
            Tried::Right(right) => {
                let entering = Entering { door, client, form, origin };
                retried(|| self.finish(&entering, &right, ticket.as_ref())).await
            }
            Tried::Wrong(fault) => {
                if let (Some(_), true, [user]) = (&ticket, fault.is_a_try(), users.as_slice()) {
                    let noted = limits::key(inner, &["wrong sign-up codes of", &user.0.to_string()]);
                    self.record_attempt(
                        Some(*user),
                        &noted,
                        &Event::ConfirmSignUpFailure(fault.refusal()),
                        origin,
                    )
                    .await?;
                }
                Err(fault.into())
            }
        }
    }

    /// Whose codes are tried, and who tries.
    async fn named(&self, who: &Who, origin: &Origin) -> Result<Named, ConfirmSignUpError> {
        let inner = &*self.inner;
        let mut conn = inner.store.read().await?;
        match who {
            Who::Ticket(ticket) => {
                let (_, waiting) =
                    tickets::waiting(&mut conn, ticket, self.now()).await?.ok_or(CodeFault::NoCode)?;
                Ok(Named::held(ticket, waiting))
            }
            Who::Typed(typed) => Ok(self.only_named(&mut conn, typed.trim(), origin).await?),
            Who::Named { typed, ticket } => {
                let name = Identifier::parse(typed, inner.settings.sign_in).map(|who| who.to_key());
                let held = tickets::waiting(&mut conn, ticket, self.now()).await?;
                match held.filter(|(_, waiting)| name.as_ref() == Some(&waiting.name)) {
                    Some((_, waiting)) => Ok(Named::held(ticket, waiting)),
                    None => Ok(self.only_named(&mut conn, typed.trim(), origin).await?),
                }
            }
        }
    }

    /// The same for whoever only names an account, and learns nothing about it from a code that isn't right.
    async fn only_named(&self, conn: &mut Conn, typed: &str, origin: &Origin) -> Result<Named, StoreError> {
        let inner = &*self.inner;
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let name = who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key);
        let network = code_requests::network_digest(inner, origin);
        let mut users: Vec<_> =
            waiting::by_name(conn, &name, &network).await?.iter().map(|it| it.user.id).collect();
        // Whose code was used already is told so.
        let account = match &who {
            Some(who) => users::by_identifier(conn, who).await?,
            None => None,
        };
        users.extend(account.map(|user| user.id));
        // The same statements for nobody: no account has this number.
        if users.is_empty() {
            users.push(UserId(0));
        }
        Ok(Named { users, told: name.clone(), name, requester: Requester::of(inner, origin), ticket: None })
    }

    async fn finish(
        &self,
        entering: &Entering<'_>,
        code: &Requested,
        ticket: Option<&BrowserTicket>,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        let Entering { door, client, form, origin } = entering;
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let waiting = waiting::lock(&mut tx, code.slot.user).await?.ok_or(CodeFault::Used)?;
        if !requested_codes::consume(&mut tx, &code.issue, now).await? {
            return Err(CodeFault::Used.into());
        }
        let held = match ticket {
            Some(ticket) => tickets::get(&mut tx, ticket, now).await?.filter(|it| it.user == waiting.user.id),
            None => None,
        };
        let is_holder = held.as_ref().is_some_and(|it| it.is_holder);
        let contested = waiting.user.contested;
        // Where two have tried the same, name and contact are written as by whoever enters the code.
        let own = ticket.zip(held).and_then(|(ticket, held)| sign_up::unseal(inner, ticket, &held));
        let waiting = match &own {
            Some(own) => own.written(waiting),
            None => waiting,
        };
        let waiting = waiting.proven_as(&code.value);
        let own = own.filter(|_| contested);
        let chosen = form.new_username.as_deref().filter(|name| !name.trim().is_empty());
        let chosen = chosen.or(own.as_ref().map(|it| it.username.as_str()));
        let becoming = |how| Becoming { how, new_username: chosen };
        let done = match (door, contested) {
            (Door::Pages, false) if !is_holder => {
                let next = self.prove_contact(&mut tx, &waiting).await?;
                Confirmed { username: waiting.user.username.clone(), session: None, next: Some(next) }
            }
            (_, true) => {
                let username =
                    self.become_account(&mut tx, &waiting, becoming(How::WithoutPassword), origin).await?;
                let next = match door {
                    Door::Pages => Some(self.proof(&mut tx, &waiting).await?),
                    Door::Application => None,
                };
                Confirmed { username, session: None, next }
            }
            (_, false) => {
                let username =
                    self.become_account(&mut tx, &waiting, becoming(How::AsEntered), origin).await?;
                let session = match door {
                    Door::Pages => Some(
                        self.begin_first_session(&mut tx, (waiting.user.id, &username), client, origin)
                            .await?,
                    ),
                    Door::Application => None,
                };
                Confirmed { username, session, next: None }
            }
        };
        self.commit(tx, waiting.user.id).await?;
        Ok(done)
    }

    /// The contact is proven; the account is confirmed once a password was entered.
    async fn prove_contact(
        &self,
        tx: &mut Tx,
        waiting: &Waiting,
    ) -> Result<BrowserTicket, ConfirmSignUpError> {
        let target = waiting.target.as_ref().ok_or(CodeFault::NoCode)?;
        if aliases::owner(tx, target.kind, &target.key).await?.is_some() {
            return Err(ConfirmSignUpError::AliasExists(target.kind.attribute().into()));
        }
        Ok(self.proof(tx, waiting).await?)
    }

    /// A ticket of somebody who entered the right code: it knows what that has proven.
    async fn proof(&self, tx: &mut Tx, waiting: &Waiting) -> Result<BrowserTicket, StoreError> {
        let (inner, now) = (&*self.inner, self.now());
        let ticket = BrowserTicket::generate(&*inner.entropy);
        let proven = waiting
            .target
            .iter()
            .map(|target| (target.kind.attribute().into(), target.value.clone()))
            .collect();
        let attributes = Some(sign_up::seal(
            inner,
            &ticket,
            &Entered { username: waiting.user.username.clone(), attributes: proven },
        )?);
        let stored =
            tickets::Stored { user: waiting.user.id, is_holder: false, attributes, proven_at: Some(now) };
        tickets::insert(tx, &ticket, &stored, (now, now.plus(PROOF))).await?;
        Ok(ticket)
    }

    /// Whoever has proven both the contact and a password is signed in.
    async fn begin_first_session(
        &self,
        tx: &mut Tx,
        (user, username): (UserId, &str),
        client: &ClientId,
        origin: &Origin,
    ) -> Result<NewSession, StoreError> {
        let session = sessions::begin(tx, &self.inner, user, client, origin).await?;
        let event = Event::SignIn { username: username.to_owned() };
        crate::events::record(tx, user, &event, self.now(), origin).await?;
        known_origins::note(tx, &self.inner, user, origin).await?;
        Ok(session)
    }
}

/// A right code, and where and by whom it was entered.
struct Entering<'a> {
    door: Door,
    client: &'a ClientId,
    form: &'a Confirming,
    origin: &'a Origin,
}

/// Whose codes are tried, and who tries.
struct Named {
    users: Vec<UserId>,
    told: String,
    name: String,
    requester: Requester,
    ticket: Option<BrowserTicket>,
}

impl Named {
    fn held(ticket: &BrowserTicket, waiting: Waiting) -> Self {
        let requester = Requester::ticket(ticket);
        Self {
            users: vec![waiting.user.id],
            told: waiting.told(),
            name: waiting.name,
            requester,
            ticket: Some(ticket.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
