//! Stories of resets: a stolen mailbox, an owner who has forgotten the password, and both at once.

use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::recovery_codes;
use crate::factors::set_up_app::{self, Then};
use crate::factors::step_up::StepUpError;
use crate::passkeys::add::{self, AddPasskeyError, NewPasskey};
use crate::passkeys::keep::{self, KeepPasskeyError};
use crate::passkeys::list;
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::passkey::{self, PasskeySignIn};
use crate::sign_in::second_factor::challenge::{self, Challenge};
use crate::sign_in::second_factor::error::ChallengeError;
use crate::sign_in::second_factor::{answer, answer_with_recovery_code};
use crate::testing::{Authenticator, TestPool, origin};
use delivery::Message;
use model::{Factor, Password, Standard};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::Viewer;
use nameplate_core::settings::Settings;
use std::time::Duration;

const EMAIL: &str = "me@domain.com";
const NUMBER: &str = "+12128601234";
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;
const PAGE: &str = "http://localhost:3000";

async fn with(mut settings: Settings, factors: &[Factor]) -> (TestPool, Viewer) {
    settings.sign_in.phone_number = true;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    pool.update(&viewer, &[("phone_number", NUMBER)]).await.unwrap();
    let code = pool.code_for(NUMBER).await;
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
    for factor in factors {
        turn_on(&pool, &viewer, *factor).await;
    }
    pool.wait(60);
    (pool, viewer)
}

async fn turn_on(pool: &TestPool, viewer: &Viewer, factor: Factor) {
    change::change(pool, &pool.by_application(viewer), &[(factor, Wish::On)], &origin()).await.unwrap();
}

async fn with_email_factor() -> (TestPool, Viewer) {
    with(Settings::default(), &[Factor::Email]).await
}

/// Sets this password with a code to that contact.
async fn reset(pool: &TestPool, contact: &str, password: &str) {
    pool.wait(HOUR / 3);
    forgot::forgot(pool, contact, &origin()).await.unwrap();
    pool.wait_until_sent().await;
    let code = pool.code_for(contact).await;
    let form = PasswordReset {
        username: contact.into(),
        code,
        password: Password::new(password),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(pool, form, &origin()).await.unwrap();
}

const THEIRS: &str = "thief-chose-this-one-#1";
const OWN: &str = "owner-chose-this-one-#2";

async fn challenged(pool: &TestPool, password: &str) -> Challenge {
    match pool.try_sign_in("jdoe", password).await {
        Ok(SignedIn::Challenge(challenge)) => challenge,
        other => panic!("{other:?}"),
    }
}

async fn is_asked_by_mail(pool: &TestPool, password: &str) -> bool {
    let challenge = challenged(pool, password).await;
    assert_eq!(challenge.possible_at.is_none(), challenge.factor == Some(Factor::Email));
    challenge.factor == Some(Factor::Email)
}

#[tokio::test]
async fn reset_by_mailbox_pauses_its_factor_a_day_and_tells_every_contact() {
    let (pool, _) = with_email_factor().await;
    reset(&pool, EMAIL, THEIRS).await;
    let since = pool.time();
    let challenge = challenged(&pool, THEIRS).await;
    let at = since.plus(Duration::from_secs(DAY));
    assert_eq!((challenge.possible_at, challenge.factor, challenge.choices.len()), (Some(at), None, 0));
    assert!(challenge.delivery.is_none() && !pool.message_names(EMAIL).await.contains(&"sign_in_code"));
    let pending = challenge::pending(&pool, &challenge.token).await.unwrap().unwrap();
    assert_eq!((pending.possible_at, pending.factor), (Some(at), None));
    assert!(matches!(
        challenge::choose_factor(&pool, &pool.client(), &challenge.token, Factor::Email, &origin()).await,
        Err(ChallengeError::NoSuchFactor)
    ));
    let typed = answer(&pool, &challenge.token, "123456", &origin()).await;
    assert!(matches!(typed, Err(ChallengeError::NoSuchFactor)), "{typed:?}");
    for contact in [EMAIL, NUMBER] {
        let told = pool.messages_to(contact).await;
        let paused = |it: &&Message| matches!(it, Message::SignInPaused { until, .. } if *until == at);
        assert_eq!(told.iter().filter(paused).count(), 1, "{contact}");
    }
    pool.wait(DAY - 1);
    assert!(!is_asked_by_mail(&pool, THEIRS).await);
    pool.wait(1);
    assert!(is_asked_by_mail(&pool, THEIRS).await);
}

#[tokio::test]
async fn recovery_code_after_a_reset_signs_in_at_once_and_ends_the_wait() {
    let (pool, viewer) = with_email_factor().await;
    let codes = recovery_codes::recovery_codes(&pool, &pool.fresh(&viewer)).await.unwrap();
    reset(&pool, EMAIL, OWN).await;
    let challenge = challenged(&pool, OWN).await;
    assert_eq!(challenge::pending(&pool, &challenge.token).await.unwrap().unwrap().recovery_codes_left, 10);
    let done = answer_with_recovery_code(&pool, &challenge.token, &codes[0], &origin()).await.unwrap();
    assert!(matches!(done, SignedIn::Session { .. }));
    assert!(is_asked_by_mail(&pool, OWN).await);
}

#[tokio::test]
async fn reset_repeated_neither_restarts_nor_shortens_the_wait() {
    let (pool, _) = with_email_factor().await;
    reset(&pool, EMAIL, THEIRS).await;
    let at = pool.time().plus(Duration::from_secs(DAY));
    for round in 0..3 {
        pool.wait(7 * HOUR);
        let password = format!("{OWN}{round}");
        reset(&pool, EMAIL, &password).await;
        assert_eq!(challenged(&pool, &password).await.possible_at, Some(at));
    }
    // A reset elsewhere, which the codes of the second step don't go to, doesn't restart it either.
    reset(&pool, NUMBER, THEIRS).await;
    assert!(is_asked_by_mail(&pool, THEIRS).await, "it is the other channel");
    reset(&pool, EMAIL, THEIRS).await;
    assert_eq!(challenged(&pool, THEIRS).await.possible_at, Some(at));
    pool.wait(4 * HOUR);
    reset(&pool, EMAIL, OWN).await;
    assert!(is_asked_by_mail(&pool, OWN).await, "the wait is over for all of them");
    pool.wait(8 * DAY);
    reset(&pool, EMAIL, OWN).await;
    assert!(!is_asked_by_mail(&pool, OWN).await, "that is long ago");
}

#[tokio::test]
async fn reset_by_one_channel_never_satisfies_its_own_factor() {
    let (pool, viewer) = with(Settings::default(), &[Factor::Email, Factor::Sms]).await;
    let application = pool.by_application(&viewer);
    let secret = set_up_app::set_up_app(&pool, &application, &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &application, &code, Then::AskForIt, &origin()).await.unwrap();
    change::change(&pool, &application, &[(Factor::Email, Wish::First)], &origin()).await.unwrap();
    reset(&pool, EMAIL, OWN).await;
    for wait in [0, DAY, 30 * DAY] {
        pool.wait(wait);
        let challenge = challenged(&pool, OWN).await;
        assert_eq!(challenge.choices, [Factor::SoftwareToken, Factor::Sms], "after {wait} s");
        let email =
            challenge::choose_factor(&pool, &pool.client(), &challenge.token, Factor::Email, &origin()).await;
        assert!(matches!(email, Err(ChallengeError::NoSuchFactor)));
    }
    let challenge = challenged(&pool, OWN).await;
    let code = shown_by(&secret, pool.time()).unwrap();
    answer(&pool, &challenge.token, &code, &origin()).await.unwrap();
    assert_eq!(challenged(&pool, OWN).await.factor, Some(Factor::Email), "all count as before");
}

#[tokio::test]
async fn reset_without_a_configured_wait_asks_for_the_factor_at_once() {
    let mut settings = Settings::default();
    settings.codes.factors_after_reset = Duration::ZERO;
    let (pool, _) = with(settings, &[Factor::Email]).await;
    reset(&pool, EMAIL, OWN).await;
    assert!(is_asked_by_mail(&pool, OWN).await);
    assert!(!pool.message_names(EMAIL).await.contains(&"sign_in_paused"));

    let (pool, _) = with_email_factor().await;
    reset(&pool, EMAIL, THEIRS).await;
    let password = Password::new(OWN);
    crate::admin::set_user_password(&pool, "jdoe", &password, true).await.unwrap();
    assert!(is_asked_by_mail(&pool, OWN).await);
}

#[tokio::test]
async fn reset_of_an_account_without_factors_affects_no_later_factor() {
    let (pool, _) = with(Settings::default(), &[]).await;
    reset(&pool, EMAIL, OWN).await;
    let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("jdoe", OWN).await else { panic!() };
    let viewer = pool.viewer_of(&session.token).await;
    turn_on(&pool, &viewer, Factor::Email).await;
    assert!(is_asked_by_mail(&pool, OWN).await);
}

/// What a clock wrote that was wrong for a moment.
#[tokio::test]
async fn reset_dated_in_the_future_counts_as_none() {
    let (pool, _) = with_email_factor().await;
    reset(&pool, EMAIL, OWN).await;
    let mut tx = pool.store.begin().await.unwrap();
    let tomorrow = pool.time().plus(Duration::from_secs(365 * DAY));
    let resets = store::resets::Resets::default().with(
        nameplate_core::identifiers::ContactKind::Email,
        tomorrow,
        Timestamp(0),
    );
    let user = store::users::by_identifier(&mut tx, &pool.settings().identifier("jdoe").unwrap()).await;
    store::resets::set(&mut tx, user.unwrap().unwrap().id, &resets).await.unwrap();
    tx.commit().await.unwrap();
    // A day from now would be a day from whenever it is looked at, for a year.
    assert_eq!(challenged(&pool, OWN).await.possible_at, None);
}

async fn with_passkey(pool: &TestPool, device: &mut Authenticator) -> bool {
    let asked = passkey::ask_for_passkey(pool).unwrap();
    let form = PasskeySignIn { state: asked.state, credential: device.get(&asked.options).unwrap() };
    passkey::with_passkey(pool, &pool.client(), &form, &origin()).await.is_ok()
}

#[tokio::test]
async fn reset_removes_recent_passkeys_and_an_older_one_ends_the_wait() {
    let (pool, viewer) = with(Settings::default(), &[]).await;
    let (mut old, mut new) = (Authenticator::at(PAGE), Authenticator::at(PAGE));
    pool.give_passkey(&viewer, &mut old).await;
    pool.wait(7 * DAY);
    pool.give_passkey(&viewer, &mut new).await;
    turn_on(&pool, &viewer, Factor::Email).await;
    reset(&pool, EMAIL, OWN).await;
    assert_eq!(list::list(&pool, &viewer).await.unwrap().len(), 1);
    for contact in [EMAIL, NUMBER] {
        assert!(pool.message_names(contact).await.contains(&"passkey_removed"), "{contact}");
    }
    assert!(pool.event_names(&viewer).await.contains(&"removePasskey"));
    assert!(!with_passkey(&pool, &mut new).await);
    assert!(!is_asked_by_mail(&pool, OWN).await);
    assert!(with_passkey(&pool, &mut old).await);
    assert!(is_asked_by_mail(&pool, OWN).await);
}

#[tokio::test]
async fn reset_keeps_a_passkey_added_with_a_second_step() {
    let (pool, viewer) = with_email_factor().await;
    let viewer = pool.fresh(&viewer);
    let codes = recovery_codes::recovery_codes(&pool, &viewer).await.unwrap();
    let mut device = Authenticator::at(PAGE);
    let asked = add::ask_for_new_passkey(&pool, &viewer).await.unwrap();
    let credential = device.create(&asked.options).unwrap();
    let mut form =
        NewPasskey { name: "phone".into(), state: asked.state, credential, ..NewPasskey::default() };
    let refused = add::add_passkey(&pool, &viewer, &form, &origin()).await;
    assert!(matches!(refused, Err(AddPasskeyError::StepUp(StepUpError::Needed(Factor::Email)))));
    form.step_code = codes[0].clone();
    add::add_passkey(&pool, &viewer, &form, &origin()).await.unwrap();
    reset(&pool, EMAIL, OWN).await;
    assert!(with_passkey(&pool, &mut device).await);
}

#[tokio::test]
async fn passkey_kept_by_somebody_who_passed_the_second_step_survives_a_reset() {
    let (pool, viewer) = with(Settings::default(), &[]).await;
    let (mut kept, mut other) = (Authenticator::at(PAGE), Authenticator::at(PAGE));
    pool.give_passkey(&viewer, &mut kept).await;
    pool.wait(1);
    pool.give_passkey(&viewer, &mut other).await;
    let which = list::list(&pool, &viewer).await.unwrap()[0].handle.clone();
    let refused = keep::keep_passkey(&pool, &viewer, &which, "", &origin()).await;
    assert!(matches!(refused, Err(KeepPasskeyError::NoFactor)), "{refused:?}");
    turn_on(&pool, &viewer, Factor::Email).await;
    let codes = recovery_codes::recovery_codes(&pool, &viewer).await.unwrap();
    let refused = keep::keep_passkey(&pool, &viewer, &which, "", &origin()).await;
    assert!(
        matches!(refused, Err(KeepPasskeyError::StepUp(StepUpError::Needed(Factor::Email)))),
        "{refused:?}"
    );
    let refused = keep::keep_passkey(&pool, &viewer, &which, "abcde-fghij", &origin()).await;
    assert!(matches!(refused, Err(KeepPasskeyError::StepUp(StepUpError::Refused(_)))), "{refused:?}");
    keep::keep_passkey(&pool, &viewer, &which, &codes[0], &origin()).await.unwrap();
    let goes: Vec<_> =
        list::list(&pool, &viewer).await.unwrap().iter().map(|it| it.goes_with_reset).collect();
    assert_eq!(goes, [false, true]);
    assert!(pool.event_names(&viewer).await.contains(&"keepPasskey"));
    reset(&pool, EMAIL, OWN).await;
    assert!(with_passkey(&pool, &mut kept).await);
    assert!(!with_passkey(&pool, &mut other).await);
}
