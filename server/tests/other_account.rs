//! A form belongs to the account that it was rendered for.

#![expect(clippy::unwrap_used, reason = "a test that can’t read a page has failed")]

mod support;

use leptos::server_fn::axum::server_fn_paths;
use model::{Access, Page, paths};
use serde_json::json;
use support::{Browser, TestServer};

/// The functions that act for whoever is signed in.
fn functions_of_accounts() -> Vec<&'static str> {
    let functions: Vec<_> = server_fn_paths().map(|(path, _)| path).collect();
    let of_accounts = Page::ALL.into_iter().filter(|page| page.access() == Access::SignedIn);
    let posts = of_accounts.flat_map(Page::addresses).filter(|path| functions.contains(path));
    posts
        .chain([
            paths::PROFILE_REFRESH,
            paths::SECURITY_PASSKEYS_OPTIONS,
            paths::SECURITY_CONFIRM_PASSKEY_OPTIONS,
            paths::SIGN_OUT,
        ])
        .collect()
}

/// What the pages of whoever is signed in say of their account.
async fn account_of(browser: &mut Browser) -> String {
    let page = browser.get("/profile").await.text();
    let (_, rest) = page.split_once("data-account=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn form_of_another_account_is_refused_at_every_address() {
    let server = TestServer::new().await;
    let account = account_of(&mut server.signed_in("anna", "anna@domain.com").await).await;
    let mut browser = server.signed_in("ben", "ben@domain.com").await;
    let of_functions = functions_of_accounts();
    assert!(of_functions.len() > 20, "{of_functions:?}");
    for path in of_functions {
        for sent in [account.as_str(), "", "x"] {
            let answer = browser.json(path, &[("account", sent)]).await;
            let told = (answer.status.as_u16(), answer.json()["form"].clone());
            assert_eq!(told, (409, json!("OtherAccount")), "{path} for {sent:?}");
        }
    }
    assert_eq!(browser.get("/profile").await.status, 200, "ben is still signed in");
}

#[tokio::test]
async fn form_of_another_account_shows_nothing_of_what_was_typed() {
    let server = TestServer::new().await;
    let account = account_of(&mut server.signed_in("anna", "anna@domain.com").await).await;
    let mut browser = server.signed_in("ben", "ben@domain.com").await;
    let typed = [("account", account.as_str()), ("attributes[nickname]", "Annie")];
    let page = browser.submit("/profile?edit=about", &typed).await;
    page.refuses(409, "This page belonged to another account");
    page.never_says("Annie");
    page.never_says("ben@domain.com");
    browser.get("/profile").await.never_says("Annie");
}

#[tokio::test]
async fn error_page_of_a_signed_in_person_greets_the_account_of_now() {
    let server = TestServer::new().await;
    let account = account_of(&mut server.signed_in("anna", "anna@domain.com").await).await;
    let mut browser = server.signed_in("ben", "ben@domain.com").await;
    let page = browser.submit("/profile", &[("account", &account), ("attributes[nickname]", "Annie")]).await;
    page.refuses(409, "<bdi><strong>ben</strong></bdi>");
    assert_eq!(page.header("cache-control"), "no-store");
    page.never_says("href=\"/sign-in\"");
    page.never_says("tell the site’s owner");
    let missing = browser.get("/no-such-page").await;
    missing.refuses(404, "<bdi><strong>ben</strong></bdi>");
    missing.never_says("href=\"/sign-in\"");
    let stranger = server.browser().get("/no-such-page").await;
    stranger.refuses(404, "href=\"/sign-in\"");
    stranger.never_says("You are signed in");
}

#[tokio::test]
async fn error_page_where_people_have_no_username_greets_by_address() {
    let server = TestServer::with("[pool]\nsign_in = [\"email\"]\n").await;
    let account = account_of(&mut server.signed_in("anna@domain.com", "anna@domain.com").await).await;
    let mut browser = server.signed_in("ben@domain.com", "ben@domain.com").await;
    browser
        .submit("/profile", &[("account", &account)])
        .await
        .refuses(409, "<bdi><strong>ben@domain.com</strong></bdi>");
}

#[tokio::test]
async fn form_of_ones_own_account_works_in_any_session_of_it() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("anna", "anna@domain.com").await;
    let account = account_of(&mut browser).await;
    browser.submit("/sign-out", &[("account", &account)]).await.leads_to("/sign-in");
    // Twice is signing out.
    browser.submit("/sign-out", &[("account", &account)]).await.leads_to("/sign-in");
    let credentials = [("username", "anna"), ("password", support::PASSWORD)];
    browser.submit("/sign-in", &credentials).await;
    let typed = [("account", account.as_str()), ("attributes[nickname]", "Annie")];
    browser.submit("/profile", &typed).await.leads_to("/profile");
    browser.get("/profile").await.says("Annie");
}

#[tokio::test]
async fn form_without_an_account_is_carried_out() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("anna", "anna@domain.com").await;
    browser.submit("/profile", &[("attributes[nickname]", "Annie")]).await.leads_to("/profile");
}

#[tokio::test]
async fn form_of_every_signed_in_page_names_its_account() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("anna", "anna@domain.com").await;
    let named =
        format!("<input type=\"hidden\" name=\"account\" value=\"{}\"", account_of(&mut browser).await);
    let of_accounts = Page::ALL.into_iter().filter(|page| page.access() == Access::SignedIn);
    let mut seen = 0;
    for path in of_accounts.flat_map(Page::addresses).chain(["/profile?edit=about", "/profile?edit=contact"])
    {
        let page = browser.get(path).await.text();
        // The theme is the browser's, whoever uses it.
        for form in page.split("<form").skip(1).filter(|form| !form.contains("class=\"theme\"")) {
            let form = form.split("</form>").next().expect("a split has a first part");
            assert!(form.contains(&named), "{path}: {form}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
    // What an open page re-reads has forms too.
    let refreshed = browser.json(paths::PROFILE_REFRESH, &[]).await.text();
    assert_eq!(refreshed.matches("<form").count(), refreshed.matches("name=\\\"account\\\"").count());
}

#[tokio::test]
async fn event_stream_of_another_account_ends_at_once() {
    let server = TestServer::new().await;
    let account = account_of(&mut server.signed_in("anna", "anna@domain.com").await).await;
    let mut browser = server.signed_in("ben", "ben@domain.com").await;
    let stream = browser.get(&format!("/events?after=0&account={account}")).await;
    assert_eq!(stream.text(), "event: signed-out\ndata: {}\n\n");
}
