use crate::admin::disable_user::{self, DisableUserError};
use crate::admin::reset_user_password::{self, ResetUserPasswordError};
use crate::admin::selection::NotSelected;
use crate::admin::tests::create;
use crate::admin::{Vouching, browse, update_user};
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sessions::viewer;
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_in::password;
use crate::sign_up::start;
use crate::testing::{self, PASSWORD, TestPool, origin};
use model::{ErrorCode, FormErrors, Password};

#[tokio::test]
async fn disable_user_ends_sessions_and_refuses_sign_in_until_enabled() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    assert!(disable_user::disable_user(&pool, "jdoe").await.unwrap().changed);
    assert!(
        !disable_user::disable_user(&pool, "me@domain.com").await.unwrap().changed,
        "it was disabled before"
    );
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_none());
    let refused = pool.try_sign_in("jdoe", PASSWORD).await;
    assert!(matches!(refused, Err(SignInError::Disabled)), "{refused:?}");
    assert_eq!(FormErrors::from(refused.unwrap_err()), FormErrors::form(ErrorCode::Disabled));
    assert!(
        matches!(pool.try_sign_in("jdoe", "wrong").await, Err(SignInError::WrongCredentials)),
        "a stranger learns nothing"
    );
    assert!(browse::find_user(&pool, "jdoe").await.unwrap().record.disabled_at.is_some());

    assert!(disable_user::enable_user(&pool, "jdoe").await.unwrap().changed);
    assert!(!disable_user::enable_user(&pool, "jdoe").await.unwrap().changed);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_none(), "what ended stays ended");
}

#[tokio::test]
async fn forgot_password_of_a_disabled_account_sends_no_code() {
    let pool = TestPool::new().await;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    create(&pool, "other", "other@domain.com").await.unwrap();
    disable_user::disable_user(&pool, "jdoe").await.unwrap();
    let asked = forgot::forgot(&pool, "me@domain.com", &origin()).await.unwrap();
    assert_eq!(asked.delivery.destination, "m***@d***");
    assert!(pool.message_names("me@domain.com").await.is_empty());
    assert!(matches!(
        reset_user_password::reset_user_password(&pool, "jdoe").await,
        Err(ResetUserPasswordError::Disabled(_))
    ));
    forgot::forgot(&pool, "other@domain.com", &origin()).await.unwrap();
    assert_eq!(pool.message_names("other@domain.com").await, ["reset_code"]);
}

#[tokio::test]
async fn disable_user_that_is_unconfirmed_is_refused() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    assert!(matches!(disable_user::disable_user(&pool, "jdoe").await, Err(DisableUserError::Unconfirmed(_))));
    assert!(matches!(
        disable_user::enable_user(&pool, "nobody").await,
        Err(DisableUserError::NotSelected(NotSelected::Nobody(_)))
    ));
}

#[tokio::test]
async fn disable_user_during_sign_ins_leaves_no_session() {
    for round in 0..8 {
        let pool = TestPool::new().await;
        create(&pool, "jdoe", "me@domain.com").await.unwrap();
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let (pool, client) = (pool.handle(), pool.client());
                let form = crate::sign_in::password::SignIn {
                    username: "jdoe".into(),
                    password: Password::new(PASSWORD),
                };
                tokio::spawn(async move { password::with_password(&pool, &client, form, &origin()).await })
            })
            .collect();
        for _ in 0..round {
            tokio::task::yield_now().await;
        }
        let operator = pool.another(100 + round).await;
        assert!(disable_user::disable_user(&operator, "jdoe").await.unwrap().changed);
        for it in tries {
            if let Ok(SignedIn::Session { session, .. }) = it.await.unwrap() {
                assert!(viewer::viewer(&pool, &session.token).await.unwrap().is_none(), "round {round}");
            }
        }
        assert_eq!(browse::find_user(&pool, "jdoe").await.unwrap().sessions, 0);
    }
}

#[tokio::test]
async fn set_user_password_replaces_the_old_one_and_ends_sessions() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let short = reset_user_password::set_user_password(&pool, "jdoe", &Password::new("short"), true).await;
    assert!(matches!(short, Err(ResetUserPasswordError::Refused(_))), "{short:?}");
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_some());
    reset_user_password::set_user_password(&pool, "jdoe", &Password::new("another+Password-1"), true)
        .await
        .unwrap();
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_none());
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Err(SignInError::WrongCredentials)));
    assert!(pool.try_sign_in("jdoe", "another+Password-1").await.is_ok());
    assert!(pool.message_names("me@domain.com").await.contains(&"password_changed"));
    pool.sign_up("late", "late@domain.com").await;
    let late =
        reset_user_password::set_user_password(&pool, "late", &Password::new("another+Password-1"), true)
            .await;
    assert!(matches!(late, Err(ResetUserPasswordError::Unconfirmed(_))));
}

#[tokio::test]
async fn reset_user_password_after_too_many_wrong_codes_still_works() {
    let pool = TestPool::new().await;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    let form = |code: String| PasswordReset {
        username: "me@domain.com".into(),
        code,
        password: Password::new("another+Password-1"),
        confirmation: None,
    };
    for _ in 0..6 {
        assert!(confirm_forgot::confirm_forgot(&pool, form("000000".into()), &origin()).await.is_err());
    }
    let to = reset_user_password::reset_user_password(&pool, "jdoe").await.unwrap().to;
    assert_eq!(to.value, "me@domain.com");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok(), "until it is entered the password stays");
    let code = pool.code_for("me@domain.com").await;
    confirm_forgot::confirm_forgot(&pool, form(code), &origin()).await.unwrap();
    assert!(pool.try_sign_in("jdoe", "another+Password-1").await.is_ok());

    // What others have asked for is no reason to refuse the operator.
    for _ in 0..10 {
        reset_user_password::reset_user_password(&pool, "jdoe").await.unwrap();
    }
}

#[tokio::test]
async fn update_user_in_two_processes_loses_no_change() {
    let pool = TestPool::new().await;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    let operator = pool.another(7).await;
    let serving = pool.handle();
    let newcomers = tokio::spawn(async move {
        for number in 0..40 {
            let name = format!("person{number}");
            let form = testing::form(&name, &[("email", &format!("{name}@domain.com"))]);
            start::start(&serving, &serving.pages_client(), form, &origin()).await.unwrap();
        }
    });
    for number in 0..40 {
        let value = number.to_string();
        update_user::update_user(&operator, "jdoe", [("nickname".to_owned(), value)].into(), Vouching::NONE)
            .await
            .unwrap();
        disable_user::disable_user(&operator, "jdoe").await.unwrap();
        disable_user::enable_user(&operator, "jdoe").await.unwrap();
    }
    newcomers.await.unwrap();
    let mut listed = 0;
    let mut after = None;
    loop {
        let page = browse::list_users(&operator, after).await.unwrap();
        listed += page.records.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, 41);
    let shown = browse::find_user(&pool, "jdoe").await.unwrap();
    assert_eq!(shown.record.attributes[&model::Standard::Nickname.into()], "39");
}
