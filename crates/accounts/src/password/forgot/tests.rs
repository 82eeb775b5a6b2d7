use super::*;
use crate::error::CommonError;
use crate::password::{confirm_forgot, forgot};
use crate::testing::{TestPool, origin, origin_at};
use model::{DeliveryMedium, SignInOptions};
use nameplate_core::settings::Settings;

async fn ask(pool: &TestPool, name: &str) -> Result<ResetCodeSent, ForgotPasswordError> {
    forgot::forgot(pool, name, &origin()).await
}

#[tokio::test]
async fn forgot_password_sends_a_code_and_tells_the_caller_nothing() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let sent = ask(&pool, " JDOE ").await.unwrap();
    assert_eq!(
        (sent.delivery.delivery_medium, sent.delivery.destination.as_str()),
        (DeliveryMedium::Email, "***@***")
    );
    assert_eq!(sent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
    assert_eq!(pool.message_names("me@domain.com").await.last(), Some(&"reset_code"));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"forgotPassword"));
}

#[tokio::test]
async fn forgot_password_with_only_a_verified_number_sends_a_text() {
    let sign_in = SignInOptions { phone_number: true, ..SignInOptions::default() };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&model::Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let ticket = pool.try_sign_up("jdoe", &[("phone_number", "+12128601234")]).await.unwrap().ticket;
    let code = pool.code_for("+12128601234").await;
    pool.confirm(ticket, &code).await.unwrap();
    for name in ["jdoe", "+12128601234"] {
        pool.wait(30);
        let sent = ask(&pool, name).await.unwrap().delivery;
        let told = if name == "jdoe" {
            (DeliveryMedium::Email, "***@***")
        } else {
            (DeliveryMedium::Sms, "+*******1234")
        };
        assert_eq!(
            (sent.delivery_medium, sent.destination.as_str()),
            told,
            "a name is answered alike, a number as it was typed"
        );
    }
    assert_eq!(pool.message_names("+12128601234").await, ["sign_up_code", "reset_code", "reset_code"]);
}

#[tokio::test]
async fn forgot_password_of_an_unknown_name_looks_the_same_each_time() {
    let pool = TestPool::new().await;
    let first = ask(&pool, "nobody").await.unwrap().delivery;
    pool.wait(30);
    assert_eq!(ask(&pool, "nobody").await.unwrap().delivery, first);
    assert_eq!(first.destination, "***@***");
    assert_eq!(ask(&pool, "Nobody@elsewhere.com").await.unwrap().delivery.destination, "N***@e***");
    assert!(matches!(ask(&pool, " ").await, Err(ForgotPasswordError::Nobody)));
}

#[tokio::test]
async fn forgot_password_of_an_unconfirmed_account_sends_nothing() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    pool.wait(60);
    assert!(ask(&pool, "jdoe").await.is_ok());
    assert!(ask(&pool, "me@domain.com").await.is_ok());
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code"]);
}

#[tokio::test]
async fn forgot_password_by_strangers_waits_alike_for_every_name() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let stranger = origin_at("198.51.100.9");
    let mut seen = Vec::new();
    for name in ["jdoe", "nobody", "nobody@domain.com"] {
        let mut waits = Vec::new();
        for _ in 0..24 {
            forgot::forgot(&pool.handle(), name, &stranger).await.unwrap();
            let Err(ForgotPasswordError::Common(CommonError::Wait { seconds })) =
                forgot::forgot(&pool.handle(), name, &stranger).await
            else {
                panic!("no wait")
            };
            waits.push(seconds);
            pool.wait(u64::from(seconds));
        }
        assert_eq!((waits[..3].to_vec(), waits.iter().max()), (vec![30, 60, 120], Some(&3600)), "{name}");
        seen.push(waits);
        pool.wait(24 * 3600);
    }
    assert!(seen.iter().all(|waits| *waits == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn forgot_password_from_a_known_network_is_not_delayed_by_strangers() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for n in 0..30 {
        forgot::forgot(&pool.handle(), "jdoe", &origin_at(&format!("198.51.100.{n}"))).await.unwrap();
    }
    let before = pool.codes_due_to("me@domain.com").await.len();
    ask(&pool, "jdoe").await.unwrap();
    assert_eq!(pool.codes_due_to("me@domain.com").await.len(), before + 1, "at once");
    // From elsewhere it comes too, within the hour, and it works where it was asked for.
    let away = origin_at("203.0.113.5");
    forgot::forgot(&pool.handle(), "me@domain.com", &away).await.unwrap();
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    let form = crate::password::confirm_forgot::PasswordReset {
        username: "me@domain.com".into(),
        code,
        password: model::Password::new("another+Password-1"),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(&pool, form, &away).await.unwrap();
}

#[tokio::test]
async fn forgot_password_by_many_strangers_sends_few_and_longer_codes() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let before = pool.codes_sent_to("me@domain.com").await.len();
    for n in 0..120 {
        forgot::forgot(&pool.handle(), "jdoe", &origin_at(&format!("198.51.100.{n}"))).await.unwrap();
        pool.wait(30);
    }
    let codes = pool.codes_sent_to("me@domain.com").await.split_off(before);
    assert!((6..12).contains(&codes.len()), "{}", codes.len());
    let longer = codes.iter().filter(|code| code.len() == 8).count();
    assert!(
        longer >= codes.len() - 5,
        "from the sixth on, and before that where more than eight wait for one"
    );
}

#[tokio::test]
async fn forgot_password_by_another_name_of_the_account_joins_the_code() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let before = pool.codes_sent_to("me@domain.com").await.len();
    for name in ["jdoe", "me@domain.com", "jdoe", "me@domain.com"] {
        _ = forgot::forgot(&pool.handle(), name, &origin_at("198.51.100.9")).await;
    }
    assert_eq!(
        pool.codes_sent_to("me@domain.com").await.len(),
        before + 2,
        "one at once, one at the end of the gap"
    );
}

#[tokio::test]
async fn forgot_password_beyond_the_network_limit_has_to_wait() {
    let mut settings = Settings::default();
    settings.limits.code_requests_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    ask(&pool, "a").await.unwrap();
    ask(&pool, "b").await.unwrap();
    assert!(matches!(
        ask(&pool, "c").await,
        Err(ForgotPasswordError::Common(CommonError::Wait { seconds: 3600 }))
    ));
}

#[tokio::test]
async fn pending_reset_is_remembered_for_known_and_unknown_names() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(forgot::pending_reset(&pool, "jdoe", &origin()).await.unwrap(), None);
    let pending = PendingReset {
        expires_at: pool.time().plus(std::time::Duration::from_secs(3600)),
        resend_at: pool.time().plus(std::time::Duration::from_secs(30)),
    };
    for name in ["jdoe", "nobody"] {
        ask(&pool, name).await.unwrap();
        assert_eq!(forgot::pending_reset(&pool, name, &origin()).await.unwrap(), Some(pending), "{name}");
    }
}
