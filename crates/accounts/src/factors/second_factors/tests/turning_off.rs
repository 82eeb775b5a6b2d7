//! Factors that are turned off, or can't be turned on.

use super::{EMAIL, challenged, change, with_app, with_phone};
use crate::admin::reset_mfa;
use crate::admin::update_user::{self, UpdateUserError, Vouching};
use crate::factors::change::Wish;
use crate::factors::error::FactorError;
use crate::factors::second_factors;
use crate::sign_in::outcome::SignedIn;
use crate::testing::{PASSWORD, TestPool, origin};
use crate::undo::Undoing;
use model::{AttributeName, ErrorCode, Factor, FieldName, FormErrors, Standard};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::Viewer;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;

#[tokio::test]
async fn remove_factor_stops_asking_for_it_and_sends_notice() {
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
async fn enable_sms_without_a_verified_number_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    assert!(matches!(
        change(&pool, &viewer, Factor::Sms, Wish::On).await,
        Err(FactorError::NotAtHand(Factor::Sms))
    ));
}

#[tokio::test]
async fn delete_contact_that_is_a_second_step_is_refused_until_it_is_off() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    with_phone(&pool, &viewer).await;
    change(&pool, &viewer, Factor::Sms, Wish::On).await.unwrap();
    let number: FieldName = AttributeName::from(Standard::PhoneNumber).into();
    let refused: FormErrors = pool.delete(&viewer, &["phone_number"]).await.unwrap_err().into();
    assert_eq!(refused.on(&number), Some(ErrorCode::IsSecondStep));
    let refused: FormErrors = pool.update(&viewer, &[("phone_number", "")]).await.unwrap_err().into();
    assert_eq!(refused.on(&number), Some(ErrorCode::IsSecondStep));
    for value in ["", "+10000000000"] {
        let submitted = BTreeMap::from([("phone_number".to_owned(), value.to_owned())]);
        let refused = update_user::update_user(&pool, "jdoe", submitted, Vouching::NONE).await.unwrap_err();
        assert!(
            matches!(&refused, UpdateUserError::Refused(it) if it.on(&number) == Some(ErrorCode::IsSecondStep)),
            "{refused:?}"
        );
    }
    assert_eq!(challenged(&pool).await.factor, Some(Factor::Sms));
    change(&pool, &viewer, Factor::Sms, Wish::Off).await.unwrap();
    pool.delete(&viewer, &["phone_number"]).await.unwrap();
}

/// Text messages reached people once; now there is no gateway any more.
#[tokio::test]
async fn update_contact_of_a_factor_unverified_turns_it_off_with_notice() {
    let before = TestPool::new().await;
    let viewer = before.signed_in("jdoe", EMAIL).await;
    with_phone(&before, &viewer).await;
    change(&before, &viewer, Factor::Sms, Wish::On).await.unwrap();
    before.store.close().await;
    let settings = Settings { texts: false, ..Settings::default() };
    let pool = TestPool::at(before.into_place(), settings).await;
    for (wait, new) in [(60, "+12128605678"), (61, "")] {
        pool.wait(wait);
        pool.update(&viewer, &[("phone_number", new)]).await.unwrap();
    }
    assert_eq!(pool.message_names(EMAIL).await.iter().filter(|it| **it == "second_factor_off").count(), 1);
    assert_eq!(pool.event_names(&viewer).await.iter().filter(|it| **it == "disableMfa").count(), 1);
    let factors = second_factors::second_factors(&pool, &viewer).await.unwrap();
    assert!(!factors.any() && factors.recovery_codes_left == 0);
}

#[tokio::test]
async fn reset_mfa_by_the_operator_turns_every_factor_off() {
    let (pool, viewer, _) = with_app().await;
    assert!(reset_mfa::reset_mfa(&pool, "jdoe", Undoing::Over).await.unwrap().changed);
    assert!(!reset_mfa::reset_mfa(&pool, "jdoe", Undoing::Over).await.unwrap().changed);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(pool.event_names(&viewer).await.iter().filter(|it| **it == "adminResetMfa").count(), 1);
    assert!(pool.event_names(&viewer).await.contains(&"disableMfa"), "which one it was");
    assert_eq!(pool.message_names(EMAIL).await.last(), Some(&"second_factor_off"));
}
