//! What is refused, and as what.

use super::{culprits, everything, field, refusal};
use crate::account::events;
use crate::testing::{PASSWORD, TestPool};
use model::{AccessLists, AttributeName, ErrorCode, Event, FormErrors, SignInOptions, Standard};
use nameplate_core::settings::Settings;

#[tokio::test]
async fn update_with_one_bad_attribute_changes_none_and_names_it() {
    let mut settings = Settings::default();
    let write = [Standard::Email.into(), Standard::FamilyName.into()];
    settings.clients[0].access = AccessLists::resolve(&settings.schema, None, Some(&write));
    settings.sign_up_attributes = vec![Standard::Email.into()];
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let before = everything(&pool, &viewer).await;
    for (bad, why, status) in [
        ("sub", ErrorCode::NotWritable, 403),
        ("nope", ErrorCode::UnknownAttribute, 422),
        ("nickname", ErrorCode::NotWritable, 403),
    ] {
        pool.wait(1);
        let refused = refusal(
            pool.update(
                &viewer,
                &[("email", "me@anotherdomain.com"), ("family_name", "Lastname"), (bad, "x")],
            )
            .await,
        );
        assert_eq!(culprits(&refused), [(format!("attributes[{bad}]"), why)]);
        assert_eq!(refused.status(), status);
        let last = events::after(&pool, &viewer, 0, 100).await.unwrap().pop().unwrap();
        assert_eq!(last.event, Event::UpdateUserAttributesFailure(refused));
    }
    assert_eq!(everything(&pool, &viewer).await, before);
    assert_eq!(pool.messages_to("me@anotherdomain.com").await, []);
}

#[tokio::test]
async fn update_with_several_bad_attributes_names_them_all() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let long = "x".repeat(5000);
    let bad = [
        ("birthdate", "not-a-date"),
        ("name", long.as_str()),
        ("email", ""),
        ("sub", "me"),
        ("nope", "x"),
        ("nickname", "fine"),
    ];
    let refused = refusal(pool.update(&viewer, &bad).await);
    let expected = [
        ("sub", ErrorCode::NotWritable),
        ("email", ErrorCode::RequiredAttribute),
        ("name", ErrorCode::TooLong { max: 2048 }),
        ("birthdate", ErrorCode::NotADate),
        ("nope", ErrorCode::UnknownAttribute),
    ];
    assert_eq!(culprits(&refused), expected.map(|(name, why)| (format!("attributes[{name}]"), why)));
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
}

#[tokio::test]
async fn update_verified_flags_is_refused_and_updated_at_is_ours() {
    let mut settings = Settings::default();
    let everything: Vec<AttributeName> = settings.schema.definitions().map(|it| it.name.clone()).collect();
    settings.clients[0].access = AccessLists::resolve(&settings.schema, None, Some(&everything));
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for name in ["email_verified", "phone_number_verified", "sub"] {
        assert_eq!(
            refusal(pool.update(&viewer, &[(name, "true")]).await).on(&field(name)),
            Some(ErrorCode::NotWritable),
            "{name}"
        );
    }
    assert_eq!(
        refusal(pool.update(&viewer, &[("updated_at", "NaN")]).await).on(&field("updated_at")),
        Some(ErrorCode::NotANumber)
    );
    pool.wait(60);
    assert!(
        pool.update(&viewer, &[("updated_at", "5")]).await.unwrap()[&Standard::UpdatedAt.into()].is_updated
    );
    assert_eq!(
        pool.shown(&viewer, Standard::UpdatedAt).await,
        Some(pool.time().secs().to_string()),
        "our clock tells the time"
    );
}

#[tokio::test]
async fn update_immutable_attribute_is_refused() {
    let mut settings = Settings::default();
    settings.schema.get_mut(&Standard::Nickname.into()).unwrap().mutable = false;
    let all: Vec<AttributeName> = settings.schema.definitions().map(|it| it.name.clone()).collect();
    settings.clients[0].access = AccessLists::resolve(&settings.schema, None, Some(&all));
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for value in ["other", ""] {
        assert_eq!(
            refusal(pool.update(&viewer, &[("nickname", value)]).await).on(&field("nickname")),
            Some(ErrorCode::Immutable)
        );
    }
}

#[tokio::test]
async fn update_with_malformed_names_is_refused_as_a_whole() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(refusal(pool.update(&viewer, &[]).await), FormErrors::form(ErrorCode::NothingToDo));
    for name in ["", "a b", "na\u{0}me", "nick[name", &"x".repeat(33)] {
        assert_eq!(
            refusal(pool.update(&viewer, &[("nickname", "x"), (name, "x")]).await),
            FormErrors::form(ErrorCode::BadRequest),
            "{name:?}"
        );
    }
    let names: Vec<String> = (0..10_000).map(|n| format!("custom:{n}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    assert_eq!(refusal(pool.update(&viewer, &many).await), FormErrors::form(ErrorCode::TooLarge));
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    assert_eq!(
        pool.event_names(&viewer)
            .await
            .iter()
            .filter(|name| **name == "updateUserAttributes_failure")
            .count(),
        7
    );
}

#[tokio::test]
async fn update_with_hostile_values_never_fails_internally() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let before = everything(&pool, &viewer).await;
    let (long, deep) = ("x".repeat(100_000), "[".repeat(2000));
    let hostile = ["a\u{0}b", "a\u{1b}[31mb", "\u{7f}", long.as_str(), "me@domain.com\r\nBcc: x@y.example"];
    for value in hostile {
        for name in ["nickname", "email", "phone_number", "birthdate", "website"] {
            let refused = refusal(pool.update(&viewer, &[(name, value)]).await);
            assert_eq!((refused.form, refused.fields.len()), (None, 1), "{name}={value:.20}");
        }
    }
    for name in ["nickname", "email", "phone_number", "birthdate", "website"] {
        let refused = refusal(pool.update(&viewer, &[(name, "a\u{202E}b")]).await);
        assert_eq!((refused.form, refused.fields.len()), (None, 1), "{name}");
    }
    assert_eq!(everything(&pool, &viewer).await, before);
    let markup = "<script>alert('\"')</script>';DROP TABLE users;--";
    for value in [markup, deep.as_str(), "👩\u{200D}🚀", "null", "{}"] {
        pool.update(&viewer, &[("nickname", value)]).await.unwrap();
        assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some(value));
    }
}

#[tokio::test]
async fn update_last_verified_contact_to_empty_is_refused() {
    let mut settings = Settings::default();
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(
        refusal(pool.update(&viewer, &[("email", ""), ("nickname", "Jo")]).await).on(&field("email")),
        Some(ErrorCode::LastVerifiedContact)
    );
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    pool.verify(&viewer, Standard::PhoneNumber, &pool.code_for("+12128601234").await).await.unwrap();
    let both = refusal(pool.update(&viewer, &[("email", ""), ("phone_number", "")]).await);
    assert_eq!(culprits(&both).len(), 2, "{both:?}");
    pool.update(&viewer, &[("email", "")]).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await, None);
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_err());
    assert!(pool.message_names("me@domain.com").await.contains(&"address_deleted"));
}

#[tokio::test]
async fn update_sign_in_contact_to_empty_is_refused() {
    let mut settings = Settings {
        sign_in: SignInOptions { username: false, email: true, phone_number: false },
        ..Settings::default()
    };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    pool.verify(&viewer, Standard::PhoneNumber, &pool.code_for("+12128601234").await).await.unwrap();
    assert_eq!(
        refusal(pool.update(&viewer, &[("email", "")]).await).on(&field("email")),
        Some(ErrorCode::SignsInWithIt)
    );
    pool.update(&viewer, &[("phone_number", "")]).await.unwrap();
}

#[tokio::test]
async fn update_number_outside_the_plan_is_refused_unless_already_stored() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let stored = "+225712345678";
    let number = || [("phone_number".to_owned(), stored.to_owned())].into();
    let kept =
        crate::admin::update_user(&pool, "jdoe", number(), crate::admin::Vouching::NONE).await.unwrap();
    assert_eq!(kept.outside_plan.as_deref(), Some(stored));
    assert!(kept.outcome[&Standard::PhoneNumber.into()].is_updated, "no code could arrive there");
    let fields = [("phone_number", stored), ("nickname", "Jo")];
    pool.update(&viewer, &fields).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some("Jo"));
    let refused = refusal(pool.update(&viewer, &[("phone_number", "+225 712345679")]).await);
    assert_eq!(culprits(&refused), [("attributes[phone_number]".into(), ErrorCode::NoSuchPhoneNumber)]);
    assert_eq!(pool.message_names(stored).await, [""; 0]);
}
