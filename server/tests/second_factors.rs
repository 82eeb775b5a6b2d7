//! The second step of signing in, raw: forms as a browser without scripts posts them, and as our scripts do.

mod support;

use accounts::factors::shown_by;
use serde_json::json;
use support::{Browser, PASSWORD, TestServer, another};

const CODE: &str = "/sign-in/code";

/// The key that the page shows to whoever sets an app up.
fn key_in(page: &str) -> String {
    let key = page
        .split("class=\"mono key\"")
        .nth(1)
        .and_then(|rest| rest.split(['>', '<']).nth(1))
        .unwrap_or_default();
    key.replace(' ', "")
}

fn codes_in(page: &str) -> Vec<String> {
    let list = page
        .split("class=\"codes mono\"")
        .nth(1)
        .and_then(|rest| rest.split("</ul>").next())
        .unwrap_or_default();
    list.split("<li>").skip(1).filter_map(|item| item.split("</li>").next()).map(str::to_owned).collect()
}

fn shown(server: &TestServer, secret: &str) -> String {
    shown_by(secret, server.pool.now()).unwrap_or_default()
}

/// Turns an app on, and answers its secret.
async fn set_up(server: &TestServer, browser: &mut Browser) -> String {
    browser.submit("/security/app/new", &[]).await.leads_to("/security/app");
    let page = browser.get("/security/app").await;
    page.says("class=\"qr\"");
    let secret = key_in(&page.text());
    assert_eq!(secret.len(), 32, "{secret}");
    browser
        .submit("/security/app", &[("code", &another(&shown(server, &secret)))])
        .await
        .refuses(422, "not the code that your app shows");
    browser
        .submit("/security/app", &[("code", &shown(server, &secret))])
        .await
        .leads_to("/security/recovery-codes");
    server.wait(30);
    secret
}

async fn enter_password(browser: &mut Browser) {
    browser
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD), ("next", "/security")])
        .await
        .leads_to(CODE);
}

#[tokio::test]
async fn authenticator_app_is_set_up_and_asked_for_at_sign_in() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.get("/security").await.says("Set up");
    browser.get("/security/app").await.says("Show the QR code");
    let secret = set_up(&server, &mut browser).await;
    let page = browser.get("/security").await;
    page.says("Turn off<span class=\"vh\"> ");
    page.says("10 left");

    let mut other = server.browser();
    enter_password(&mut other).await;
    other.get("/profile").await.leads_to("/sign-in?next=/profile");
    let page = other.get(CODE).await;
    page.says("Confirm TOTP Code");
    page.says("autocomplete=\"one-time-code\"");
    page.says("Use a recovery code");
    page.never_says("Resend Code");
    let code = shown(&server, &secret);
    other.submit(CODE, &[("code", &another(&code))]).await.refuses(422, "not the code that your app shows");
    other.submit(CODE, &[("code", "12")]).await.refuses(422, "A code has 6 to 8 digits.");
    other.submit(CODE, &[("code", "")]).await.refuses(422, "Please fill this in.");
    other.submit(CODE, &[("code", &code)]).await.leads_to("/security");
    other.get("/security").await.says("This browser");
    browser.get("/activity").await.says("Sign-in with the right password and a wrong code.");

    let mut third = server.browser();
    enter_password(&mut third).await;
    third.submit(CODE, &[("code", &code)]).await.refuses(422, "used already");
}

#[tokio::test]
async fn recovery_codes_are_shown_until_saved_and_work_once_each() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    set_up(&server, &mut browser).await;
    let page = browser.get("/security/recovery-codes").await;
    page.says("download=\"recovery-codes.txt\"");
    let codes = codes_in(&page.text());
    assert_eq!(codes.len(), 10, "{codes:?}");
    browser.submit("/security/recovery-codes", &[]).await.leads_to("/security");
    browser.get("/security/recovery-codes").await.never_says(&codes[0]);

    let mut other = server.browser();
    enter_password(&mut other).await;
    other
        .submit("/sign-in/code/recovery", &[("code", "nonsense")])
        .await
        .refuses(422, "none of your recovery codes");
    other.submit("/sign-in/code/recovery", &[("code", &codes[0])]).await.leads_to("/security");
    other.get("/security").await.says("9 left");
    let mut third = server.browser();
    enter_password(&mut third).await;
    third.submit("/sign-in/code/recovery", &[("code", &codes[0])]).await.refuses(422, "used already");
    third.submit(CODE, &[("code", &codes[1])]).await.leads_to("/security");
    let told = server.letters_to("me@domain.com").await;
    assert!(told.iter().any(|letter| letter.subject.starts_with("A recovery code was used")), "{told:?}");
}

#[tokio::test]
async fn sign_in_code_by_email_can_be_resent() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/security/factors", &[("factor", "SMS_MFA"), ("wish", "on")])
        .await
        .refuses(422, "has no confirmed address");
    let on = [("factor", "EMAIL_OTP"), ("wish", "on")];
    browser.submit("/security/factors", &on).await.leads_to("/security/recovery-codes");
    browser
        .submit("/security/factors", &[("factor", "EMAIL_OTP"), ("wish", "everything")])
        .await
        .refuses(422, "Choose one from the list");

    let mut other = server.browser();
    enter_password(&mut other).await;
    let page = other.get(CODE).await;
    page.says("Confirm Email Code");
    page.says("m***@d***");
    let first = server.code_for("me@domain.com").await;
    other.submit("/sign-in/code/resend", &[]).await.refuses(429, "Please wait");
    server.wait(31);
    other.submit("/sign-in/code/resend", &[]).await.leads_to(CODE);
    other.get(CODE).await.says("We sent a new code.");
    let second = server.code_for("me@domain.com").await;
    if first != second {
        other.submit(CODE, &[("code", &first)]).await.refuses(422, "not the code we sent");
    }
    other
        .submit("/sign-in/code/choose", &[("factor", "SOFTWARE_TOKEN_MFA")])
        .await
        .refuses(422, "can’t be used");
    other.submit(CODE, &[("code", &second)]).await.leads_to("/security");
    other.get(CODE).await.leads_to("/profile");
}

#[tokio::test]
async fn sign_in_that_waited_too_long_starts_again() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let secret = set_up(&server, &mut browser).await;
    server.browser().get(CODE).await.leads_to("/sign-in");
    server.browser().submit(CODE, &[("code", "123456")]).await.leads_to("/sign-in");
    let mut late = server.browser();
    enter_password(&mut late).await;
    server.wait(601);
    late.get(CODE).await.says("took too long");
    late.submit(CODE, &[("code", &shown(&server, &secret))]).await.refuses(401, "took too long");
}

#[tokio::test]
async fn turn_off_factor_with_a_stale_sign_in_asks_for_the_password() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let secret = set_up(&server, &mut browser).await;
    server.wait(16 * 60);
    let off = [("factor", "SOFTWARE_TOKEN_MFA"), ("wish", "off")];
    let asked = browser.submit("/security/factors", &off).await;
    asked.refuses(422, "Confirm that it’s you to go on.");
    browser.submit("/security/app/new", &[]).await.refuses(422, "Confirm that it’s you to go on.");
    let page = browser.get("/security/recovery-codes").await;
    assert!(codes_in(&page.text()).is_empty(), "nor are the codes shown");
    let [factor, wish] = off;
    browser
        .submit("/security/factors", &[factor, wish, ("current_password", "a guess")])
        .await
        .refuses(422, "not your current password");
    let asked = browser.submit("/security/factors", &[factor, wish, ("current_password", PASSWORD)]).await;
    asked.refuses(422, "Enter the code that your authenticator app shows, or one of your recovery codes.");
    asked.says("name=\"step_code\"");
    let wrong = another(&shown(&server, &secret));
    browser
        .submit("/security/factors", &[factor, wish, ("step_code", &wrong)])
        .await
        .refuses(422, "not the code that your app shows");
    let code = shown(&server, &secret);
    browser.submit("/security/factors", &[factor, wish, ("step_code", &code)]).await.leads_to("/security");
    browser.get("/security").await.says("It is turned off.");
    server
        .browser()
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
}

#[tokio::test]
async fn second_step_as_json_returns_codes_and_locations() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let secret = set_up(&server, &mut browser).await;
    let mut other = server.browser();
    let answer = other.json("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location"), answer.json()), (200, CODE, json!(null)));
    let refused = other.json(CODE, &[("code", &another(&shown(&server, &secret)))]).await;
    assert_eq!(refused.json()["fields"], json!([["code", "WrongAppCode"]]));
    let done = other.json(CODE, &[("code", &shown(&server, &secret))]).await;
    assert_eq!((done.header("location"), done.json()), ("/profile", json!({ "username": "jdoe" })));
}

#[tokio::test]
async fn new_password_page_replaces_a_temporary_password() {
    let server = TestServer::with("[attributes]\nrequired = [\"email\", \"given_name\"]\n").await;
    let new = accounts::admin::NewUser {
        username: Some("jdoe".into()),
        password: accounts::admin::FirstPassword::Temporary(model::Password::new(PASSWORD)),
        attributes: [("email".to_owned(), "me@domain.com".to_owned())].into(),
        verified: true,
    };
    accounts::admin::create_user(&server.pool, new).await.expect("the account is made");
    let mut browser = server.browser();
    browser
        .submit("/sign-in", &[("username", "jdoe"), ("password", PASSWORD)])
        .await
        .leads_to("/sign-in/new-password");
    let page = browser.get("/sign-in/new-password").await;
    page.says("Choose one that only you know.");
    page.says("name=\"attributes[given_name]\"");
    let own = [("password", "my-own-password-at-last"), ("confirm_password", "my-own-password-at-last")];
    browser.submit("/sign-in/new-password", &own).await.refuses(422, "Please fill this in.");
    let same = [("password", PASSWORD), ("confirm_password", PASSWORD), ("attributes[given_name]", "Jane")];
    let refused = browser.submit("/sign-in/new-password", &same).await;
    refused.refuses(422, "You have this one already.");
    refused.says("value=\"Jane\"");
    let [password, confirm] = own;
    browser
        .submit("/sign-in/new-password", &[password, confirm, ("attributes[given_name]", "Jane")])
        .await
        .leads_to("/profile");
    assert_eq!(browser.get("/profile/attributes.json").await.json()["given_name"], "Jane");
    browser.get("/sign-in/new-password").await.leads_to("/profile");
}

#[tokio::test]
async fn sign_in_after_a_reset_by_mail_says_when_codes_count_again() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/security/factors", &[("factor", "EMAIL_OTP"), ("wish", "on")])
        .await
        .leads_to("/security/recovery-codes");
    let codes = codes_in(&browser.get("/security/recovery-codes").await.text());
    let mut other = server.browser();
    other.submit("/forgot-password", &[("username", "jdoe")]).await.leads_to("/reset-password");
    let code = server.code_for("me@domain.com").await;
    let new = "another-long-secret#456";
    let form = [("username", "jdoe"), ("code", code.as_str()), ("password", new), ("confirm_password", new)];
    other.submit("/reset-password", &form).await.leads_to("/sign-in");
    other.submit("/sign-in", &[("username", "jdoe"), ("password", new)]).await.leads_to(CODE);
    let page = other.get(CODE).await;
    page.says("Signing in waits after your password was reset");
    page.says("They count again from ");
    page.says("A recovery code or a passkey signs you in at once.");
    page.never_says("Resend Code");
    other.submit(CODE, &[("code", "123456")]).await.refuses(422, "Signing in waits");
    other
        .submit("/sign-in/code/recovery", &[("code", "nonsense")])
        .await
        .refuses(422, "Signing in waits after your password was reset");
    other.submit("/sign-in/code/recovery", &[("code", &codes[0])]).await.leads_to("/profile");
    let told = server.letters_to("me@domain.com").await;
    assert!(
        told.iter().any(|letter| letter.subject.starts_with("Signing in to Nameplate waits")),
        "{told:?}"
    );
}

#[tokio::test]
async fn update_email_that_is_a_factor_needs_its_code_or_a_recovery_code() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/security/factors", &[("factor", "EMAIL_OTP"), ("wish", "on")])
        .await
        .leads_to("/security/recovery-codes");
    let codes = codes_in(&browser.get("/security/recovery-codes").await.text());
    browser.get("/profile/email").await.says("data-again=\"\" hidden");
    let new = ("attributes[email]", "new@domain.com");
    browser.submit("/profile/email", &[new]).await.refuses(422, "We sent you a code for your second step.");
    let code = server.code_for("me@domain.com").await;
    browser
        .submit("/profile/email", &[new, ("step_code", &another(&code))])
        .await
        .refuses(422, "4 tries left");
    browser.submit("/profile/email", &[new, ("step_code", &code)]).await.leads_to("/profile/email");
    let asked = browser.json("/profile/email", &[("attributes[email]", "other@domain.com")]).await;
    assert_eq!(asked.json()["fields"], json!([["step_code", "SentCodeAgain"]]));
    let form = [("attributes[email]", "other@domain.com"), ("step_code", codes[0].as_str())];
    browser.submit("/profile/email", &form).await.leads_to("/profile/email");
    browser
        .submit("/security/recovery-codes/new", &[("step_code", &codes[0])])
        .await
        .refuses(422, "used already");
    browser
        .submit("/security/recovery-codes/new", &[("step_code", &codes[1])])
        .await
        .leads_to("/security/recovery-codes");
}

#[tokio::test]
async fn old_address_that_is_lost_undoes_nothing_after_an_app_of_a_week() {
    const DAY: u64 = 24 * 60 * 60;
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let secret = set_up(&server, &mut browser).await;
    let new = [("attributes[email]", "new@domain.com"), ("current_password", PASSWORD)];
    server.wait(6 * DAY);
    browser.submit("/profile/email", &new).await.leads_to("/profile/email");
    browser.get("/profile/email").await.never_says("no longer mine");
    let code = server.code_for("new@domain.com").await;
    let form = [("code", code.as_str()), ("old_is_lost", "yes"), ("step_code", "123456")];
    browser.submit("/profile/email/verify", &form).await.refuses(422, "on for 7 days");
    browser.submit("/profile/email/cancel", &[]).await.leads_to("/profile/email");

    server.wait(2 * DAY);
    browser.submit("/profile/email", &new).await.leads_to("/profile/email");
    let page = browser.get("/profile/email").await;
    page.says("<details><summary>Is your old address no longer yours?</summary>");
    page.says("name=\"old_is_lost\" value=\"yes\"");
    let code = server.code_for("new@domain.com").await;
    let form = |step_code| [("code", code.as_str()), ("old_is_lost", "yes"), ("step_code", step_code)];
    let asked = browser.submit("/profile/email/verify", &form("")).await;
    asked.refuses(422, "Enter the code that your authenticator app shows");
    asked.says("<details open>");
    asked.says("value=\"yes\" checked");
    let wrong = another(&shown(&server, &secret));
    browser
        .submit("/profile/email/verify", &form(&wrong))
        .await
        .refuses(422, "not the code that your app shows");
    let before = server.letters_to("me@domain.com").await;
    server.wait(30);
    let right = shown(&server, &secret);
    browser.submit("/profile/email/verify", &form(&right)).await.leads_to("/profile");
    let told = server.letters_to("me@domain.com").await;
    assert_eq!(told.len(), before.len() + 1);
    assert!(!told[0].text.contains("/undo?token="), "{}", told[0].text);
    assert!(!told[0].text.contains("new@domain.com"), "{}", told[0].text);
    browser.get("/activity").await.says("A former address or number is no longer yours");
}

#[tokio::test]
async fn another_second_step_on_or_first_takes_a_code_of_the_one_before() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let secret = set_up(&server, &mut browser).await;
    let (email, app) = (("factor", "EMAIL_OTP"), ("factor", "SOFTWARE_TOKEN_MFA"));
    for (factor, wish) in [(email, ("wish", "on")), (email, ("wish", "first")), (app, ("wish", "first"))] {
        let page = browser.get("/security").await;
        page.says("name=\"step_code\"");
        let asked = browser.submit("/security/factors", &[factor, wish]).await;
        asked
            .refuses(422, "Enter the code that your authenticator app shows, or one of your recovery codes.");
        let refused = browser.json("/security/factors", &[factor, wish]).await;
        assert_eq!(refused.json()["fields"], json!([["step_code", "AppCodeAgain"]]));
        let typed = shown(&server, &secret);
        let done = browser.submit("/security/factors", &[factor, wish, ("step_code", &typed)]).await;
        done.leads_to("/security");
        server.wait(30);
    }
    browser.submit("/security/recovery-codes/new", &[]).await.refuses(422, "your authenticator app shows");
}
