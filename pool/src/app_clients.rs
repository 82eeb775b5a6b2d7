//! The applications that people use their account with: what each may do, and how it proves which one it is.

use crate::settings::{ClientId, TokenTimes};
use crate::store::{refresh_tokens, users};
use crate::tokens::RefreshToken;
use crate::{Pool, Unavailable};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::AccessLists;
use sha2::Sha256;
use std::fmt;
use subtle::ConstantTimeEq as _;

/// An application that people use their account with.
#[derive(Debug, Clone)]
pub struct AppClient {
    pub id: ClientId,
    pub name: String,
    /// What it may read and write.
    pub access: AccessLists,
    pub tokens: TokenTimes,
    /// What it proves itself with. Without one anybody may say to be this application, as with every one that
    /// runs in a browser.
    pub secret: Option<ClientSecret>,
    /// How it may sign people in.
    pub flows: Vec<Flow>,
    /// The pages that may read what it is answered, by origin; none means all.
    pub origins: Vec<String>,
}

impl AppClient {
    /// An application without a secret that may sign people in in every way, called by its id.
    pub fn new(id: &str, access: AccessLists) -> Self {
        Self {
            id: ClientId(id.to_owned()),
            name: id.to_owned(),
            access,
            tokens: TokenTimes::default(),
            secret: None,
            flows: Flow::ALL.to_vec(),
            origins: Vec::new(),
        }
    }

    /// Whether it may sign people in so.
    pub fn allows(&self, flow: Flow) -> bool {
        self.flows.contains(&flow)
    }

    /// Whether a page of this origin may read what the application is answered.
    pub fn lets_in(&self, origin: &str) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|it| it == origin)
    }

    /// Judges the `SecretHash` of a request about this username: Base64 of HMAC-SHA256 over username and
    /// client id, under the secret.
    pub fn check_hash(&self, username: &str, hash: Option<&str>) -> Result<(), ClientFault> {
        match (&self.secret, hash) {
            (None, None) => Ok(()),
            (Some(_), None) => Err(ClientFault::HashMissing),
            (None, Some(_)) => Err(ClientFault::Wrong),
            (Some(secret), Some(hash)) => {
                let right = bool::from(secret.hash(username, &self.id).as_bytes().ct_eq(hash.as_bytes()));
                if right { Ok(()) } else { Err(ClientFault::Wrong) }
            }
        }
    }

    /// Judges the secret itself, where a request carries that.
    pub fn check_secret(&self, given: Option<&str>) -> Result<(), ClientFault> {
        match (&self.secret, given) {
            (None, None) => Ok(()),
            (Some(secret), Some(given)) if bool::from(secret.0.as_bytes().ct_eq(given.as_bytes())) => Ok(()),
            _ => Err(ClientFault::Wrong),
        }
    }
}

/// A way to sign in that an application may be allowed or not (`ExplicitAuthFlowsType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Without telling the password.
    UserSrp,
    UserPassword,
    /// New tokens by InitiateAuth. (GetTokensFromRefreshToken is there for every application.)
    RefreshToken,
}

impl Flow {
    pub const ALL: [Self; 3] = [Self::UserSrp, Self::UserPassword, Self::RefreshToken];
}

/// Why a request can't be that of its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientFault {
    #[error("the application has a secret, and the request no hash of it")]
    HashMissing,
    /// Also where the application has no secret.
    #[error("that does not come from the application's secret")]
    Wrong,
}

/// What an application proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    fn hash(&self, username: &str, client: &ClientId) -> String {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).expect("any length is a key");
        mac.update(username.as_bytes());
        mac.update(client.0.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

impl Pool {
    /// Whether any application may sign people in without being told the password: only then is kept what
    /// that needs.
    pub(crate) fn takes_srp(&self) -> bool {
        self.inner.settings.clients.iter().any(|client| client.allows(Flow::UserSrp))
    }

    /// Judges the `SecretHash` that comes with a refresh token: it is about whoever the token belongs to, by
    /// username or `sub`. A token that is nobody's is judged later, for what it is.
    ///
    /// # Errors
    /// The store can't be read.
    pub async fn check_hash_of_token(
        &self,
        client: &AppClient,
        token: &str,
        hash: Option<&str>,
    ) -> Result<Result<(), ClientFault>, Unavailable> {
        if client.secret.is_none() || hash.is_none() {
            return Ok(client.check_hash("", hash));
        }
        let Some(token) = RefreshToken::parse(token) else { return Ok(Ok(())) };
        let mut conn = self.inner.store.read().await?;
        let Some(owner) = refresh_tokens::owner(&mut conn, &token.family()).await? else { return Ok(Ok(())) };
        let Some(user) = users::by_id(&mut conn, owner).await? else { return Ok(Ok(())) };
        Ok(client.check_hash(&user.username, hash).or_else(|_| client.check_hash(&user.sub, hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, TestPool};
    use crate::{Settings, store::srp_verifiers, store::srp_verifiers::Name};
    use model::Schema;

    fn client() -> AppClient {
        let access = AccessLists::resolve(&Schema::standard(), None, None);
        AppClient { secret: Some(ClientSecret::new("a secret")), ..AppClient::new("app", access) }
    }

    #[test]
    fn a_hash_of_the_secret_is_about_one_username_and_one_client() {
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
    fn a_secret_is_told_to_nobody() {
        assert!(!format!("{:?}", client()).contains("a secret"));
    }

    #[tokio::test]
    async fn what_srp_needs_is_kept_only_if_an_application_may_use_it() {
        for (flows, kept) in [(Flow::ALL.to_vec(), true), (vec![Flow::UserPassword], false)] {
            let mut settings = Settings::default();
            settings.clients[0].flows = flows;
            let pool = TestPool::with(settings).await;
            let viewer = pool.signed_in("jdoe", "me@domain.com").await;
            pool.sign_in_for_tokens(
                &pool.client(),
                &crate::sign_in::SignIn { username: "jdoe".into(), password: model::Password::new(PASSWORD) },
                &crate::testing::origin(),
            )
            .await
            .unwrap();
            let mut conn = pool.inner.store.read().await.unwrap();
            assert_eq!(srp_verifiers::get(&mut conn, viewer.user, Name::Sub).await.unwrap().is_some(), kept);
        }
    }
}
