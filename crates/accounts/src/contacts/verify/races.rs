//! Many at once: what is unique stays so, what is used once is used once, and nothing is lost.

use super::*;
use crate::attributes::update;
use crate::contacts::verify;
use crate::testing::{TestPool, another_code, origin};
use model::Standard;
use std::collections::BTreeMap;
use store::Conn;
use tokio::task::JoinSet;

async fn number(conn: &mut Conn, sql: &'static str) -> i64 {
    conn.query(sql).optional().await.unwrap().unwrap().get(0).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn verify_one_address_by_many_accounts_at_once_lets_one_have_it() {
    const ACCOUNTS: usize = 5; // as many as a destination gets codes in a day
    let pool = TestPool::new().await;
    let mut racers = Vec::new();
    for n in 0..ACCOUNTS {
        let viewer = pool.signed_in(&format!("user{n}"), &format!("user{n}@domain.com")).await;
        pool.update(&viewer, &[("email", "prize@domain.com")]).await.unwrap();
        let sent = pool.codes_sent_to("prize@domain.com").await;
        let known: Vec<&String> = racers.iter().map(|(_, code)| code).collect();
        let code = sent.into_iter().find(|code| !known.contains(&code)).unwrap();
        racers.push((viewer, code));
    }
    let mut tasks = JoinSet::new();
    for (viewer, code) in racers.clone() {
        let pool = pool.handle();
        tasks.spawn(async move {
            verify::verify(&pool, &viewer, &Standard::Email.into(), &code, &origin()).await
        });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    let told = results.iter().filter(|it| matches!(it, Err(VerifyAttributeError::AliasExists(_)))).count();
    assert_eq!(told, ACCOUNTS - 1, "{results:?}");
    let mut holders = 0;
    for (viewer, _) in &racers {
        holders +=
            usize::from(pool.shown(viewer, Standard::Email).await.as_deref() == Some("prize@domain.com"));
    }
    assert_eq!(holders, 1);
    let mut conn = pool.store.read().await.unwrap();
    assert_eq!(
        number(&mut conn, "SELECT COUNT(*) FROM aliases").await,
        5,
        "everybody has one, and nobody two"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn verify_one_code_many_times_at_once_succeeds_once() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    let code = pool.code_for("me@anotherdomain.com").await;
    let mut tasks = JoinSet::new();
    for _ in 0..32 {
        let (pool, viewer, code) = (pool.handle(), viewer.clone(), code.clone());
        tasks.spawn(async move {
            verify::verify(&pool, &viewer, &Standard::Email.into(), &code, &origin()).await
        });
    }
    let results = tasks.join_all().await;
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    let refused = |it: &Result<_, _>| {
        matches!(it, Err(VerifyAttributeError::Code(CodeFault::Used | CodeFault::WornOut)))
    };
    assert_eq!(results.iter().filter(|it| refused(it)).count(), 31, "{results:?}");
    let done =
        pool.event_names(&viewer).await.into_iter().filter(|name| *name == "verifyUserAttribute").count();
    assert_eq!(done, 1);
    let told =
        pool.message_names("me@domain.com").await.into_iter().filter(|name| *name == "change_done").count();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn verify_wrong_codes_at_once_compares_five_of_them() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    let wrong = another_code(&pool.code_for("me@anotherdomain.com").await);
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let (pool, viewer, wrong) = (pool.handle(), viewer.clone(), wrong.clone());
        tasks.spawn(async move {
            verify::verify(&pool, &viewer, &Standard::Email.into(), &wrong, &origin()).await
        });
    }
    let mut left: Vec<u32> = Vec::new();
    for result in tasks.join_all().await {
        match result {
            Err(VerifyAttributeError::Code(CodeFault::Wrong { tries_left })) => left.push(tries_left),
            Err(VerifyAttributeError::Code(CodeFault::WornOut)) => {}
            other => panic!("{other:?}"),
        }
    }
    left.sort_unstable();
    assert_eq!(left, [1, 2, 3, 4], "the fifth answer is that the code is worn out");
    let mut conn = pool.store.read().await.unwrap();
    assert_eq!(number(&mut conn, "SELECT attempts FROM codes WHERE purpose = 'verify'").await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn update_by_many_at_once_loses_no_attribute() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let names = [
        "name",
        "given_name",
        "middle_name",
        "family_name",
        "nickname",
        "gender",
        "website",
        "profile",
        "picture",
        "locale",
    ];
    let mut tasks = JoinSet::new();
    for round in 0..10 {
        for name in names {
            let (pool, viewer) = (pool.handle(), viewer.clone());
            // Two in each request, so that a request torn apart would show.
            let pair = BTreeMap::from([
                (name.to_owned(), round.to_string()),
                ("address".to_owned(), format!("{name} {round}")),
            ]);
            tasks.spawn(async move { update::update(&pool, &viewer, pair, &origin()).await });
        }
    }
    assert!(tasks.join_all().await.iter().all(Result::is_ok));
    let shown = pool.shown_profile(&viewer).await.attributes;
    for name in names {
        assert!(shown.contains_key(&name.parse::<AttributeName>().unwrap()), "{name}");
    }
    let (last_name, last_round) = shown[&Standard::Address.into()].rsplit_once(' ').unwrap();
    assert_eq!(
        shown[&last_name.parse::<AttributeName>().unwrap()],
        last_round,
        "both halves of the last request stand"
    );
    let recorded =
        pool.event_names(&viewer).await.into_iter().filter(|name| *name == "updateUserAttributes").count();
    assert_eq!(recorded, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn update_sent_twice_at_once_sends_one_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let (pool, viewer) = (pool.handle(), viewer.clone());
        let change = BTreeMap::from([("email".to_owned(), "me@anotherdomain.com".to_owned())]);
        tasks.spawn(async move { update::update(&pool, &viewer, change, &origin()).await });
    }
    assert_eq!(tasks.join_all().await.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(pool.message_names("me@anotherdomain.com").await, ["change_code"]);
}
