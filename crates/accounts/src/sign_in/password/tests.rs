use super::*;
use crate::account::events;
use crate::error::CommonError;
use crate::password::hasher::HashingError;
use crate::sessions::viewer;
use crate::sign_in::password;
use crate::sign_up::{pending, start};
use crate::testing::{self, PASSWORD, TestPool, origin, origin_at};
use model::SignInOptions;
use nameplate_core::settings::{Hashing, Settings};
use store::users;

async fn sign_in_from(pool: &TestPool, network: &str, password: &str) -> Result<SignedIn, SignInError> {
    let form = SignIn { username: "jdoe".into(), password: Password::new(password) };
    password::with_password(&pool.handle(), &pool.client(), form, &origin_at(network)).await
}

#[tokio::test]
async fn sign_in_by_username_or_verified_email_succeeds() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for name in ["jdoe", " JDOE ", "me@domain.com", "Me@DOMAIN.com"] {
        let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in(name, PASSWORD).await else {
            panic!("{name}")
        };
        assert_eq!(pool.viewer_of(&session.token).await.username, "jdoe");
    }
}

#[tokio::test]
async fn sign_in_by_an_unverified_phone_number_is_refused() {
    let sign_in = SignInOptions { username: true, email: true, phone_number: true };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let attributes = [("email", "me@domain.com"), ("phone_number", "+12128601234")];
    let ticket = pool.try_sign_up("jdoe", &attributes).await.unwrap().ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.confirm(ticket, &code).await.unwrap();
    assert!(matches!(pool.try_sign_in("+12128601234", PASSWORD).await, Err(SignInError::WrongCredentials)));
}

#[tokio::test]
async fn sign_in_with_wrong_password_or_unknown_name_is_refused_alike() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.sign_up("waiting", "waiting@domain.com").await;
    for name in ["jdoe", "me@domain.com", "waiting", "nobody", "nobody@domain.com", "waiting@domain.com", "@"]
    {
        let refused = pool.try_sign_in(name, "wrong").await;
        assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{name}: {refused:?}");
    }
    let failures = events::after(&pool, &viewer, 0, 10).await.unwrap();
    assert_eq!(
        failures.iter().filter(|it| it.event.name() == "signIn_failure").count(),
        2,
        "the owner sees them"
    );
}

#[tokio::test]
async fn sign_in_with_empty_fields_names_both() {
    let pool = TestPool::new().await;
    let refusal: FormErrors = pool.try_sign_in(" ", "").await.unwrap_err().into();
    assert_eq!(
        refusal.fields,
        [(FieldName::Username, ErrorCode::Missing), (FieldName::Password, ErrorCode::Missing)]
    );
}

#[tokio::test]
async fn sign_in_failures_delay_one_account_in_one_network() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for name in ["jdoe", "nobody"] {
        for _ in 0..5 {
            assert!(
                matches!(pool.try_sign_in(name, "wrong").await, Err(SignInError::WrongCredentials)),
                "{name}"
            );
        }
        let refused = pool.try_sign_in(name, PASSWORD).await;
        assert!(
            matches!(refused, Err(SignInError::Common(CommonError::Wait { seconds: 1 }))),
            "{name}: {refused:?}"
        );
    }
    assert!(sign_in_from(&pool, "198.51.100.9", PASSWORD).await.is_ok());
    pool.wait(1);
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
    // The success has forgotten the failures.
    for _ in 0..5 {
        assert!(matches!(pool.try_sign_in("jdoe", "wrong").await, Err(SignInError::WrongCredentials)));
    }
}

#[tokio::test]
async fn sign_in_failures_keep_existing_sessions() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    for _ in 0..20 {
        let _ = pool.try_sign_in("jdoe", "wrong").await;
    }
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_some());
}

#[tokio::test]
async fn sign_in_failures_of_an_ipv6_prefix_count_together() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for n in 0..5 {
        assert!(sign_in_from(&pool, &format!("2001:db8:1:2::{n}"), "wrong").await.is_err());
    }
    assert!(matches!(
        sign_in_from(&pool, "2001:db8:1:2:ffff::1", PASSWORD).await,
        Err(SignInError::Common(CommonError::Wait { .. }))
    ));
    assert!(sign_in_from(&pool, "2001:db8:1:3::1", PASSWORD).await.is_ok());
    assert!(matches!(
        sign_in_from(&pool, "::ffff:192.0.2.200", PASSWORD).await,
        Ok(SignedIn::Session { .. })
    ));
}

#[tokio::test]
async fn sign_in_beyond_the_network_limit_has_to_wait() {
    let mut settings = Settings::default();
    settings.limits.sign_ins_per_network_an_hour = 3;
    let pool = TestPool::with(settings).await;
    for n in 0..3 {
        assert!(matches!(
            pool.try_sign_in(&format!("nobody{n}"), "wrong").await,
            Err(SignInError::WrongCredentials)
        ));
    }
    assert!(matches!(
        pool.try_sign_in("nobody", "wrong").await,
        Err(SignInError::Common(CommonError::Wait { seconds: 3600 }))
    ));
}

#[tokio::test]
async fn sign_in_to_an_unconfirmed_account_leads_to_a_fresh_code() {
    let pool = TestPool::new().await;
    let first = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let Ok(SignedIn::Unconfirmed(second)) = pool.try_sign_in("jdoe", PASSWORD).await else {
        panic!("not the code step")
    };
    assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), 1, "one was sent just now");
    pool.wait(30);
    let Ok(SignedIn::Unconfirmed(third)) = pool.try_sign_in("jdoe", PASSWORD).await else {
        panic!("not the code step")
    };
    assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), 2);
    for ticket in [&first, &second, &third] {
        assert!(pending::pending(&pool, ticket).await.unwrap().is_some());
    }
    let code = pool.code_for("me@domain.com").await;
    let session = pool.confirm(third, &code).await.unwrap().session.unwrap();
    assert_eq!(pool.viewer_of(&session.token).await.username, "jdoe");
    assert_eq!(pending::pending(&pool, &first).await.unwrap(), None);
}

#[tokio::test]
async fn sign_in_to_an_unconfirmed_account_sends_five_codes_a_day() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    for _ in 0..8 {
        pool.wait(30);
        assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Unconfirmed(_))));
    }
    assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), 5);
}

#[tokio::test]
async fn sign_in_by_email_only_looks_alike_for_taken_and_free_addresses() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    pool.signed_in("", "taken@domain.com").await;
    for email in ["taken@domain.com", "free@domain.com"] {
        let mut form = testing::form("", &[("email", email)]);
        form.password = Password::new("the-strangers-own");
        start::start(&pool.handle(), &pool.client(), form, &origin()).await.unwrap();
        let step = pool.try_sign_in(email, "the-strangers-own").await;
        assert!(matches!(step, Ok(SignedIn::Unconfirmed(_))), "{email}: {step:?}");
    }
    assert!(matches!(pool.try_sign_in("taken@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
}

#[tokio::test]
async fn sign_in_renews_a_hash_of_older_settings() {
    let mut pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.settings.hashing = Hashing { memory_kib: 64, ..pool.settings.hashing };
    let pool = pool.restart().await;
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    let mut conn = pool.store.read().await.unwrap();
    let user = users::by_identifier(&mut conn, &Identifier::Username("jdoe".into())).await.unwrap().unwrap();
    assert!(user.password_hash.contains("m=64,"), "{}", user.password_hash);
    drop(conn);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
}

#[tokio::test]
async fn sign_in_and_confirmation_by_name_notify_open_pages() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let code = pool.code_for("me@domain.com").await;
    let mut feed = events::subscribe(&pool);
    pool.confirm_by_name("jdoe", &code).await.unwrap();
    assert!(feed.try_recv().is_ok());
    let _ = pool.try_sign_in("jdoe", PASSWORD).await.unwrap();
    assert!(feed.try_recv().is_ok());
}

#[tokio::test]
async fn sign_in_without_a_store_is_unavailable() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    pool.store().close().await;
    let refusal: FormErrors = pool.try_sign_in("jdoe", PASSWORD).await.unwrap_err().into();
    assert_eq!((refusal.form, refusal.status()), (Some(ErrorCode::Unavailable), 503));
    assert!(viewer::viewer(&pool, &token).await.is_err());
    assert!(pool.try_sign_up("other", &[("email", "other@domain.com")]).await.is_err());
}

#[test]
fn sign_in_with_a_full_hashing_queue_is_told_to_retry() {
    let refusal = FormErrors::from(SignInError::from(HashingError::Busy));
    assert_eq!((refusal.status(), refusal.retry_after()), (503, Some(1)));
}

/// A pool in Germany whose people sign in by all three.
async fn german_pool() -> TestPool {
    let sign_in = SignInOptions { username: true, email: true, phone_number: true };
    TestPool::with(Settings { sign_in, country_code: "+49".into(), ..Settings::default() }).await
}

/// Somebody with this number, verified as an operator says.
async fn with_number(pool: &TestPool, username: &str, number: &str) {
    let email = format!("{username}@domain.com");
    pool.signed_in(username, &email).await;
    let number = [("phone_number".to_owned(), number.to_owned())].into();
    crate::admin::update_user(pool, username, number, crate::admin::Vouching::VERIFIED).await.unwrap();
}

#[tokio::test]
async fn sign_in_by_verified_number_in_any_spelling_finds_its_owner() {
    let pool = german_pool().await;
    with_number(&pool, "jdoe", "0151 23456789").await;
    for typed in
        ["0151 23456789", "015123456789", "0151/23456789", "0049 151 23456789", "+49 (0)151 23456789"]
    {
        let Ok(SignedIn::Session { username, .. }) = pool.try_sign_in(typed, PASSWORD).await else {
            panic!("{typed}")
        };
        assert_eq!(username, "jdoe", "{typed}");
    }
}

#[tokio::test]
async fn sign_in_by_number_outside_the_plan_finds_its_owner() {
    let pool = german_pool().await;
    with_number(&pool, "jdoe", "+225712345678").await;
    assert!(pool.try_sign_in("+225 712345678", PASSWORD).await.is_ok());
    assert!(pool.try_sign_in("+225 07 12 34 56 78", PASSWORD).await.is_err(), "that is another number");
}

#[tokio::test]
async fn sign_in_by_username_of_digits_yields_to_the_owner_of_the_number() {
    let pool = german_pool().await;
    pool.signed_in("015123456789", "digits@domain.com").await;
    let Ok(SignedIn::Session { username, .. }) = pool.try_sign_in("015123456789", PASSWORD).await else {
        panic!("nobody has the number")
    };
    assert_eq!(username, "015123456789");
    with_number(&pool, "jdoe", "0151 23456789").await;
    let Ok(SignedIn::Session { username, .. }) = pool.try_sign_in("015123456789", PASSWORD).await else {
        panic!("somebody has it")
    };
    assert_eq!(username, "jdoe");
    pool.sign_up("015123456780", "waiting@domain.com").await;
    let waits = pool.try_sign_in("015123456780", PASSWORD).await;
    assert!(matches!(waits, Ok(SignedIn::Unconfirmed(_))), "{waits:?}");
}

#[tokio::test]
async fn sign_in_failures_by_number_count_together_in_any_spelling() {
    let pool = german_pool().await;
    with_number(&pool, "jdoe", "0151 23456789").await;
    let spellings = ["015123456789", "0151-23456789", "0151/23456789", "+4915123456789", "0049 15123456789"];
    for typed in spellings {
        let refused = pool.try_sign_in(typed, "wrong").await;
        assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{typed}: {refused:?}");
    }
    let next = pool.try_sign_in("0151.23456789", PASSWORD).await;
    assert!(matches!(next, Err(SignInError::Common(CommonError::Wait { .. }))), "{next:?}");
}
