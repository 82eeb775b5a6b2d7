//! A stolen session, and what it can't do to an account with a second factor.

use super::StepUpError;
use crate::attributes::update::{self, UpdateAttributesError};
use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::error::FactorError;
use crate::factors::recovery_codes;
use crate::factors::set_up_app::{self, Then};
use crate::one_time_codes::CodeFault;
use crate::sign_in::second_factor::ChallengeError;
use crate::testing::{TestPool, another_code, origin};
use delivery::Message;
use model::{ErrorCode, Factor, FieldName, FormErrors};
use nameplate_core::identity::{SignedInBy, Viewer};
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;

const EMAIL: &str = "me@domain.com";

async fn with_app() -> (TestPool, Viewer, String) {
    let mut settings = Settings::default();
    settings.limits.sign_in_failures_free = 50;
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up_app::set_up_app(&pool, &viewer, &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    pool.wait(60);
    (pool, viewer, secret)
}

async fn with_email_factor() -> (TestPool, Viewer) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    change::change(&pool, &viewer, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    (pool, viewer)
}

async fn off(pool: &TestPool, viewer: &Viewer, factor: Factor, typed: &str) -> Result<bool, FactorError> {
    change::change_with_code(pool, viewer, &[(factor, Wish::Removed)], typed, &origin()).await
}

async fn new_email(pool: &TestPool, viewer: &Viewer, typed: &str) -> Result<(), UpdateAttributesError> {
    let submitted = BTreeMap::from([("email".to_owned(), "new@domain.com".to_owned())]);
    update::update_with_code(pool, viewer, submitted, typed, &origin()).await.map(drop)
}

#[tokio::test]
async fn step_up_without_a_right_code_refuses_every_factor_change() {
    let (pool, viewer, secret) = with_app().await;
    let wrong = another_code(&shown_by(&secret, pool.time()).unwrap());
    for (typed, why) in [
        ("", ErrorCode::AppCodeAgain),
        (wrong.as_str(), ErrorCode::WrongAppCode),
        ("abcde-fghij", ErrorCode::WrongRecoveryCode),
        ("12", ErrorCode::NotACode),
    ] {
        let refused: [FormErrors; 3] = [
            off(&pool, &viewer, Factor::SoftwareToken, typed).await.unwrap_err().into(),
            set_up_app::set_up_app_with_code(&pool, &viewer, typed, &origin()).await.unwrap_err().into(),
            recovery_codes::make_recovery_codes(&pool, &viewer, typed, &origin()).await.unwrap_err().into(),
        ];
        for refused in refused {
            assert_eq!(refused, FormErrors::field(FieldName::StepCode, why), "{typed}");
        }
        pool.wait(60);
    }
    assert!(pool.event_names(&viewer).await.contains(&"confirmSignIn_failure"));
    pool.wait(3600);
    let viewer = pool.fresh(&viewer);
    let code = shown_by(&secret, pool.time()).unwrap();
    off(&pool, &viewer, Factor::SoftwareToken, &code).await.unwrap();
    assert!(!crate::factors::second_factors(&pool, &viewer).await.unwrap().any());
}

#[tokio::test]
async fn step_up_with_a_recovery_code_turns_the_app_off_once() {
    let (pool, viewer, _) = with_app().await;
    let codes = recovery_codes::recovery_codes(&pool, &viewer).await.unwrap();
    let secret = set_up_app::set_up_app_with_code(&pool, &viewer, &codes[0], &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    let again = off(&pool, &viewer, Factor::SoftwareToken, &codes[0]).await;
    let used = |it: &FactorError| {
        matches!(it, FactorError::StepUp(StepUpError::Refused(ChallengeError::Code(CodeFault::Used))))
    };
    assert!(again.as_ref().is_err_and(used), "{again:?}");
    off(&pool, &viewer, Factor::SoftwareToken, &codes[1]).await.unwrap();
    let told = pool.messages_to(EMAIL).await;
    let told = told.iter().filter(|it| matches!(it, Message::RecoveryCodeUsed { for_change: true, .. }));
    assert_eq!(told.count(), 2);
}

#[tokio::test]
async fn step_up_with_a_sent_code_turns_its_factor_off() {
    let (pool, viewer) = with_email_factor().await;
    let asked: FormErrors = off(&pool, &viewer, Factor::Email, "").await.unwrap_err().into();
    assert_eq!(asked, FormErrors::field(FieldName::StepCode, ErrorCode::SentCodeAgain));
    off(&pool, &viewer, Factor::Email, " ").await.unwrap_err();
    let sent = pool.message_names(EMAIL).await;
    assert_eq!(sent.iter().filter(|it| **it == "step_up_code").count(), 1, "not again at once");
    let code = pool.code_for(EMAIL).await;
    let wrong: FormErrors =
        off(&pool, &viewer, Factor::Email, &another_code(&code)).await.unwrap_err().into();
    assert_eq!(wrong.on(&FieldName::StepCode), Some(ErrorCode::WrongCode { tries_left: 4 }));
    off(&pool, &viewer, Factor::Email, &code).await.unwrap();
    assert!(!crate::factors::second_factors(&pool, &viewer).await.unwrap().any());
}

#[tokio::test]
async fn update_contact_that_is_a_factor_needs_its_code() {
    let (pool, viewer) = with_email_factor().await;
    let refused: FormErrors = new_email(&pool, &viewer, "").await.unwrap_err().into();
    assert_eq!(refused, FormErrors::field(FieldName::StepCode, ErrorCode::SentCodeAgain));
    assert!(pool.messages_to("new@domain.com").await.is_empty());
    let code = pool.code_for(EMAIL).await;
    new_email(&pool, &viewer, &code).await.unwrap();
    assert_eq!(pool.message_names("new@domain.com").await, ["change_code"]);
}

#[tokio::test]
async fn update_by_an_application_needs_no_step_up() {
    let (pool, viewer) = with_email_factor().await;
    let application = Viewer { by: SignedInBy::Tokens, ..viewer };
    new_email(&pool, &application, "").await.unwrap();
    off(&pool, &application, Factor::Email, "").await.unwrap();
    assert!(pool.message_names(EMAIL).await.contains(&"second_factor_off"));
}

#[tokio::test]
async fn update_contact_that_is_no_factor_needs_no_step_up() {
    let (pool, viewer, _) = with_app().await;
    new_email(&pool, &viewer, "").await.unwrap();
}
