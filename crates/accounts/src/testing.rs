//! A pool for tests: a real database of its own, a clock that is moved by hand, chance that repeats
//! itself, and the messages that would have been sent.
#![expect(clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

use crate::account::events;
use crate::attributes::delete::{self, DeleteAttributesError};
use crate::attributes::profile::{self, Profile};
use crate::attributes::update::{self, UpdateAttributesError};
use crate::contacts::verify::{self, Verified, VerifyAttributeError};
use crate::passkeys::add::{self, NewPasskey};
use crate::passkeys::questions::Question;
use crate::sessions::viewer;
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_in::password::{self, SignIn};
use crate::sign_up::confirm;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::{Confirmed, Confirming, Who};
use crate::sign_up::start::{self, SignUp, SignUpError, SignedUp};
use crate::{Context, Parts};
use delivery::Message;
use model::{Password, Standard, UpdateOutcome};
use nameplate_core::client::ClientId;
use nameplate_core::clock::{Clock as _, TestClock, Timestamp};
use nameplate_core::entropy::SeededEntropy;
use nameplate_core::identity::{BrowserTicket, Origin, SessionToken, SignedInBy, Viewer};
use nameplate_core::keys::{Keys, Purpose};
use nameplate_core::settings::{Hashing, Settings};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use store::{Role, Row};

mod authenticator;
mod residents;
mod srp_client;
mod strangers;
pub use crate::testing::authenticator::Authenticator;
pub use crate::testing::residents::{Resident, fill};
pub use crate::testing::srp_client::SrpClient;
pub use crate::testing::strangers::StrangerOperation;
pub use store::testing::{SERVER, TestStore};

/// The guide's password.
pub const PASSWORD: &str = "mysecurerandompassword#123";

/// A pool, and what stands around it. Its store is removed with it.
#[derive(Debug)]
pub struct TestPool {
    pool: Context,
    /// The pool's clock, which stands still until a test moves it.
    pub clock: TestClock,
    /// What the pool was opened with.
    pub settings: Settings,
    place: TestStore,
}

impl Deref for TestPool {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.pool
    }
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
impl TestPool {
    /// The pool that there is with no config file.
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    /// A pool of these settings, but with hashes that cost next to nothing.
    pub async fn with(settings: Settings) -> Self {
        Self::at(TestStore::new(), settings).await
    }

    /// A pool at this place.
    pub async fn at(place: TestStore, settings: Settings) -> Self {
        let settings =
            Settings { hashing: Hashing { memory_kib: 32, iterations: 1, ..settings.hashing }, ..settings };
        let clock = TestClock::default();
        let pool = open(&place, &clock, &settings, 1).await;
        Self { pool, clock, settings, place }
    }

    /// The same store and clock after a restart.
    pub async fn restart(self) -> Self {
        self.pool.store.close().await;
        let pool = open(&self.place, &self.clock, &self.settings, 2).await;
        Self { pool, ..self }
    }

    /// A handle of its own, for another task.
    pub fn handle(&self) -> Context {
        self.pool.clone()
    }

    /// Where the store is.
    pub fn place(&self) -> &TestStore {
        &self.place
    }

    /// The same, left behind by its pool.
    pub fn into_place(self) -> TestStore {
        self.place
    }

    /// A second node on the same store: another process, with its own chance and the same clock.
    pub async fn another(&self, seed: u64) -> Context {
        open(&self.place, &self.clock, &self.settings, seed).await
    }

    /// The pages' own app client.
    pub fn client(&self) -> ClientId {
        self.settings.clients[0].id.clone()
    }

    /// This moment of the test's clock.
    pub fn time(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass.
    pub fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Every message that waits for this address, oldest first. Those that a worker has sent are erased, and
    /// not among them.
    pub async fn messages_to(&self, address: &str) -> Vec<Message> {
        self.queued("SELECT id, payload FROM outbox WHERE payload IS NOT NULL ORDER BY created_at", address)
            .await
    }

    /// The codes that wait to be sent to this address, oldest first, replaced ones included.
    pub async fn codes_sent_to(&self, address: &str) -> Vec<String> {
        self.messages_to(address).await.iter().filter_map(Message::code).map(str::to_owned).collect()
    }

    /// The same without those whose time has not come yet.
    pub async fn codes_due_to(&self, address: &str) -> Vec<String> {
        let due = self.messages_between(address, (Timestamp(0), self.time())).await;
        due.iter().filter_map(|(_, message)| message.code()).map(str::to_owned).collect()
    }

    /// The messages whose time to be sent to this address is between these two moments, and when that is.
    pub async fn messages_between(
        &self,
        address: &str,
        (from, to): (Timestamp, Timestamp),
    ) -> Vec<(Timestamp, Message)> {
        let mut conn = self.store.read().await.expect("the store reads");
        let query = conn
            .query("SELECT id, payload, due_at FROM outbox WHERE payload IS NOT NULL AND due_at >= $1 AND due_at <= $2 ORDER BY due_at");
        let rows = query.bind(from.0).bind(to.0).all().await.expect("the outbox is read");
        drop(conn);
        let due = |row: &Row| Timestamp(row.get(2).expect("a time"));
        rows.iter()
            .filter_map(|row| Some((due(row), self.opened(std::slice::from_ref(row), address).pop()?)))
            .collect()
    }

    /// The code for this address that has not been replaced.
    pub async fn code_for(&self, address: &str) -> String {
        let live = "SELECT o.id, o.payload FROM outbox o
                    WHERE EXISTS (SELECT 1 FROM codes c WHERE c.issue = o.issue AND c.used_at IS NULL)
                       OR EXISTS (SELECT 1 FROM requested_codes c WHERE c.message = o.id AND c.used_at IS NULL)
                    ORDER BY o.due_at, o.created_at";
        let messages = self.queued(live, address).await;
        messages.iter().filter_map(Message::code).next_back().expect("a code was queued").to_owned()
    }

    async fn queued(&self, sql: &'static str, address: &str) -> Vec<Message> {
        let mut conn = self.store.read().await.expect("the store reads");
        let rows = conn.query(sql).all().await.expect("the outbox is read");
        drop(conn);
        self.opened(&rows, address)
    }

    fn opened(&self, rows: &[Row], address: &str) -> Vec<Message> {
        let opened = rows.iter().map(|row| {
            let (id, payload): (String, Vec<u8>) =
                (row.get(0).expect("an id"), row.get(1).expect("a payload"));
            let plain =
                self.keys.open(Purpose::Outbox, &payload, id.as_bytes()).expect("the payload is opened");
            serde_json::from_slice::<Message>(&plain).expect("the payload is a message")
        });
        opened.filter(|message| message.to().value == address).collect()
    }

    /// Lets time pass until every code that was asked for can be sent.
    pub async fn wait_until_sent(&self) {
        let mut conn = self.store.read().await.expect("the store reads");
        let row = conn
            .query("SELECT MAX(sent_at) FROM requested_codes")
            .optional()
            .await
            .expect("the codes are read");
        let last: i64 = row.map_or(Ok(None), |row| row.get(0)).expect("a time").unwrap_or_default();
        self.clock.advance(Timestamp(last).since(self.time()));
    }

    /// Signs up with [`PASSWORD`].
    pub async fn try_sign_up(
        &self,
        username: &str,
        attributes: &[(&str, &str)],
    ) -> Result<SignedUp, SignUpError> {
        start::start(&self.pool, &self.client(), form(username, attributes), &origin()).await
    }

    /// The same, and it has to work.
    pub async fn sign_up(&self, username: &str, email: &str) -> SignedUp {
        self.try_sign_up(username, &[("email", email)]).await.expect("signed up")
    }

    /// Signs up, enters the code, and is signed in.
    pub async fn signed_in(&self, username: &str, email: &str) -> Viewer {
        self.viewer_of(&self.signed_in_token(username, email).await).await
    }

    /// The same, for the token.
    pub async fn signed_in_token(&self, username: &str, email: &str) -> SessionToken {
        let SignedUp { ticket, .. } = self.sign_up(username, email).await;
        self.wait_until_sent().await;
        let code = self.code_for(email).await;
        self.confirm(ticket, &code).await.expect("confirmed").session.expect("signed in").token
    }

    /// Enters a code in the browser that signed up.
    pub async fn confirm(&self, ticket: BrowserTicket, code: &str) -> Result<Confirmed, ConfirmSignUpError> {
        confirm::confirm(&self.pool, &self.client(), &entering(Who::Ticket(ticket), code), &origin()).await
    }

    /// Enters a code in an application, by name.
    pub async fn confirm_by_name(&self, name: &str, code: &str) -> Result<Confirmed, ConfirmSignUpError> {
        self.confirm_by_name_from(&origin(), name, code).await
    }

    /// The same from somewhere.
    pub async fn confirm_by_name_from(
        &self,
        origin: &Origin,
        name: &str,
        code: &str,
    ) -> Result<Confirmed, ConfirmSignUpError> {
        let form = entering(Who::Typed(name.into()), code);
        confirm::confirm_for_application(&self.pool, &self.client(), &form, origin).await
    }

    /// Signs in.
    pub async fn try_sign_in(&self, name: &str, password: &str) -> Result<SignedIn, SignInError> {
        let form = SignIn { username: name.into(), password: Password::new(password) };
        password::with_password(&self.pool, &self.client(), form, &origin()).await
    }

    /// Who holds the token; somebody has to.
    pub async fn viewer_of(&self, token: &SessionToken) -> Viewer {
        viewer::viewer(self, token).await.expect("the store reads").expect("the session is alive")
    }
}

/// What a signed-in person does.
impl TestPool {
    /// Submits these attributes, having given the password if need be.
    pub async fn update(
        &self,
        viewer: &Viewer,
        attributes: &[(&str, &str)],
    ) -> Result<UpdateOutcome, UpdateAttributesError> {
        let viewer = &self.fresh(viewer);
        let attributes =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(update::update(&self.pool, viewer, attributes, &origin()).await?.outcome)
    }

    /// Enters a code for a contact.
    pub async fn verify(
        &self,
        viewer: &Viewer,
        attribute: Standard,
        code: &str,
    ) -> Result<Verified, VerifyAttributeError> {
        verify::verify(&self.pool, viewer, &attribute.into(), code, &origin()).await
    }

    /// The same person as if the sign-in were of this moment.
    pub fn fresh(&self, viewer: &Viewer) -> Viewer {
        Viewer { signed_in_at: self.time(), ..viewer.clone() }
    }

    /// The same person by an application, which is not asked for a second step.
    pub fn by_application(&self, viewer: &Viewer) -> Viewer {
        Viewer { by: SignedInBy::Tokens, ..self.fresh(viewer) }
    }

    /// Removes these attributes, having given the password if need be.
    pub async fn delete(&self, viewer: &Viewer, names: &[&str]) -> Result<(), DeleteAttributesError> {
        delete::delete(
            &self.pool,
            &self.fresh(viewer),
            names.iter().map(|name| (*name).to_owned()).collect(),
            &origin(),
        )
        .await
        .map(drop)
    }

    /// Adds a passkey that this device makes.
    #[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
    pub async fn give_passkey(&self, viewer: &Viewer, device: &mut Authenticator) {
        let Question { options, state } =
            add::ask_for_new_passkey(&self.pool, viewer).await.expect("a question");
        let credential = device.create(&options).expect("a passkey");
        let passkey = NewPasskey { name: "My phone".into(), state, credential, ..NewPasskey::default() };
        add::add_passkey(&self.pool, &self.fresh(viewer), &passkey, &origin()).await.expect("added");
    }

    /// What the account shows for one attribute.
    pub async fn shown(&self, viewer: &Viewer, attribute: Standard) -> Option<String> {
        self.shown_profile(viewer).await.attributes.remove(&attribute.into())
    }

    /// The whole account.
    #[expect(clippy::expect_used, reason = "a test whose store can't be read has failed")]
    pub async fn shown_profile(&self, viewer: &Viewer) -> Profile {
        profile::profile(&self.pool, viewer).await.expect("the store reads")
    }

    /// The names of everything that happened to the account, oldest first.
    #[expect(clippy::expect_used, reason = "a test whose store can't be read has failed")]
    pub async fn event_names(&self, viewer: &Viewer) -> Vec<&'static str> {
        let events = events::after(&self.pool, viewer, 0, 1000).await.expect("the store reads");
        events.iter().map(|it| it.event.name()).collect()
    }

    /// What kinds of message wait for this address, oldest first.
    pub async fn message_names(&self, address: &str) -> Vec<&'static str> {
        self.messages_to(address).await.iter().map(Message::name).collect()
    }
}

/// A code that is entered to confirm an account.
pub fn entering(who: Who, code: &str) -> Confirming {
    Confirming { who, code: code.into(), new_username: None }
}

/// A sign-up with [`PASSWORD`].
#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
pub fn form(username: &str, attributes: &[(&str, &str)]) -> SignUp {
    let attributes =
        attributes.iter().map(|(name, value)| (name.parse().expect("a name"), (*value).to_owned()));
    SignUp {
        username: Some(username.into()),
        password: Password::new(PASSWORD),
        confirmation: None,
        attributes: attributes.collect(),
        ticket: None,
    }
}

/// A browser somewhere.
pub fn origin() -> Origin {
    origin_at("192.0.2.7")
}

/// A browser at this address.
#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
pub fn origin_at(address: &str) -> Origin {
    Origin::new(
        address.parse().expect("an address"),
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    )
}

/// A code that is not this one.
pub fn another_code(code: &str) -> String {
    if code == "000000" { "000001".into() } else { "000000".into() }
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
async fn open(place: &TestStore, clock: &TestClock, settings: &Settings, seed: u64) -> Context {
    let store = place.open().await.expect("the store opens");
    let keys = Keys::generate(&SeededEntropy::new(0));
    let entropy = Arc::new(SeededEntropy::new(seed));
    let (clock, settings) = (Arc::new(clock.clone()), settings.clone());
    let parts = Parts { store, clock, entropy, keys, role: Role::Serves, settings };
    crate::maintenance::open::open(parts).await.expect("the pool opens")
}
