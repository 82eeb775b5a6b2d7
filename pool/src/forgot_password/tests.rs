use super::*;
use crate::settings::Settings;
use crate::testing::{TestPool, origin};
use model::{DeliveryMedium, SignInOptions};

async fn ask(pool: &TestPool, name: &str) -> Result<ResetCodeSent, ForgotPasswordError> {
    pool.forgot_password(name, &origin()).await
}

#[tokio::test]
async fn a_code_goes_to_the_proven_address_and_the_caller_sees_its_mask() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let sent = ask(&pool, " JDOE ").await.unwrap();
    assert_eq!((sent.delivery.delivery_medium, sent.delivery.destination.as_str()), (DeliveryMedium::Email, "m***@d***"));
    assert_eq!(sent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
    assert_eq!(pool.message_names("me@domain.com").await.last(), Some(&"reset_code"));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"forgotPassword"));
}

#[tokio::test]
async fn a_code_goes_to_the_number_where_that_is_what_was_proven() {
    let sign_in = SignInOptions { phone_number: true, ..SignInOptions::default() };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&model::Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let ticket = pool.try_sign_up("jdoe", &[("phone_number", "+12128601234")]).await.unwrap().ticket;
    let code = pool.code_for("+12128601234").await;
    pool.confirm(ticket, &code).await.unwrap();
    for name in ["jdoe", "+12128601234"] {
        pool.wait(30);
        let sent = ask(&pool, name).await.unwrap();
        assert_eq!((sent.delivery.delivery_medium, sent.delivery.destination.as_str()), (DeliveryMedium::Sms, "+*******1234"));
    }
    assert_eq!(pool.message_names("+12128601234").await, ["sign_up_code", "reset_code", "reset_code"]);
}

#[tokio::test]
async fn whoever_is_nobody_is_answered_the_same_each_time() {
    let pool = TestPool::new().await;
    let first = ask(&pool, "nobody").await.unwrap().delivery;
    pool.wait(30);
    assert_eq!(ask(&pool, "nobody").await.unwrap().delivery, first);
    let (_, domain) = first.destination.split_once("***@").unwrap();
    assert!(domain.ends_with("***") && domain.len() == 4, "{first:?}");
    assert_eq!(ask(&pool, "Nobody@elsewhere.com").await.unwrap().delivery.destination, "N***@e***");
    assert!(matches!(ask(&pool, " ").await, Err(ForgotPasswordError::Nobody)));
}

#[tokio::test]
async fn an_account_that_is_not_confirmed_gets_nothing_and_looks_the_same() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    pool.wait(60);
    assert!(ask(&pool, "jdoe").await.is_ok());
    assert!(ask(&pool, "me@domain.com").await.is_ok());
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code"]);
}

#[tokio::test]
async fn the_limits_are_the_same_for_everybodys_names() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for name in ["jdoe", "nobody", "nobody@domain.com"] {
        for _ in 0..5 {
            pool.wait(30);
            assert!(ask(&pool, name).await.is_ok(), "{name}");
            assert!(matches!(ask(&pool, name).await, Err(ForgotPasswordError::Wait { seconds: 30 })), "{name}");
        }
        pool.wait(30);
        assert!(matches!(ask(&pool, name).await, Err(ForgotPasswordError::Wait { seconds: 86250 })), "{name}");
    }
    // With the one from sign-up as many as a destination gets in a day.
    assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), 5);
}

#[tokio::test]
async fn another_name_of_the_account_brings_no_second_code_at_once() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    ask(&pool, "jdoe").await.unwrap();
    ask(&pool, "me@domain.com").await.unwrap();
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code", "reset_code"]);
}

#[tokio::test]
async fn one_network_may_ask_only_so_often() {
    let mut settings = Settings::default();
    settings.limits.code_requests_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    ask(&pool, "a").await.unwrap();
    ask(&pool, "b").await.unwrap();
    assert!(matches!(ask(&pool, "c").await, Err(ForgotPasswordError::Wait { seconds: 3600 })));
}

#[tokio::test]
async fn what_was_asked_for_is_remembered_by_name_whoever_it_is() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(pool.pending_reset("jdoe").await.unwrap(), None);
    let pending = PendingReset {
        expires_at: pool.time().plus(std::time::Duration::from_secs(3600)),
        resend_at: pool.time().plus(std::time::Duration::from_secs(30)),
    };
    for name in ["jdoe", "nobody"] {
        ask(&pool, name).await.unwrap();
        assert_eq!(pool.pending_reset(name).await.unwrap(), Some(pending), "{name}");
    }
}
