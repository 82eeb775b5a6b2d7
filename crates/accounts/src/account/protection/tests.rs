//! Who is still signed in after a change of what protects the account.

use crate::admin::update_user::{self, Vouching};
use crate::factors::change::{self, Wish};
use crate::sessions::viewer;
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::sign_in::second_factor;
use crate::testing::{PASSWORD, TestPool, origin};
use crate::tokens::issue::{self, AccessTokenError};
use crate::tokens::refresh::{self, Exchange, RefreshError};
use model::{Factor, Password, Standard};
use nameplate_core::identity::{SessionToken, SignedInBy, Viewer};
use std::collections::BTreeMap;

const EMAIL: &str = "me@domain.com";
const NUMBER: &str = "+12128601234";

/// Somebody who is signed in at three places: where they act, in another browser, and in an application.
struct Elsewhere {
    pool: TestPool,
    here: Viewer,
    browser: SessionToken,
    access: String,
    refresh: String,
}

impl Elsewhere {
    async fn new() -> Self {
        let pool = TestPool::new().await;
        let here = pool.signed_in("jdoe", EMAIL).await;
        Self::of(pool, here).await
    }

    async fn of(pool: TestPool, here: Viewer) -> Self {
        let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("jdoe", PASSWORD).await else {
            panic!()
        };
        let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
        let Ok(Entered::Tokens(tokens)) =
            for_tokens::for_tokens(&pool, &pool.client(), &form, &origin()).await
        else {
            panic!()
        };
        let refresh = tokens.refresh.unwrap();
        Self { pool, here, browser: session.token, access: tokens.access, refresh }
    }

    async fn is_signed_in_elsewhere(&self) -> bool {
        let browser = viewer::viewer(&self.pool, &self.browser).await.unwrap().is_some();
        let access = issue::viewer_of_access_token(&self.pool, &self.access).await;
        let (client, token) = (self.pool.client(), self.refresh.as_str());
        let exchanged = refresh::refresh(&self.pool, &client, token, Exchange::Keep, &origin()).await;
        match (browser, &access, &exchanged) {
            (true, Ok(_), Ok(_)) => true,
            (false, Err(AccessTokenError::Revoked), Err(RefreshError::Revoked)) => false,
            other => panic!("neither signed in nor signed out: {other:?}"),
        }
    }

    async fn is_signed_in_here(&self) -> bool {
        viewer::viewer_of_session(&self.pool, self.here.session).await.unwrap().is_some()
    }

    async fn give_number(&self, number: &str) {
        self.pool.update(&self.here, &[("phone_number", number)]).await.unwrap();
        let code = self.pool.code_for(number).await;
        self.pool.verify(&self.here, Standard::PhoneNumber, &code).await.unwrap();
    }
}

#[tokio::test]
async fn verify_contact_that_is_added_keeps_other_sessions() {
    let owner = Elsewhere::new().await;
    owner.give_number(NUMBER).await;
    assert!(owner.is_signed_in_elsewhere().await && owner.is_signed_in_here().await);
}

#[tokio::test]
async fn verify_contact_that_replaces_a_verified_one_ends_other_sessions() {
    let owner = Elsewhere::new().await;
    owner.pool.update(&owner.here, &[("email", "new@domain.com")]).await.unwrap();
    assert!(owner.is_signed_in_elsewhere().await, "it only waits for its code");
    let code = owner.pool.code_for("new@domain.com").await;
    owner.pool.verify(&owner.here, Standard::Email, &code).await.unwrap();
    assert!(!owner.is_signed_in_elsewhere().await && owner.is_signed_in_here().await);
}

#[tokio::test]
async fn delete_verified_contact_ends_other_sessions() {
    let owner = Elsewhere::new().await;
    owner.give_number(NUMBER).await;
    owner.pool.delete(&owner.here, &["phone_number"]).await.unwrap();
    assert!(!owner.is_signed_in_elsewhere().await && owner.is_signed_in_here().await);
}

#[tokio::test]
async fn enable_factor_ends_other_sessions_and_disable_keeps_them() {
    let owner = Elsewhere::new().await;
    let wish = async |here: &Viewer, wish| {
        change::change(&owner.pool, &owner.pool.fresh(here), &[(Factor::Email, wish)], &origin())
            .await
            .unwrap()
    };
    wish(&owner.here, Wish::On).await;
    assert!(!owner.is_signed_in_elsewhere().await && owner.is_signed_in_here().await);
    let Elsewhere { pool, here, .. } = owner;
    let Ok(SignedIn::Challenge(asked)) = pool.try_sign_in("jdoe", PASSWORD).await else { panic!() };
    let code = pool.code_for(EMAIL).await;
    let done = second_factor::answer(&pool, &asked.token, &code, &origin()).await;
    let Ok(SignedIn::Session { session: other, .. }) = done else { panic!() };
    let application = Viewer { by: SignedInBy::Tokens, ..here };
    change::change(&pool, &application, &[(Factor::Email, Wish::Off)], &origin()).await.unwrap();
    assert!(viewer::viewer(&pool, &other.token).await.unwrap().is_some());
}

#[tokio::test]
async fn enable_factor_by_an_application_keeps_its_own_tokens() {
    let owner = Elsewhere::new().await;
    let application = issue::viewer_of_access_token(&owner.pool, &owner.access).await.unwrap();
    change::change(&owner.pool, &application, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    assert!(issue::viewer_of_access_token(&owner.pool, &owner.access).await.is_ok());
    assert!(!owner.is_signed_in_here().await, "the browser is elsewhere now");
}

#[tokio::test]
async fn update_user_replacing_a_verified_contact_ends_every_session() {
    let owner = Elsewhere::new().await;
    let submit = async |name: &str, value: &str| {
        let submitted = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        update_user::update_user(&owner.pool, "jdoe", submitted, Vouching::VERIFIED).await.unwrap()
    };
    submit("phone_number", NUMBER).await;
    assert!(owner.is_signed_in_elsewhere().await, "it is one more");
    submit("email", "new@domain.com").await;
    assert!(!owner.is_signed_in_elsewhere().await && !owner.is_signed_in_here().await);
}
