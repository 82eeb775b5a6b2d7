//! How often.

use super::{culprits, field, refusal};
use crate::account::events;
use crate::attributes::update;
use crate::attributes::update::UpdateAttributesError;
use crate::error::CommonError;
use crate::testing::{self, TestPool};
use model::{ErrorCode, Standard};
use nameplate_core::settings::Settings;

#[tokio::test]
async fn update_email_to_the_same_address_too_soon_is_refused_whole() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let change = [("email", "me@anotherdomain.com"), ("nickname", "Jo")];
    pool.update(&viewer, &change[..1]).await.unwrap();
    pool.wait(10);
    assert_eq!(
        refusal(pool.update(&viewer, &change).await).on(&field("email")),
        Some(ErrorCode::Wait { seconds: 20 })
    );
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    pool.wait(20);
    assert!(!pool.update(&viewer, &change).await.unwrap()[&Standard::Email.into()].is_updated);
    let told = pool
        .message_names("me@domain.com")
        .await
        .into_iter()
        .filter(|name| *name == "change_requested")
        .count();
    assert_eq!(told, 1, "a code that is sent again is the same request");
}

#[tokio::test]
async fn update_email_six_times_a_day_to_one_address_is_refused() {
    let pool = TestPool::new().await;
    let (one, other) =
        (pool.signed_in("one", "one@domain.com").await, pool.signed_in("other", "other@domain.com").await);
    for _ in 0..5 {
        pool.update(&one, &[("email", "Owner@domain.com")]).await.unwrap();
        pool.wait(31);
    }
    let refused = refusal(pool.update(&one, &[("email", "owner@domain.com")]).await);
    assert!(
        matches!(refused.on(&field("email")), Some(ErrorCode::Wait { seconds: 80_000.. })),
        "{refused:?}"
    );
    pool.update(&other, &[("email", "owner@domain.com")]).await.unwrap();
    pool.wait(24 * 60 * 60);
    pool.update(&one, &[("email", "owner@domain.com")]).await.unwrap();
}

#[tokio::test]
async fn update_email_to_ever_new_addresses_has_to_wait() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for n in 0..30 {
        pool.update(&viewer, &[("email", format!("{n}@domain.com").as_str())]).await.unwrap();
    }
    let refused = refusal(pool.update(&viewer, &[("email", "31@domain.com")]).await);
    assert!(matches!(refused.on(&field("email")), Some(ErrorCode::Wait { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn update_by_many_at_once_lets_only_the_limit_through() {
    let mut settings = Settings::default();
    settings.limits.changes_per_account_an_hour = 5;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..20 {
        let (pool, viewer) = (pool.handle(), viewer.clone());
        let submitted = [("nickname".to_owned(), format!("Jo {n}"))].into();
        tasks.spawn(async move { update::update(&pool, &viewer, submitted, &testing::origin()).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 5, "{done:?}");
    assert!(
        done.iter()
            .all(|it| matches!(it, Ok(_) | Err(UpdateAttributesError::Common(CommonError::Wait { .. })))),
        "{done:?}"
    );
}

#[tokio::test]
async fn update_refused_many_times_keeps_few_events_and_then_waits() {
    let mut settings = Settings::default();
    settings.limits.changes_per_account_an_hour = 3;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let names: Vec<_> = (0..50).map(|n| format!("custom:{n}")).collect();
    let nonsense: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    for _ in 0..5 {
        assert_eq!(culprits(&refusal(pool.update(&viewer, &nonsense).await)).len(), 50);
    }
    let events = events::after(&pool, &viewer, 0, 100).await.unwrap();
    let failures: Vec<_> =
        events.iter().filter(|it| it.event.name() == "updateUserAttributes_failure").collect();
    assert_eq!(failures.len(), 3);
    assert!(serde_json::to_string(&failures[0].event).unwrap().len() < 1000);
    let refused = pool.update(&viewer, &[("nickname", "Jo")]).await;
    assert!(
        matches!(refused, Err(UpdateAttributesError::Common(CommonError::Wait { seconds: 3600 }))),
        "{refused:?}"
    );
    assert!(matches!(
        pool.delete(&viewer, &["nickname"]).await,
        Err(crate::attributes::delete::DeleteAttributesError::Common(CommonError::Wait { .. }))
    ));
    pool.wait(3600);
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
}
