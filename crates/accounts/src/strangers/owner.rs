//! An owner who signs up, or has forgotten her password, and follows her mail.

use crate::password::{confirm_forgot, forgot};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::{self, SignIn};
use crate::sign_up::confirmation::{Confirmed, Who};
use crate::sign_up::first_password::FirstPassword;
use crate::sign_up::{self, confirm, pending, resend, start};
use crate::strangers::operations::{ADDRESS, OWNER, Typed};
use crate::strangers::scene::{Kind, Scene, home, reset};
use crate::testing::{PASSWORD, entering, form, origin_at};
use model::{Password, Standard};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{BrowserId, BrowserTicket, Origin};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

/// What the owner does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    /// In her browser, by the ticket.
    SignUpOnPages,
    /// In an application, by name, from her network.
    SignUpOnWire,
    /// From the browser that she has signed in with.
    ResetAtHome,
    /// From one that nobody knows, by her address.
    ResetAway,
}

pub(crate) const NEW_PASSWORD: &str = "owners+New-Password-1";
/// "A message comes up to an hour later."
const LATEST: Duration = Duration::from_secs(3600);
/// After so long she asks for another code instead of looking for the one that she was sent.
const PATIENCE: Duration = Duration::from_secs(1800);

/// What she has in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// The attributes of her account, without the sub.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) username: Option<String>,
    /// Whether she was asked to choose a password after the code (on the wire: to reset it).
    pub(crate) chose_password: bool,
}

impl Outcome {
    /// Forgets how name and address are written.
    pub(crate) fn write_small(&mut self) {
        self.username = self.username.take().map(|it| it.to_lowercase());
        self.attributes.values_mut().for_each(|it| *it = it.to_lowercase());
    }
}

pub(crate) struct Owner {
    plan: Plan,
    kind: Kind,
    ticket: Option<BrowserTicket>,
    asked_at: Timestamp,
    may_ask_at: Timestamp,
}

impl Owner {
    pub(crate) const fn new(kind: Kind, plan: Plan) -> Self {
        Self { plan, kind, ticket: None, asked_at: Timestamp(0), may_ask_at: Timestamp(0) }
    }

    fn origin(&self) -> Origin {
        match self.plan {
            Plan::SignUpOnPages | Plan::ResetAtHome => home(),
            Plan::SignUpOnWire => Origin { browser: None, ..home() },
            Plan::ResetAway => {
                origin_at("192.0.2.200").in_browser(BrowserId::parse(&"w".repeat(43)).unwrap())
            }
        }
    }

    fn name(&self) -> &'static str {
        if self.kind == Kind::EmailOnly || self.plan == Plan::ResetAway { ADDRESS } else { OWNER }
    }

    /// She asks for a code, and is never refused: what she is told counts her own requests, and she waits as
    /// she was told.
    pub(crate) async fn ask(&mut self, scene: &Scene) {
        scene.advance_to(self.may_ask_at);
        let (pool, origin) = (&scene.pool, self.origin());
        self.note_time(scene);
        self.may_ask_at = match self.plan {
            Plan::ResetAtHome | Plan::ResetAway => {
                forgot::forgot(pool, self.name(), &origin).await.unwrap().resend_at
            }
            Plan::SignUpOnPages => self.sign_up_or_resend(scene).await,
            Plan::SignUpOnWire if self.ticket.is_some() => {
                resend::resend(pool, &Who::Typed(self.name().into()), &origin).await.unwrap().resend_at
            }
            Plan::SignUpOnWire => self.sign_up(scene).await,
        };
        let told = self.may_ask_at.since(self.asked_at);
        assert!(told <= LATEST, "she is told to wait for {told:?}");
    }

    /// When she asks. No stranger ever asks in the same moment, nor is anything of theirs sent in it.
    fn note_time(&mut self, scene: &Scene) {
        scene.test.clock.advance(Duration::from_millis(7));
        self.asked_at = scene.test.time();
    }

    async fn sign_up_or_resend(&mut self, scene: &Scene) -> Timestamp {
        let pending = match &self.ticket {
            Some(ticket) => pending::pending(&scene.pool, ticket).await.unwrap(),
            None => None,
        };
        match (&self.ticket, pending) {
            (Some(ticket), Some(pending)) => {
                assert_eq!(
                    (pending.value.as_str(), pending.is_name_taken),
                    (ADDRESS, false),
                    "what she entered is there"
                );
                resend::resend(&scene.pool, &Who::Ticket(ticket.clone()), &self.origin())
                    .await
                    .unwrap()
                    .resend_at
            }
            _ => self.sign_up(scene).await,
        }
    }

    async fn sign_up(&mut self, scene: &Scene) -> Timestamp {
        let form = form(OWNER, &[("email", ADDRESS), ("nickname", "Owner")]);
        let done = start::start(&scene.pool, &scene.test.client(), form, &self.origin()).await.unwrap();
        let pending = pending::pending(&scene.pool, &done.ticket).await.unwrap().unwrap();
        self.ticket = Some(done.ticket);
        pending.resend_at
    }

    /// She enters the code that has come, once she has asked again if that was long ago.
    async fn enter<T, E: Debug>(
        &mut self,
        scene: &Scene,
        kind: &str,
        tried: impl AsyncFn(&str) -> Result<T, E>,
    ) -> T {
        if scene.test.time() > self.asked_at.plus(PATIENCE) {
            self.ask(scene).await;
        }
        self.try_mail(scene, kind, &tried).await.unwrap()
    }

    /// She enters the first code that came since she asked: that is hers, or the one that she shares.
    async fn try_mail<T, E: Debug>(
        &self,
        scene: &Scene,
        kind: &str,
        tried: &impl AsyncFn(&str) -> Result<T, E>,
    ) -> Result<T, String> {
        let mut came = Vec::new();
        // However her address is written.
        for address in [ADDRESS, Typed::Address(false).text(), Typed::Address(true).text()] {
            came.extend(
                scene.test.messages_between(address, (self.asked_at, self.asked_at.plus(LATEST))).await,
            );
        }
        came.retain(|(_, message)| message.name() == kind);
        let (at, message) = came.iter().min_by_key(|(at, _)| *at).expect("a code within the hour");
        scene.advance_to(*at);
        tried(message.code().unwrap()).await.map_err(|error| format!("her code is refused: {error:?}"))
    }

    /// She enters her code, and does what is asked for then; what she has in the end.
    pub(crate) async fn finish(&mut self, scene: &Scene) -> Outcome {
        let (chose_password, password) = match self.plan {
            Plan::SignUpOnPages => self.confirm_on_pages(scene).await,
            Plan::SignUpOnWire => self.confirm_on_wire(scene).await,
            Plan::ResetAtHome | Plan::ResetAway => {
                self.reset(scene).await;
                (false, NEW_PASSWORD)
            }
        };
        self.outcome(scene, chose_password, password).await
    }

    async fn confirm_on_pages(&mut self, scene: &Scene) -> (bool, &'static str) {
        let (origin, client) = (self.origin(), scene.test.client());
        self.renew_ticket(scene).await;
        let ticket = self.ticket.clone().unwrap();
        let done: Confirmed = self
            .enter(scene, "sign_up_code", async |code| {
                confirm::confirm(&scene.pool, &client, &entering(Who::Ticket(ticket.clone()), code), &origin)
                    .await
            })
            .await;
        let Some(next) = done.next else {
            assert!(done.session.is_some(), "{done:?}");
            return (false, PASSWORD);
        };
        let form = FirstPassword {
            ticket: next,
            password: Password::new(PASSWORD),
            confirmation: None,
            new_username: None,
        };
        sign_up::choose_first_password(&scene.pool, &client, &form, &origin).await.unwrap();
        (true, PASSWORD)
    }

    /// A week later the ticket is none any more.
    async fn renew_ticket(&mut self, scene: &Scene) {
        let ticket = self.ticket.as_ref().unwrap();
        if pending::pending(&scene.pool, ticket).await.unwrap().is_none() {
            self.ticket = None;
            self.ask(scene).await;
        } else if scene.test.time() > self.asked_at.plus(PATIENCE) {
            self.ask(scene).await;
        }
    }

    async fn confirm_on_wire(&mut self, scene: &Scene) -> (bool, &'static str) {
        let (origin, client, name) = (self.origin(), scene.test.client(), self.name());
        self.enter(scene, "sign_up_code", async |code| {
            let form = entering(Who::Typed(name.into()), code);
            confirm::confirm_for_application(&scene.pool, &client, &form, &origin).await
        })
        .await;
        let form = SignIn { username: name.into(), password: Password::new(PASSWORD) };
        if matches!(
            password::with_password(&scene.pool, &client, form, &origin).await,
            Ok(SignedIn::Session { .. })
        ) {
            return (false, PASSWORD);
        }
        // "On the wire it is 'reset required'."
        self.note_time(scene);
        forgot::forgot(&scene.pool, name, &origin).await.unwrap();
        self.reset(scene).await;
        (true, NEW_PASSWORD)
    }

    async fn reset(&mut self, scene: &Scene) {
        let (origin, name) = (self.origin(), self.name());
        self.enter(scene, "reset_code", async |code| {
            confirm_forgot::confirm_forgot(&scene.pool, reset(name, code, NEW_PASSWORD), &origin).await
        })
        .await;
    }

    async fn outcome(&self, scene: &Scene, chose_password: bool, password: &'static str) -> Outcome {
        scene.belongs_to_owner(self.name(), password).await;
        let form = SignIn { username: self.name().into(), password: Password::new(password) };
        let Ok(SignedIn::Session { session, .. }) =
            password::with_password(&scene.pool, &scene.test.client(), form, &self.origin()).await
        else {
            panic!("her password doesn't sign in")
        };
        let viewer = scene.test.viewer_of(&session.token).await;
        let profile = scene.test.shown_profile(&viewer).await;
        let shown = profile.attributes.into_iter().map(|(name, value)| (name.to_string(), value));
        let attributes =
            shown.filter(|(name, _)| *name != Standard::Sub.to_string() && name != "updated_at").collect();
        Outcome {
            attributes,
            username: (self.kind == Kind::Usernames).then_some(viewer.username),
            chose_password,
        }
    }
}
