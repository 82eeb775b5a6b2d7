//! A contact that nobody has proven, after sign-in: asked for once, verified or skipped.

mod support;

use support::{Browser, PASSWORD, TestServer};

const NUMBER: &str = "+12128601234";
const WHO: [(&str, &str); 2] = [("username", "jdoe"), ("password", PASSWORD)];

/// A confirmed account with an unproven number, and a browser that it has never used.
async fn somebody(server: &TestServer) -> Browser {
    let mut browser = server.browser();
    let attributes = [
        ("attributes[email]", "me@domain.com"),
        ("attributes[phone_number]", NUMBER),
        ("confirm_password", PASSWORD),
    ];
    browser.submit("/sign-up", &[&WHO[..], &attributes[..]].concat()).await.leads_to("/confirm");
    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    browser.submit("/sign-out", &[]).await;
    browser.submit("/sign-in", &WHO).await.leads_to("/profile");
    server.browser()
}

#[tokio::test]
async fn unverified_contact_is_asked_for_after_sign_in_and_verified() {
    let server = TestServer::new().await;
    let mut browser = somebody(&server).await;
    browser.get("/verify-contact").await.leads_to("/sign-in?next=/verify-contact");
    browser.submit("/sign-in", &WHO).await.leads_to("/verify-contact");
    let page = browser.get("/verify-contact").await;
    page.says("Account recovery requires verified contact information");
    page.says("+*******1234");
    page.never_says(NUMBER);
    page.never_says("value=\"email\"");
    browser.submit("/verify-contact", &[]).await.refuses(422, "Choose one from the list.");
    browser
        .submit("/verify-contact", &[("names", "nickname")])
        .await
        .refuses(422, "Choose one from the list.");
    browser.submit("/verify-contact", &[("names", "phone_number")]).await.leads_to("/profile/phone");
    browser.get("/profile/phone").await.says("We sent a new code to +1 212 860 1234.");
    let code = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    browser.get("/verify-contact").await.leads_to("/profile");
    server.browser().submit("/sign-in", &WHO).await.leads_to("/profile");
}

#[tokio::test]
async fn verify_contact_page_can_be_skipped_and_yields_to_a_next_page() {
    let server = TestServer::new().await;
    let mut browser = somebody(&server).await;
    browser
        .submit("/sign-in", &[&WHO[..], &[("next", "/profile/email")]].concat())
        .await
        .leads_to("/profile/email");
    browser.submit("/sign-out", &[]).await;
    browser.submit("/sign-in", &WHO).await.leads_to("/verify-contact");
    browser.submit("/verify-contact/skip", &[]).await.leads_to("/profile");
    browser.submit("/sign-out", &[]).await;
    browser.submit("/sign-in", &WHO).await.leads_to("/profile");
    browser.get("/verify-contact").await.says("Skip");
}
