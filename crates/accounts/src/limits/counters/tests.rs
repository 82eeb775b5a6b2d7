use super::*;
use crate::limits::names::LimitName;
use crate::testing::TestPool;
use tokio::task::JoinSet;

const BACKOFF: Backoff =
    Backoff { free: 5, first: Duration::from_secs(1), longest: Duration::from_secs(15 * 60) };

async fn try_knock(pool: &TestPool, name: &str) -> Result<(), Wait> {
    let mut tx = pool.store.begin().await.unwrap();
    knock(&mut tx, &key(pool, LimitName::SignInFailures, &[name]), BACKOFF, pool.time()).await.unwrap()?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn try_count(pool: &TestPool, times: u32) -> Result<(), Wait> {
    let mut tx = pool.store.begin().await.unwrap();
    count(&mut tx, &key(pool, LimitName::SignUps, &["counted"]), Rate { times, per: HOUR }, pool.time())
        .await
        .unwrap()?;
    tx.commit().await.unwrap();
    Ok(())
}

#[tokio::test]
async fn backoff_after_five_tries_doubles_up_to_fifteen_minutes() {
    let pool = TestPool::new().await;
    for _ in 0..5 {
        assert_eq!(try_knock(&pool, "jdoe").await, Ok(()));
    }
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        assert_eq!(try_knock(&pool, "jdoe").await, Err(Wait { seconds: wait }));
        assert_eq!(try_knock(&pool, "jdoe").await, Err(Wait { seconds: wait }), "a refusal was counted");
        assert_eq!(try_knock(&pool, &format!("another {wait}")).await, Ok(()));
        pool.wait(u64::from(wait));
        assert_eq!(try_knock(&pool, "jdoe").await, Ok(()));
    }
}

#[tokio::test]
async fn backoff_after_a_day_without_tries_starts_again() {
    let pool = TestPool::new().await;
    for _ in 0..5 {
        try_knock(&pool, "jdoe").await.unwrap();
    }
    pool.wait(24 * 60 * 60);
    for _ in 0..5 {
        assert_eq!(try_knock(&pool, "jdoe").await, Ok(()));
    }
}

#[tokio::test]
async fn backoff_after_a_restart_is_remembered() {
    let pool = TestPool::new().await;
    for _ in 0..5 {
        try_knock(&pool, "jdoe").await.unwrap();
    }
    let pool = pool.restart().await;
    assert_eq!(try_knock(&pool, "jdoe").await, Err(Wait { seconds: 1 }));
}

#[tokio::test]
async fn rate_limit_is_free_again_once_its_window_is_over() {
    let pool = TestPool::new().await;
    for _ in 0..3 {
        try_count(&pool, 3).await.unwrap();
    }
    pool.wait(1000);
    assert_eq!(try_count(&pool, 3).await, Err(Wait { seconds: 2600 }));
    assert_eq!(try_count(&pool, 3).await, Err(Wait { seconds: 2600 }));
    pool.wait(2600);
    assert_eq!(try_count(&pool, 3).await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backoff_with_many_tries_at_once_lets_five_through() {
    let pool = std::sync::Arc::new(TestPool::new().await);
    let mut tasks = JoinSet::new();
    for _ in 0..50 {
        let pool = std::sync::Arc::clone(&pool);
        tasks.spawn(async move { try_knock(&pool, "jdoe").await.is_ok() });
    }
    let through = tasks.join_all().await.into_iter().filter(|through| *through).count();
    assert_eq!(through, 5);
}

#[tokio::test]
async fn limits_store_no_typed_text_in_clear() {
    let pool = TestPool::new().await;
    try_knock(&pool, "hush-hush").await.unwrap();
    let bytes = pool.place().everything();
    assert!(!bytes.windows(9).any(|window| window == b"hush-hush"));
}
