use super::*;
use crate::admin::{disable_user, reset_mfa, reset_user_password};
use crate::error::CommonError;
use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::set_up_app::{self, Then};
use crate::factors::{recovery, second_factors};
use crate::maintenance::purge;
use crate::one_time_codes::CodeFault;
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::challenge::{self, Challenge};
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::{PASSWORD, TestPool, another_code, origin, origin_at};
use crate::tokens::issue;
use model::Password;
use nameplate_core::settings::Settings;
use tokio::task::JoinSet;

const EMAIL: &str = "me@domain.com";
const NUMBER: &str = "+12128601234";

/// An account whose sign-in asks for an app, and the app's secret.
async fn with_app() -> (TestPool, Viewer, String) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up(&pool, &viewer).await;
    pool.wait(60);
    (pool, viewer, secret)
}

async fn set_up(pool: &TestPool, viewer: &Viewer) -> String {
    let viewer = &pool.fresh(viewer);
    let secret = set_up_app::set_up_app(pool, viewer).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(pool, viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    secret
}

async fn change(pool: &TestPool, viewer: &Viewer, factor: Factor, wish: Wish) -> Result<bool, FactorError> {
    change::change(pool, &pool.fresh(viewer), &[(factor, wish)], &origin()).await
}

/// Enters the password; a second factor has to be asked for.
async fn challenged(pool: &TestPool) -> Challenge {
    match pool.try_sign_in("jdoe", PASSWORD).await {
        Ok(SignedIn::Challenge(challenge)) => challenge,
        other => panic!("{other:?}"),
    }
}

async fn answer(pool: &TestPool, challenge: &Challenge, code: &str) -> Result<Viewer, ChallengeError> {
    let SignedIn::Session { username, session } =
        second_factor::answer::answer(pool, &challenge.token, code, &origin()).await?
    else {
        panic!()
    };
    assert_eq!(username, "jdoe");
    Ok(pool.viewer_of(&session.token).await)
}

/// The codes that were handed to the person just now.
async fn recovery_codes(pool: &TestPool, viewer: &Viewer) -> Vec<String> {
    recovery::recovery_codes(pool, &pool.fresh(viewer)).await.unwrap()
}

async fn with_phone(pool: &TestPool, viewer: &Viewer) {
    pool.update(viewer, &[("phone_number", NUMBER)]).await.unwrap();
    let code = pool.code_for(NUMBER).await;
    pool.verify(viewer, model::Standard::PhoneNumber, &code).await.unwrap();
}

#[tokio::test]
async fn the_code_of_the_app_signs_in_after_the_password_and_only_once() {
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
async fn the_code_that_set_the_app_up_is_spent() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up(&pool, &viewer).await;
    let code = shown_by(&secret, pool.time()).unwrap();
    let challenge = challenged(&pool).await;
    assert!(matches!(answer(&pool, &challenge, &code).await, Err(ChallengeError::Code(CodeFault::Used))));
}

#[tokio::test]
async fn of_many_that_answer_with_one_code_one_gets_in() {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_answer_with_one_recovery_code_one_gets_in() {
    let (pool, viewer, _) = with_app().await;
    let code = recovery_codes(&pool, &viewer).await.remove(0);
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
async fn an_app_counts_once_its_first_code_was_right_and_the_old_one_until_then() {
    let (pool, viewer, old) = with_app().await;
    let new = set_up_app::set_up_app(&pool, &pool.fresh(&viewer)).await.unwrap().text;
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
async fn a_secret_waits_an_hour_and_its_owner_alone_sees_it() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up_app::set_up_app(&pool, &viewer).await.unwrap().text;
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

#[tokio::test]
async fn a_code_goes_to_the_proven_contact_and_signs_in_once() {
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
async fn another_code_is_sent_after_the_cooldown_and_not_without_end() {
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
async fn the_preferred_one_is_asked_first_and_another_can_be_chosen() {
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
    assert_eq!((pending.factor, &pending.others[..]), (Factor::Sms, &[Factor::SoftwareToken][..]));
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
async fn an_application_chooses_among_equals_and_gets_tokens() {
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
        (Factor::SoftwareToken, &code),
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
        (Factor::SoftwareToken, &code),
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

#[tokio::test]
async fn a_recovery_code_takes_the_place_of_each_once_and_its_owner_is_told() {
    let (pool, viewer, _) = with_app().await;
    let codes = recovery_codes(&pool, &viewer).await;
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
async fn recovery_codes_are_shown_until_they_are_put_away_and_no_longer_than_a_quarter_of_an_hour() {
    let (pool, viewer, _) = with_app().await;
    let first = recovery_codes(&pool, &viewer).await;
    assert_eq!(recovery_codes(&pool, &viewer).await, first, "a reload shows the same");
    let stale = Viewer { signed_in_at: Timestamp(0), ..viewer.clone() };
    assert!(matches!(recovery::recovery_codes(&pool, &stale).await, Err(FactorError::NotFresh(_))));
    recovery::hide_recovery_codes(&pool, &viewer).await.unwrap();
    assert!(recovery_codes(&pool, &viewer).await.is_empty());

    recovery::make_recovery_codes(&pool, &pool.fresh(&viewer), &origin()).await.unwrap();
    let second = recovery_codes(&pool, &viewer).await;
    assert!(second.len() == 10 && second.iter().all(|code| !first.contains(code)));
    assert!(
        answer(&pool, &challenged(&pool).await, &first[0]).await.is_err(),
        "the old ones are worth nothing"
    );
    pool.wait(16 * 60);
    assert!(recovery_codes(&pool, &viewer).await.is_empty());
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

#[tokio::test]
async fn wrong_codes_wait_like_wrong_passwords_wherever_they_come_from() {
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
async fn a_sign_in_waits_ten_minutes_and_not_past_a_new_password_or_for_a_disabled_account() {
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
async fn a_challenge_of_one_application_is_nothing_to_another() {
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
        (Factor::SoftwareToken, &code),
        &origin(),
    )
    .await;
    assert!(matches!(done, Err(ChallengeError::Over)));
}

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
