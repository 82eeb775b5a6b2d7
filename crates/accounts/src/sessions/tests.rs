use crate::account::events;
use crate::sessions::{sign_out, viewer};
use crate::testing::{TestPool, origin};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, SessionToken};
use store::sessions;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn session_unused_for_fourteen_days_ends_and_a_used_one_lasts() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    for _ in 0..5 {
        pool.wait(14 * DAY - 1);
        assert!(viewer::viewer(&pool, &token).await.unwrap().is_some());
    }
    pool.wait(14 * DAY);
    assert_eq!(viewer::viewer(&pool, &token).await.unwrap(), None);
}

#[tokio::test]
async fn session_beyond_the_account_limit_ends_the_oldest() {
    let mut settings = nameplate_core::settings::Settings::default();
    settings.sessions.per_account = 3;
    let pool = TestPool::with(settings).await;
    let mut tokens = vec![pool.signed_in_token("jdoe", "me@domain.com").await];
    let somebody = pool.signed_in_token("somebody", "somebody@domain.com").await;
    for _ in 0..3 {
        pool.wait(60);
        let Ok(crate::sign_in::outcome::SignedIn::Session { session, .. }) =
            pool.try_sign_in("jdoe", crate::testing::PASSWORD).await
        else {
            panic!()
        };
        tokens.push(session.token);
    }
    let mut alive = Vec::new();
    for token in &tokens {
        alive.push(viewer::viewer(&pool, token).await.unwrap().is_some());
    }
    assert_eq!(alive, [false, true, true, true]);
    assert!(viewer::viewer(&pool, &somebody).await.unwrap().is_some());
}

#[tokio::test]
async fn session_in_use_ends_after_ninety_days() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    for _ in 0..8 {
        pool.wait(11 * DAY);
        assert!(viewer::viewer(&pool, &token).await.unwrap().is_some());
    }
    pool.wait(2 * DAY);
    assert_eq!(viewer::viewer(&pool, &token).await.unwrap(), None);
}

#[tokio::test]
async fn session_is_found_by_its_whole_hash_only() {
    let pool = TestPool::new().await;
    let viewer = pool.viewer_of(&pool.signed_in_token("jdoe", "me@domain.com").await).await;
    let mut alike = viewer.session;
    alike.0[31] ^= 1;
    assert_eq!(alike.number(), viewer.session.number());
    assert_eq!(viewer::viewer_of_session(&pool, alike).await.unwrap(), None);
    assert!(viewer::session_with_info(&pool, alike).await.unwrap().is_none());
    let mut tx = pool.store.begin().await.unwrap();
    assert_eq!(sessions::owner(&mut tx, alike).await.unwrap(), None);
    assert!(!sessions::end(&mut tx, alike).await.unwrap());
    assert!(sessions::end(&mut tx, viewer.session).await.unwrap());
}

#[tokio::test]
async fn session_last_use_is_written_at_most_every_five_minutes() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let begun = pool.time();
    let last_seen = async || {
        let mut conn = pool.store.read().await.unwrap();
        let row = conn.query("SELECT last_seen_at FROM sessions").optional().await.unwrap().unwrap();
        Timestamp(row.get(0).unwrap())
    };
    pool.wait(299);
    pool.viewer_of(&token).await;
    assert_eq!(last_seen().await, begun);
    pool.wait(1);
    pool.viewer_of(&token).await;
    assert_eq!(last_seen().await, pool.time());
}

#[tokio::test]
async fn session_in_use_outlasts_a_short_idle_limit() {
    let mut settings = nameplate_core::settings::Settings::default();
    settings.sessions.idle = std::time::Duration::from_secs(240);
    let pool = TestPool::with(settings).await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    for _ in 0..10 {
        pool.wait(170);
        assert!(viewer::viewer(&pool, &token).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn session_of_a_page_that_only_listens_counts_as_idle() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    for _ in 0..13 {
        pool.wait(DAY);
        assert!(viewer::is_alive(&pool, &token).await.unwrap());
    }
    pool.wait(DAY);
    assert!(!viewer::is_alive(&pool, &token).await.unwrap());
}

#[tokio::test]
async fn sign_out_ends_this_session_and_no_other() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let Ok(crate::sign_in::outcome::SignedIn::Session { session: other, .. }) =
        pool.try_sign_in("jdoe", crate::testing::PASSWORD).await
    else {
        panic!()
    };
    let mut feed = events::subscribe(&pool);
    sign_out::sign_out(&pool, &token, &origin()).await.unwrap();
    assert!(feed.try_recv().is_ok());
    assert_eq!(viewer::viewer(&pool, &token).await.unwrap(), None);
    sign_out::sign_out(&pool, &token, &origin()).await.unwrap();
    let viewer = pool.viewer_of(&other.token).await;
    let events = events::after(&pool, &viewer, 0, 100).await.unwrap();
    assert_eq!(events.iter().filter(|it| it.event.name() == "signOut").count(), 1);
}

#[tokio::test]
async fn session_token_that_is_forged_finds_no_session() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let forged = SessionToken::generate(&nameplate_core::entropy::SystemEntropy);
    assert_eq!(viewer::viewer(&pool, &forged).await.unwrap(), None);
    for text in ["", "short", &"!".repeat(43), &"A".repeat(44)] {
        assert_eq!(SessionToken::parse(text), None, "{text}");
    }
    assert_eq!(SessionToken::parse(forged.reveal()), Some(forged));
}

#[tokio::test]
async fn session_after_a_restart_is_still_valid() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    let pool = pool.restart().await;
    assert_eq!(pool.viewer_of(&token).await.username, "jdoe");
}

#[test]
fn debug_of_a_session_token_hides_it() {
    let token = SessionToken::generate(&nameplate_core::entropy::SystemEntropy);
    assert_eq!(format!("{token:?}"), "SessionToken(…)");
}

#[test]
fn origin_of_untrusted_input_is_cleaned_and_shortened() {
    let origin = Origin::new("::ffff:192.0.2.7".parse().unwrap(), &format!("a\nb{}", "x".repeat(300)));
    assert_eq!(origin.network.to_string(), "192.0.2.7");
    assert!(origin.user_agent.starts_with("abx") && origin.user_agent.chars().count() == 256);
    let home = Origin::new("2001:db8:1:2:3:4:5:6".parse().unwrap(), "").household();
    assert_eq!(home.to_string(), "2001:db8:1:2::");
}
