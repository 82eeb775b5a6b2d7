//! An authenticator app.

use super::{EMAIL, answer, application, challenged, set_up, with_app};
use crate::factors::app::shown_by;
use crate::factors::error::FactorError;
use crate::factors::set_up_app::{self, Then};
use crate::one_time_codes::CodeFault;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::{PASSWORD, TestPool, another_code, origin};
use model::Factor;
use tokio::task::JoinSet;

#[tokio::test]
async fn answer_with_an_app_code_signs_in_only_once() {
    let (pool, viewer, secret) = with_app().await;
    let challenge = challenged(&pool).await;
    assert_eq!((challenge.factor, challenge.delivery.is_none()), (Some(Factor::SoftwareToken), true));
    let code = shown_by(&secret, pool.time()).unwrap();
    assert!(matches!(
        answer(&pool, &challenge, &another_code(&code)).await,
        Err(ChallengeError::WrongAppCode)
    ));
    assert_eq!(answer(&pool, &challenge, &code).await.unwrap().user, viewer.user);
    assert!(
        matches!(answer(&pool, &challenge, &code).await, Err(ChallengeError::Over)),
        "the sign-in is done"
    );

    let again = challenged(&pool).await;
    assert!(matches!(answer(&pool, &again, &code).await, Err(ChallengeError::Code(CodeFault::Used))));
    pool.wait(30);
    assert!(
        matches!(answer(&pool, &again, &code).await, Err(ChallengeError::Code(CodeFault::Used))),
        "nor in the next step"
    );
    let next = shown_by(&secret, pool.time()).unwrap();
    answer(&pool, &again, &next).await.unwrap();
    let events = pool.event_names(&viewer).await;
    assert_eq!(events.iter().filter(|it| **it == "signIn").count(), 3, "{events:?}");
    assert!(events.contains(&"confirmSignIn_failure"));
}

#[tokio::test]
async fn answer_with_the_code_of_the_app_setup_is_refused_as_used() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up(&pool, &viewer).await;
    let code = shown_by(&secret, pool.time()).unwrap();
    let challenge = challenged(&pool).await;
    assert!(matches!(answer(&pool, &challenge, &code).await, Err(ChallengeError::Code(CodeFault::Used))));
}

#[tokio::test]
async fn answer_with_one_app_code_at_once_lets_one_sign_in() {
    let (pool, _, secret) = with_app().await;
    let code = shown_by(&secret, pool.time()).unwrap();
    let mut asked = Vec::new();
    for _ in 0..4 {
        asked.push(challenged(&pool).await.token);
    }
    let mut tries = JoinSet::new();
    for token in asked {
        let (pool, code) = (pool.handle(), code.clone());
        tries.spawn(
            async move { second_factor::answer::answer(&pool, &token, &code, &origin()).await.is_ok() },
        );
    }
    assert_eq!(tries.join_all().await.into_iter().filter(|done| *done).count(), 1);
}

#[tokio::test]
async fn confirm_app_replaces_the_old_app_only_with_a_right_code() {
    let (pool, viewer, old) = with_app().await;
    let new = set_up_app::set_up_app(&pool, &application(&viewer), &origin()).await.unwrap().text;
    let code = shown_by(&old, pool.time()).unwrap();
    answer(&pool, &challenged(&pool).await, &code).await.unwrap();
    let fresh = pool.fresh(&viewer);
    let wrong = another_code(&shown_by(&new, pool.time()).unwrap());
    for typed in [wrong.as_str(), "12", ""] {
        assert!(
            set_up_app::confirm_app(&pool, &fresh, typed, Then::AskForIt, &origin()).await.is_err(),
            "{typed}"
        );
    }
    assert_eq!(
        set_up_app::app_being_set_up(&pool, &fresh).await.unwrap().unwrap().text,
        new,
        "it is shown until then"
    );
    let first = shown_by(&new, pool.time()).unwrap();
    assert!(
        !set_up_app::confirm_app(&pool, &fresh, &first, Then::AskForIt, &origin()).await.unwrap(),
        "there are recovery codes already"
    );
    pool.wait(30);
    let challenge = challenged(&pool).await;
    assert!(answer(&pool, &challenge, &shown_by(&old, pool.time()).unwrap()).await.is_err());
    answer(&pool, &challenge, &shown_by(&new, pool.time()).unwrap()).await.unwrap();
}

#[tokio::test]
async fn app_being_set_up_is_kept_an_hour_for_its_owner_only() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up_app::set_up_app(&pool, &viewer, &origin()).await.unwrap().text;
    let somebody = pool.signed_in("somebody", "somebody@domain.com").await;
    assert_eq!(set_up_app::app_being_set_up(&pool, &somebody).await.unwrap(), None);
    pool.wait(3601);
    assert_eq!(set_up_app::app_being_set_up(&pool, &pool.fresh(&viewer)).await.unwrap(), None);
    let code = shown_by(&secret, pool.time()).unwrap();
    let late = set_up_app::confirm_app(&pool, &pool.fresh(&viewer), &code, Then::AskForIt, &origin()).await;
    assert!(matches!(late, Err(FactorError::NotAtHand(_))));
    assert!(
        matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })),
        "nothing is asked for"
    );
}
