//! Several at once, and a process that dies in between.

use super::{OWNER, SECOND_THIEF, THIEF, contacts_of, is_over, newest_link, replace, story, undo_by};
use crate::testing::origin;
use crate::undo;
use model::Standard;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn undo_twice_at_once_succeeds_once() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    replace(&pool, &stolen, Standard::Email, SECOND_THIEF).await;
    let links = [newest_link(&pool, OWNER).await, newest_link(&pool, THIEF).await];
    let at_once: Vec<_> = links
        .iter()
        .chain(&links)
        .map(|link| {
            let (pool, link) = (pool.handle(), link.clone());
            tokio::spawn(async move { undo::undo(&pool, &link, &origin()).await })
        })
        .collect();
    let mut done = Vec::new();
    for undoing in at_once {
        done.push(undoing.await.unwrap());
    }
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    assert!(done.iter().filter(|it| it.is_err()).all(is_over));
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(OWNER));
    let told = pool.message_names(OWNER).await.into_iter().filter(|it| *it == "changes_undone").count();
    assert_eq!(told, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn undo_during_a_change_ends_with_the_former_address() {
    for round in 0..8_u64 {
        let (pool, stolen) = story().await;
        replace(&pool, &stolen, Standard::Email, THIEF).await;
        pool.update(&stolen, &[("email", SECOND_THIEF)]).await.unwrap();
        let (link, code) = (newest_link(&pool, OWNER).await, pool.code_for(SECOND_THIEF).await);
        let undoing = {
            let pool = pool.handle();
            tokio::spawn(async move {
                tokio::time::sleep(std::time::Duration::from_micros(round * 150)).await;
                undo::undo(&pool, &link, &origin()).await
            })
        };
        let _ = pool.verify(&stolen, Standard::Email, &code).await;
        undoing.await.unwrap().unwrap();
        assert_eq!(contacts_of(&pool, &stolen).await, (Some(OWNER.into()), None, 1), "round {round}");
        assert!(pool.delete(&stolen, &["email", "phone_number"]).await.is_err());
        assert!(pool.update(&stolen, &[("email", THIEF)]).await.is_err(), "its session has ended");
    }
}

#[tokio::test]
async fn undo_that_is_cut_off_can_be_repeated() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let link = newest_link(&pool, OWNER).await;
    for microseconds in [0, 200, 800, 2000] {
        let from = origin();
        let undoing = undo::undo(&pool, &link, &from);
        let _ = tokio::time::timeout(std::time::Duration::from_micros(microseconds), undoing).await;
    }
    let restarted = pool.restart().await;
    let done = undo_by(&restarted, &link).await;
    assert!(done.is_ok() || is_over(&done), "{done:?}");
    assert_eq!(contacts_of(&restarted, &stolen).await, (Some(OWNER.into()), None, 1));
}
