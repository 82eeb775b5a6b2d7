use super::*;
use crate::account::events;
use crate::attributes::profile;
use crate::contacts::cancel;
use crate::sessions::viewer;
use crate::testing::{self, TestPool, origin};
use nameplate_core::client::ClientId;
use nameplate_core::settings::AppClient;

/// The guide's sign-up, confirmed and signed in.
async fn jane(pool: &TestPool) -> Viewer {
    let attributes = [
        ("email", "me@domain.com"),
        ("phone_number", "+12128601234"),
        ("given_name", "Jane"),
        ("family_name", "Doe"),
        ("nickname", "Jane"),
    ];
    let ticket = pool.try_sign_up("jdoe", &attributes).await.unwrap().ticket;
    let code = pool.code_for("me@domain.com").await;
    let session = pool.confirm(ticket, &code).await.unwrap().session.unwrap();
    pool.viewer_of(&session.token).await
}

#[tokio::test]
async fn attributes_json_of_the_guide_is_exactly_its_flat_object() {
    let pool = TestPool::new().await;
    let viewer = jane(&pool).await;
    let profile = profile::profile(&pool, &viewer).await.unwrap();
    let sub = &profile.attributes[&Standard::Sub.into()];
    let expected = format!(
        r#"{{
  "sub": "{sub}",
  "email": "me@domain.com",
  "email_verified": "true",
  "phone_number": "+12128601234",
  "phone_number_verified": "false",
  "given_name": "Jane",
  "family_name": "Doe",
  "nickname": "Jane",
  "updated_at": "1750000000"
}}"#
    );
    assert_eq!(profile.attributes_json(), expected);
    assert_eq!((profile.username.as_str(), profile.pending.len()), ("jdoe", 0));
}

#[test]
fn attributes_json_escapes_values_as_json_stringify_does() {
    let profile = |value: &str| Profile {
        username: String::new(),
        attributes: BTreeMap::from([(Standard::Address.into(), value.to_owned())]),
        pending: Vec::new(),
        writable: AccessLists::resolve(&model::Schema::standard(), None, None),
        latest_event: 0,
        factors: Vec::new(),
    };
    let expected: [(&str, &str); 5] = [
        ("a \"b\" \\ c", r#"a \"b\" \\ c"#),
        ("1 Street\nTown\tX", r"1 Street\nTown\tX"),
        ("</pre><script>alert(1)</script>&'", "</pre><script>alert(1)</script>&'"),
        ("日本 👩\u{200D}🚀 \u{2028}\u{7f}", "日本 👩\u{200D}🚀 \u{2028}\u{7f}"),
        ("\u{8}\u{c}\u{1f}", r"\b\f\u001f"),
    ];
    for (value, escaped) in expected {
        assert_eq!(profile(value).attributes_json(), format!("{{\n  \"address\": \"{escaped}\"\n}}"));
    }
    let empty = Profile { attributes: BTreeMap::new(), ..profile("") };
    assert_eq!(empty.attributes_json(), "{}");
}

#[tokio::test]
async fn profile_lists_attributes_in_model_order_and_custom_ones_last() {
    let mut settings = Settings::default();
    let text = settings.schema.get(&Standard::Name.into()).unwrap().clone();
    settings.schema.add(model::Definition { name: "custom:team".parse().unwrap(), ..text });
    let all: Vec<AttributeName> = settings.schema.definitions().map(|it| it.name.clone()).collect();
    settings.clients[0].access = AccessLists::resolve(&settings.schema, Some(&all), Some(&all));
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let everything = [
        ("zoneinfo", "Europe/Berlin"),
        ("custom:team", "Blue"),
        ("website", "https://a.example"),
        ("name", "Jane Doe"),
    ];
    pool.update(&viewer, &everything).await.unwrap();
    let names: Vec<String> =
        pool.shown_profile(&viewer).await.attributes.into_keys().map(String::from).collect();
    assert_eq!(
        names,
        ["sub", "email", "email_verified", "name", "website", "zoneinfo", "updated_at", "custom:team"]
    );
}

#[tokio::test]
async fn profile_for_a_narrow_read_list_hides_attributes_and_pending() {
    let mut settings = Settings::default();
    let (read, write) = (
        [Standard::GivenName.into()],
        [Standard::Email.into(), Standard::GivenName.into(), Standard::FamilyName.into()],
    );
    let narrow = AccessLists::resolve(&settings.schema, Some(&read), Some(&write));
    settings.clients.push(AppClient::new("narrow", narrow));
    let pool = TestPool::with(settings).await;
    let viewer = Viewer { client: ClientId("narrow".into()), ..jane(&pool).await };
    pool.update(&viewer, &[("email", "me@anotherdomain.com"), ("family_name", "Lastname")]).await.unwrap();
    let profile = pool.shown_profile(&viewer).await;
    let names: Vec<&str> = profile.attributes.keys().map(AttributeName::as_str).collect();
    assert_eq!(names, ["sub", "given_name"]);
    assert_eq!(profile.pending, []);
    let gone = Viewer { client: ClientId("taken out of the configuration".into()), ..viewer };
    assert_eq!(pool.shown_profile(&gone).await.attributes.len(), 1, "the sub");
}

#[tokio::test]
async fn profile_shows_a_pending_change_in_full_after_a_restart() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(10);
    let asked = pool.time();
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    pool.verify(
        &viewer,
        Standard::Email,
        &testing::another_code(&pool.code_for("me@anotherdomain.com").await),
    )
    .await
    .unwrap_err();
    let codes = pool.settings.codes;
    let expected = Pending {
        attribute: Standard::Email.into(),
        value: "me@anotherdomain.com".into(),
        requested_at: asked,
        expires_at: asked.plus(codes.lifetime),
        resend_at: asked.plus(codes.resend_after),
        tries_left: 4,
        delivery: ContactKind::Email.delivery("me@anotherdomain.com"),
    };
    assert_eq!(pool.shown_profile(&viewer).await.pending, std::slice::from_ref(&expected));
    let pool = pool.restart().await;
    pool.wait(2 * 24 * 60 * 60);
    assert_eq!(pool.shown_profile(&viewer).await.pending, [expected], "expired, but still to be seen");
}

#[tokio::test]
async fn profile_after_an_update_names_the_latest_event() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let before = pool.shown_profile(&viewer).await;
    pool.wait(7);
    pool.update(&viewer, &[("nickname", "Jane")]).await.unwrap();
    let after = pool.shown_profile(&viewer).await;
    assert_eq!(after.attributes[&Standard::Nickname.into()], "Jane");
    assert_eq!(after.attributes[&Standard::UpdatedAt.into()], pool.time().secs().to_string());
    assert!(after.latest_event > before.latest_event);
    let newest = events::after(&pool, &viewer, before.latest_event, 10).await.unwrap();
    assert_eq!(newest.iter().map(|it| it.id).collect::<Vec<_>>(), [after.latest_event]);
}

#[tokio::test]
async fn profile_of_a_deleted_account_is_empty() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tx = pool.store.begin().await.unwrap();
    tx.query("DELETE FROM users WHERE id = $1").bind(viewer.user.0).run().await.unwrap();
    tx.commit().await.unwrap();
    assert!(pool.shown_profile(&viewer).await.attributes.is_empty());
    let told = |refusal: model::FormErrors| refusal.form;
    let signed_out = Some(model::ErrorCode::SignedOut);
    assert_eq!(told(pool.update(&viewer, &[("nickname", "x")]).await.unwrap_err().into()), signed_out);
    assert_eq!(told(pool.delete(&viewer, &["nickname"]).await.unwrap_err().into()), signed_out);
    let cancelled = cancel::cancel(&pool, &viewer, &Standard::Email.into(), &origin()).await;
    assert_eq!(told(cancelled.unwrap_err().into()), signed_out);
}

#[tokio::test]
async fn profile_returns_any_written_text_unchanged() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let viewer = pool.viewer_of(&token).await;
    let written = [
        ("nickname", "7:a b 2:"),
        ("family_name", "naïve 🙂 :3 é"),
        ("address", "1 Street\n2:Town 家"),
        ("given_name", "e\u{301}"),
    ];
    pool.update(&viewer, &written).await.unwrap();
    let (same, profile) = viewer::viewer_with_profile(&pool, &token).await.unwrap().unwrap();
    assert_eq!((same, &profile), (viewer.clone(), &profile::profile(&pool, &viewer).await.unwrap()));
    let (same, info) = viewer::viewer_with_info(&pool, &token).await.unwrap().unwrap();
    assert_eq!((same, &info.username, &info.attributes), (viewer, &profile.username, &profile.attributes));
    for (name, value) in written {
        assert_eq!(profile.attributes[&name.parse().unwrap()], value, "{name}");
    }
}
