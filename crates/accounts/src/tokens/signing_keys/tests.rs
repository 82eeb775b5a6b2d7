use crate::Context;
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::password::SignIn;
use crate::testing::{PASSWORD, TestPool, origin};
use crate::tokens::issue::{self, AccessTokenError, Tokens};
use crate::tokens::key_ring;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Password;
use nameplate_core::settings::Settings;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

async fn entered(pool: &Context) -> Tokens {
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let entered = for_tokens::for_tokens(pool, &pool.pages_client(), &form, &origin()).await.unwrap();
    let Entered::Tokens(tokens) = entered else { panic!("{entered:?}") };
    tokens
}

fn kid(tokens: &Tokens) -> String {
    let header = URL_SAFE_NO_PAD.decode(tokens.access.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<serde_json::Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

async fn published(pool: &Context) -> Vec<String> {
    key_ring::public_keys(pool).await.unwrap().into_iter().map(|key| key.kid).collect()
}

/// Whose tokens last as long as any may.
async fn pool() -> TestPool {
    let mut settings = Settings::default();
    settings.clients[0].tokens.access = Duration::from_secs(DAY);
    let pool = TestPool::with(settings).await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool
}

#[tokio::test]
async fn rotate_publishes_the_new_key_to_all_nodes_before_it_signs() {
    let pool = pool().await;
    let other = pool.another(5).await;
    let old = kid(&entered(&other).await);
    let made = key_ring::rotate(&pool).await.unwrap();
    assert_eq!(published(&pool).await, [old.clone(), made.kid.clone()]);
    assert_eq!(published(&other).await, std::slice::from_ref(&old), "it has not looked again");
    pool.wait(60);
    assert_eq!(published(&other).await, [old.clone(), made.kid.clone()]);
    assert_eq!(kid(&entered(&other).await), old);
    pool.wait(600);
    assert!(made.signs_from <= pool.time());
    for node in [&*pool, &other] {
        assert_eq!(kid(&entered(node).await), made.kid);
        assert_eq!(published(node).await, [made.kid.clone(), old.clone()]);
    }
}

#[tokio::test]
async fn rotate_keeps_tokens_of_the_old_key_valid() {
    let pool = pool().await;
    let made = key_ring::rotate(&pool).await.unwrap();
    // The last moment in which the old key signs: what was read just before the new one does is not read
    // again so soon.
    pool.wait(599);
    entered(&pool).await;
    pool.wait(59);
    let tokens = entered(&pool).await;
    assert_ne!(kid(&tokens), made.kid);
    pool.wait(DAY - 1);
    assert!(issue::viewer_of_access_token(&pool, &tokens.access).await.is_ok());
    pool.wait(1);
    let refused = issue::viewer_of_access_token(&pool, &tokens.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Expired)), "{refused:?}");
}

#[tokio::test]
async fn rotate_drops_the_old_key_once_its_tokens_have_expired() {
    let pool = pool().await;
    let tokens = entered(&pool).await;
    let made = key_ring::rotate(&pool).await.unwrap();
    pool.wait(DAY + 15 * 60);
    assert_eq!(published(&pool).await, [made.kid]);
    let refused = issue::viewer_of_access_token(&pool, &tokens.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Invalid)), "{refused:?}");
}

#[tokio::test]
async fn rotate_twice_in_a_row_lets_the_new_keys_sign_in_turn() {
    let pool = pool().await;
    let old = kid(&entered(&pool).await);
    let first = key_ring::rotate(&pool).await.unwrap().kid;
    pool.wait(300);
    let second = key_ring::rotate(&pool).await.unwrap().kid;
    for (wait, signs) in [(0, old), (360, first), (360, second)] {
        pool.wait(wait);
        assert_eq!(kid(&entered(&pool).await), signs, "{wait}");
    }
    assert_eq!(published(&pool).await.len(), 3);
}

#[tokio::test]
async fn rotate_by_two_operators_at_once_makes_two_keys() {
    let pool = pool().await;
    entered(&pool).await;
    let (one, other) = (pool.another(5).await, pool.another(6).await);
    let (one, other) = tokio::join!(key_ring::rotate(&one), key_ring::rotate(&other));
    assert_ne!(one.unwrap().kid, other.unwrap().kid);
    pool.wait(60);
    assert_eq!(published(&pool).await.len(), 3);
}

#[tokio::test]
async fn signing_key_that_is_unreadable_refuses_only_its_own_tokens() {
    let pool = pool().await;
    let old = entered(&pool).await;
    key_ring::rotate(&pool).await.unwrap();
    pool.wait(600);
    let mut tx = pool.store.begin().await.unwrap();
    let spoilt = tx.query("UPDATE signing_keys SET private_key = $1 WHERE kid = $2");
    spoilt.bind(vec![1_u8]).bind(kid(&old)).run().await.unwrap();
    tx.commit().await.unwrap();

    let node = pool.another(5).await;
    let tokens = entered(&node).await;
    assert_ne!(kid(&tokens), kid(&old));
    issue::viewer_of_access_token(&node, &tokens.access).await.unwrap();
    let refused = issue::viewer_of_access_token(&node, &old.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Invalid)), "{refused:?}");
}
