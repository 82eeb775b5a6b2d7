use super::*;
use crate::account::{events, feed};
use crate::sessions::list::{self, OpenSession};
use crate::sessions::{end, viewer};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::{self, SignIn};
use crate::testing::{PASSWORD, TestPool, origin};
use model::Password;
use nameplate_core::identity::SessionToken;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/// Signs in with a phone.
async fn phone(pool: &TestPool) -> SessionToken {
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let origin = Origin::new("198.51.100.9".parse().unwrap(), PHONE);
    let Ok(SignedIn::Session { session, .. }) =
        password::with_password(&pool.handle(), &pool.client(), form, &origin).await
    else {
        panic!("not signed in")
    };
    session.token
}

async fn lives(pool: &TestPool, token: &SessionToken) -> bool {
    viewer::viewer(pool, token).await.unwrap().is_some()
}

async fn names(pool: &TestPool, viewer: &Viewer) -> Vec<String> {
    list::list(pool, viewer).await.unwrap().into_iter().map(|it| it.name).collect()
}

#[tokio::test]
async fn list_sessions_shows_device_network_and_times() {
    let pool = TestPool::new().await;
    let here = pool.signed_in_token("jdoe", "me@domain.com").await;
    pool.signed_in("other", "other@domain.com").await;
    let begun = pool.time();
    pool.wait(600);
    phone(&pool).await;
    let later = pool.time();
    pool.wait(600);
    let viewer = pool.viewer_of(&here).await;
    let sessions = list::list(&pool, &viewer).await.unwrap();
    let [mine, other] = sessions.as_slice() else { panic!("{sessions:?}") };
    let told = |it: &OpenSession| {
        (
            it.device.browser,
            it.device.system,
            it.network.clone(),
            it.signed_in_at,
            it.last_seen_at,
            it.is_here,
        )
    };
    assert_eq!(told(mine), (Some("Firefox"), Some("Linux"), "192.0.2.7".into(), begun, pool.time(), true));
    assert_eq!(told(other), (Some("Safari"), Some("iPhone"), "198.51.100.9".into(), later, later, false));
}

#[tokio::test]
async fn session_name_in_the_list_reveals_no_token_or_hash() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let viewer = pool.viewer_of(&token).await;
    let name = names(&pool, &viewer).await.remove(0);
    assert_eq!(name.len(), 16);
    assert!(!token.reveal().contains(&name) && SessionToken::parse(&name).is_none());
    let hash = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, viewer.session.0);
    assert!(!hash.contains(&name));
}

#[tokio::test]
async fn list_sessions_leaves_out_expired_ones() {
    let pool = TestPool::new().await;
    phone_after_sign_up(&pool).await;
    pool.wait(14 * 24 * 60 * 60);
    let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("jdoe", PASSWORD).await else { panic!() };
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(list::list(&pool, &viewer).await.unwrap().len(), 1);
}

async fn phone_after_sign_up(pool: &TestPool) -> (SessionToken, SessionToken) {
    let here = pool.signed_in_token("jdoe", "me@domain.com").await;
    (here, phone(pool).await)
}

#[tokio::test]
async fn sign_out_others_by_name_ends_only_that_session() {
    let pool = TestPool::new().await;
    let (here, lost) = phone_after_sign_up(&pool).await;
    pool.wait(1);
    let kept = phone(&pool).await;
    let viewer = pool.viewer_of(&here).await;
    let name = name(pool.viewer_of(&lost).await.session);
    let mut feed = events::subscribe(&pool);
    assert_eq!(end::sign_out_others(&pool, &viewer, Others::Named(&name), &origin()).await.unwrap(), 1);
    assert_eq!(feed.try_recv(), Ok(feed::News::Of(viewer.user)), "its open pages look, and find it out");
    assert!(!lives(&pool, &lost).await && lives(&pool, &kept).await && lives(&pool, &here).await);
    assert_eq!(
        end::sign_out_others(&pool, &viewer, Others::Named(&name), &origin()).await.unwrap(),
        0,
        "it has ended already"
    );
    let events = events::after(&pool, &viewer, 0, 100).await.unwrap();
    let noted = events
        .iter()
        .filter(|it| it.event == Event::SignOutOthers { username: "jdoe".into(), sessions: 1 })
        .count();
    assert_eq!(noted, 1);
}

#[tokio::test]
async fn sign_out_others_never_ends_foreign_sessions_or_the_own_one() {
    let pool = TestPool::new().await;
    let jane = pool.signed_in_token("jane", "jane@domain.com").await;
    let john = pool.signed_in_token("john", "john@domain.com").await;
    let viewer = pool.viewer_of(&john).await;
    for token in [&jane, &john] {
        let name = name(pool.viewer_of(token).await.session);
        assert_eq!(end::sign_out_others(&pool, &viewer, Others::Named(&name), &origin()).await.unwrap(), 0);
        assert!(lives(&pool, token).await);
    }
}

#[tokio::test]
async fn sign_out_others_ends_all_but_this_session() {
    let pool = TestPool::new().await;
    let (here, one) = phone_after_sign_up(&pool).await;
    let two = phone(&pool).await;
    let viewer = pool.viewer_of(&here).await;
    assert_eq!(end::sign_out_others(&pool, &viewer, Others::All, &origin()).await.unwrap(), 2);
    assert!(lives(&pool, &here).await && !lives(&pool, &one).await && !lives(&pool, &two).await);
    assert_eq!(end::sign_out_others(&pool, &viewer, Others::All, &origin()).await.unwrap(), 0);
}

#[tokio::test]
async fn sign_out_others_with_an_ended_session_ends_none() {
    let pool = TestPool::new().await;
    let (here, thief) = phone_after_sign_up(&pool).await;
    let (owner, thief) = (pool.viewer_of(&here).await, pool.viewer_of(&thief).await);
    end::sign_out_others(&pool, &owner, Others::All, &origin()).await.unwrap();
    assert_eq!(end::sign_out_others(&pool, &thief, Others::All, &origin()).await.unwrap(), 0);
    assert!(lives(&pool, &here).await);
}

#[tokio::test]
async fn sign_out_everywhere_ends_this_session_too() {
    let pool = TestPool::new().await;
    let (here, there) = phone_after_sign_up(&pool).await;
    let user = pool.viewer_of(&here).await.user;
    assert_eq!(end::sign_out_everywhere(&pool, user, &origin()).await.unwrap().as_deref(), Some("jdoe"));
    assert!(!lives(&pool, &here).await && !lives(&pool, &there).await);
    assert_eq!(end::sign_out_everywhere(&pool, user, &origin()).await.unwrap(), None);
    let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("jdoe", PASSWORD).await else { panic!() };
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.event_names(&viewer).await.iter().filter(|name| **name == "globalSignOut").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sign_out_others_by_two_browsers_at_once_leaves_one() {
    let pool = TestPool::new().await;
    let (here, there) = phone_after_sign_up(&pool).await;
    let viewers = [pool.viewer_of(&here).await, pool.viewer_of(&there).await];
    let mut tasks = tokio::task::JoinSet::new();
    for viewer in viewers {
        let pool = pool.handle();
        tasks.spawn(
            async move { end::sign_out_others(&pool, &viewer, Others::All, &origin()).await.unwrap() },
        );
    }
    assert_eq!(tasks.join_all().await.iter().sum::<u32>(), 1);
    assert_ne!(lives(&pool, &here).await, lives(&pool, &there).await);
}
