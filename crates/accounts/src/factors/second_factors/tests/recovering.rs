//! Recovery codes.

use super::{EMAIL, answer, challenged, shown_codes, with_app};
use crate::factors::error::FactorError;
use crate::factors::{recovery_codes, second_factors};
use crate::maintenance::purge;
use crate::one_time_codes::CodeFault;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::origin;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::Viewer;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn answer_with_one_recovery_code_at_once_lets_one_sign_in() {
    let (pool, viewer, _) = with_app().await;
    let code = shown_codes(&pool, &viewer).await.remove(0);
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(challenged(&pool).await.token);
    }
    let mut tries = JoinSet::new();
    for token in asked {
        let (pool, code) = (pool.handle(), code.clone());
        tries.spawn(async move {
            second_factor::answer::answer_with_recovery_code(&pool, &token, &code, &origin()).await.is_ok()
        });
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1);
    assert_eq!(second_factors::second_factors(&pool, &viewer).await.unwrap().recovery_codes_left, 9);
}

#[tokio::test]
async fn answer_with_a_recovery_code_works_once_and_sends_notice() {
    let (pool, viewer, _) = with_app().await;
    let codes = shown_codes(&pool, &viewer).await;
    assert_eq!(codes.len(), 10);
    let challenge = challenged(&pool).await;
    let wrong =
        second_factor::answer::answer_with_recovery_code(&pool, &challenge.token, "aaaaa-aaaaa", &origin())
            .await;
    assert!(matches!(wrong, Err(ChallengeError::WrongRecoveryCode)));
    answer(&pool, &challenge, &codes[3].to_uppercase()).await.unwrap();
    assert_eq!(second_factors::second_factors(&pool, &viewer).await.unwrap().recovery_codes_left, 9);
    assert_eq!(pool.message_names(EMAIL).await.last(), Some(&"recovery_used"));
    let used = answer(&pool, &challenged(&pool).await, &codes[3]).await;
    assert!(matches!(used, Err(ChallengeError::Code(CodeFault::Used))));
    assert!(pool.event_names(&viewer).await.contains(&"useRecoveryCode"));
}

#[tokio::test]
async fn recovery_codes_are_shown_until_hidden_or_fifteen_minutes_old() {
    let (pool, viewer, _) = with_app().await;
    let first = shown_codes(&pool, &viewer).await;
    assert_eq!(shown_codes(&pool, &viewer).await, first, "a reload shows the same");
    let stale = Viewer { signed_in_at: Timestamp(0), ..viewer.clone() };
    assert!(matches!(recovery_codes::recovery_codes(&pool, &stale).await, Err(FactorError::NotFresh(_))));
    recovery_codes::hide_recovery_codes(&pool, &viewer).await.unwrap();
    assert!(shown_codes(&pool, &viewer).await.is_empty());

    recovery_codes::make_recovery_codes(&pool, &pool.fresh(&viewer), &first[1], &origin()).await.unwrap();
    let second = shown_codes(&pool, &viewer).await;
    assert!(second.len() == 10 && second.iter().all(|code| !first.contains(code)));
    assert!(
        answer(&pool, &challenged(&pool).await, &first[0]).await.is_err(),
        "the old ones are worth nothing"
    );
    pool.wait(16 * 60);
    assert!(shown_codes(&pool, &viewer).await.is_empty());
    purge::purge_expired(&pool).await.unwrap();
    let mut conn = pool.store.read().await.unwrap();
    let query = conn
        .query("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND readable IS NOT NULL")
        .bind(viewer.user.0);
    assert_eq!(
        query.optional().await.unwrap().unwrap().get::<i64>(0).unwrap(),
        0,
        "and nothing of them is left to be read"
    );
    drop(conn);
    answer(&pool, &challenged(&pool).await, &second[0]).await.unwrap();
}
