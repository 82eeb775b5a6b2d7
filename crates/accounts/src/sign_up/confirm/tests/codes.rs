//! A code: who may enter it, how often, and how long.

use super::fault;
use crate::account::events;
use crate::error::CommonError;
use crate::one_time_codes::CodeFault;
use crate::sign_in::outcome::SignedIn;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::Who;
use crate::sign_up::{pending, resend};
use crate::testing::{self, PASSWORD, TestPool, another_code};
use model::Standard;

#[tokio::test]
async fn confirm_with_the_right_code_verifies_and_signs_in_the_browser() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let session = pool.confirm(ticket.clone(), &spaced).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!((viewer.username.as_str(), viewer.signed_in_at), ("jdoe", pool.time()));
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await.as_deref(), Some("true"));
    let names: Vec<_> =
        events::after(&pool, &viewer, 0, 10).await.unwrap().iter().map(|it| it.event.name()).collect();
    assert_eq!(names, ["signUp", "confirmSignUp", "signIn"]);
    // The ticket was redeemed.
    assert_eq!(pending::pending(&pool, &ticket).await.unwrap(), None);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::NoCode);
}

#[tokio::test]
async fn confirm_from_another_browser_signs_no_one_in() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm_by_name("JDoe", &code).await.unwrap().session.is_none());
    assert_eq!(pending::pending(&pool, &ticket).await.unwrap(), None);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(fault(pool.confirm_by_name("jdoe", &code).await), CodeFault::Used);
}

#[tokio::test]
async fn confirm_after_five_wrong_codes_needs_a_new_one() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let wrong = another_code(&code);
    for tries_left in [4, 3, 2, 1] {
        assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::Wrong { tries_left });
        assert_eq!(
            fault(pool.confirm(ticket.clone(), "12345").await),
            CodeFault::NotACode,
            "this costs no try"
        );
        assert_eq!(fault(pool.confirm(ticket.clone(), " ").await), CodeFault::Missing);
    }
    assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::WornOut);
    assert_eq!(
        fault(pool.confirm(ticket.clone(), &code).await),
        CodeFault::WornOut,
        "the right one comes too late"
    );
    pool.wait(30);
    resend::resend(&pool, &Who::Ticket(ticket.clone()), &testing::origin()).await.unwrap();
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
}

#[tokio::test]
async fn confirm_with_a_code_older_than_a_day_is_expired() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.wait(24 * 60 * 60 - 1);
    assert_eq!(
        fault(pool.confirm(ticket.clone(), &another_code(&code)).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    pool.wait(1);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::Expired);
    assert_eq!(
        fault(pool.confirm_by_name("jdoe", &code).await),
        CodeFault::Expired,
        "whoever holds it may know"
    );
}

#[tokio::test]
async fn confirm_with_an_older_code_is_refused() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let old = pool.code_for("me@domain.com").await;
    pool.wait(30);
    resend::resend(&pool, &Who::Ticket(ticket.clone()), &testing::origin()).await.unwrap();
    assert_ne!(pool.code_for("me@domain.com").await, old);
    assert_eq!(fault(pool.confirm(ticket, &old).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn confirm_with_the_code_of_another_account_is_refused() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    pool.sign_up("other", "other@domain.com").await;
    let foreign = pool.code_for("other@domain.com").await;
    assert_eq!(fault(pool.confirm(ticket, &foreign).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn confirm_by_name_with_wrong_codes_looks_alike_for_every_name() {
    let pool = TestPool::new().await;
    pool.signed_in("confirmed", "confirmed@domain.com").await;
    pool.sign_up("waiting", "waiting@domain.com").await;
    pool.sign_up("expired", "expired@domain.com").await;
    pool.wait(24 * 60 * 60 - 10);
    let fresh = pool.sign_up("fresh", "fresh@domain.com").await;
    pool.wait(10);
    let wrong = another_code(&pool.code_for("fresh@domain.com").await);
    let names = [
        "nobody",
        "confirmed",
        "waiting",
        "expired",
        "fresh",
        "confirmed@domain.com",
        "nobody@domain.com",
        "not@an@address",
        "@",
    ];
    for name in names {
        for tries_left in [4, 3, 2, 1] {
            assert_eq!(
                fault(pool.confirm_by_name(name, &wrong).await),
                CodeFault::Wrong { tries_left },
                "{name}"
            );
        }
        for _ in 0..2 {
            assert_eq!(fault(pool.confirm_by_name(name, &wrong).await), CodeFault::WornOut, "{name}");
        }
        assert_eq!(fault(pool.confirm_by_name(name, "1").await), CodeFault::NotACode, "{name}");
        let resent = resend::resend(&pool, &Who::Typed(name.into()), &testing::origin()).await.unwrap();
        assert_eq!(resent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
        assert_eq!(
            fault(pool.confirm_by_name(name, &wrong).await),
            CodeFault::Wrong { tries_left: 4 },
            "{name}"
        );
    }
    drop(fresh);
}

#[tokio::test]
async fn confirm_by_name_beyond_the_network_limit_has_to_wait() {
    let mut settings = nameplate_core::settings::Settings::default();
    settings.limits.code_requests_per_network_an_hour = 3;
    let pool = TestPool::with(settings).await;
    for n in 0..3 {
        fault(pool.confirm_by_name(&format!("nobody{n}"), "123456").await);
    }
    let refused = pool.confirm_by_name("nobody", "123456").await;
    assert!(
        matches!(refused, Err(ConfirmSignUpError::Common(CommonError::Wait { seconds: 3600 }))),
        "{refused:?}"
    );
}
