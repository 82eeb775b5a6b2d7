use super::*;
use crate::account::events;
use crate::contacts::resend;
use crate::testing::{PASSWORD, TestPool, origin};
use model::Standard;

fn refusal(result: Result<(), DeleteAttributesError>) -> FormErrors {
    result.unwrap_err().into()
}

fn field(name: &str) -> FieldName {
    name.parse::<AttributeName>().unwrap().into()
}

/// An account where no attribute is required.
async fn free(sign_in: model::SignInOptions) -> TestPool {
    let mut settings = Settings { sign_in, ..Settings::default() };
    if let Some(email) = settings.schema.get_mut(&Standard::Email.into()) {
        email.required = false;
    }
    TestPool::with(settings).await
}

async fn with_phone(pool: &TestPool) -> Viewer {
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    let code = pool.code_for("+12128601234").await;
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
    viewer
}

#[tokio::test]
async fn delete_attribute_twice_succeeds_and_changes_nothing_more() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("family_name", "Lastname")]).await.unwrap();
    pool.wait(5);
    pool.delete(&viewer, &["family_name"]).await.unwrap();
    let changed = pool.time().secs().to_string();
    assert_eq!(pool.shown(&viewer, Standard::FamilyName).await, None);
    pool.wait(5);
    pool.delete(&viewer, &["family_name"]).await.unwrap();
    assert_eq!(
        pool.shown(&viewer, Standard::UpdatedAt).await,
        Some(changed),
        "nothing changed the second time"
    );
    let last = events::after(&pool, &viewer, 0, 100).await.unwrap().pop().unwrap();
    assert_eq!(last.event, Event::DeleteUserAttributes { attributes: vec![Standard::FamilyName.into()] });
}

#[tokio::test]
async fn delete_attributes_with_one_refused_keeps_all_of_them() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("family_name", "Lastname")]).await.unwrap();
    let bad = [
        ("sub", ErrorCode::NotWritable),
        ("email_verified", ErrorCode::NotWritable),
        ("nope", ErrorCode::UnknownAttribute),
        ("email", ErrorCode::RequiredAttribute),
    ];
    for (name, why) in bad {
        let refused = refusal(pool.delete(&viewer, &["family_name", name]).await);
        assert_eq!(refused, FormErrors::field(name.parse::<AttributeName>().unwrap(), why));
    }
    assert_eq!(
        refusal(pool.delete(&viewer, &["family_name", "sub", "nope"]).await).fields.len(),
        2,
        "every culprit is named"
    );
    assert_eq!(pool.shown(&viewer, Standard::FamilyName).await.as_deref(), Some("Lastname"));
    assert!(!pool.event_names(&viewer).await.contains(&"deleteUserAttributes"));
}

#[tokio::test]
async fn delete_attributes_with_no_or_malformed_names_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(refusal(pool.delete(&viewer, &[]).await), FormErrors::form(ErrorCode::NothingToDo));
    assert_eq!(refusal(pool.delete(&viewer, &["a b"]).await), FormErrors::form(ErrorCode::BadRequest));
}

#[tokio::test]
async fn delete_contact_removes_verification_and_pending_change() {
    let pool = TestPool::new().await;
    let viewer = with_phone(&pool).await;
    pool.update(&viewer, &[("phone_number", "+442079460000")]).await.unwrap();
    let pending_code = pool.code_for("+442079460000").await;
    pool.delete(&viewer, &["phone_number"]).await.unwrap();

    let profile = pool.shown_profile(&viewer).await;
    assert!(!profile.attributes.contains_key(&Standard::PhoneNumber.into()));
    assert!(!profile.attributes.contains_key(&Standard::PhoneNumberVerified.into()));
    assert_eq!(profile.pending, []);
    assert!(pool.message_names("+12128601234").await.contains(&"address_deleted"));
    pool.verify(&viewer, Standard::PhoneNumber, &pending_code).await.unwrap_err();
    let mut conn = pool.store.read().await.unwrap();
    assert_eq!(aliases::owner(&mut conn, ContactKind::PhoneNumber, "+12128601234").await.unwrap(), None);
}

#[tokio::test]
async fn delete_contact_that_is_only_pending_withdraws_it() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    pool.delete(&viewer, &["phone_number"]).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending, []);
    assert_eq!(
        pool.message_names("+12128601234").await,
        ["change_code"],
        "what was never stored isn't told that it was deleted"
    );
}

#[tokio::test]
async fn delete_unverified_contact_sends_no_more_notices_than_codes() {
    let pool = TestPool::new().await;
    for n in 0..7 {
        let attributes = [("email", format!("user{n}@domain.com")), ("phone_number", "+12128601234".into())];
        let attributes: Vec<(&str, &str)> =
            attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let ticket = pool.try_sign_up(&format!("user{n}"), &attributes).await.unwrap().ticket;
        let code = pool.code_for(&format!("user{n}@domain.com")).await;
        let session = pool.confirm(ticket, &code).await.unwrap().session.unwrap();
        let viewer = pool.viewer_of(&session.token).await;
        pool.delete(&viewer, &["phone_number"]).await.unwrap();
        assert_eq!(pool.shown(&viewer, Standard::PhoneNumber).await, None);
    }
    assert_eq!(pool.messages_to("+12128601234").await.len(), 5);
}

#[tokio::test]
async fn delete_last_verified_contact_is_refused_but_replacing_it_works() {
    let pool = free(model::SignInOptions::default()).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(
        refusal(pool.delete(&viewer, &["email"]).await).on(&field("email")),
        Some(ErrorCode::LastVerifiedContact)
    );
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    pool.verify(&viewer, Standard::Email, &pool.code_for("me@anotherdomain.com").await).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("me@anotherdomain.com"));
}

#[tokio::test]
async fn delete_both_verified_contacts_is_refused_but_one_works() {
    let pool = free(model::SignInOptions::default()).await;
    let viewer = with_phone(&pool).await;
    let refused = refusal(pool.delete(&viewer, &["email", "phone_number"]).await);
    assert_eq!(refused.on(&field("email")), Some(ErrorCode::LastVerifiedContact));
    assert_eq!(refused.on(&field("phone_number")), Some(ErrorCode::LastVerifiedContact));
    pool.delete(&viewer, &["email"]).await.unwrap();
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_err());
    assert_eq!(
        refusal(pool.delete(&viewer, &["phone_number"]).await).on(&field("phone_number")),
        Some(ErrorCode::LastVerifiedContact)
    );
}

#[tokio::test]
async fn delete_contact_that_is_the_only_way_to_sign_in_is_refused() {
    let pool = free(model::SignInOptions { username: false, email: true, phone_number: false }).await;
    let viewer = with_phone(&pool).await;
    assert_eq!(
        refusal(pool.delete(&viewer, &["email"]).await).on(&field("email")),
        Some(ErrorCode::SignsInWithIt)
    );
    pool.delete(&viewer, &["phone_number"]).await.unwrap();

    let pool = free(model::SignInOptions { username: false, email: true, phone_number: true }).await;
    let viewer = with_phone(&pool).await;
    let both = refusal(pool.delete(&viewer, &["email", "phone_number"]).await);
    assert_eq!(both.fields.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [ErrorCode::SignsInWithIt; 2]);
    pool.delete(&viewer, &["email"]).await.unwrap();
    assert!(pool.try_sign_in("+12128601234", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn delete_contact_frees_the_address_after_a_week() {
    let pool = free(model::SignInOptions::default()).await;
    let viewer = with_phone(&pool).await;
    pool.delete(&viewer, &["email"]).await.unwrap();
    pool.wait(7 * 24 * 60 * 60); // until then it can be had back
    let other = pool.signed_in("other", "me@domain.com").await;
    assert_eq!(pool.shown(&other, Standard::EmailVerified).await.as_deref(), Some("true"));
    let fresh = resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await;
    assert!(fresh.is_err(), "nothing is left to prove");
}
