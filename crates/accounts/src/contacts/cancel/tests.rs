use crate::contacts::cancel;
use crate::contacts::verify::VerifyAttributeError;
use crate::one_time_codes::CodeFault;
use crate::testing::{TestPool, origin};
use model::Standard;

const NEW: &str = "me@anotherdomain.com";

#[tokio::test]
async fn a_mistyped_address_is_given_up_and_its_code_with_it() {
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
async fn giving_up_twice_is_done_and_recorded_once() {
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
async fn one_contact_is_given_up_and_the_other_goes_on_waiting() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW), ("phone_number", "+12128601234")]).await.unwrap();
    cancel::cancel(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending[0].value, "+12128601234");
}

#[tokio::test]
async fn update_with_what_is_in_force_gives_up_what_waits() {
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
async fn update_with_an_unproven_contact_in_force_leaves_its_own_code() {
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
