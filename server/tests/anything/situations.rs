//! What has to have happened before a form can be accepted, and what is right to enter then.

use crate::declared::Form;
use crate::people::{COOLDOWN, Names, ORIGIN, Person, SignedUp, World};
use crate::support::{Browser, PASSWORD};
use accounts::factors::shown_by;
use accounts::testing::Authenticator;
use model::{Page, paths};
use serde_json::json;
use std::collections::BTreeMap;
use store::users;

/// After this long a contact is one that was verified long ago.
const FOUR_DAYS: u64 = 4 * 24 * 60 * 60;
const OWN: &str = "my-own-password-at-last";

/// A browser in front of a form, and what is right to enter into each field.
pub struct Ready {
    pub browser: Browser,
    pub known: BTreeMap<String, String>,
}

impl Ready {
    fn new(browser: Browser) -> Self {
        let known = [
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("current_password", PASSWORD),
            ("country_code", "+1"),
            ("next", paths::PROFILE),
        ];
        let known = known.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { browser, known: known.into() }
    }

    #[must_use]
    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.known.insert(name.to_owned(), value.into());
        self
    }

    fn with_new_password(self) -> Self {
        self.with("password", OWN).with("confirm_password", OWN)
    }
}

/// The page that a form belongs to, or the one that it lies below.
fn page_of(path: &str) -> Option<Page> {
    let below = |page: &Page| path.strip_prefix(page.path()).is_some_and(|rest| rest.starts_with('/'));
    Page::at(path)
        .map(|(page, _)| page)
        .or_else(|| Page::ALL.into_iter().filter(below).max_by_key(|page| page.path().len()))
}

pub async fn ready_for(world: &World, form: &Form) -> Ready {
    match page_of(form.path) {
        None | Some(Page::Start) => Ready::new(world.server.browser()).with("theme", "dark"),
        Some(Page::SignIn) => signing_in(world, form).await,
        Some(Page::SignInCode) => at_second_step(world, form).await,
        Some(Page::NewPassword) => with_first_password(world).await,
        Some(Page::SignUp) => signing_up(world),
        Some(Page::Confirm) => signed_up(world, form).await,
        Some(Page::ForgotPassword | Page::ResetPassword) => resetting(world, form).await,
        Some(Page::Undo) => undoing(world).await,
        Some(Page::RequiredDetails) => without_details(world).await,
        Some(Page::UpdateEmail) => changing_email(world).await,
        Some(Page::UpdatePhone) => changing_phone(world).await,
        Some(Page::VerifyContact) => of(&world.person().await).with("names", "phone_number"),
        Some(Page::ChangePassword) => of(&world.person().await).with_new_password(),
        Some(Page::AddPasskey) => adding_passkey(world, form).await,
        Some(Page::Reauthenticate) => confirming(world, form).await,
        Some(Page::AuthenticatorApp) => setting_up_app(world).await,
        Some(Page::Security | Page::RecoveryCodes) => secured(world).await,
        Some(Page::Profile | Page::Activity | Page::Account | Page::DeleteAccount | Page::SignOut) => {
            with_profile(world).await
        }
    }
}

/// Whoever is signed in, and nothing more.
pub fn of(person: &Person) -> Ready {
    Ready::new(person.browser.clone()).with("username", &person.names.username)
}

fn signing_up(world: &World) -> Ready {
    let names = world.names();
    Ready::new(world.server.browser())
        .with("username", names.username)
        .with("attributes[email]", names.email)
        .with("attributes[given_name]", "Jane")
}

async fn signing_in(world: &World, form: &Form) -> Ready {
    let mut person = world.person().await;
    let mut ready = Ready::new(world.server.browser()).with("username", &person.names.username);
    if form.has("credential") {
        let mut device = add_passkey(&mut person.browser).await;
        let asked = ready.browser.json(paths::SIGN_IN_PASSKEY_OPTIONS, &[]).await.ok();
        let credential = device.get(asked["options"].as_str().unwrap()).unwrap();
        ready = ready.with("state", asked["state"].as_str().unwrap()).with("credential", credential);
    }
    ready
}

async fn add_passkey(browser: &mut Browser) -> Authenticator {
    let mut device = Authenticator::at(ORIGIN);
    let asked = browser.json(paths::SECURITY_PASSKEYS_OPTIONS, &[]).await.ok();
    let credential = device.create(asked["options"].as_str().unwrap()).unwrap();
    let state = asked["state"].as_str().unwrap();
    let fields = [("passkey_name", "My phone"), ("state", state), ("credential", &credential)];
    browser.json(paths::SECURITY_PASSKEYS, &fields).await.ok();
    device
}

/// Another second step takes a code of the one that is on, or a recovery code.
async fn turn_on(browser: &mut Browser, factor: &str, step_code: &str) {
    let form = [("factor", factor), ("wish", "on"), ("step_code", step_code)];
    browser.json(paths::SECURITY_FACTORS, &form).await.ok();
}

/// Somebody who was asked for the code of an app, and chose one by mail.
async fn at_second_step(world: &World, form: &Form) -> Ready {
    let mut person = world.person().await;
    let app_code = new_app(world, &person).await;
    person.browser.json(paths::SECURITY_APP, &[("code", &app_code)]).await.ok();
    let page = person.browser.get(paths::SECURITY_RECOVERY).await.text();
    let recovery_codes = between(&page, "class=\"codes mono\"", "</ul>");
    let recovery_code = between(recovery_codes, "<li>", "</li>").to_owned();
    let (_, others) = recovery_codes.split_once("</li>").unwrap();
    turn_on(&mut person.browser, "EMAIL_OTP", between(others, "<li>", "</li>")).await;

    let mut browser = world.server.browser();
    let who = [("username", &*person.names.username), ("password", PASSWORD)];
    browser.submit(paths::SIGN_IN, &who).await.leads_to(paths::SIGN_IN_CODE);
    browser.json(paths::SIGN_IN_CODE_CHOOSE, &[("factor", "EMAIL_OTP")]).await.ok();
    let code = world.server.code_for(&person.names.email).await;
    world.server.wait(COOLDOWN);
    let is_recovery = form.path == paths::SIGN_IN_CODE_RECOVERY;
    Ready::new(browser)
        .with("factor", "SOFTWARE_TOKEN_MFA")
        .with("code", if is_recovery { recovery_code } else { code })
}

/// The code of an app that is being set up.
async fn new_app(world: &World, person: &Person) -> String {
    let request = json!({ "AccessToken": person.tokens.access });
    let set_up = world.server.wire("AssociateSoftwareToken", request).await.ok();
    shown_by(set_up["SecretCode"].as_str().unwrap(), world.server.pool.now()).unwrap()
}

async fn with_first_password(world: &World) -> Ready {
    let names = world.made_by_administrator().await;
    let mut browser = world.server.browser();
    let who = [("username", &*names.username), ("password", PASSWORD)];
    browser.submit(paths::SIGN_IN, &who).await.leads_to(paths::SIGN_IN_NEW_PASSWORD);
    Ready::new(browser).with_new_password().with("attributes[given_name]", "Jane")
}

async fn without_details(world: &World) -> Ready {
    let names = world.made_with_password().await;
    let mut browser = world.server.browser();
    let who = [("username", &*names.username), ("password", PASSWORD)];
    browser.submit(paths::SIGN_IN, &who).await.leads_to(paths::PROFILE_REQUIRED);
    Ready::new(browser).with("attributes[given_name]", "Jane")
}

/// A sign-up that waits for its code, or for a password where the code was entered elsewhere.
async fn signed_up(world: &World, form: &Form) -> Ready {
    if [paths::CONFIRM_TAKE_BACK, paths::CONFIRM_ANEW].contains(&form.path) {
        return with_former_contact(world).await;
    }
    let SignedUp { browser, names } = world.sign_up().await;
    let code = world.code_for(&names.email).await;
    if [paths::CONFIRM_PASSWORD, paths::CONFIRM_NEW_PASSWORD].contains(&form.path) {
        let mut elsewhere = world.server.browser();
        let entered = [("username", &*names.username), ("code", &code)];
        elsewhere.json(paths::CONFIRM, &entered).await.ok();
        return Ready::new(elsewhere).with_new_password();
    }
    world.server.wait(COOLDOWN);
    Ready::new(browser).with("code", code).with("email", world.names().email)
}

/// Somebody who replaced their address, and a browser that has the link from the mail to the old one.
async fn undoing(world: &World) -> Ready {
    let old = replaced_email(world).await;
    let letters = world.server.letters_to(&old.email).await;
    let link = letters.iter().find_map(|letter| letter.text.split_once("/undo?token=")).unwrap().1;
    Ready::new(world.server.browser()).with("token", link.split_whitespace().next().unwrap())
}

/// What whoever replaced their address was called before.
async fn replaced_email(world: &World) -> Names {
    let (mut person, new) = (world.person().await, world.names());
    person.browser.json(paths::PROFILE_EMAIL, &[("attributes[email]", &new.email)]).await.ok();
    let code = world.code_for(&new.email).await;
    person.browser.json(paths::PROFILE_EMAIL_VERIFY, &[("code", &code)]).await.ok();
    person.names
}

/// Somebody who signed up with an address that another account had until lately, and entered the code.
async fn with_former_contact(world: &World) -> Ready {
    let (email, mut browser) = (replaced_email(world).await.email, world.server.browser());
    let username = world.names().username;
    let form = [
        ("username", &*username),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("attributes[email]", &email),
        ("attributes[given_name]", "Jane"),
    ];
    browser.submit(paths::SIGN_UP, &form).await.leads_to(paths::CONFIRM);
    world.server.wait(COOLDOWN * 40);
    let code = world.code_for(&email).await;
    browser.submit(paths::CONFIRM, &[("code", &code)]).await.leads_to(paths::CONFIRM);
    Ready::new(browser)
}

async fn resetting(world: &World, form: &Form) -> Ready {
    let person = world.person().await;
    let who = [("username", &*person.names.username)];
    let mut ready =
        Ready::new(world.server.browser()).with("username", &person.names.username).with_new_password();
    if form.path != paths::FORGOT_PASSWORD {
        ready.browser.submit(paths::FORGOT_PASSWORD, &who).await.leads_to(paths::RESET_PASSWORD);
        let code = world.server.code_for(&person.names.email).await;
        world.server.wait(COOLDOWN);
        ready = ready.with("code", code);
    }
    ready
}

async fn with_profile(world: &World) -> Ready {
    let mut person = world.person().await;
    person.browser.json(paths::PROFILE, &[("attributes[nickname]", "Jo")]).await.ok();
    of(&person).with("attributes[nickname]", "Joe").with("names", "nickname").with("confirmation", "delete")
}

async fn changing_email(world: &World) -> Ready {
    let (mut person, names) = (world.person().await, world.names());
    person.browser.json(paths::PROFILE_EMAIL, &[("attributes[email]", &names.email)]).await.ok();
    let code = world.code_for(&names.email).await;
    world.server.wait(COOLDOWN);
    of(&person).with("code", code).with("attributes[email]", world.names().email)
}

async fn changing_phone(world: &World) -> Ready {
    let (mut person, names) = (world.person().await, world.names());
    let number = [("country_code", "+1"), ("attributes[phone_number]", &*names.phone)];
    person.browser.json(paths::PROFILE_PHONE, &number).await.ok();
    let code = world.code_for(&format!("+1{}", names.phone)).await;
    world.server.wait(COOLDOWN);
    of(&person).with("code", code).with("attributes[phone_number]", world.names().phone)
}

async fn adding_passkey(world: &World, form: &Form) -> Ready {
    let mut person = world.person().await;
    if !form.has("credential") {
        add_passkey(&mut person.browser).await;
        let page = person.browser.get(paths::SECURITY).await.text();
        return of(&person).with("passkey", hidden(&page, "passkey"));
    }
    let asked = person.browser.json(paths::SECURITY_PASSKEYS_OPTIONS, &[]).await.ok();
    let credential = Authenticator::at(ORIGIN).create(asked["options"].as_str().unwrap()).unwrap();
    of(&person)
        .with("passkey_name", "My phone")
        .with("state", asked["state"].as_str().unwrap())
        .with("credential", credential)
}

/// Somebody who confirms that it is them: with what they have, or with a code where that is nothing.
async fn confirming(world: &World, form: &Form) -> Ready {
    let mut person = world.person().await;
    if form.has("credential") {
        let mut device = add_passkey(&mut person.browser).await;
        let asked = person.browser.json(paths::SECURITY_CONFIRM_PASSKEY_OPTIONS, &[]).await.ok();
        let credential = device.get(asked["options"].as_str().unwrap()).unwrap();
        return of(&person).with("state", asked["state"].as_str().unwrap()).with("credential", credential);
    }
    if [paths::SECURITY_CONFIRM_SEND, paths::SECURITY_CONFIRM_CODE].contains(&form.path) {
        forget_password(world, &person).await;
        world.server.wait(FOUR_DAYS);
    }
    if form.path == paths::SECURITY_CONFIRM_CODE {
        person.browser.json(paths::SECURITY_CONFIRM_SEND, &[]).await.ok();
        return of(&person).with("code", world.server.code_for(&person.names.email).await);
    }
    of(&person)
}

async fn forget_password(world: &World, person: &Person) {
    let mut tx = world.server.pool.store().begin().await.unwrap();
    let name = world.server.pool.settings().identifier(&person.names.username).unwrap();
    let found = users::by_identifier(&mut tx, &name).await.unwrap().unwrap();
    users::forget_password(&mut tx, found.id).await.unwrap();
    tx.commit().await.unwrap();
}

async fn setting_up_app(world: &World) -> Ready {
    let person = world.person().await;
    let code = new_app(world, &person).await;
    of(&person).with("code", code)
}

/// Somebody with a second factor, a passkey and another session.
async fn secured(world: &World) -> Ready {
    let mut person = world.person().await;
    let who = [("username", &*person.names.username), ("password", PASSWORD)];
    add_passkey(&mut person.browser).await;
    turn_on(&mut person.browser, "EMAIL_OTP", "").await;
    let codes = person.browser.get(paths::SECURITY_RECOVERY).await.text();
    let listed: Vec<_> = between(&codes, "class=\"codes mono\"", "</ul>").split("<li>").collect();
    let [recovery_code, another] = [1, 2].map(|nth| listed[nth].trim_end_matches("</li>"));
    let mut elsewhere = world.server.browser();
    elsewhere.json(paths::SIGN_IN, &who).await.ok();
    elsewhere.json(paths::SIGN_IN_CODE_RECOVERY, &[("code", another)]).await.ok();
    let page = person.browser.get(paths::SECURITY).await.text();
    of(&person)
        .with("step_code", recovery_code)
        .with("factor", "EMAIL_OTP")
        .with("wish", "off")
        .with("session", hidden(&page, "session"))
        .with("passkey", hidden(&page, "passkey"))
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    between(page, &format!("name=\"{name}\" value=\""), "\"")
}

fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let rest = page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}")).1;
    rest.split_once(end).unwrap().0
}
