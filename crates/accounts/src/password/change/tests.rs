use super::*;
use crate::account::{events, feed};
use crate::error::CommonError;
use crate::sessions::{sign_out, viewer};
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::testing::{PASSWORD, TestPool, origin, origin_at};
use crate::tokens::issue;
use nameplate_core::identity::SessionToken;
use tokio::task::JoinSet;

const NEW: &str = "anothersecurerandompassword#456";

fn form(current: &str, password: &str) -> PasswordChange {
    PasswordChange { current: Password::new(current), password: Password::new(password), confirmation: None }
}

async fn change(
    pool: &TestPool,
    viewer: &Viewer,
    current: &str,
) -> Result<PasswordChanged, ChangePasswordError> {
    crate::password::change::change(pool, viewer, form(current, NEW), &origin()).await
}

async fn another_session(pool: &TestPool) -> SessionToken {
    let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("jdoe", PASSWORD).await else {
        panic!("not signed in")
    };
    session.token
}

#[tokio::test]
async fn change_password_lets_only_the_new_one_sign_in() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(change(&pool, &viewer, PASSWORD).await.unwrap().username, "jdoe");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(pool.try_sign_in("jdoe", NEW).await.is_ok());
}

#[tokio::test]
async fn change_password_renews_this_session_and_ends_the_others() {
    let pool = TestPool::new().await;
    let here = pool.signed_in_token("jdoe", "me@domain.com").await;
    let elsewhere = another_session(&pool).await;
    let viewer = pool.viewer_of(&here).await;
    pool.wait(3600);
    let mut feed = events::subscribe(&pool);
    let session = change(&pool, &viewer, PASSWORD).await.unwrap().session.unwrap();
    for ended in [here, elsewhere] {
        assert_eq!(viewer::viewer(&pool, &ended).await.unwrap(), None);
    }
    let now = pool.viewer_of(&session.token).await;
    assert_eq!((now.user, &now.client, now.signed_in_at), (viewer.user, &viewer.client, pool.time()));
    assert_ne!(now.session, viewer.session);
    assert_eq!(feed.try_recv(), Ok(feed::News::Of(viewer.user)), "open pages look, and find it out");
}

#[tokio::test]
async fn change_password_sends_notice_and_records_an_event() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(1);
    let session = change(&pool, &viewer, PASSWORD).await.unwrap().session.unwrap();
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code", "password_changed"]);
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"changePassword"));
}

#[tokio::test]
async fn change_password_by_an_application_ends_browser_sessions() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let sign_in = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let Ok(Entered::Tokens(tokens)) =
        for_tokens::for_tokens(&pool, &pool.client(), &sign_in, &origin()).await
    else {
        panic!()
    };
    let application = issue::viewer_of_access_token(&pool, &tokens.access).await.unwrap();
    let done =
        crate::password::change::change(&pool, &application, form(PASSWORD, NEW), &origin()).await.unwrap();
    assert!(done.session.is_none());
    assert_eq!(viewer::viewer(&pool, &token).await.unwrap(), None);
    assert!(pool.try_sign_in("jdoe", NEW).await.is_ok());
    assert!(issue::viewer_of_access_token(&pool, &tokens.access).await.is_ok());
}

#[tokio::test]
async fn change_password_with_a_wrong_current_one_names_its_field() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let refusal = FormErrors::from(change(&pool, &viewer, "wrong").await.unwrap_err());
    assert_eq!(refusal, FormErrors::field(FieldName::CurrentPassword, ErrorCode::WrongPassword));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"changePassword_failure"));
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn change_password_failures_count_together_with_sign_in() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for _ in 0..3 {
        assert!(matches!(change(&pool, &viewer, "wrong").await, Err(ChangePasswordError::WrongPassword)));
        assert!(pool.try_sign_in("jdoe", "wrong").await.is_err());
    }
    assert!(matches!(
        change(&pool, &viewer, PASSWORD).await,
        Err(ChangePasswordError::Common(CommonError::Wait { .. }))
    ));
    let elsewhere = origin_at("198.51.100.9");
    let refused = crate::password::change::change(&pool, &viewer, form("wrong", NEW), &elsewhere).await;
    assert!(
        matches!(refused, Err(ChangePasswordError::WrongPassword)),
        "another network has tries of its own"
    );
    pool.wait(60);
    let session = change(&pool, &viewer, PASSWORD).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    // The success has forgotten the failures.
    for _ in 0..5 {
        assert!(matches!(change(&pool, &viewer, "wrong").await, Err(ChangePasswordError::WrongPassword)));
    }
}

#[tokio::test]
async fn change_password_with_several_faults_names_all_and_costs_no_try() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let all = PasswordChange { confirmation: Some(Password::new("other")), ..form("", "short") };
    for _ in 0..10 {
        let refused =
            crate::password::change::change(&pool, &viewer, all.clone(), &origin()).await.unwrap_err();
        let fields = FormErrors::from(refused).fields;
        let names: Vec<_> = fields.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["current_password", "password", "confirm_password"]);
    }
    assert!(change(&pool, &viewer, PASSWORD).await.is_ok());
}

#[tokio::test]
async fn change_password_with_an_ended_session_is_refused() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let viewer = pool.viewer_of(&token).await;
    sign_out::sign_out(&pool, &token, &origin()).await.unwrap();
    assert!(matches!(
        change(&pool, &viewer, PASSWORD).await,
        Err(ChangePasswordError::Common(CommonError::SignedOut))
    ));
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn change_password_twice_at_once_lets_one_win() {
    let pool = TestPool::new().await;
    let here = pool.signed_in("jdoe", "me@domain.com").await;
    let elsewhere = pool.viewer_of(&another_session(&pool).await).await;
    let passwords = [("first-new-password", here), ("second-new-password", elsewhere)];
    let mut tasks = JoinSet::new();
    for (password, viewer) in passwords.clone() {
        let pool = pool.handle();
        tasks.spawn(async move {
            crate::password::change::change(&pool, &viewer, form(PASSWORD, password), &origin())
                .await
                .map(|_| password)
        });
    }
    let results = tasks.join_all().await;
    let winners: Vec<_> = results.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    for (password, _) in passwords {
        assert_eq!(pool.try_sign_in("jdoe", password).await.is_ok(), password == *winners[0], "{password}");
    }
}
