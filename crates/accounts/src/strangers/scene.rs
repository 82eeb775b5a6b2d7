//! A pool with an owner in it, and a stranger who does something and writes down what is answered.

use crate::Context;
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sign_in::for_tokens;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::{self, SignIn};
use crate::sign_in::srp::{self, Challenge, Proof};
use crate::sign_up::change_address::{self, AnotherAddress};
use crate::sign_up::confirmation::Who;
use crate::sign_up::start::{self, SignUp, SignUpError, SignedUp};
use crate::sign_up::{confirm, pending, resend};
use crate::strangers::operations::{ADDRESS, ById, OWNER, Operation, Step, Typed, place};
use crate::strangers::unproven;
use crate::testing::{SrpClient, TestPool, entering, form, origin_at};
use model::{Password, SignInOptions};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{BrowserId, BrowserTicket, Origin};
use nameplate_core::settings::Settings;
use proptest::sample::Index;
use std::fmt::Debug;
use std::sync::LazyLock;
use std::time::Duration;

/// What people are called in a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Usernames,
    EmailOnly,
}

/// What the name and the address are that the stranger tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// Those of the owner's account.
    Account,
    Nobody,
    /// Those of the owner's sign-up, which waits for its code.
    Waiting,
}

/// The passwords that the stranger signs up with.
const STRANGERS: [&str; 2] = ["strangers+Password-1", "strangers+Password-2"];
/// A code that nobody is ever sent: it has seven digits.
pub(crate) const WRONG_CODE: &str = "1234567";
/// Every scene begins so long after its pool.
const BEGINNING: Duration = Duration::from_secs(3 * 24 * 60 * 60);

static CLIENT: LazyLock<SrpClient> = LazyLock::new(|| SrpClient::new(7));
static PUBLIC: LazyLock<String> = LazyLock::new(|| CLIENT.public());

/// The owner's browser, in her network.
pub(crate) fn home() -> Origin {
    origin_at("192.0.2.7")
        .in_browser(BrowserId::parse(&"g".repeat(42).chars().chain(['A']).collect::<String>()).unwrap())
}

pub(crate) struct Scene {
    pub(crate) test: TestPool,
    pub(crate) pool: Context,
    /// What the stranger got for each sign-up, if it was taken.
    tickets: Vec<Option<BrowserTicket>>,
    /// The ids that the stranger has seen: which are the same tells more than what they are.
    ids: Vec<String>,
    /// Those of them that SRP has called somebody.
    srp_ids: Vec<String>,
    pub(crate) masks: Masks,
}

/// What isn't written down, because the promise excepts it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Masks {
    /// "Username taken: said, since it is a public name." Nor what can be done with the ticket of such a
    /// sign-up.
    pub(crate) taken_names: bool,
    /// "…that his own password of a repeated sign-up leads to no code step (so that somebody waits)": where
    /// he replaces, by a ticket, the password of what he signed up first, the id of that sign-up stays, and
    /// of another's it is made up for each password.
    pub(crate) ids: bool,
}

impl Scene {
    /// `age`: how long ago the owner signed up, or asked for something, in seconds.
    pub(crate) async fn new(kind: Kind, world: World, age: u32) -> Self {
        let email_only = SignInOptions { username: false, email: true, phone_number: false };
        let sign_in = if kind == Kind::EmailOnly { email_only } else { SignInOptions::default() };
        let test = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
        let pool = test.handle();
        let begin = test.time().plus(BEGINNING);
        let (tickets, ids, srp_ids) = (Vec::new(), Vec::new(), Vec::new());
        let scene = Self { test, pool, tickets, ids, srp_ids, masks: Masks::default() };
        let before = begin.minus(Duration::from_secs(age.into()));
        match world {
            World::Nobody => {}
            World::Account => {
                let ticket = scene.owner_signs_up().await.ticket;
                let code = scene.test.code_for(ADDRESS).await;
                let form = entering(Who::Ticket(ticket), &code);
                confirm::confirm(&scene.pool, &scene.test.client(), &form, &home()).await.unwrap();
                scene.advance_to(before);
                forgot::forgot(&scene.pool, ADDRESS, &home()).await.unwrap();
            }
            World::Waiting => {
                scene.advance_to(before);
                scene.owner_signs_up().await;
            }
        }
        scene.advance_to(begin);
        scene
    }

    pub(crate) async fn owner_signs_up(&self) -> SignedUp {
        let form = form(OWNER, &[("email", ADDRESS), ("nickname", "Owner")]);
        start::start(&self.pool, &self.test.client(), form, &home()).await.unwrap()
    }

    pub(crate) fn advance_to(&self, time: Timestamp) {
        self.test.clock.advance(time.since(self.test.time()));
    }

    /// What the stranger is answered, line by line.
    pub(crate) async fn play(&mut self, script: &[Step]) -> Vec<String> {
        let mut heard = Vec::new();
        for step in script {
            for _ in 0..step.times {
                heard.push(self.act(&step.operation, &place(step.place)).await);
            }
        }
        heard
    }

    pub(crate) async fn act(&mut self, operation: &Operation, from: &Origin) -> String {
        match operation {
            Operation::SignUp { name, contact, password, holding } => {
                self.sign_up((*name, *contact, *password), *holding, from).await
            }
            Operation::ChangeAddress { ticket, contact, password } => {
                let Some(ticket) = self.ticket(*ticket) else { return "no ticket".into() };
                let form = AnotherAddress { address: contact.text().into(), password: strangers(*password) };
                said(&change_address::change_address(&self.pool, &ticket, &form, from).await)
            }
            Operation::Resend(typed) => said(&resend::resend_by_name(&self.pool, typed.text(), from).await),
            Operation::ResendByTicket(ticket) => match self.ticket(*ticket) {
                Some(ticket) => said(&resend::resend(&self.pool, &Who::Ticket(ticket), from).await),
                None => "no ticket".into(),
            },
            Operation::Confirm(typed) => self.confirm(Who::Typed(typed.text().into()), from).await,
            Operation::ConfirmByTicket(ticket) => match self.ticket(*ticket) {
                Some(ticket) => self.confirm(Who::Ticket(ticket), from).await,
                None => "no ticket".into(),
            },
            Operation::ConfirmNamedWithTicket(typed, ticket) => match self.ticket(*ticket) {
                Some(ticket) => self.confirm(Who::Named { typed: typed.text().into(), ticket }, from).await,
                None => "no ticket".into(),
            },
            Operation::PendingSignUp(ticket) => self.pending_sign_up(*ticket).await,
            Operation::ForgotPassword(typed) => said(&forgot::forgot(&self.pool, typed.text(), from).await),
            Operation::ConfirmForgotPassword(typed) => {
                let form = reset(typed.text(), WRONG_CODE, STRANGERS[0]);
                said(&confirm_forgot::confirm_forgot(&self.pool, form, from).await)
            }
            Operation::PendingReset(typed) => {
                said(&forgot::pending_reset(&self.pool, typed.text(), from).await)
            }
            Operation::SignIn(typed) => self.sign_in(typed.text(), from).await,
            Operation::SignInForTokens(typed) => {
                let form = wrong(typed.text());
                said(&for_tokens::for_tokens(&self.pool, &self.test.client(), &form, from).await)
            }
            Operation::Srp(typed) => self.srp(typed.text(), from).await,
            Operation::BySrpId(id, what) => self.by_srp_id(*id, *what, from).await,
            Operation::Unproven(what) => unproven::act(self, *what, from).await,
            Operation::Wait(seconds) => {
                self.test.wait((*seconds).into());
                String::new()
            }
        }
    }

    pub(crate) fn ticket(&self, which: Index) -> Option<BrowserTicket> {
        if self.tickets.is_empty() { None } else { self.tickets[which.index(self.tickets.len())].clone() }
    }

    async fn sign_up(
        &mut self,
        (name, contact, password): (Typed, Typed, u8),
        holding: Option<Index>,
        from: &Origin,
    ) -> String {
        let is_browser = from.browser.is_some();
        let ticket = holding.filter(|_| is_browser).and_then(|it| self.ticket(it));
        let form = form(name.text(), &[("email", contact.text()), ("nickname", "Stranger")]);
        let done = start::start(
            &self.pool,
            &self.test.client(),
            SignUp { password: strangers(password), ticket, ..form },
            from,
        )
        .await;
        let is_masked = self.masks.taken_names && matches!(name, Typed::Name(_));
        self.tickets.push(done.as_ref().ok().filter(|_| !is_masked).map(|it| it.ticket.clone()));
        if is_masked {
            assert!(matches!(done, Ok(_) | Err(SignUpError::UsernameTaken)), "{done:?}");
            return "the name is taken, or waits".into();
        }
        // The pages don't show the id, where it isn't the username.
        let shown = done.map(|it| {
            (
                self.numbered(&it.username),
                it.delivery,
                if is_browser { String::new() } else { self.numbered(&it.sub) },
            )
        });
        said(&shown)
    }

    async fn confirm(&self, who: Who, from: &Origin) -> String {
        let (client, form) = (self.test.client(), entering(who, WRONG_CODE));
        match from.browser {
            Some(_) => said(&confirm::confirm(&self.pool, &client, &form, from).await),
            None => said(&confirm::confirm_for_application(&self.pool, &client, &form, from).await),
        }
    }

    async fn pending_sign_up(&mut self, ticket: Index) -> String {
        let Some(ticket) = self.ticket(ticket) else { return "no ticket".into() };
        let mut pending = pending::pending(&self.pool, &ticket).await.unwrap();
        if let Some(it) = &mut pending {
            it.username = self.numbered(&it.username);
        }
        said::<_, ()>(&Ok(pending))
    }

    /// The owner's password signs in, and no stranger's does.
    pub(crate) async fn belongs_to_owner(&self, name: &str, password: &str) {
        let entered = |password: &str| SignIn { username: name.into(), password: Password::new(password) };
        for strangers in STRANGERS {
            let done = password::with_password(
                &self.pool,
                &self.test.client(),
                entered(strangers),
                &origin_at("192.0.2.99"),
            )
            .await;
            // At most back to the code of a sign-up of his own, that waits beside the account.
            assert!(matches!(done, Err(_) | Ok(SignedIn::Unconfirmed(_))), "a stranger's password: {done:?}");
        }
        let done = password::with_password(&self.pool, &self.test.client(), entered(password), &home()).await;
        assert!(matches!(done, Ok(SignedIn::Session { .. })), "the owner's password: {done:?}");
    }

    async fn sign_in(&self, name: &str, from: &Origin) -> String {
        said(&password::with_password(&self.pool, &self.test.client(), wrong(name), from).await)
    }

    async fn by_srp_id(&mut self, id: Index, what: ById, from: &Origin) -> String {
        if self.srp_ids.is_empty() {
            return "no id".into();
        }
        let id = self.srp_ids[id.index(self.srp_ids.len())].clone();
        match what {
            ById::SignIn => self.sign_in(&id, from).await,
            ById::Srp => self.srp(&id, from).await,
            ById::Resend => said(&resend::resend_by_name(&self.pool, &id, from).await),
            ById::Confirm => self.confirm(Who::Typed(id), from).await,
            ById::ForgotPassword => said(&forgot::forgot(&self.pool, &id, from).await),
            ById::ConfirmForgotPassword => {
                let form = reset(&id, WRONG_CODE, STRANGERS[0]);
                said(&confirm_forgot::confirm_forgot(&self.pool, form, from).await)
            }
        }
    }

    /// A challenge, and an answer that proves nothing.
    async fn srp(&mut self, typed: &str, from: &Origin) -> String {
        let client = self.test.client();
        let challenge = match srp::challenge(&self.pool, &client, typed, &PUBLIC, from).await {
            Ok(challenge) => challenge,
            Err(error) => return said::<(), _>(&Err(error)),
        };
        let shown = self.shown(&challenge);
        if uuid::Uuid::parse_str(&challenge.user_id).is_ok() {
            self.srp_ids.push(challenge.user_id.clone());
        }
        let Challenge { user_id: username, secret_block, .. } = challenge;
        let proof = Proof {
            username,
            secret_block,
            timestamp: "Tue Nov 3 09:05:07 UTC 2026".into(),
            signature: vec![0; 32],
        };
        format!("{shown} {}", said(&srp::answer(&self.pool, &client, &proof, from).await))
    }

    /// What of a challenge isn't chance.
    fn shown(&mut self, challenge: &Challenge) -> String {
        let Challenge { user_id, salt, public, secret_block } = challenge;
        let is_id = uuid::Uuid::parse_str(user_id).is_ok();
        let salt = if is_id { format!("{} digits", salt.len()) } else { salt.clone() };
        // 3,072 bits, with a zero in front of the highest one and without zeros before that.
        let is_whole = (760..=770).contains(&public.len());
        format!("{} {salt} {is_whole} {}", self.numbered(user_id), secret_block.len())
    }

    /// Ids are told apart by when they were first seen. Everything else is as it is.
    fn numbered(&mut self, text: &str) -> String {
        if uuid::Uuid::parse_str(text).is_err() {
            return text.to_owned();
        }
        if self.masks.ids {
            return "an id".into();
        }
        let known = self.ids.iter().position(|id| id == text);
        let number = known.unwrap_or_else(|| {
            self.ids.push(text.to_owned());
            self.ids.len() - 1
        });
        format!("id {number}")
    }
}

pub(crate) fn strangers(password: u8) -> Password {
    Password::new(STRANGERS[usize::from(password)])
}

/// Passwords that nobody has.
fn wrong(name: &str) -> SignIn {
    SignIn { username: name.into(), password: Password::new("nobodys+Password-1") }
}

pub(crate) fn reset(name: &str, code: &str, password: &str) -> PasswordReset {
    PasswordReset {
        username: name.into(),
        code: code.into(),
        password: Password::new(password),
        confirmation: None,
    }
}

pub(crate) fn said<T: Debug, E: Debug>(answer: &Result<T, E>) -> String {
    format!("{answer:?}")
}
