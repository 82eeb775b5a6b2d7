//! Codes to proven contacts, and the choice between factors.

use super::{EMAIL, NUMBER, answer, challenged, change, with_app, with_phone};
use crate::error::CommonError;
use crate::factors::app::shown_by;
use crate::factors::change::Wish;
use crate::one_time_codes::CodeFault;
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::password::SignIn;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::challenge;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::{PASSWORD, TestPool, another_code, origin};
use crate::tokens::issue;
use model::{Factor, Password};
use nameplate_core::settings::Settings;

#[tokio::test]
async fn answer_with_an_emailed_code_signs_in_once() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    pool.wait(1);
    assert!(change(&pool, &viewer, Factor::Email, Wish::On).await.unwrap(), "with recovery codes");
    pool.wait(1);
    let challenge = challenged(&pool).await;
    let delivery = challenge.delivery.as_ref().unwrap();
    assert_eq!((challenge.factor, delivery.destination.as_str()), (Some(Factor::Email), "m***@d***"));
    let code = pool.code_for(EMAIL).await;
    let wrong = answer(&pool, &challenge, &another_code(&code)).await;
    assert!(matches!(wrong, Err(ChallengeError::Code(CodeFault::Wrong { tries_left: 4 }))));
    answer(&pool, &challenge, &code).await.unwrap();
    pool.wait(31);
    let again = challenged(&pool).await;
    assert!(answer(&pool, &again, &code).await.is_err());
    assert_eq!(
        pool.message_names(EMAIL).await,
        ["sign_up_code", "second_factor_on", "sign_in_code", "sign_in_code"]
    );
}

#[tokio::test]
async fn resend_sign_in_code_waits_for_cooldown_and_daily_limit() {
    let mut settings = Settings::default();
    settings.limits.sign_in_codes_per_destination_a_day = 3;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    change(&pool, &viewer, Factor::Email, Wish::On).await.unwrap();
    let challenge = challenged(&pool).await;
    let resend = async || challenge::resend(&pool, &pool.client(), &challenge.token, &origin()).await;
    assert!(matches!(resend().await, Err(ChallengeError::Common(CommonError::Wait { seconds: 30 }))));
    for _ in 0..2 {
        pool.wait(30);
        resend().await.unwrap();
    }
    pool.wait(30);
    assert!(matches!(resend().await, Err(ChallengeError::Common(CommonError::Wait { seconds: 86_000.. }))));
    let code = pool.code_for(EMAIL).await;
    answer(&pool, &challenge, &code).await.unwrap();
}

#[tokio::test]
async fn challenge_asks_for_the_preferred_factor_first() {
    let (pool, viewer, secret) = with_app().await;
    with_phone(&pool, &viewer).await;
    change(&pool, &viewer, Factor::Sms, Wish::On).await.unwrap();
    assert_eq!(challenged(&pool).await.factor, Some(Factor::SoftwareToken), "in the order of the list");
    change(&pool, &viewer, Factor::Sms, Wish::First).await.unwrap();
    let challenge = challenged(&pool).await;
    assert_eq!(
        (challenge.factor, &challenge.choices[..]),
        (Some(Factor::Sms), &[Factor::Sms, Factor::SoftwareToken][..])
    );
    let pending = challenge::pending(&pool, &challenge.token).await.unwrap().unwrap();
    assert_eq!((pending.factor, &pending.others[..]), (Some(Factor::Sms), &[Factor::SoftwareToken][..]));
    let chosen =
        challenge::choose_factor(&pool, &pool.client(), &challenge.token, Factor::SoftwareToken, &origin())
            .await
            .unwrap();
    assert_eq!(chosen.factor, Some(Factor::SoftwareToken));
    let text = pool.code_for(NUMBER).await;
    let app = shown_by(&secret, pool.time()).unwrap();
    if text != app {
        assert!(answer(&pool, &challenge, &text).await.is_err(), "it is no longer asked for");
    }
    answer(&pool, &challenge, &app).await.unwrap();
    let none = challenge::choose_factor(
        &pool,
        &pool.client(),
        &challenged(&pool).await.token,
        Factor::Email,
        &origin(),
    )
    .await;
    assert!(matches!(none, Err(ChallengeError::NoSuchFactor)));
}

#[tokio::test]
async fn challenge_of_an_application_with_two_factors_lets_it_choose() {
    let (pool, viewer, secret) = with_app().await;
    change(&pool, &viewer, Factor::Email, Wish::On).await.unwrap();
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let Ok(Entered::Challenge(challenge)) =
        for_tokens::for_tokens(&pool, &pool.client(), &form, &origin()).await
    else {
        panic!()
    };
    assert_eq!((challenge.factor, challenge.choices.len()), (None, 2));
    assert!(
        !pool.message_names(EMAIL).await.contains(&"sign_in_code"),
        "nothing is sent before it is chosen"
    );
    let code = shown_by(&secret, pool.time()).unwrap();
    let early = second_factor::answer::answer_for_tokens(
        &pool,
        &pool.client(),
        &challenge.token,
        second_factor::FactorCode { factor: Factor::SoftwareToken, code: &code },
        &origin(),
    )
    .await;
    assert!(matches!(early, Err(ChallengeError::Over)));
    challenge::choose_factor(&pool, &pool.client(), &challenge.token, Factor::SoftwareToken, &origin())
        .await
        .unwrap();
    let done = second_factor::answer::answer_for_tokens(
        &pool,
        &pool.client(),
        &challenge.token,
        second_factor::FactorCode { factor: Factor::SoftwareToken, code: &code },
        &origin(),
    )
    .await;
    let Ok(Entered::Tokens(tokens)) = done else { panic!("{done:?}") };
    let (viewer, info) = issue::info_of_access_token(&pool, &tokens.access).await.unwrap();
    assert_eq!(
        (viewer.username.as_str(), &info.factors[..]),
        ("jdoe", &[(Factor::SoftwareToken, false), (Factor::Email, false)][..])
    );
}
