//! The service that everything is tried on, and people on it.

use crate::outcomes::Outcomes;
use crate::support::{Browser, PASSWORD, TestServer};
use accounts::admin::{FirstPassword, NewUser};
use model::{Password, paths};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use tokio::runtime::Runtime;

/// Nothing should be refused for having been asked too often: other things are tried then. And something is
/// required that not every account has.
const SETTINGS: &str = "[limits]
sign_ins_per_network_an_hour = 10000000
sign_ups_per_network_an_hour = 10000000
changes_per_account_an_hour = 10000000
code_requests_per_network_an_hour = 10000000
mails_per_network_an_hour = 10000000
texts_per_network_an_hour = 10000000
mails_for_strangers_an_hour = 10000000
texts_for_strangers_an_hour = 10000000
[attributes]
required = ['email', 'given_name']
";

/// Where the test server's passkeys are made.
pub const ORIGIN: &str = "http://localhost:3000";
/// What nothing is sent twice within, in seconds.
pub const COOLDOWN: u64 = 31;
/// After this long a sign-in isn't fresh any more, in seconds.
pub const NOT_FRESH: u64 = 16 * 60;

pub struct World {
    pub runtime: Runtime,
    pub server: TestServer,
    pub outcomes: Outcomes,
    made: Cell<usize>,
    somebody: RefCell<Option<Person>>,
}

/// What nobody else is called.
#[derive(Debug, Clone)]
pub struct Names {
    pub username: String,
    pub email: String,
    /// Without its country code, which is that of the USA.
    pub phone: String,
}

/// Whoever has signed up, and has a code to enter.
pub struct SignedUp {
    pub browser: Browser,
    pub names: Names,
}

/// Whoever is signed in, in a browser and in an application.
#[derive(Clone)]
pub struct Person {
    pub browser: Browser,
    pub names: Names,
    pub tokens: Tokens,
}

#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub id: String,
}

impl Tokens {
    fn of(answer: &Value) -> Self {
        let token = |name: &str| answer["AuthenticationResult"][name].as_str().unwrap().to_owned();
        Self { access: token("AccessToken"), refresh: token("RefreshToken"), id: token("IdToken") }
    }
}

impl World {
    pub fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(TestServer::with(SETTINGS));
        let (made, somebody) = (Cell::new(0), RefCell::new(None));
        Self { runtime, server, outcomes: Outcomes::default(), made, somebody }
    }

    pub fn names(&self) -> Names {
        let number = self.made.get();
        self.made.set(number + 1);
        Names {
            username: format!("person{number}"),
            email: format!("person{number}@domain.com"),
            phone: format!("212860{:04}", number % 10_000),
        }
    }

    /// The newest code to an address. What others asked for just now makes it come a little later.
    pub async fn code_for(&self, address: &str) -> String {
        for _ in 0..20 {
            if !self.server.letters_to(address).await.is_empty() {
                break;
            }
            self.server.wait(30);
        }
        self.server.code_for(address).await
    }

    pub async fn sign_up(&self) -> SignedUp {
        let (mut browser, names) = (self.server.browser(), self.names());
        let form = [
            ("username", &*names.username),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", &names.email),
            ("attributes[given_name]", "Jane"),
            ("attributes[phone_number]", &names.phone),
            ("country_code", "+1"),
        ];
        browser.submit(paths::SIGN_UP, &form).await.leads_to(paths::CONFIRM);
        SignedUp { browser, names }
    }

    /// An account whose number is not verified.
    pub async fn person(&self) -> Person {
        let SignedUp { mut browser, names } = self.sign_up().await;
        let code = self.code_for(&names.email).await;
        browser.submit(paths::CONFIRM, &[("code", &code)]).await;
        let parameters = json!({ "USERNAME": names.username, "PASSWORD": PASSWORD });
        let request =
            json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web", "AuthParameters": parameters });
        let tokens = Tokens::of(&self.server.wire("InitiateAuth", request).await.ok());
        Person { browser, names, tokens }
    }

    /// Somebody who is signed in; somebody else, once that is over.
    pub async fn somebody(&self) -> Person {
        let known = self.somebody.borrow().clone();
        let somebody = match known {
            Some(known) if self.is_signed_in(&known).await => known,
            Some(_) | None => self.person().await,
        };
        self.somebody.replace(Some(somebody.clone()));
        somebody
    }

    async fn is_signed_in(&self, person: &Person) -> bool {
        let page = person.browser.clone().get(paths::PROFILE_JSON).await;
        let wire = self.server.wire("GetUser", json!({ "AccessToken": person.tokens.access })).await;
        page.status.is_success() && wire.status.is_success()
    }

    /// An account that an administrator has made, without what is required, and with a password to replace.
    pub async fn made_by_administrator(&self) -> Names {
        let names = self.names();
        let new = NewUser {
            username: Some(names.username.clone()),
            password: FirstPassword::Temporary(Password::new(PASSWORD)),
            attributes: [("email".to_owned(), names.email.clone())].into(),
            verified: true,
        };
        accounts::admin::create_user(&self.server.pool, new).await.unwrap();
        names
    }

    /// The same with a password to keep.
    pub async fn made_with_password(&self) -> Names {
        let (names, password) = (self.made_by_administrator().await, Password::new(PASSWORD));
        accounts::admin::set_user_password(&self.server.pool, &names.username, &password, true)
            .await
            .unwrap();
        names
    }
}
