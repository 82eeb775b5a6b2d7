//! A phone number, raw: forms as a browser without scripts posts them, and as our scripts do.

mod support;

use serde_json::json;
use support::{PASSWORD, TestServer, another};

const NUMBER: &str = "+12128601234";

fn typed<'a>(country: &'a str, number: &'a str) -> [(&'a str, &'a str); 2] {
    [("country_code", country), ("attributes[phone_number]", number)]
}

#[tokio::test]
async fn phone_number_is_verified_by_text_and_replaced() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.get("/profile").await.says("href=\"/profile/phone\"");
    let page = browser.get("/profile/phone").await;
    page.says("Update phone");
    page.says("None yet");
    page.says("United States of America +1");
    page.says("autocomplete=\"tel-national\"");

    browser.submit("/profile/phone", &typed("+1", "(212) 860-1234")).await.leads_to("/profile/phone");
    browser.get("/profile/phone").await.says("We sent a code to +1 212 860 1234.");
    let letter = server.letters_to(NUMBER).await.remove(0);
    assert_eq!(serde_json::to_value(&letter).unwrap()["medium"], "SMS");
    let code = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    browser.get("/profile").await.says("Your phone number is now +1 212 860 1234.");
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!((&json["phone_number"], &json["phone_number_verified"]), (&json!(NUMBER), &json!("true")));

    // The next one: the old number stays in force and is told, and its country is chosen already.
    server.wait(31);
    browser.submit("/profile/phone", &typed("+44", "020 7946 0000")).await.leads_to("/profile/phone");
    let page = browser.get("/profile/phone").await;
    page.says("+1 212 860 1234 stays your number");
    page.says("+44 20 7946 0000");
    assert!(server.letters_to(NUMBER).await[0].text.contains("/profile/phone"));
    assert_eq!(browser.get("/profile/attributes.json").await.json()["phone_number"], NUMBER);
    let code = server.code_for("+442079460000").await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    browser
        .get("/profile/phone")
        .await
        .says("<option value=\"+44\" selected>United Kingdom of Great Britain");
}

#[tokio::test]
async fn phone_number_change_can_be_mistyped_resent_and_cancelled() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.submit("/profile/phone", &typed("+1", "2128601234")).await.leads_to("/profile/phone");
    let first = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &another(&first))]).await.refuses(422, "4 tries left");
    browser
        .submit("/profile/phone/verify", &[("code", "12")])
        .await
        .refuses(422, "A code has 6 to 8 digits.");
    browser.submit("/profile/phone/resend", &[]).await.refuses(429, "Please wait");
    server.wait(31);
    browser.submit("/profile/phone/resend", &[]).await.leads_to("/profile/phone");
    browser.get("/profile/phone").await.says("We sent a new code to +1 212 860 1234.");
    let second = server.code_for(NUMBER).await;
    if first != second {
        browser.submit("/profile/phone/verify", &[("code", &first)]).await.refuses(422, "not the code");
    }
    server.wait(25 * 3600);
    browser.submit("/profile/phone/verify", &[("code", &second)]).await.refuses(422, "expired");

    browser.get("/profile/phone?change=1").await.says("New phone number");
    let [country, number] = typed("+1", "2128605678");
    browser
        .submit("/profile/phone", &[country, number, ("current_password", PASSWORD)])
        .await
        .leads_to("/profile/phone");
    browser.submit("/profile/phone/cancel", &[]).await.leads_to("/profile/phone");
    browser.get("/profile/phone").await.says("The change is cancelled.");
    assert_eq!(browser.get("/profile/attributes.json").await.json().get("phone_number"), None);
}

#[tokio::test]
async fn phone_number_that_is_invalid_is_refused_beside_its_field() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let (no_number, no_phone) = ("Enter a phone number with its country code", "No phone has this number");
    for (country, number, why) in [
        ("+1", "12", no_number),
        ("+1", "call me", no_number),
        ("+44", "+44 1", no_number),
        ("+999", "+999123456789", no_phone),
        ("+225", "0712 34 567", no_phone),
    ] {
        let refused = browser.submit("/profile/phone", &typed(country, number)).await;
        refused.refuses(422, why);
        refused.says(&format!("value=\"{number}\""));
    }
    browser.submit("/profile/phone", &typed("+49", " ")).await.refuses(422, "Please fill this in.");
    browser
        .json("/profile/phone", &[("attributes[phone_number]", "2128601234"), ("attributes[nope]", "x")])
        .await
        .refuses(422, "UnknownAttribute");
    assert!(server.letters_to(NUMBER).await.is_empty());

    browser.submit("/profile/phone", &typed("+1", "2128601234")).await.leads_to("/profile/phone");
    let code = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    browser
        .submit("/profile/phone", &typed("+1", "+1 (212) 860 1234"))
        .await
        .refuses(422, "You have this one already.");
}

#[tokio::test]
async fn update_of_a_contact_leads_to_the_page_of_its_code() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let form = [
        ("attributes[phone_number]", "2128601234"),
        ("country_code", "+1"),
        ("attributes[nickname]", "Jane"),
    ];
    browser.submit("/profile", &form).await.leads_to("/profile/phone");
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!((json.get("phone_number"), &json["nickname"]), (None, &json!("Jane")));
}

#[tokio::test]
async fn phone_number_without_texts_is_stored_unverified() {
    let server = TestServer::with("[mail]\nsmtp_url = 'smtp://localhost'\n").await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let page = browser.get("/profile/phone").await;
    page.says("stored without being verified");
    browser.submit("/profile/phone", &typed("+1", "2128601234")).await.leads_to("/profile");
    browser.get("/profile").await.says("Your phone number is now +1 212 860 1234.");
    browser.get("/profile/phone").await.never_says("Send me a code");
    browser.submit("/profile/phone/resend", &[]).await.refuses(422, "No code is waiting here");
    assert!(server.letters_to(NUMBER).await.is_empty());
}

#[tokio::test]
async fn sign_in_by_number_works_only_once_it_is_verified() {
    let server = TestServer::with("[pool]\nsign_in = ['username', 'email', 'phone_number']\n").await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.submit("/profile/phone", &typed("+1", "2128601234")).await.leads_to("/profile/phone");
    let by_number = [("username", NUMBER), ("password", PASSWORD)];
    server.browser().submit("/sign-in", &by_number).await.refuses(401, "Incorrect");
    let code = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    server.wait(60);
    server.browser().submit("/sign-in", &by_number).await.leads_to("/profile");
    server
        .browser()
        .submit("/sign-in", &[("username", "+1 (212) 860-1234"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
}

#[tokio::test]
async fn phone_number_of_sign_up_is_verified_from_the_profile() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let [country, number] = typed("+1", "212 860 1234");
    let form = [
        ("username", "jdoe"),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("attributes[email]", "me@domain.com"),
        country,
        number,
    ];
    browser.submit("/sign-up", &form).await.leads_to("/confirm");
    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    let button = "action=\"/profile/phone/resend\"";
    browser.get("/profile").await.says(button);
    browser.get("/profile").await.never_says("action=\"/profile/email/resend\"");

    browser.submit("/profile/phone/resend", &[]).await.leads_to("/profile/phone");
    let page = browser.get("/profile/phone").await;
    page.says("Verification Code (sent to your number)");
    page.says("Not now");
    browser.get("/profile").await.never_says(button);
    let code = server.code_for(NUMBER).await;
    browser.submit("/profile/phone/verify", &[("code", &code)]).await.leads_to("/profile");
    assert_eq!(browser.get("/profile/attributes.json").await.json()["phone_number_verified"], "true");
    browser.get("/profile").await.never_says(button);
}

#[tokio::test]
async fn phone_country_of_the_configuration_is_preselected() {
    let server = TestServer::with("[pool]\ncountry_code = \"+49\"\n").await;
    server.browser().get("/sign-up").await.says("<option value=\"+49\" selected>Germany +49");
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.get("/profile/phone").await.says("<option value=\"+49\" selected>Germany +49");
    let refused = browser.submit("/profile/phone", &typed("+44", "12")).await;
    refused.says("<option value=\"+44\" selected>");
}

#[tokio::test]
async fn update_to_the_contact_in_force_cancels_the_pending_one() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let email = |address: &'static str| [("attributes[email]", address)];
    browser
        .submit("/profile/email", &email("me@domain.com"))
        .await
        .refuses(422, "You have this one already.");
    browser.submit("/profile/email", &email("me@domain.con")).await.leads_to("/profile/email");
    let code = server.code_for("me@domain.con").await;
    browser.submit("/profile/email", &email(" Me@domain.com\u{200B}")).await.leads_to("/profile/email");
    browser.get("/profile/email").await.says("The change is cancelled.");
    browser
        .submit("/profile/email/verify", &[("code", &code)])
        .await
        .refuses(422, "No code is waiting here.");
    assert_eq!(browser.get("/profile/attributes.json").await.json()["email"], "me@domain.com");
}

#[tokio::test]
async fn sign_up_with_a_number_abroad_is_refused_alike_on_page_and_wire() {
    const WORDS: &str = "No text messages are sent to this country. Use another number.";
    let server = TestServer::with(
        "[pool]\nsign_in = [\"username\", \"phone_number\"]\n[attributes]\nrequired = []\nsign_up = [\"phone_number\"]\n",
    )
    .await;
    let [country, number] = typed("+371", "26123456");
    let form =
        [("username", "jdoe"), ("password", PASSWORD), ("confirm_password", PASSWORD), country, number];
    let page = server.browser().submit("/sign-up", &form).await;
    page.refuses(422, WORDS);
    page.says("id=\"phone_number-error\"");
    let attributes = json!([{ "Name": "phone_number", "Value": "+37126123456" }]);
    let form =
        json!({ "ClientId": "web", "Username": "jdoe", "Password": PASSWORD, "UserAttributes": attributes });
    server.wire("SignUp", form).await.refuses_with("InvalidParameterException", WORDS);
    for name in ["+37126123456", "+37126123457"] {
        let form = json!({ "ClientId": "web", "Username": name });
        server.wire("ResendConfirmationCode", form).await.refuses_with("InvalidParameterException", WORDS);
    }
}

#[tokio::test]
async fn update_number_beyond_the_text_ceiling_says_so_on_page_and_wire() {
    const WORDS: &str = "Too many text messages are being sent at the moment. Try again later.";
    let server = TestServer::with("[limits]\ntexts_for_strangers_an_hour = 1\n").await;
    let mut other = server.signed_in("other", "other@domain.com").await;
    other.submit("/profile/phone", &typed("+1", "212 860 1235")).await.leads_to("/profile/phone");
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.submit("/profile/phone", &typed("+1", "212 860 1234")).await.refuses(429, WORDS);
    let form = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web",
        "AuthParameters": { "USERNAME": "jdoe", "PASSWORD": PASSWORD } });
    let tokens = server.wire("InitiateAuth", form).await.ok();
    let change = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"],
        "UserAttributes": [{ "Name": "phone_number", "Value": NUMBER }] });
    server.wire("UpdateUserAttributes", change).await.refuses_with("LimitExceededException", WORDS);
}
