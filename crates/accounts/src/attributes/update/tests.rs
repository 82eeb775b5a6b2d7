use super::*;
use crate::account::events;
use crate::attributes::update;
use crate::error::CommonError;
use crate::testing::{self, PASSWORD, TestPool};
use model::{AccessLists, CodeDeliveryDetails, DeliveryMedium, SignInOptions};
use nameplate_core::settings::Settings;

fn refusal(result: Result<UpdateOutcome, UpdateAttributesError>) -> FormErrors {
    result.unwrap_err().into()
}

fn field(name: &str) -> FieldName {
    name.parse::<AttributeName>().unwrap().into()
}

/// The fields of a refusal by name.
fn culprits(refusal: &FormErrors) -> Vec<(String, ErrorCode)> {
    refusal.fields.iter().map(|(name, why)| (name.to_string(), *why)).collect()
}

/// All that there is to see, and when it changed.
async fn everything(pool: &TestPool, viewer: &Viewer) -> (BTreeMap<AttributeName, String>, usize) {
    let profile = pool.shown_profile(viewer).await;
    (profile.attributes, profile.pending.len())
}

#[tokio::test]
async fn the_guides_update_sets_the_name_and_waits_with_the_address() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let outcome = pool
        .update(&viewer, &[("email", "me@anotherdomain.com"), ("family_name", "Lastname")])
        .await
        .unwrap();

    let details = CodeDeliveryDetails {
        attribute_name: Standard::Email.into(),
        delivery_medium: DeliveryMedium::Email,
        destination: "m***@a***".into(),
    };
    let expected = UpdateOutcome::from([
        (Standard::Email.into(), Updated { is_updated: false, code_delivery_details: Some(details) }),
        (Standard::FamilyName.into(), Updated { is_updated: true, code_delivery_details: None }),
    ]);
    assert_eq!(outcome, expected);
    let last = events::after(&pool, &viewer, 0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, Event::UpdateUserAttributes(expected));

    assert_eq!(pool.shown(&viewer, Standard::FamilyName).await.as_deref(), Some("Lastname"));
    assert_eq!(
        pool.shown(&viewer, Standard::Email).await.as_deref(),
        Some("me@domain.com"),
        "the old one stays in force"
    );
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await.as_deref(), Some("true"));
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_ok(), "and signs in");
    assert!(pool.try_sign_in("me@anotherdomain.com", PASSWORD).await.is_err());
    assert_eq!(pool.message_names("me@anotherdomain.com").await, ["change_code"]);
    assert!(pool.message_names("me@domain.com").await.contains(&"change_requested"));
}

#[tokio::test]
async fn one_bad_attribute_and_none_of_them_changes_and_the_culprit_is_named() {
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
async fn every_culprit_is_named_at_once() {
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
async fn users_set_neither_verified_flags_nor_the_time_of_change() {
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
async fn an_immutable_attribute_stays_what_sign_up_made_it() {
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
async fn a_request_that_is_no_form_of_ours_is_refused_as_a_whole() {
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
async fn whatever_is_submitted_gets_an_answer_and_no_fault() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let before = everything(&pool, &viewer).await;
    let (long, deep) = ("x".repeat(100_000), "[".repeat(2000));
    let hostile = ["a\u{0}b", "a\u{202E}b", "\u{7f}", long.as_str(), "me@domain.com\r\nBcc: x@y.example"];
    for value in hostile {
        for name in ["nickname", "email", "phone_number", "birthdate", "website"] {
            let refused = refusal(pool.update(&viewer, &[(name, value)]).await);
            assert_eq!((refused.form, refused.fields.len()), (None, 1), "{name}={value:.20}");
        }
    }
    assert_eq!(everything(&pool, &viewer).await, before);
    let markup = "<script>alert('\"')</script>';DROP TABLE users;--";
    for value in [markup, deep.as_str(), "👩\u{200D}🚀", "null", "{}"] {
        pool.update(&viewer, &[("nickname", value)]).await.unwrap();
        assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some(value));
    }
}

#[tokio::test]
async fn an_update_and_a_refused_one_are_announced_to_the_open_pages() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut feed = events::subscribe(&pool);
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
    assert_eq!(feed.try_recv(), Ok(crate::account::feed::News::Of(viewer.user)));
    pool.update(&viewer, &[("sub", "Jo")]).await.unwrap_err();
    assert_eq!(feed.try_recv(), Ok(crate::account::feed::News::Of(viewer.user)));
}

#[tokio::test]
async fn values_are_trimmed_and_an_empty_one_deletes() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("nickname", "  Jo "), ("address", "1 Street\r\nTown")]).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some("Jo"));
    assert_eq!(pool.shown(&viewer, Standard::Address).await.as_deref(), Some("1 Street\nTown"));
    let outcome = pool.update(&viewer, &[("nickname", " "), ("gender", "")]).await.unwrap();
    assert!(outcome.values().all(|it| it.is_updated));
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
}

#[tokio::test]
async fn what_is_so_already_is_updated_without_a_change_or_a_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("nickname", "Jo"), ("email", "me@anotherdomain.com")]).await.unwrap();
    let before = everything(&pool, &viewer).await;
    let sent = pool.messages_to("me@domain.com").await.len();
    pool.wait(60);
    let outcome = pool
        .update(&viewer, &[("nickname", "Jo"), ("email", "me@domain.com"), ("gender", "")])
        .await
        .unwrap();
    assert!(outcome.values().all(|it| it.is_updated && it.code_delivery_details.is_none()));
    assert_eq!(
        everything(&pool, &viewer).await,
        before,
        "the pending change is left alone, and so is updated_at"
    );
    assert_eq!(pool.messages_to("me@domain.com").await.len(), sent);
}

#[tokio::test]
async fn the_same_address_again_too_soon_is_refused_with_everything_beside_it() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let change = [("email", "me@anotherdomain.com"), ("nickname", "Jo")];
    pool.update(&viewer, &change[..1]).await.unwrap();
    pool.wait(10);
    assert_eq!(
        refusal(pool.update(&viewer, &change).await).on(&field("email")),
        Some(ErrorCode::Wait { seconds: 20 })
    );
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    pool.wait(20);
    assert!(!pool.update(&viewer, &change).await.unwrap()[&Standard::Email.into()].is_updated);
    let told = pool
        .message_names("me@domain.com")
        .await
        .into_iter()
        .filter(|name| *name == "change_requested")
        .count();
    assert_eq!(told, 1, "a code that is sent again is the same request");
}

#[tokio::test]
async fn update_email_five_times_a_day_to_one_address_is_refused_and_leaves_others_theirs() {
    let pool = TestPool::new().await;
    let (one, other) =
        (pool.signed_in("one", "one@domain.com").await, pool.signed_in("other", "other@domain.com").await);
    for _ in 0..5 {
        pool.update(&one, &[("email", "Owner@domain.com")]).await.unwrap();
        pool.wait(31);
    }
    let refused = refusal(pool.update(&one, &[("email", "owner@domain.com")]).await);
    assert!(
        matches!(refused.on(&field("email")), Some(ErrorCode::Wait { seconds: 80_000.. })),
        "{refused:?}"
    );
    pool.update(&other, &[("email", "owner@domain.com")]).await.unwrap();
    pool.wait(24 * 60 * 60);
    pool.update(&one, &[("email", "owner@domain.com")]).await.unwrap();
}

#[tokio::test]
async fn one_account_can_not_send_codes_to_one_stranger_after_the_other() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for n in 0..30 {
        pool.update(&viewer, &[("email", format!("{n}@domain.com").as_str())]).await.unwrap();
    }
    let refused = refusal(pool.update(&viewer, &[("email", "31@domain.com")]).await);
    assert!(matches!(refused.on(&field("email")), Some(ErrorCode::Wait { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_new_phone_number_waits_for_a_text_message() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let outcome = pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    let details = outcome[&Standard::PhoneNumber.into()].code_delivery_details.clone().unwrap();
    assert_eq!(
        (details.delivery_medium, details.destination.as_str()),
        (DeliveryMedium::Sms, "+*******1234")
    );
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumber).await, None);
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await, None);
    let code = pool.code_for("+12128601234").await;
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("true"));
    pool.update(&viewer, &[("phone_number", "+442079460000")]).await.unwrap();
    assert!(pool.message_names("+12128601234").await.contains(&"change_requested"));
}

#[tokio::test]
async fn the_last_verified_contact_can_be_replaced_but_not_emptied_not_even_with_the_other_one() {
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
async fn what_one_signs_in_with_can_not_be_emptied() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_changes_at_once_as_many_get_through_as_may() {
    let mut settings = Settings::default();
    settings.limits.changes_per_account_an_hour = 5;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (pool, viewer) = (pool.handle(), viewer.clone());
        let submitted = [("nickname".to_owned(), format!("Jo {n}"))].into();
        tasks.spawn(async move { update::update(&pool, &viewer, submitted, &testing::origin()).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 5, "{done:?}");
    assert!(
        done.iter()
            .all(|it| matches!(it, Ok(_) | Err(UpdateAttributesError::Common(CommonError::Wait { .. })))),
        "{done:?}"
    );
}

#[tokio::test]
async fn refusals_do_not_fill_the_disk_and_changes_are_limited() {
    let mut settings = Settings::default();
    settings.limits.changes_per_account_an_hour = 3;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let names: Vec<_> = (0..50).map(|n| format!("custom:{n}")).collect();
    let nonsense: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    for _ in 0..5 {
        assert_eq!(culprits(&refusal(pool.update(&viewer, &nonsense).await)).len(), 50);
    }
    let events = events::after(&pool, &viewer, 0, 100).await.unwrap();
    let failures: Vec<_> =
        events.iter().filter(|it| it.event.name() == "updateUserAttributes_failure").collect();
    assert_eq!(failures.len(), 3);
    assert!(serde_json::to_string(&failures[0].event).unwrap().len() < 1000);
    let refused = pool.update(&viewer, &[("nickname", "Jo")]).await;
    assert!(
        matches!(refused, Err(UpdateAttributesError::Common(CommonError::Wait { seconds: 3600 }))),
        "{refused:?}"
    );
    assert!(matches!(
        pool.delete(&viewer, &["nickname"]).await,
        Err(crate::attributes::delete::DeleteAttributesError::Common(CommonError::Wait { .. }))
    ));
    pool.wait(3600);
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
}

#[tokio::test]
async fn update_number_outside_the_plan_is_refused_unless_it_is_stored_already() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let stored = "+225712345678";
    let number = || [("phone_number".to_owned(), stored.to_owned())].into();
    let kept = crate::admin::update_user(&pool, "jdoe", number(), false).await.unwrap();
    assert_eq!(kept.outside_plan.as_deref(), Some(stored));
    assert!(kept.outcome[&Standard::PhoneNumber.into()].is_updated, "no code could arrive there");
    let fields = [("phone_number", stored), ("nickname", "Jo")];
    pool.update(&viewer, &fields).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some("Jo"));
    let refused = refusal(pool.update(&viewer, &[("phone_number", "+225 712345679")]).await);
    assert_eq!(culprits(&refused), [("attributes[phone_number]".into(), ErrorCode::NoSuchPhoneNumber)]);
    assert_eq!(pool.message_names(stored).await, [""; 0]);
}
