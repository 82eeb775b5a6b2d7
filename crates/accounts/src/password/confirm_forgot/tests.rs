use super::*;
use crate::account::{events, feed};
use crate::password::{confirm_forgot, forgot};
use crate::sessions::viewer;
use crate::testing::{PASSWORD, TestPool, another_code, origin, origin_at};
use model::Standard;
use tokio::task::JoinSet;

const NEW: &str = "anothersecurerandompassword#456";

fn form(username: &str, code: &str, password: &str) -> PasswordReset {
    PasswordReset {
        username: username.into(),
        code: code.into(),
        password: Password::new(password),
        confirmation: None,
    }
}

async fn reset(pool: &TestPool, name: &str, code: &str) -> Result<PasswordSet, ConfirmForgotPasswordError> {
    confirm_forgot::confirm_forgot(pool, form(name, code, NEW), &origin()).await
}

/// Asks for a code and reads it.
async fn code(pool: &TestPool) -> String {
    forgot::forgot(pool, "jdoe", &origin()).await.unwrap();
    pool.code_for("me@domain.com").await
}

fn fault(result: Result<PasswordSet, ConfirmForgotPasswordError>) -> CodeFault {
    match result {
        Err(ConfirmForgotPasswordError::Code(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn reset_password_lets_only_the_new_one_sign_in() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let code = code(&pool).await;
    assert_eq!(reset(&pool, "jdoe", &code).await.unwrap().username, "jdoe");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(pool.try_sign_in("me@domain.com", NEW).await.is_ok());
}

#[tokio::test]
async fn reset_password_ends_every_session_and_sends_notice() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let viewer = pool.viewer_of(&token).await;
    let code = code(&pool).await;
    let mut feed = events::subscribe(&pool);
    pool.wait(1);
    reset(&pool, "jdoe", &code).await.unwrap();
    assert_eq!(viewer::viewer(&pool, &token).await.unwrap(), None);
    assert_eq!(feed.try_recv(), Ok(feed::News::Of(viewer.user)), "open pages look, and find it out");
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code", "reset_code", "password_changed"]);
    assert_eq!(pool.event_names(&viewer).await[3..], ["forgotPassword", "forgotPasswordSubmit"]);
}

#[tokio::test]
async fn reset_code_works_once_within_an_hour_and_only_the_newest() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let first = code(&pool).await;
    pool.wait(30);
    let second = code(&pool).await;
    assert_ne!(first, second);
    assert_eq!(fault(reset(&pool, "jdoe", &first).await), CodeFault::Wrong { tries_left: 4 });
    pool.wait(3600);
    assert_eq!(fault(reset(&pool, "jdoe", &second).await), CodeFault::Expired);
    let third = code(&pool).await;
    pool.wait(3599);
    reset(&pool, "jdoe", &third).await.unwrap();
    assert_eq!(fault(reset(&pool, "jdoe", &third).await), CodeFault::Used);
}

#[tokio::test]
async fn reset_after_five_wrong_codes_refuses_the_right_one_for_any_name() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let right = code(&pool).await;
    let wrong = another_code(&right);
    for name in ["jdoe", "nobody"] {
        for tries_left in (1..5).rev() {
            assert_eq!(fault(reset(&pool, name, &wrong).await), CodeFault::Wrong { tries_left }, "{name}");
        }
        assert_eq!(fault(reset(&pool, name, &wrong).await), CodeFault::WornOut, "{name}");
        assert_eq!(fault(reset(&pool, name, &right).await), CodeFault::WornOut, "{name}");
    }
    let noted = pool
        .event_names(&viewer)
        .await
        .into_iter()
        .filter(|name| *name == "forgotPasswordSubmit_failure")
        .count();
    assert_eq!(noted, 6);
    pool.wait(30);
    let fresh = code(&pool).await;
    assert!(reset(&pool, "jdoe", &fresh).await.is_ok(), "a new code can be tried anew");
}

#[tokio::test]
async fn reset_with_a_weak_password_names_all_faults_and_costs_no_try() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let code = code(&pool).await;
    for _ in 0..6 {
        let refused =
            confirm_forgot::confirm_forgot(&pool, form("jdoe", &code, "short"), &origin()).await.unwrap_err();
        assert!(matches!(
            FormErrors::from(refused).fields.as_slice(),
            [(FieldName::Password, ErrorCode::PasswordPolicy { .. })]
        ));
    }
    let all = PasswordReset { confirmation: Some(Password::new("other")), ..form(" ", "12", "") };
    let refused = FormErrors::from(confirm_forgot::confirm_forgot(&pool, all, &origin()).await.unwrap_err());
    let expected = [
        (FieldName::Username, ErrorCode::Missing),
        (FieldName::Code, ErrorCode::NotACode),
        (FieldName::Password, ErrorCode::Missing),
        (FieldName::ConfirmPassword, ErrorCode::PasswordsDiffer),
    ];
    assert_eq!(refused.fields, expected);
    assert!(reset(&pool, "jdoe", &code).await.is_ok());
}

#[tokio::test]
async fn reset_with_a_code_of_another_purpose_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    let other = pool.code_for("me@anotherdomain.com").await;
    assert_eq!(fault(reset(&pool, "jdoe", &other).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn reset_with_a_code_sent_to_a_former_contact_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let old = code(&pool).await;
    pool.update(&viewer, &[("email", "me@anotherdomain.com")]).await.unwrap();
    let verify = pool.code_for("me@anotherdomain.com").await;
    pool.verify(&viewer, Standard::Email, &verify).await.unwrap();
    assert_eq!(fault(reset(&pool, "jdoe", &old).await), CodeFault::NoCode);
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn reset_password_clears_the_wait_of_failed_sign_ins() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for _ in 0..7 {
        assert!(pool.try_sign_in("jdoe", "not the password").await.is_err());
    }
    let code = code(&pool).await;
    reset(&pool, "jdoe", &code).await.unwrap();
    assert!(pool.try_sign_in("jdoe", NEW).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn reset_twice_with_one_code_at_once_lets_one_win() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let code = code(&pool).await;
    let passwords = ["first-new-password", "second-new-password"];
    let mut tasks = JoinSet::new();
    for password in passwords {
        let (pool, form) = (pool.handle(), form("jdoe", &code, password));
        tasks.spawn(
            async move { confirm_forgot::confirm_forgot(&pool, form, &origin()).await.map(|_| password) },
        );
    }
    let results = tasks.join_all().await;
    let winners: Vec<_> = results.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    assert!(
        results.iter().any(|it| matches!(it, Err(ConfirmForgotPasswordError::Code(CodeFault::Used)))),
        "{results:?}"
    );
    for password in passwords {
        assert_eq!(pool.try_sign_in("jdoe", password).await.is_ok(), password == *winners[0], "{password}");
    }
    let told = pool
        .message_names("me@domain.com")
        .await
        .into_iter()
        .filter(|name| *name == "password_changed")
        .count();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn reset_with_wrong_codes_of_strangers_spends_no_limit_of_the_owner() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for number in 0..320 {
        let stranger = origin_at(&format!("198.51.100.{}", number / 5));
        assert!(
            confirm_forgot::confirm_forgot(&pool, form("jdoe", "1234567", NEW), &stranger).await.is_err()
        );
    }
    pool.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
}
