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
async fn the_new_password_signs_in_and_the_old_one_does_not() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(change(&pool, &viewer, PASSWORD).await.unwrap().username, "jdoe");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(pool.try_sign_in("jdoe", NEW).await.is_ok());
}

#[tokio::test]
async fn this_browser_goes_on_under_a_new_id_and_the_others_are_signed_out() {
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
async fn every_proven_contact_is_told_and_the_trail_says_so() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(1);
    let session = change(&pool, &viewer, PASSWORD).await.unwrap().session.unwrap();
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code", "password_changed"]);
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"changePassword"));
}

#[tokio::test]
async fn an_application_changes_it_too_goes_on_and_leaves_no_browser_signed_in() {
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
async fn a_wrong_current_password_is_told_at_its_field_and_noted() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let refusal = FormErrors::from(change(&pool, &viewer, "wrong").await.unwrap_err());
    assert_eq!(refusal, FormErrors::field(FieldName::CurrentPassword, ErrorCode::WrongPassword));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"changePassword_failure"));
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn wrong_passwords_here_and_at_sign_in_count_together_and_make_the_next_try_wait() {
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
async fn what_can_be_told_at_once_costs_no_try_and_is_named_together() {
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
async fn a_session_that_has_ended_changes_nothing() {
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
async fn of_two_changes_at_once_one_wins() {
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
