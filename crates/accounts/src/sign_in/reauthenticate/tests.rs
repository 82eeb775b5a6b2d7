use super::*;
use crate::attributes::update::{self, UpdateAttributesError};
use crate::error::CommonError;
use crate::sessions::list;
use crate::sign_in::{freshness, reauthenticate};
use crate::testing::{PASSWORD, TestPool, origin};
use std::collections::BTreeMap;

const QUARTER: u64 = 15 * 60;

async fn jane(pool: &TestPool) -> Viewer {
    pool.signed_in("jane", "jane@example.com").await
}

async fn change(
    pool: &TestPool,
    viewer: &Viewer,
    name: &str,
    value: &str,
) -> Result<(), UpdateAttributesError> {
    let changes = BTreeMap::from([(name.to_owned(), value.to_owned())]);
    update::update(pool, viewer, changes, &origin()).await.map(drop)
}

#[tokio::test]
async fn update_contact_with_a_stale_sign_in_is_refused() {
    let pool = TestPool::new().await;
    let viewer = jane(&pool).await;
    pool.wait(QUARTER - 1);
    change(&pool, &viewer, "email", "jane@new.example").await.unwrap();
    pool.wait(1);
    let refused = change(&pool, &viewer, "email", "jane@newer.example").await;
    assert!(matches!(refused, Err(UpdateAttributesError::NotFresh(NotFresh))), "{refused:?}");
    change(&pool, &viewer, "nickname", "Janie").await.expect("a name is nothing dangerous");
    assert!(pool.messages_to("jane@newer.example").await.is_empty());
}

#[tokio::test]
async fn reauthenticate_with_the_password_starts_a_fresh_session() {
    let pool = TestPool::new().await;
    let viewer = jane(&pool).await;
    pool.wait(QUARTER);
    let (session, again) =
        reauthenticate::reauthenticate(&pool, &viewer, &Password::new(PASSWORD), &origin()).await.unwrap();
    assert_eq!(pool.viewer_of(&session.token).await, again);
    assert_eq!(list::list(&pool, &again).await.unwrap().len(), 1, "the old one ended");
    change(&pool, &again, "email", "jane@new.example").await.unwrap();
    let refused = reauthenticate::reauthenticate(&pool, &viewer, &Password::new(PASSWORD), &origin()).await;
    assert!(matches!(refused, Err(SignInAgainError::Common(CommonError::SignedOut))), "{refused:?}");
}

#[tokio::test]
async fn reauthenticate_with_a_wrong_password_counts_as_failed_sign_in() {
    let pool = TestPool::new().await;
    let viewer = jane(&pool).await;
    pool.wait(QUARTER);
    for _ in 0..pool.settings.limits.sign_in_failures_free {
        let refused =
            reauthenticate::reauthenticate(&pool, &viewer, &Password::new("not-my-password"), &origin())
                .await;
        assert!(matches!(refused, Err(SignInAgainError::WrongPassword)), "{refused:?}");
    }
    let refused = pool.try_sign_in("jane", PASSWORD).await;
    assert!(
        matches!(refused, Err(crate::sign_in::outcome::SignInError::Common(CommonError::Wait { .. }))),
        "{refused:?}"
    );
    let refused = reauthenticate::reauthenticate(&pool, &viewer, &Password::new(PASSWORD), &origin()).await;
    assert!(matches!(refused, Err(SignInAgainError::Common(CommonError::Wait { .. }))), "{refused:?}");
    assert_eq!(list::list(&pool, &viewer).await.unwrap().len(), 1, "the session goes on");
    assert!(!freshness::is_fresh(&pool, &viewer));
}
