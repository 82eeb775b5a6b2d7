//! The list of pages: each at its addresses, under its title, for whoever may see it, and a sign-in that is
//! asked for at any of them leads back there.
#![expect(clippy::unwrap_used, reason = "a test that can't be set up has failed")]

mod support;

use accounts::admin::{FirstPassword, NewUser};
use accounts::factors::shown_by;
use accounts::testing::Authenticator;
use app::text::title;
use leptos::server_fn::axum::server_fn_paths;
use model::{Access, Page, Password, paths};
use std::collections::BTreeSet;
use support::{Answer, Browser, PASSWORD, TestServer};

const WHO: [(&str, &str); 2] = [("username", "jdoe"), ("password", PASSWORD)];
const OWN: &str = "my-own-password-at-last";
/// What has become required since the account was made.
const REQUIRED: &str = "[attributes]\nrequired = [\"email\", \"given_name\"]\n";

/// The pages that ask for a sign-in.
fn account_pages() -> impl Iterator<Item = Page> {
    Page::ALL.into_iter().filter(|page| page.access() == Access::SignedIn)
}

fn with_next(form: &[(&'static str, &'static str)], next: Page) -> Vec<(&'static str, &'static str)> {
    [form, &[("next", next.path())]].concat()
}

/// An account that the operator has made, with an unproven number.
async fn made(server: &TestServer, password: FirstPassword) {
    let attributes = [("email", "me@domain.com"), ("phone_number", "+12128601234")];
    let new = NewUser {
        username: Some("jdoe".into()),
        password,
        attributes: attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        verified: false,
    };
    accounts::admin::create_user(&server.pool, new).await.unwrap();
}

async fn with_account(toml: &str) -> TestServer {
    let server = TestServer::with(toml).await;
    made(&server, FirstPassword::Permanent(Password::new(PASSWORD))).await;
    server
}

/// Turns an authenticator app on, and answers its secret.
async fn with_app(server: &TestServer) -> String {
    let mut browser = server.browser();
    browser.submit(paths::SIGN_IN, &with_next(&WHO, Page::Security)).await.leads_to(paths::SECURITY);
    browser.submit(paths::SECURITY_APP_NEW, &[]).await.leads_to(paths::SECURITY_APP);
    let text = browser.get(paths::SECURITY_APP).await.text();
    let key = text.split("class=\"mono key\"").nth(1).unwrap().split(['>', '<']).nth(1).unwrap();
    let secret = key.replace(' ', "");
    let code = shown_by(&secret, server.pool.now()).unwrap();
    browser.submit(paths::SECURITY_APP, &[("code", &code)]).await.leads_to(paths::SECURITY_RECOVERY);
    secret
}

/// A browser that is shown the page when it asks for it, or the page that it is led on to; and its server, whose
/// store goes with it.
struct Ready {
    browser: Browser,
    _server: TestServer,
}

/// Who is shown a page.
enum Shown {
    /// Or what it leads on to.
    Stranger,
    SignedIn,
    /// Somebody whose password was right, and whose app is asked next.
    SecondStep,
    /// Somebody whose password the operator chose.
    FirstPassword,
    /// Somebody who lacks what has become required.
    Incomplete,
}

/// Who is shown this one.
const fn shown_to(page: Page) -> Shown {
    match page {
        Page::Start
        | Page::SignIn
        | Page::SignUp
        | Page::Confirm
        | Page::ForgotPassword
        | Page::ResetPassword
        | Page::Undo => Shown::Stranger,
        Page::SignInCode => Shown::SecondStep,
        Page::NewPassword => Shown::FirstPassword,
        Page::RequiredDetails => Shown::Incomplete,
        Page::Profile
        | Page::UpdateEmail
        | Page::UpdatePhone
        | Page::VerifyContact
        | Page::Security
        | Page::ChangePassword
        | Page::AddPasskey
        | Page::Reauthenticate
        | Page::AuthenticatorApp
        | Page::RecoveryCodes
        | Page::Activity
        | Page::Account
        | Page::DeleteAccount
        | Page::SignOut => Shown::SignedIn,
    }
}

async fn ready_for(page: Page) -> Ready {
    let server = match shown_to(page) {
        Shown::Stranger => TestServer::new().await,
        Shown::SignedIn => with_account("").await,
        Shown::SecondStep => {
            let server = with_account("").await;
            with_app(&server).await;
            server
        }
        Shown::FirstPassword => {
            let server = TestServer::new().await;
            made(&server, FirstPassword::Temporary(Password::new(PASSWORD))).await;
            server
        }
        Shown::Incomplete => with_account("").await.again_with(REQUIRED).await,
    };
    let mut browser = server.browser();
    match shown_to(page) {
        Shown::Stranger => {}
        Shown::SignedIn => {
            browser.submit(paths::SIGN_IN, &with_next(&WHO, Page::Profile)).await.leads_to(paths::PROFILE);
        }
        Shown::SecondStep | Shown::FirstPassword | Shown::Incomplete => {
            browser.submit(paths::SIGN_IN, &WHO).await.leads_to(page.path());
        }
    }
    Ready { browser, _server: server }
}

fn title_in(answer: &Answer) -> String {
    let text = answer.text();
    let title = text.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
    title.to_owned()
}

#[tokio::test]
async fn page_at_each_of_its_addresses_has_its_title() {
    for page in Page::ALL {
        let Ready { mut browser, _server } = ready_for(page).await;
        for address in page.addresses() {
            let mut answer = browser.get(address).await;
            if page == Page::Start {
                answer.leads_to(paths::SIGN_IN);
                answer = browser.get(paths::SIGN_IN).await;
            }
            assert_eq!(answer.status, 200, "{address}");
            assert_eq!(title_in(&answer), format!("{} · Nameplate", title(page)), "{address}");
        }
    }
}

#[tokio::test]
async fn page_title_with_html_in_it_is_escaped() {
    let server = TestServer::with("[pool]\nname = \"A & B </title><b>\"\n").await;
    let answer = server.browser().get(paths::SIGN_IN).await;
    assert_eq!(title_in(&answer), "Sign in · A &amp; B &lt;/title&gt;&lt;b&gt;");
}

#[tokio::test]
async fn page_that_may_not_be_seen_redirects() {
    let server = with_account("").await;
    let mut owner = server.browser();
    owner.submit(paths::SIGN_IN, &with_next(&WHO, Page::Profile)).await.leads_to(paths::PROFILE);
    for page in Page::ALL {
        for address in page.addresses() {
            match page.access() {
                Access::SignedOut => owner.get(address).await.leads_to(paths::PROFILE),
                Access::SignedIn => {
                    let sign_in = format!("{}?next={}", paths::SIGN_IN, page.path());
                    server.browser().get(address).await.leads_to(&sign_in);
                }
                Access::Anyone => {
                    assert!(owner.get(address).await.status.as_u16() < 400, "{address}");
                    assert!(server.browser().get(address).await.status.as_u16() < 400, "{address}");
                }
            }
        }
    }
}

#[tokio::test]
async fn page_forms_and_server_functions_have_the_same_addresses() {
    // Not even a page that was refused comes from these: scripts alone ask for them, and a form on every
    // page.
    let alone = [
        paths::PROFILE_REFRESH,
        paths::SECURITY_PASSKEYS_OPTIONS,
        paths::SECURITY_CONFIRM_PASSKEY_OPTIONS,
        paths::SIGN_IN_PASSKEY_OPTIONS,
        paths::THEME,
    ];
    let functions: BTreeSet<_> = server_fn_paths().map(|(path, _)| path).collect();
    let without_form = [Page::Start, Page::Security, Page::Activity, Page::Account];
    let own = Page::ALL.into_iter().filter(|page| !without_form.contains(page)).map(Page::path);
    let all = own.chain(Page::ALL.into_iter().flat_map(|page| page.forms().iter().copied())).chain(alone);
    assert_eq!(functions, all.collect());
}

#[tokio::test]
async fn sign_in_asked_for_by_a_page_leads_back_to_it() {
    let server = with_account("").await;
    for page in account_pages() {
        let mut browser = server.browser();
        let asked = browser.get(page.path()).await.header("location").to_owned();
        let form = format!("name=\"next\" value=\"{}\"", page.path());
        browser.get(&asked).await.says(&form);
        // A wrong password is no reason to forget it.
        let wrong = [("username", "jdoe"), ("password", "a guess")];
        browser.submit(paths::SIGN_IN, &with_next(&wrong, page)).await.says(&form);
        browser.submit(paths::SIGN_IN, &with_next(&WHO, page)).await.leads_to(page.path());
        browser.get(&asked).await.leads_to(page.path());
        let scripted = server.browser().json(paths::SIGN_IN, &with_next(&WHO, page)).await;
        assert_eq!((scripted.status.as_u16(), scripted.header("location")), (200, page.path()));
    }
}

#[tokio::test]
async fn form_without_a_session_leads_back_to_its_page() {
    let server = TestServer::new().await;
    for page in account_pages() {
        for address in page.addresses().filter(|address| server_fn_paths().any(|(path, _)| path == *address))
        {
            let sign_in = format!("{}?next={}", paths::SIGN_IN, page.path());
            server.browser().submit(address, &[]).await.leads_to(&sign_in);
        }
    }
}

#[tokio::test]
async fn second_step_leads_back_to_the_page_that_asked() {
    let server = with_account("").await;
    let secret = with_app(&server).await;
    for page in account_pages() {
        server.wait(30);
        let mut browser = server.browser();
        browser.submit(paths::SIGN_IN, &with_next(&WHO, page)).await.leads_to(paths::SIGN_IN_CODE);
        let back = format!("href=\"{}?next={}\"", paths::SIGN_IN, page.path());
        browser.get(paths::SIGN_IN_CODE).await.says(&back);
        let code = shown_by(&secret, server.pool.now()).unwrap();
        browser.submit(paths::SIGN_IN_CODE, &[("code", &code)]).await.leads_to(page.path());
    }
}

#[tokio::test]
async fn second_step_that_took_too_long_keeps_the_page_that_asked() {
    let server = with_account("").await;
    with_app(&server).await;
    let mut browser = server.browser();
    browser.submit(paths::SIGN_IN, &with_next(&WHO, Page::Activity)).await.leads_to(paths::SIGN_IN_CODE);
    server.wait(3600);
    let page = browser.get(paths::SIGN_IN_CODE).await;
    page.says("This sign-in took too long");
    page.says("href=\"/sign-in?next=/activity\"");
}

#[tokio::test]
async fn new_password_step_leads_back_to_the_page_that_asked() {
    for page in account_pages() {
        let server = TestServer::new().await;
        made(&server, FirstPassword::Temporary(Password::new(PASSWORD))).await;
        let mut browser = server.browser();
        browser.submit(paths::SIGN_IN, &with_next(&WHO, page)).await.leads_to(paths::SIGN_IN_NEW_PASSWORD);
        let own = [("password", OWN), ("confirm_password", OWN)];
        browser.submit(paths::SIGN_IN_NEW_PASSWORD, &own).await.leads_to(page.path());
    }
}

#[tokio::test]
async fn required_details_lead_back_to_the_page_that_asked() {
    for page in account_pages().filter(|page| *page != Page::RequiredDetails) {
        let server = with_account("").await.again_with(REQUIRED).await;
        let mut browser = server.browser();
        let step = format!("{}?next={}", paths::PROFILE_REQUIRED, page.path());
        browser.submit(paths::SIGN_IN, &with_next(&WHO, page)).await.leads_to(&step);
        browser.get(&step).await.says(&format!("name=\"next\" value=\"{}\"", page.path()));
        let refused = browser.submit(paths::PROFILE_REQUIRED, &with_next(&[], page)).await;
        refused.says(&format!("name=\"next\" value=\"{}\"", page.path()));
        let details = [("attributes[given_name]", "Jane")];
        browser.submit(paths::PROFILE_REQUIRED, &with_next(&details, page)).await.leads_to(page.path());
    }
}

#[tokio::test]
async fn passkey_sign_in_leads_back_to_the_page_that_asked() {
    let server = with_account("").await;
    let mut browser = server.browser();
    let mut device = Authenticator::at("http://localhost:3000");
    browser.submit(paths::SIGN_IN, &WHO).await;
    let asked = browser.json(paths::SECURITY_PASSKEYS_OPTIONS, &[]).await.ok();
    let credential = device.create(asked["options"].as_str().unwrap()).unwrap();
    let state = asked["state"].as_str().unwrap();
    let form = [("passkey_name", "My phone"), ("state", state), ("credential", &credential)];
    browser.json(paths::SECURITY_PASSKEYS, &form).await.ok();
    for page in account_pages() {
        let mut browser = server.browser();
        browser.get(&Page::SignIn.on_the_way_to(Some(page))).await;
        let asked = browser.json(paths::SIGN_IN_PASSKEY_OPTIONS, &[]).await.ok();
        let credential = device.get(asked["options"].as_str().unwrap()).unwrap();
        let state = asked["state"].as_str().unwrap();
        let form = [("state", state), ("credential", &credential), ("next", page.path())];
        let answer = browser.json(paths::SIGN_IN_PASSKEY, &form).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (200, page.path()));
    }
}

#[tokio::test]
async fn sign_in_with_a_hostile_next_leads_to_our_own_pages() {
    let server = with_account("").await;
    let secret = with_app(&server).await;
    let hostile = [
        "//evil.example",
        "https://evil.example/profile",
        "/profile?x=//evil.example",
        "/sign-in",
        "/sign-out",
    ];
    for next in hostile {
        server.wait(30);
        let mut browser = server.browser();
        let page = browser.get(&format!("{}?next={next}", paths::SIGN_IN)).await.text();
        assert_eq!(page.matches("name=\"next\"").count(), 1, "the theme's form alone leads back: {page}");
        browser.submit(paths::SIGN_IN, &[WHO[0], WHO[1], ("next", next)]).await.leads_to(paths::SIGN_IN_CODE);
        assert!(!browser.jar["nameplate-challenge"].contains("evil"));
        // Whoever changes the cookie is led nowhere else either.
        let token = browser.jar["nameplate-challenge"].clone();
        browser.jar.insert("nameplate-challenge".into(), format!("{token}{next}"));
        let code = shown_by(&secret, server.pool.now()).unwrap();
        let answer = browser.submit(paths::SIGN_IN_CODE, &[("code", &code)]).await;
        let led_to = answer.header("location");
        assert!(["/profile", "/verify-contact", "/sign-in"].contains(&led_to), "{led_to}");
        browser.get(&format!("{}?next={next}", paths::PROFILE_REQUIRED)).await.never_says("evil");
    }
}
