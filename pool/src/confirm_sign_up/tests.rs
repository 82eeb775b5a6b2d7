use super::*;
use crate::sign_in::SignedIn;
use crate::testing::{PASSWORD, TestPool, another_code};
use model::Standard;
use std::sync::Arc;
use tokio::task::JoinSet;

fn fault<T: std::fmt::Debug>(result: Result<T, ConfirmSignUpError>) -> CodeFault {
    match result {
        Err(ConfirmSignUpError::Code(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_right_code_confirms_verifies_and_signs_in_the_browser_that_signed_up() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let session = pool.confirm(ticket.clone(), &spaced).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!((viewer.username.as_str(), viewer.signed_in_at), ("jdoe", pool.time()));
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await.as_deref(), Some("true"));
    let names: Vec<_> = pool.events_after(&viewer, 0, 10).await.unwrap().iter().map(|it| it.event.name()).collect();
    assert_eq!(names, ["signUp", "confirmSignUp", "signIn"]);
    // The ticket was redeemed.
    assert_eq!(pool.pending_sign_up(&ticket).await.unwrap(), None);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::NoCode);
}

#[tokio::test]
async fn from_another_browser_the_code_confirms_but_signs_in_nobody() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm_by_name("JDoe", &code).await.unwrap().session.is_none());
    assert_eq!(pool.pending_sign_up(&ticket).await.unwrap(), None);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(fault(pool.confirm_by_name("jdoe", &code).await), CodeFault::Used);
}

#[tokio::test]
async fn a_code_wears_out_after_five_tries_and_a_new_one_helps() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let wrong = another_code(&code);
    for tries_left in [4, 3, 2, 1] {
        assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::Wrong { tries_left });
        assert_eq!(fault(pool.confirm(ticket.clone(), "12345").await), CodeFault::NotACode, "this costs no try");
        assert_eq!(fault(pool.confirm(ticket.clone(), " ").await), CodeFault::Missing);
    }
    assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::WornOut);
    assert_eq!(fault(pool.confirm(ticket.clone(), &code).await), CodeFault::WornOut, "the right one comes too late");
    pool.wait(30);
    pool.resend_sign_up_code(&Who::Ticket(ticket.clone()), &crate::testing::origin()).await.unwrap();
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
}

#[tokio::test]
async fn a_code_expires_after_a_day() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.wait(24 * 60 * 60 - 1);
    assert_eq!(fault(pool.confirm(ticket.clone(), &another_code(&code)).await), CodeFault::Wrong { tries_left: 4 });
    pool.wait(1);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::Expired);
    assert_eq!(fault(pool.confirm_by_name("jdoe", &code).await), CodeFault::Expired, "whoever holds it may know");
}

#[tokio::test]
async fn only_the_newest_code_counts() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let old = pool.code_for("me@domain.com").await;
    pool.wait(30);
    pool.resend_sign_up_code(&Who::Ticket(ticket.clone()), &crate::testing::origin()).await.unwrap();
    assert_ne!(pool.code_for("me@domain.com").await, old);
    assert_eq!(fault(pool.confirm(ticket, &old).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn a_code_of_one_account_confirms_no_other() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    pool.sign_up("other", "other@domain.com").await;
    let foreign = pool.code_for("other@domain.com").await;
    assert_eq!(fault(pool.confirm(ticket, &foreign).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn a_stranger_can_not_tell_by_codes_whether_there_is_such_an_account() {
    let pool = TestPool::new().await;
    pool.signed_in("confirmed", "confirmed@domain.com").await;
    pool.sign_up("waiting", "waiting@domain.com").await;
    pool.sign_up("expired", "expired@domain.com").await;
    pool.wait(24 * 60 * 60 - 10);
    let fresh = pool.sign_up("fresh", "fresh@domain.com").await;
    pool.wait(10);
    let wrong = another_code(&pool.code_for("fresh@domain.com").await);
    let names = ["nobody", "confirmed", "waiting", "expired", "fresh", "confirmed@domain.com", "nobody@domain.com", "not@an@address", "@"];
    for name in names {
        for tries_left in [4, 3, 2, 1] {
            assert_eq!(fault(pool.confirm_by_name(name, &wrong).await), CodeFault::Wrong { tries_left }, "{name}");
        }
        for _ in 0..2 {
            assert_eq!(fault(pool.confirm_by_name(name, &wrong).await), CodeFault::WornOut, "{name}");
        }
        assert_eq!(fault(pool.confirm_by_name(name, "1").await), CodeFault::NotACode, "{name}");
        let resent = pool.resend_sign_up_code(&Who::Typed(name.into()), &crate::testing::origin()).await.unwrap();
        assert_eq!(resent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
        assert_eq!(fault(pool.confirm_by_name(name, &wrong).await), CodeFault::Wrong { tries_left: 4 }, "{name}");
    }
    drop(fresh);
}

#[tokio::test]
async fn one_network_may_enter_only_so_many_codes_by_name() {
    let mut settings = crate::Settings::default();
    settings.limits.code_requests_per_network_an_hour = 3;
    let pool = TestPool::with(settings).await;
    for n in 0..3 {
        fault(pool.confirm_by_name(&format!("nobody{n}"), "123456").await);
    }
    let refused = pool.confirm_by_name("nobody", "123456").await;
    assert!(matches!(refused, Err(ConfirmSignUpError::Wait { seconds: 3600 })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_entered_many_times_at_once_is_used_once() {
    let pool = Arc::new(TestPool::new().await);
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let (pool, ticket, code) = (Arc::clone(&pool), ticket.clone(), code.clone());
        tasks.spawn(async move {
            match n % 2 {
                0 => pool.confirm(ticket, &code).await.is_ok(),
                _ => pool.confirm_by_name("jdoe", &code).await.is_ok(),
            }
        });
    }
    let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    let mut conn = pool.inner.store.read().await.unwrap();
    let sessions: i64 = conn.query("SELECT COUNT(*) FROM sessions").optional().await.unwrap().unwrap().get(0).unwrap();
    let confirmed = r#"SELECT COUNT(*) FROM events WHERE payload LIKE '%"confirmSignUp"%'"#;
    let events: i64 = conn.query(confirmed).optional().await.unwrap().unwrap().get(0).unwrap();
    assert!(sessions <= 1 && events == 1, "{sessions} {events}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_guesses_at_once_only_five_are_compared() {
    let pool = Arc::new(TestPool::new().await);
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let wrong = another_code(&pool.code_for("me@domain.com").await);
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let (pool, ticket, wrong) = (Arc::clone(&pool), ticket.clone(), wrong.clone());
        tasks.spawn(async move { fault(pool.confirm(ticket, &wrong).await) });
    }
    let faults = tasks.join_all().await;
    for tries_left in [4, 3, 2, 1] {
        let found = faults.iter().filter(|fault| **fault == CodeFault::Wrong { tries_left }).count();
        assert_eq!(found, 1, "{tries_left} left");
    }
    assert_eq!(faults.iter().filter(|fault| **fault == CodeFault::WornOut).count(), 36);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_proved_by_many_at_once_belongs_to_one() {
    let mut settings = crate::Settings::default();
    settings.limits.codes_per_destination_a_day = 100;
    let pool = Arc::new(TestPool::with(settings).await);
    let mut waiting = Vec::new();
    for n in 0..12 {
        let email = if n % 2 == 0 { "me@domain.com" } else { "ME@Domain.com" };
        let ticket = pool.sign_up(&format!("jdoe{n}"), email).await.ticket;
        // The newest code of this address is this account's.
        waiting.push((ticket, pool.code_of(&format!("jdoe{n}"), email).await));
    }
    let mut tasks = JoinSet::new();
    for (ticket, code) in waiting {
        let pool = Arc::clone(&pool);
        tasks.spawn(async move { pool.confirm(ticket, &code).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    assert_eq!(done.iter().filter(|it| matches!(it, Err(ConfirmSignUpError::AliasExists(_)))).count(), 11, "{done:?}");
}

impl TestPool {
    /// The code that was sent to this address for this username.
    async fn code_of(&self, username: &str, address: &str) -> String {
        use crate::delivery::Message;
        let messages = self.messages_to(address).await;
        let mine = messages.into_iter().find_map(|message| match message {
            Message::SignUpCode { code, asked, .. } if asked.username.as_deref() == Some(username) => Some(code),
            _ => None,
        });
        mine.unwrap()
    }
}
