//! A sign-in that waits for its second step.

use super::{EMAIL, answer, challenged, set_up, with_app};
use crate::admin::{disable_user, reset_user_password};
use crate::error::CommonError;
use crate::factors::app::shown_by;
use crate::maintenance::purge;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::challenge;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::{TestPool, another_code, origin, origin_at};
use model::{Factor, Password};
use nameplate_core::settings::Settings;

#[tokio::test]
async fn answer_with_wrong_app_codes_from_anywhere_has_to_wait() {
    let (pool, _, secret) = with_app().await;
    let code = shown_by(&secret, pool.time()).unwrap();
    for network in 1..=5 {
        let challenge = challenged(&pool).await;
        let done = second_factor::answer::answer(
            &pool,
            &challenge.token,
            &another_code(&code),
            &origin_at(&format!("192.0.2.{network}")),
        )
        .await;
        assert!(matches!(done, Err(ChallengeError::WrongAppCode)));
    }
    let challenge = challenged(&pool).await;
    assert!(matches!(
        answer(&pool, &challenge, &code).await,
        Err(ChallengeError::Common(CommonError::Wait { seconds: 1 }))
    ));
    pool.wait(1);
    let code = shown_by(&secret, pool.time()).unwrap();
    answer(&pool, &challenge, &code).await.unwrap();
}

#[tokio::test]
async fn answer_after_ten_minutes_or_an_account_change_is_refused() {
    let (pool, _, secret) = with_app().await;
    let late = challenged(&pool).await;
    pool.wait(601);
    assert!(challenge::pending(&pool, &late.token).await.unwrap().is_none());
    assert!(matches!(
        answer(&pool, &late, &shown_by(&secret, pool.time()).unwrap()).await,
        Err(ChallengeError::Over)
    ));

    let disabled = challenged(&pool).await;
    disable_user::disable_user(&pool, "jdoe").await.unwrap();
    let refused = answer(&pool, &disabled, &shown_by(&secret, pool.time()).unwrap()).await;
    assert!(matches!(refused, Err(ChallengeError::Disabled)));
    disable_user::enable_user(&pool, "jdoe").await.unwrap();

    let overtaken = challenged(&pool).await;
    reset_user_password::set_user_password(
        &pool,
        "jdoe",
        &Password::new("anothersecurerandompassword#456"),
        true,
    )
    .await
    .unwrap();
    assert!(matches!(
        answer(&pool, &overtaken, &shown_by(&secret, pool.time()).unwrap()).await,
        Err(ChallengeError::Over)
    ));
    purge::purge_expired(&pool).await.unwrap();
}

#[tokio::test]
async fn answer_to_a_challenge_of_another_client_is_refused() {
    let mut settings = Settings::default();
    let other = nameplate_core::settings::AppClient::new("other", settings.clients[0].access.clone());
    settings.clients.push(other);
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up(&pool, &viewer).await;
    pool.wait(60);
    let challenge = challenged(&pool).await;
    let code = shown_by(&secret, pool.time()).unwrap();
    let elsewhere = nameplate_core::client::ClientId("other".into());
    let done = second_factor::answer::answer_for_tokens(
        &pool,
        &elsewhere,
        &challenge.token,
        second_factor::FactorCode { factor: Factor::SoftwareToken, code: &code },
        &origin(),
    )
    .await;
    assert!(matches!(done, Err(ChallengeError::Over)));
}
