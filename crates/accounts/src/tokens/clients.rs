//! The applications that people use their account with: what each may do, and how it proves which one it is.

use crate::tokens::issue::RefreshToken;
use crate::{Context, Unavailable};
use nameplate_core::client::{AppClient, ClientFault, Flow};
use store::{refresh_tokens, users};

/// Whether any application may sign people in without being told the password: only then is kept what
/// that needs.
pub(crate) fn takes_srp(ctx: &Context) -> bool {
    ctx.settings.clients.iter().any(|client| client.allows(Flow::UserSrp))
}

/// Judges the `SecretHash` that comes with a refresh token: it is about whoever the token belongs to, by
/// username or `sub`. A token that is nobody's is judged later, for what it is.
///
/// # Errors
/// The store can't be read.
pub async fn check_hash_of_token(
    ctx: &Context,
    client: &AppClient,
    token: &str,
    hash: Option<&str>,
) -> Result<Result<(), ClientFault>, Unavailable> {
    if client.secret.is_none() || hash.is_none() {
        return Ok(client.check_hash("", hash));
    }
    let Some(token) = RefreshToken::parse(token) else { return Ok(Ok(())) };
    let mut conn = ctx.store.read().await?;
    let Some(owner) = refresh_tokens::owner(&mut conn, &token.family()).await? else { return Ok(Ok(())) };
    let Some(user) = users::by_id(&mut conn, owner).await? else { return Ok(Ok(())) };
    Ok(client.check_hash(&user.username, hash).or_else(|_| client.check_hash(&user.sub, hash)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, TestPool};
    use model::{AccessLists, Schema};
    use nameplate_core::client::{ClientId, ClientSecret};
    use nameplate_core::settings::Settings;
    use store::srp_verifiers::{self, Name};

    fn client() -> AppClient {
        let access = AccessLists::resolve(&Schema::standard(), None, None);
        AppClient { secret: Some(ClientSecret::new("a secret")), ..AppClient::new("app", access) }
    }

    #[test]
    fn check_hash_is_right_for_one_username_and_one_client() {
        // printf 'jdoeapp' | openssl dgst -sha256 -hmac 'a secret' -binary | base64
        let right = "nHSt8n/95CUFrbvmZb0O1ScH/TsOQo/A+O8d+P/xQnw=";
        assert_eq!(client().check_hash("jdoe", Some(right)), Ok(()));
        for (username, hash, fault) in [
            ("jane", Some(right), ClientFault::Wrong),
            ("jdoe", Some(""), ClientFault::Wrong),
            ("jdoe", None, ClientFault::HashMissing),
        ] {
            assert_eq!(client().check_hash(username, hash), Err(fault), "{username} {hash:?}");
        }
        let another = AppClient { id: ClientId("another".into()), ..client() };
        assert_eq!(another.check_hash("jdoe", Some(right)), Err(ClientFault::Wrong));
        let open = AppClient { secret: None, ..client() };
        assert_eq!(
            (open.check_hash("jdoe", None), open.check_hash("jdoe", Some(right))),
            (Ok(()), Err(ClientFault::Wrong))
        );
    }

    #[test]
    fn debug_of_a_client_hides_its_secret() {
        assert!(!format!("{:?}", client()).contains("a secret"));
    }

    #[tokio::test]
    async fn srp_verifiers_are_kept_only_where_a_client_may_use_them() {
        for (flows, kept) in [(Flow::ALL.to_vec(), true), (vec![Flow::UserPassword], false)] {
            let mut settings = Settings::default();
            settings.clients[0].flows = flows;
            let pool = TestPool::with(settings).await;
            let viewer = pool.signed_in("jdoe", "me@domain.com").await;
            crate::sign_in::for_tokens(
                &pool,
                &pool.client(),
                &crate::sign_in::password::SignIn {
                    username: "jdoe".into(),
                    password: model::Password::new(PASSWORD),
                },
                &crate::testing::origin(),
            )
            .await
            .unwrap();
            let mut conn = pool.store.read().await.unwrap();
            assert_eq!(srp_verifiers::get(&mut conn, viewer.user, Name::Id).await.unwrap().is_some(), kept);
        }
    }
}
