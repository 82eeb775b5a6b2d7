//! Factors that are turned off, or can't be turned on.

use super::{EMAIL, challenged, change, with_app, with_phone};
use crate::admin::reset_mfa;
use crate::factors::change::Wish;
use crate::factors::second_factors;
use crate::factors::second_factors::FactorError;
use crate::sign_in::outcome::SignedIn;
use crate::testing::{PASSWORD, TestPool, origin};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::Viewer;

#[tokio::test]
async fn what_is_turned_off_is_not_asked_for_and_everybody_concerned_is_told() {
    let (pool, viewer, _) = with_app().await;
    let stale = Viewer { signed_in_at: Timestamp(0), ..viewer.clone() };
    let off = [(Factor::SoftwareToken, Wish::Removed)];
    assert!(matches!(change::change(&pool, &stale, &off, &origin()).await, Err(FactorError::NotFresh(_))));
    change(&pool, &viewer, Factor::SoftwareToken, Wish::Removed).await.unwrap();
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    let factors = second_factors::second_factors(&pool, &viewer).await.unwrap();
    assert!(!factors.any() && factors.recovery_codes_left == 0);
    assert_eq!(pool.message_names(EMAIL).await, ["sign_up_code", "second_factor_on", "second_factor_off"]);
    assert!(matches!(
        change(&pool, &viewer, Factor::SoftwareToken, Wish::On).await,
        Err(FactorError::NotAtHand(_))
    ));
}

#[tokio::test]
async fn text_messages_need_a_proven_number_and_go_with_it() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    assert!(matches!(
        change(&pool, &viewer, Factor::Sms, Wish::On).await,
        Err(FactorError::NotAtHand(Factor::Sms))
    ));
    with_phone(&pool, &viewer).await;
    change(&pool, &viewer, Factor::Sms, Wish::On).await.unwrap();
    assert_eq!(challenged(&pool).await.factor, Some(Factor::Sms));
    pool.delete(&viewer, &["phone_number"]).await.unwrap();
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(second_factors::second_factors(&pool, &viewer).await.unwrap().recovery_codes_left, 0);
}

#[tokio::test]
async fn the_operator_helps_somebody_who_lost_everything() {
    let (pool, viewer, _) = with_app().await;
    assert!(reset_mfa::reset_mfa(&pool, "jdoe").await.unwrap().changed);
    assert!(!reset_mfa::reset_mfa(&pool, "jdoe").await.unwrap().changed);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(pool.event_names(&viewer).await.iter().filter(|it| **it == "adminResetMfa").count(), 1);
    assert_eq!(pool.message_names(EMAIL).await.last(), Some(&"second_factor_off"));
}
