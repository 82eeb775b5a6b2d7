use super::*;
use crate::sessions::{end, viewer};
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::password::SignIn;
use crate::testing::{PASSWORD, TestPool, origin};
use crate::tokens::refresh::{self, Exchange, RefreshError, RevokeError};
use crate::tokens::{issue, key_ring};
use model::{AccessLists, Password, Schema};
use nameplate_core::client::ClientId;
use nameplate_core::settings::Settings;
use store::signing_keys;

const DAY: u64 = 24 * 60 * 60;

async fn entered(pool: &TestPool) -> Tokens {
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let entered = for_tokens::for_tokens(pool, &pool.client(), &form, &origin()).await.unwrap();
    let Entered::Tokens(tokens) = entered else { panic!("{entered:?}") };
    tokens
}

async fn with_tokens() -> (TestPool, Tokens) {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let tokens = entered(&pool).await;
    (pool, tokens)
}

async fn exchanged(pool: &TestPool, refresh: &str) -> Result<Tokens, RefreshError> {
    refresh::refresh(pool, &pool.client(), refresh, Exchange::Rotate, &origin()).await
}

fn said(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[tokio::test]
async fn access_token_finds_its_session_and_account() {
    let (pool, tokens) = with_tokens().await;
    let (viewer, info) = issue::info_of_access_token(&pool, &tokens.access).await.unwrap();
    assert_eq!((viewer.username.as_str(), viewer.client), ("jdoe", pool.client()));
    assert_eq!(info.attributes[&Standard::Email.into()], "me@domain.com");
}

#[tokio::test]
async fn tokens_carry_the_claims_that_clients_read() {
    let (pool, tokens) = with_tokens().await;
    let (access, id, now) = (said(&tokens.access), said(&tokens.id), pool.time().secs());
    assert_eq!(access["scope"], SCOPE);
    assert_eq!(
        (&access["token_use"], &access["client_id"], &access["username"]),
        (&json!("access"), &json!("web"), &json!("jdoe"))
    );
    assert_eq!(
        (&access["iat"], &access["exp"], &access["auth_time"]),
        (&json!(now), &json!(now + 3600), &json!(now))
    );
    assert_eq!(
        (&id["token_use"], &id["aud"], &id["cognito:username"]),
        (&json!("id"), &json!("web"), &json!("jdoe"))
    );
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("me@domain.com"), &json!(true)));
    for both in ["sub", "iss", "origin_jti"] {
        assert!(access[both].is_string() && access[both] == id[both], "{both}");
    }
    assert_eq!(access["iss"], format!("http://127.0.0.1:3000/{}", pool.id()));
    assert_ne!(access["jti"], id["jti"]);
}

#[tokio::test]
async fn id_token_for_a_narrow_client_has_only_readable_attributes() {
    let mut settings = Settings::default();
    let nothing = AccessLists::resolve(&Schema::standard(), Some(&[]), None);
    settings.clients.push(AppClient::new("narrow", nothing));
    let pool = TestPool::with(settings).await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let entered = for_tokens::for_tokens(&pool, &ClientId("narrow".into()), &form, &origin()).await.unwrap();
    let Entered::Tokens(tokens) = entered else { panic!("not confirmed") };
    let id = said(&tokens.id);
    assert!(id.get("email").is_none() && id["sub"].is_string(), "{id}");
}

#[tokio::test]
async fn id_token_used_as_access_token_is_refused() {
    let (pool, tokens) = with_tokens().await;
    let refused = issue::viewer_of_access_token(&pool, &tokens.id).await;
    assert!(matches!(refused, Err(AccessTokenError::Invalid)), "{refused:?}");
}

#[tokio::test]
async fn access_token_that_is_forged_is_refused() {
    let (pool, tokens) = with_tokens().await;
    let parts: Vec<&str> = tokens.access.split('.').collect();
    let kid = &key_ring::public_keys(&pool).await.unwrap()[0].kid;
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let unsigned_of_ours = URL_SAFE_NO_PAD.encode(format!(r#"{{"kid":"{kid}","alg":"none"}}"#));
    let symmetric = URL_SAFE_NO_PAD.encode(format!(r#"{{"kid":"{kid}","alg":"HS256"}}"#));
    let mut claims = said(&tokens.access);
    claims["username"] = json!("root");
    let other_claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    // Of another pool, with a key of its own.
    let foreign = TestPool::new().await;
    // Another seed, or the two pools would have made the same key.
    let foreign = foreign.another(77).await;
    let signed_elsewhere =
        key_ring::signing_keys(&foreign).await.unwrap().sign(&said(&tokens.access)).unwrap();
    for forged in [
        format!("{unsigned}.{}.", parts[1]),
        format!("{unsigned_of_ours}.{}.", parts[1]),
        format!("{unsigned_of_ours}.{}.{}", parts[1], parts[2]),
        format!("{symmetric}.{}.{}", parts[1], parts[2]),
        format!("{}.{other_claims}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        signed_elsewhere,
        "..".into(),
        String::new(),
    ] {
        let refused = issue::viewer_of_access_token(&pool, &forged).await;
        assert!(matches!(refused, Err(AccessTokenError::Invalid)), "{forged}: {refused:?}");
    }
}

#[tokio::test]
async fn access_token_of_another_use_or_scope_is_refused() {
    let (pool, tokens) = with_tokens().await;
    let keys = key_ring::signing_keys(&pool).await.unwrap();
    let changed = |name: &str, value: &str| {
        let mut claims = said(&tokens.access);
        claims[name] = json!(value);
        keys.sign(&claims).unwrap()
    };
    for (name, value) in [("token_use", "id"), ("iss", "http://elsewhere/local_1"), ("origin_jti", "nothing")]
    {
        let refused = issue::viewer_of_access_token(&pool, &changed(name, value)).await;
        assert!(matches!(refused, Err(AccessTokenError::Invalid)), "{name}: {refused:?}");
    }
    let refused = issue::viewer_of_access_token(&pool, &changed("scope", "openid profile")).await;
    assert!(matches!(refused, Err(AccessTokenError::Scope)), "{refused:?}");
}

#[tokio::test]
async fn access_token_after_its_lifetime_is_expired() {
    let (pool, tokens) = with_tokens().await;
    pool.wait(3599);
    assert!(issue::viewer_of_access_token(&pool, &tokens.access).await.is_ok());
    pool.wait(1);
    let refused = issue::viewer_of_access_token(&pool, &tokens.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Expired)), "{refused:?}");
}

#[tokio::test]
async fn sign_out_everywhere_revokes_the_tokens_of_every_session() {
    let (pool, tokens) = with_tokens().await;
    let browser = pool.try_sign_in("jdoe", PASSWORD).await.unwrap();
    let crate::sign_in::outcome::SignedIn::Session { session, .. } = browser else { panic!("not signed in") };
    let viewer = issue::viewer_of_access_token(&pool, &tokens.access).await.unwrap();
    end::sign_out_everywhere(&pool, viewer.user, &origin()).await.unwrap();
    let refused = issue::viewer_of_access_token(&pool, &tokens.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Revoked)), "{refused:?}");
    let refused = exchanged(&pool, tokens.refresh.as_deref().unwrap()).await;
    assert!(matches!(refused, Err(RefreshError::Revoked)), "{refused:?}");
    assert!(viewer::viewer(&pool, &session.token).await.unwrap().is_none());
}

#[tokio::test]
async fn refresh_with_an_exchanged_token_later_revokes_the_session() {
    let (pool, first) = with_tokens().await;
    let first = first.refresh.unwrap();
    let second = exchanged(&pool, &first).await.unwrap();
    let (access, second) = (second.access, second.refresh.unwrap());
    assert_ne!(first, second);
    pool.wait(OVERTAKEN.as_secs());
    let refused = exchanged(&pool, &first).await;
    assert!(matches!(refused, Err(RefreshError::Reused)), "{refused:?}");
    // Whoever has the other one may be the thief.
    let refused = exchanged(&pool, &second).await;
    assert!(matches!(refused, Err(RefreshError::Revoked)), "{refused:?}");
    let refused = issue::viewer_of_access_token(&pool, &access).await;
    assert!(matches!(refused, Err(AccessTokenError::Revoked)), "{refused:?}");
}

#[tokio::test]
async fn refresh_repeated_at_once_gives_the_same_answer() {
    let (pool, tokens) = with_tokens().await;
    let refresh = tokens.refresh.unwrap();
    let one = exchanged(&pool, &refresh).await.unwrap().refresh;
    let again = exchanged(&pool, &refresh).await.unwrap().refresh;
    assert!(one.is_some() && one == again);
    pool.wait(DAY);
    assert!(exchanged(&pool, &one.unwrap()).await.is_ok());
}

#[tokio::test]
async fn refresh_many_times_at_once_gives_one_token() {
    let (pool, tokens) = with_tokens().await;
    let refresh = tokens.refresh.unwrap();
    let asked = (0..12).map(|_| {
        let (pool, client, refresh) = (pool.handle(), pool.client(), refresh.clone());
        tokio::spawn(async move {
            refresh::refresh(&pool, &client, &refresh, Exchange::Rotate, &origin())
                .await
                .unwrap()
                .refresh
                .unwrap()
        })
    });
    let mut given =
        futures_util::future::join_all(asked).await.into_iter().map(Result::unwrap).collect::<Vec<_>>();
    given.dedup();
    assert_eq!(given.len(), 1);
}

#[tokio::test]
async fn refresh_without_rotation_keeps_the_token() {
    let (pool, tokens) = with_tokens().await;
    let refresh = tokens.refresh.unwrap();
    for _ in 0..3 {
        pool.wait(DAY);
        let kept =
            refresh::refresh(&pool, &pool.client(), &refresh, Exchange::Keep, &origin()).await.unwrap();
        assert!(kept.refresh.is_none());
        assert!(issue::viewer_of_access_token(&pool, &kept.access).await.is_ok());
    }
}

#[tokio::test]
async fn refresh_token_expires_thirty_days_after_sign_in() {
    let (pool, tokens) = with_tokens().await;
    let mut refresh = tokens.refresh.unwrap();
    for _ in 0..29 {
        pool.wait(DAY);
        refresh = exchanged(&pool, &refresh).await.unwrap().refresh.unwrap();
    }
    pool.wait(DAY);
    let refused = exchanged(&pool, &refresh).await;
    assert!(matches!(refused, Err(RefreshError::Expired)), "{refused:?}");
}

#[tokio::test]
async fn refresh_token_unused_for_fourteen_days_is_expired() {
    let (pool, tokens) = with_tokens().await;
    pool.wait(14 * DAY);
    let refused = exchanged(&pool, tokens.refresh.as_deref().unwrap()).await;
    assert!(matches!(refused, Err(RefreshError::Expired)), "{refused:?}");
}

#[tokio::test]
async fn refresh_by_another_client_is_refused() {
    let mut settings = Settings::default();
    let other = AppClient { id: ClientId("other".into()), ..settings.clients[0].clone() };
    settings.clients.push(other);
    let pool = TestPool::with(settings).await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let refresh = entered(&pool).await.refresh.unwrap();
    let other = ClientId("other".into());
    let refused = refresh::refresh(&pool, &other, &refresh, Exchange::Rotate, &origin()).await;
    assert!(matches!(refused, Err(RefreshError::Invalid)), "{refused:?}");
    let refused = refresh::revoke(&pool, &other, &refresh, &origin()).await;
    assert!(matches!(refused, Err(RevokeError::NotYours)), "{refused:?}");
    assert!(exchanged(&pool, &refresh).await.is_ok());
}

#[tokio::test]
async fn revoke_refresh_token_ends_its_session_and_no_other() {
    let (pool, tokens) = with_tokens().await;
    let other = entered(&pool).await;
    refresh::revoke(&pool, &pool.client(), tokens.refresh.as_deref().unwrap(), &origin()).await.unwrap();
    let refused = issue::viewer_of_access_token(&pool, &tokens.access).await;
    assert!(matches!(refused, Err(AccessTokenError::Revoked)), "{refused:?}");
    assert!(issue::viewer_of_access_token(&pool, &other.access).await.is_ok());
    refresh::revoke(&pool, &pool.client(), tokens.refresh.as_deref().unwrap(), &origin()).await.unwrap();
}

#[tokio::test]
async fn public_keys_of_all_nodes_are_one_sealed_key() {
    let pool = TestPool::new().await;
    let (one, other) = (pool.another(5).await, pool.another(6).await);
    let (one, other) = tokio::join!(key_ring::public_keys(&one), key_ring::public_keys(&other));
    assert_eq!(one.unwrap(), other.unwrap());
    let mut conn = pool.store.read().await.unwrap();
    let stored = signing_keys::all(&mut conn, pool.time()).await.unwrap();
    assert_eq!(stored.len(), 1);
    assert!(ring::signature::RsaKeyPair::from_pkcs8(&stored[0].sealed).is_err());
}

#[tokio::test]
async fn access_token_after_a_restart_is_still_valid() {
    let (pool, tokens) = with_tokens().await;
    let pool = pool.restart().await;
    assert!(issue::viewer_of_access_token(&pool, &tokens.access).await.is_ok());
}

#[tokio::test]
async fn tokens_for_an_unconfirmed_account_are_not_issued() {
    let pool = TestPool::new().await;
    pool.try_sign_up("jdoe", &[("email", "me@domain.com")]).await.unwrap();
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let answer = for_tokens::for_tokens(&pool, &pool.client(), &form, &origin()).await.unwrap();
    assert!(matches!(answer, Entered::Unconfirmed));
}
