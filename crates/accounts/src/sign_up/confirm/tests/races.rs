//! Many at once.

use super::{attempt, fault};
use crate::one_time_codes::CodeFault;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::testing::{PASSWORD, TestPool, another_code, origin_at};
use model::ErrorCode;
use std::sync::Arc;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn confirm_one_code_many_times_at_once_succeeds_once() {
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
    let mut conn = pool.store.read().await.unwrap();
    let sessions: i64 =
        conn.query("SELECT COUNT(*) FROM sessions").optional().await.unwrap().unwrap().get(0).unwrap();
    let confirmed = r#"SELECT COUNT(*) FROM events WHERE payload LIKE '%"confirmSignUp"%'"#;
    let events: i64 = conn.query(confirmed).optional().await.unwrap().unwrap().get(0).unwrap();
    assert!(sessions <= 1 && events == 1, "{sessions} {events}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn confirm_wrong_codes_at_once_compares_five_of_them() {
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
async fn confirm_one_address_many_times_at_once_lets_one_have_it() {
    let pool = Arc::new(TestPool::new().await);
    let mut waiting = Vec::new();
    for n in 0..12 {
        let email = if n % 2 == 0 { "me@domain.com" } else { "ME@Domain.com" };
        waiting.push(pool.sign_up(&format!("jdoe{n}"), email).await.ticket);
    }
    // The first one has a code of its own; those who came in its gap share the next one.
    let first = pool.codes_due_to("me@domain.com").await.remove(0);
    pool.wait_until_sent().await;
    let shared = pool.code_for("ME@Domain.com").await;
    let waiting = waiting
        .into_iter()
        .enumerate()
        .map(|(n, ticket)| (ticket, if n == 0 { first.clone() } else { shared.clone() }));
    let mut tasks = JoinSet::new();
    for (ticket, code) in waiting {
        let pool = Arc::clone(&pool);
        tasks.spawn(async move { pool.confirm(ticket, &code).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    assert_eq!(
        done.iter().filter(|it| matches!(it, Err(ConfirmSignUpError::AliasExists(_)))).count(),
        11,
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn confirm_two_sign_ups_of_one_name_at_once_gives_it_to_one() {
    for _ in 0..4 {
        let pool = Arc::new(TestPool::new().await);
        let mut waiting = Vec::new();
        for n in 0..6 {
            let email = format!("me{n}@domain.com");
            waiting.push((
                attempt(&pool, &origin_at("192.0.2.7"), &email, PASSWORD).await,
                pool.code_for(&email).await,
            ));
        }
        let mut tasks = JoinSet::new();
        for (ticket, code) in waiting {
            let pool = Arc::clone(&pool);
            tasks.spawn(async move { pool.confirm(ticket, &code).await });
        }
        let done = tasks.join_all().await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
        let taken = done
            .iter()
            .filter(|it| matches!(it, Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken))))
            .count();
        assert_eq!(taken, 5, "{done:?}");
    }
}
