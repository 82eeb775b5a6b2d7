//! What the guide describes, raw: forms as a browser without scripts posts them, and as our scripts do.

mod support;

use serde_json::json;
use support::{PASSWORD, TestServer, another};

const GUIDE: [(&str, &str); 9] = [
    ("username", "jdoe"),
    ("password", PASSWORD),
    ("confirm_password", PASSWORD),
    ("attributes[email]", "me@domain.com"),
    ("country_code", "+1"),
    ("attributes[phone_number]", "+12128601234"),
    ("attributes[given_name]", "Jane"),
    ("attributes[family_name]", "Doe"),
    ("attributes[nickname]", "Jane"),
];

#[tokio::test]
async fn guide_from_sign_up_to_a_deleted_attribute_works() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    browser.submit("/sign-up", &GUIDE).await.leads_to("/confirm");
    browser.get("/confirm").await.says("m***@d***");

    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    let profile = browser.get("/profile").await;
    profile.says("Jane Doe");
    profile.says("Verified");
    assert_eq!(profile.header("cache-control"), "no-store");

    let changed = [("attributes[email]", "me@anotherdomain.com"), ("attributes[family_name]", "Lastname")];
    let answer = browser.json("/profile", &changed).await;
    let details = json!({"AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "m***@a***"});
    assert_eq!(
        answer.json(),
        json!({"email": {"isUpdated": false, "codeDeliveryDetails": details}, "family_name": {"isUpdated": true}})
    );

    // The old address stays in force, and has been told.
    browser.get("/profile/email").await.says("me@anotherdomain.com");
    assert_eq!(server.letters_to("me@domain.com").await.len(), 2);
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!(
        (&json["email"], &json["family_name"], &json["email_verified"]),
        (&json!("me@domain.com"), &json!("Lastname"), &json!("true"))
    );

    let code = server.code_for("me@anotherdomain.com").await;
    browser.submit("/profile/email/verify", &[("code", &code)]).await.leads_to("/profile");
    browser.get("/profile").await.says("Your email address is now me@anotherdomain.com.");

    browser.submit("/profile/delete", &[("names", "family_name")]).await.leads_to("/profile");
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!(json.get("family_name"), None);
    assert_eq!(json["email"], "me@anotherdomain.com");

    browser.submit("/sign-out", &[]).await.leads_to("/sign-in");
    browser.get("/profile").await.leads_to("/sign-in?next=/profile");
    let form = [("username", "me@anotherdomain.com"), ("password", PASSWORD), ("next", "/profile/email")];
    browser.submit("/sign-in", &form).await.leads_to("/profile/email");
}

#[tokio::test]
async fn profile_json_on_the_page_equals_that_at_its_address() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/profile", &[("attributes[nickname]", "<b>\"Jane\" & co</b>")])
        .await
        .leads_to("/profile");
    let raw = browser.get("/profile/attributes.json").await.text();
    assert!(raw.starts_with("{\n  \"sub\": \""), "{raw}");
    let page = browser.get("/profile").await.text();
    let shown = page
        .split("data-live=\"json\"")
        .nth(1)
        .unwrap()
        .split('>')
        .nth(1)
        .unwrap()
        .split("</pre")
        .next()
        .unwrap();
    let unescaped =
        shown.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    assert_eq!(unescaped, raw);
    assert!(!page.contains("<b>\"Jane\""), "markup in attributes is text");
}

#[tokio::test]
async fn update_with_one_bad_attribute_changes_none_and_names_it() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    let before = browser.get("/profile/attributes.json").await.text();
    for (culprit, why, status) in [
        ("sub", "NotWritable", 403),
        ("nope", "UnknownAttribute", 422),
        ("email_verified", "NotWritable", 403),
        ("updated_at", "NotWritable", 403),
    ] {
        let field = format!("attributes[{culprit}]");
        let form = [
            ("attributes[email]", "new@domain.com"),
            ("attributes[family_name]", "Lastname"),
            (field.as_str(), "x"),
        ];
        let answer = browser.json("/profile", &form).await;
        assert_eq!(answer.status.as_u16(), status, "{culprit}");
        assert_eq!(answer.refusal(), json!({"form": null, "fields": [[field, why]]}));
        browser.submit("/profile", &form).await.refuses(status, "Nothing was changed");
        assert_eq!(browser.get("/profile/attributes.json").await.text(), before, "{culprit}");
        assert!(server.letters_to("new@domain.com").await.is_empty(), "{culprit}");
    }
}

#[tokio::test]
async fn update_with_undeclared_fields_is_a_bad_request() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    for form in [
        "attributes[nickname]=J&nope=1",
        "attributes[nickname]=J&attributes[nickname]=K",
        "attributes[nickname][x]=J",
        "attributes[]=J",
        "attributes=J",
        "sub=x&attributes[nickname]=J",
    ] {
        let answer = browser.post("/profile", "application/json", form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["form"].clone()),
            (400, json!("BadRequest")),
            "{form}"
        );
    }
    assert_eq!(browser.get("/profile/attributes.json").await.json().get("nickname"), None);
}

#[tokio::test]
async fn profile_outside_the_access_lists_is_neither_shown_nor_written() {
    let lists = "[[clients]]\nid = \"web\"\nread = [\"email\", \"nickname\"]\nwrite = [\"email\", \"nickname\"]\n[attributes]\nsign_up = []\n";
    let server = TestServer::with(lists).await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser.json("/profile", &[("attributes[family_name]", "Secretname")]).await.refuses(403, "NotWritable");
    let page = browser.get("/profile").await;
    for unseen in ["family_name", "Family Name", "phone_number", "email_verified", "updated_at"] {
        page.never_says(unseen);
    }
    let json = browser.get("/profile/attributes.json").await.json();
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub", "email"]);
}

#[tokio::test]
async fn verify_with_a_wrong_expired_or_used_code_tells_each_apart() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/profile/email", &[("attributes[email]", "new@domain.com")])
        .await
        .leads_to("/profile/email");
    let code = server.code_for("new@domain.com").await;
    let wrong = another(&code);

    let refused = browser.submit("/profile/email/verify", &[("code", &wrong)]).await;
    refused.refuses(422, "4 tries left");
    refused.never_says(&wrong);
    for left in ["3 tries", "2 tries", "1 try", "tried too often"] {
        browser.submit("/profile/email/verify", &[("code", &wrong)]).await.refuses(422, left);
    }
    browser.submit("/profile/email/verify", &[("code", &code)]).await.refuses(422, "tried too often");

    browser.submit("/profile/email/resend", &[]).await.refuses(429, "Please wait");
    server.wait(31);
    browser.submit("/profile/email/resend", &[]).await.leads_to("/profile/email");
    let fresh = server.code_for("new@domain.com").await;
    server.wait(25 * 3600);
    browser.submit("/profile/email/verify", &[("code", &fresh)]).await.refuses(422, "expired");
    browser.submit("/profile/email/resend", &[]).await.leads_to("/profile/email");
    let last = server.code_for("new@domain.com").await;
    browser.submit("/profile/email/verify", &[("code", &last)]).await.leads_to("/profile");
    browser.submit("/profile/email/verify", &[("code", &last)]).await.refuses(422, "used already");
}

#[tokio::test]
async fn pending_change_can_be_replaced_and_cancelled() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("jdoe", "me@domain.com").await;
    browser
        .submit("/profile/email", &[("attributes[email]", "typo@domain.con")])
        .await
        .leads_to("/profile/email");
    let first = server.code_for("typo@domain.con").await;
    browser
        .submit("/profile/email", &[("attributes[email]", "right@domain.com")])
        .await
        .leads_to("/profile/email");
    browser.submit("/profile/email/verify", &[("code", &first)]).await.refuses(422, "not the code");

    browser.submit("/sign-out", &[]).await;
    browser
        .submit("/sign-in", &[("username", "me@domain.com"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
    browser.get("/profile").await.says("right@domain.com");
    browser.submit("/profile/email/cancel", &[]).await.leads_to("/profile/email");
    let page = browser.get("/profile/email").await;
    page.never_says("right@domain.com");
    page.says("me@domain.com");
}

#[tokio::test]
async fn sign_in_by_phone_number_only_works_with_codes_by_text() {
    let server = TestServer::with(
        "[pool]\nsign_in = [\"phone_number\"]\n[attributes]\nrequired = [\"phone_number\"]\n",
    )
    .await;
    let mut browser = server.browser();
    let form = [
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("country_code", "+1"),
        ("attributes[phone_number]", "212 860 1234"),
    ];
    browser.submit("/sign-up", &form).await.leads_to("/confirm");
    browser.get("/confirm").await.says("We Texted You");
    let code = server.code_for("+12128601234").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    browser.submit("/sign-out", &[]).await;
    browser
        .submit("/sign-in", &[("username", "+12128601234"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
}

#[tokio::test]
async fn sign_in_by_email_only_asks_for_no_username() {
    let server = TestServer::with("[pool]\nsign_in = [\"email\"]\n").await;
    let mut browser = server.browser();
    browser.get("/sign-up").await.never_says("name=\"username\"");
    let form =
        [("password", PASSWORD), ("confirm_password", PASSWORD), ("attributes[email]", "me@domain.com")];
    browser.submit("/sign-up", &form).await.leads_to("/confirm");
    let code = server.code_for("me@domain.com").await;
    browser.submit("/confirm", &[("code", &code)]).await.leads_to("/profile");
    browser.submit("/sign-out", &[]).await;
    browser
        .submit("/sign-in", &[("username", "ME@domain.com"), ("password", PASSWORD)])
        .await
        .leads_to("/profile");
}
