//! What an update does.

use super::everything;
use crate::account::events;
use crate::testing::{PASSWORD, TestPool};
use model::{CodeDeliveryDetails, DeliveryMedium, Event, Standard, UpdateOutcome, Updated};

#[tokio::test]
async fn update_as_in_the_guide_sets_the_name_and_pends_the_email() {
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
async fn update_accepted_or_refused_is_announced_to_open_pages() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut feed = events::subscribe(&pool);
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
    assert_eq!(feed.try_recv(), Ok(crate::account::feed::News::Of(viewer.user)));
    pool.update(&viewer, &[("sub", "Jo")]).await.unwrap_err();
    assert_eq!(feed.try_recv(), Ok(crate::account::feed::News::Of(viewer.user)));
}

#[tokio::test]
async fn update_trims_values_and_deletes_empty_ones() {
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
async fn update_with_unchanged_values_changes_nothing_and_sends_no_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
    let before = everything(&pool, &viewer).await;
    let sent = pool.messages_to("me@domain.com").await.len();
    pool.wait(60);
    let outcome = pool
        .update(&viewer, &[("nickname", "Jo"), ("email", "me@domain.com"), ("gender", "")])
        .await
        .unwrap();
    assert!(outcome.values().all(|it| it.is_updated && it.code_delivery_details.is_none()));
    assert_eq!(everything(&pool, &viewer).await, before, "updated_at is left alone too");
    assert_eq!(pool.messages_to("me@domain.com").await.len(), sent);
}

#[tokio::test]
async fn update_phone_number_waits_for_its_code_by_text_message() {
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
