use crate::contacts::cancel;
use crate::contacts::verify::VerifyAttributeError;
use crate::one_time_codes::CodeFault;
use crate::testing::{TestPool, origin};
use model::Standard;

const NEW: &str = "me@anotherdomain.com";

#[tokio::test]
async fn cancel_pending_address_withdraws_its_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    let code = pool.code_for(NEW).await;
    let changed = pool.shown(&viewer, Standard::UpdatedAt).await;
    pool.wait(5);
    cancel::cancel(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending, []);
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("me@domain.com"));
    assert_eq!(pool.shown(&viewer, Standard::UpdatedAt).await, changed);
    let entered = pool.verify(&viewer, Standard::Email, &code).await;
    assert!(matches!(entered, Err(VerifyAttributeError::Code(CodeFault::NoCode))), "{entered:?}");
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"cancelUserAttributeUpdate"));
}

#[tokio::test]
async fn cancel_twice_succeeds_and_records_one_event() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    for attribute in [Standard::Email, Standard::Email, Standard::PhoneNumber, Standard::Nickname] {
        cancel::cancel(&pool, &viewer, &attribute.into(), &origin()).await.unwrap();
    }
    let events = pool.event_names(&viewer).await;
    assert_eq!(events.into_iter().filter(|name| *name == "cancelUserAttributeUpdate").count(), 1);
}

#[tokio::test]
async fn cancel_one_contact_keeps_the_other_pending() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW), ("phone_number", "+12128601234")]).await.unwrap();
    cancel::cancel(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending[0].value, "+12128601234");
}

#[tokio::test]
async fn update_to_the_address_in_force_cancels_the_pending_one() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW), ("phone_number", "+12128601234")]).await.unwrap();
    let code = pool.code_for(NEW).await;
    pool.update(&viewer, &[("email", "me@domain.com")]).await.unwrap();
    let waiting = pool.shown_profile(&viewer).await.pending;
    assert_eq!(waiting.iter().map(|it| it.value.as_str()).collect::<Vec<_>>(), ["+12128601234"]);
    let entered = pool.verify(&viewer, Standard::Email, &code).await;
    assert!(matches!(entered, Err(VerifyAttributeError::Code(CodeFault::NoCode))), "{entered:?}");
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("me@domain.com"));
    pool.update(&viewer, &[("email", "me@domain.com")]).await.unwrap();
    let events = pool.event_names(&viewer).await;
    assert_eq!(events.into_iter().filter(|name| *name == "cancelUserAttributeUpdate").count(), 1);
}

#[tokio::test]
async fn update_to_an_unverified_contact_in_force_keeps_its_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", "+12128601234")]).await.unwrap();
    let code = pool.code_for("+12128601234").await;
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
    pool.update(&viewer, &[("email", NEW), ("phone_number", "+12128601234"), ("nickname", "Jo")])
        .await
        .unwrap();
    let code = pool.code_for(NEW).await;
    pool.verify(&viewer, Standard::Email, &code).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some(NEW));
}
