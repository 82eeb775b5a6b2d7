//! Second factors from being set up to being asked for.

mod app;
mod choice;
mod recovering;
mod turning_off;
mod waiting;

use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::error::FactorError;
use crate::factors::recovery_codes;
use crate::factors::set_up_app::{self, Then};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::second_factor;
use crate::sign_in::second_factor::challenge::Challenge;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::testing::{PASSWORD, TestPool, origin};
use model::Factor;
use nameplate_core::identity::{SignedInBy, Viewer};

const EMAIL: &str = "me@domain.com";

const NUMBER: &str = "+12128601234";

/// An account whose sign-in asks for an app, and the app's secret.
async fn with_app() -> (TestPool, Viewer, String) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", EMAIL).await;
    let secret = set_up(&pool, &viewer).await;
    pool.wait(60);
    (pool, viewer, secret)
}

async fn set_up(pool: &TestPool, viewer: &Viewer) -> String {
    let viewer = &pool.fresh(viewer);
    let secret = set_up_app::set_up_app(pool, viewer, &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(pool, viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    secret
}

/// As an application does, which needs no code for it.
async fn change(pool: &TestPool, viewer: &Viewer, factor: Factor, wish: Wish) -> Result<bool, FactorError> {
    change::change(pool, &application(viewer), &[(factor, wish)], &origin()).await
}

fn application(viewer: &Viewer) -> Viewer {
    Viewer { by: SignedInBy::Tokens, ..viewer.clone() }
}

/// Enters the password; a second factor has to be asked for.
async fn challenged(pool: &TestPool) -> Challenge {
    match pool.try_sign_in("jdoe", PASSWORD).await {
        Ok(SignedIn::Challenge(challenge)) => challenge,
        other => panic!("{other:?}"),
    }
}

async fn answer(pool: &TestPool, challenge: &Challenge, code: &str) -> Result<Viewer, ChallengeError> {
    let SignedIn::Session { username, session } =
        second_factor::answer::answer(pool, &challenge.token, code, &origin()).await?
    else {
        panic!()
    };
    assert_eq!(username, "jdoe");
    Ok(pool.viewer_of(&session.token).await)
}

/// The codes that were handed to the person just now.
async fn shown_codes(pool: &TestPool, viewer: &Viewer) -> Vec<String> {
    recovery_codes::recovery_codes(pool, &pool.fresh(viewer)).await.unwrap()
}

async fn with_phone(pool: &TestPool, viewer: &Viewer) {
    pool.update(viewer, &[("phone_number", NUMBER)]).await.unwrap();
    let code = pool.code_for(NUMBER).await;
    pool.verify(viewer, model::Standard::PhoneNumber, &code).await.unwrap();
}
