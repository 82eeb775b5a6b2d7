use super::*;
use crate::account::{activity, events};
use crate::testing::TestPool;

fn ids(page: &Activity) -> Vec<i64> {
    page.entries.iter().map(|entry| entry.id).collect()
}

/// An account to which so much happened, beside what a sign-up leaves.
async fn busy(pool: &TestPool, changes: usize) -> Viewer {
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for number in 0..changes {
        pool.update(&viewer, &[("nickname", &format!("J{number}"))]).await.unwrap();
    }
    viewer
}

#[tokio::test]
async fn activity_lists_the_newest_first_with_time_network_and_device() {
    let pool = TestPool::new().await;
    pool.signed_in("other", "other@domain.com").await;
    let viewer = busy(&pool, 1).await;
    let page = activity::activity(&pool, &viewer, Turn::Newest).await.unwrap();
    let names: Vec<_> = page.entries.iter().map(|entry| entry.event.name()).collect();
    assert_eq!(names, ["updateUserAttributes", "signIn", "confirmSignUp", "signUp"]);
    assert_eq!((page.newer, page.older), (None, None));
    let Entry { at, network, device, .. } = &page.entries[0];
    assert_eq!(
        (*at, network.as_str(), device.browser, device.system),
        (pool.time(), "192.0.2.7", Some("Firefox"), Some("Linux"))
    );
}

#[tokio::test]
async fn activity_paged_older_and_newer_shows_every_event_once() {
    let pool = TestPool::new().await;
    let viewer = busy(&pool, 58).await;
    let all: Vec<_> =
        events::after(&pool, &viewer, 0, 1000).await.unwrap().iter().rev().map(|it| it.id).collect();
    let (mut seen, mut pages) =
        (Vec::new(), vec![activity::activity(&pool, &viewer, Turn::Newest).await.unwrap()]);
    assert_eq!(pages[0].newer, None);
    while let Some(older) = pages.last().unwrap().older {
        pages.push(activity::activity(&pool, &viewer, older).await.unwrap());
    }
    for page in &pages {
        seen.extend(ids(page));
    }
    assert_eq!((seen, pages.len()), (all, 3));
    let back = activity::activity(&pool, &viewer, pages[2].newer.unwrap()).await.unwrap();
    assert_eq!(back, pages[1]);
    assert_eq!(activity::activity(&pool, &viewer, back.newer.unwrap()).await.unwrap(), pages[0]);
}

#[tokio::test]
async fn activity_page_stays_the_same_while_new_events_are_recorded() {
    let pool = TestPool::new().await;
    let viewer = busy(&pool, 40).await;
    let newest = activity::activity(&pool, &viewer, Turn::Newest).await.unwrap();
    let older = activity::activity(&pool, &viewer, newest.older.unwrap()).await.unwrap();
    for number in 0..30 {
        pool.update(&viewer, &[("nickname", &format!("N{number}"))]).await.unwrap();
    }
    assert_eq!(activity::activity(&pool, &viewer, newest.older.unwrap()).await.unwrap(), older);
    assert_eq!(ids(&activity::activity(&pool, &viewer, older.newer.unwrap()).await.unwrap()), ids(&newest));
}

#[tokio::test]
async fn activity_at_an_unknown_event_shows_the_newest_page() {
    let pool = TestPool::new().await;
    let viewer = busy(&pool, 1).await;
    let newest = activity::activity(&pool, &viewer, Turn::Newest).await.unwrap();
    for turn in [Turn::Before(0), Turn::Before(i64::MIN), Turn::After(i64::MAX), Turn::After(0)] {
        assert_eq!(activity::activity(&pool, &viewer, turn).await.unwrap(), newest, "{turn:?}");
    }
}

#[tokio::test]
async fn activity_of_another_account_is_never_shown() {
    let pool = TestPool::new().await;
    let viewer = busy(&pool, 3).await;
    let other = pool.signed_in("other", "other@domain.com").await;
    let mine = ids(&activity::activity(&pool, &viewer, Turn::Newest).await.unwrap());
    pool.delete(&viewer, &["nickname"]).await.unwrap();
    let theirs = ids(&activity::activity(&pool, &other, Turn::Before(i64::MAX)).await.unwrap());
    assert!(theirs.len() == 3 && !theirs.iter().any(|id| mine.contains(id)));
}
