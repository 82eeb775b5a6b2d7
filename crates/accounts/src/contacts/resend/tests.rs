use crate::contacts::resend;
use crate::error::CommonError;
use crate::sign_up::resend::ResendError;
use crate::testing::{TestPool, origin};
use model::{DeliveryMedium, ErrorCode, FormErrors, Standard};

const NEW: &str = "me@anotherdomain.com";

#[tokio::test]
async fn resend_sends_a_new_code_and_invalidates_the_old_one() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    let (old, asked) = (pool.code_for(NEW).await, pool.time());
    pool.wait(30);
    let sent = resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    assert_eq!(
        (sent.delivery.delivery_medium, sent.delivery.destination.as_str()),
        (DeliveryMedium::Email, "m***@a***")
    );
    assert_eq!(sent.resend_at, pool.time().plus(pool.settings.codes.resend_after));
    let pending = pool.shown_profile(&viewer).await.pending.remove(0);
    assert_eq!((pending.requested_at, pending.resend_at), (asked, sent.resend_at));
    let new = pool.code_for(NEW).await;
    assert_ne!(old, new);
    pool.verify(&viewer, Standard::Email, &old).await.unwrap_err();
    pool.verify(&viewer, Standard::Email, &new).await.unwrap();
    assert!(pool.event_names(&viewer).await.contains(&"resendUserAttributeCode"));
    let told = pool
        .message_names("me@domain.com")
        .await
        .into_iter()
        .filter(|name| *name == "change_requested")
        .count();
    assert_eq!(told, 1, "the old address was told of the change already");
}

#[tokio::test]
async fn resend_too_soon_or_too_often_tells_the_seconds_to_wait() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    let resend = || async { resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await };
    assert_eq!(
        FormErrors::from(resend().await.unwrap_err()),
        FormErrors::form(ErrorCode::Wait { seconds: 30 })
    );
    for _ in 0..4 {
        pool.wait(30);
        resend().await.unwrap();
    }
    pool.wait(30);
    assert!(
        matches!(resend().await, Err(ResendError::Common(CommonError::Wait { seconds: 80_000.. }))),
        "five a day"
    );
    // A refusal is not counted, and a day later it goes on.
    pool.wait(24 * 60 * 60);
    resend().await.unwrap();
}

#[tokio::test]
async fn resend_after_expiry_sends_a_code_that_works() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    pool.wait(3 * 24 * 60 * 60);
    resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    pool.verify(&viewer, Standard::Email, &pool.code_for(NEW).await).await.unwrap();
}

#[tokio::test]
async fn resend_with_nothing_to_verify_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for attribute in [Standard::Email, Standard::PhoneNumber, Standard::Nickname] {
        let refused = resend::resend(&pool, &viewer, &attribute.into(), &origin()).await.unwrap_err();
        assert_eq!(FormErrors::from(refused), FormErrors::form(ErrorCode::NoCode), "{attribute}");
    }
}
