//! Browsers and networks that an account knows: what strangers ask for doesn't count there.

use crate::factors::change::{self, Wish};
use crate::one_time_codes::Pace;
use crate::passkeys::questions::Question;
use crate::password::{confirm_forgot, forgot};
use crate::sign_in::for_tokens::Entered;
use crate::sign_in::known_origins;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::passkey::{self, PasskeySignIn};
use crate::sign_in::password::{self, SignIn};
use crate::sign_in::second_factor::answer;
use crate::sign_in::second_factor::challenge::Challenge;
use crate::sign_in::srp::{self, Proof};
use crate::strangers::operations::{ADDRESS, place};
use crate::strangers::scene::{Kind, Scene, World, home, reset};
use crate::testing::{Authenticator, PASSWORD, SrpClient, TestPool, origin, origin_at};
use model::{Factor, Password};
use nameplate_core::identity::{BrowserId, Origin, UserId, Viewer};

const DAY: u64 = 24 * 3600;

async fn is_known(pool: &TestPool, user: UserId, origin: &Origin) -> bool {
    let mut tx = pool.store.begin().await.unwrap();
    known_origins::pace(&mut tx, pool, user, origin).await.unwrap() != Pace::Strangers
}

fn browser(letter: char) -> BrowserId {
    BrowserId::parse(&format!("{}A", String::from(letter).repeat(42))).unwrap()
}

/// A browser that is somewhere else each time.
fn moving(letter: char, number: usize) -> Origin {
    origin_at(&format!("203.0.113.{number}")).in_browser(browser(letter))
}

async fn sign_in(pool: &TestPool, from: &Origin) -> SignedIn {
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    password::with_password(&pool.handle(), &pool.client(), form, from).await.unwrap()
}

/// jdoe's account, known to nobody but where it was confirmed.
async fn account() -> (TestPool, Viewer) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", ADDRESS).await;
    (pool, viewer)
}

/// Whether a request from there is sent in this moment.
async fn is_at_once(scene: &Scene, from: &Origin) -> bool {
    let before = scene.test.codes_due_to(ADDRESS).await.len();
    let told = forgot::forgot(&scene.pool, "jdoe", from).await.unwrap();
    let is_sent = scene.test.codes_due_to(ADDRESS).await.len() > before;
    scene.advance_to(told.resend_at);
    is_sent
}

#[tokio::test]
async fn forgot_password_from_a_known_place_is_sent_at_once_five_times() {
    let scene = Scene::new(Kind::Usernames, World::Account, 2 * 90_000).await;
    let by_wire = Origin { browser: None, ..home() };
    for (n, from) in [home(), by_wire].into_iter().enumerate() {
        // Strangers have asked so often that there is an hour between two codes.
        for _ in 0..24 {
            scene.test.wait(600);
            _ = forgot::forgot(&scene.pool, "jdoe", &place(0)).await;
        }
        for number in 0..3 {
            _ = forgot::forgot(&scene.pool, "jdoe", &origin_at(&format!("203.0.113.{number}"))).await;
        }
        for number in 0..5 {
            assert!(is_at_once(&scene, &from).await, "{n}: {number}");
        }
        assert!(!is_at_once(&scene, &from).await, "{n}: the sixth waits with the strangers' ones");
    }
}

#[tokio::test]
async fn known_places_are_at_most_twenty_and_the_oldest_go_first() {
    let (pool, viewer) = account().await;
    for number in 0..20 {
        pool.wait(60);
        let letter = char::from(b'a' + u8::try_from(number).unwrap());
        sign_in(&pool, &moving(letter, number)).await;
    }
    assert!(!is_known(&pool, viewer.user, &origin()).await, "where it was confirmed, 20 networks ago");
    assert!(is_known(&pool, viewer.user, &moving('a', 200)).await, "the first of 20 browsers");
    assert!(is_known(&pool, viewer.user, &origin_at("203.0.113.0")).await, "the first of 20 networks");
    pool.wait(60);
    sign_in(&pool, &moving('z', 20)).await;
    assert!(!is_known(&pool, viewer.user, &moving('a', 200)).await);
    assert!(!is_known(&pool, viewer.user, &origin_at("203.0.113.0")).await);
    assert!(is_known(&pool, viewer.user, &moving('b', 200)).await);
    assert!(is_known(&pool, viewer.user, &moving('z', 200)).await);
}

#[tokio::test]
async fn known_browsers_are_forgotten_after_180_days_and_networks_after_30() {
    let (pool, viewer) = account().await;
    sign_in(&pool, &moving('a', 1)).await;
    pool.wait(30 * DAY - 1);
    assert!(is_known(&pool, viewer.user, &origin_at("203.0.113.1")).await);
    pool.wait(1);
    assert!(!is_known(&pool, viewer.user, &origin_at("203.0.113.1")).await);
    pool.wait(150 * DAY - 1);
    assert!(is_known(&pool, viewer.user, &moving('a', 200)).await);
    pool.wait(1);
    assert!(!is_known(&pool, viewer.user, &moving('a', 200)).await);
}

#[tokio::test]
async fn known_places_are_forgotten_by_a_reset() {
    let (pool, viewer) = account().await;
    sign_in(&pool, &moving('a', 1)).await;
    forgot::forgot(&pool, "jdoe", &moving('a', 1)).await.unwrap();
    let code = pool.code_for(ADDRESS).await;
    confirm_forgot::confirm_forgot(&pool, reset("jdoe", &code, "another+Password-1"), &moving('a', 1))
        .await
        .unwrap();
    for from in [moving('a', 1), moving('a', 200), origin_at("203.0.113.1"), origin()] {
        assert!(!is_known(&pool, viewer.user, &from).await, "{from:?}");
    }
}

#[tokio::test]
async fn known_place_after_confirming_a_sign_up_is_its_browser() {
    let (pool, viewer) = account().await;
    assert!(is_known(&pool, viewer.user, &origin()).await);
    assert!(!is_known(&pool, viewer.user, &origin_at("203.0.113.1")).await);
}

#[tokio::test]
async fn known_place_after_a_password_sign_in_is_its_browser_and_network() {
    let (pool, viewer) = account().await;
    let wrong = SignIn { username: "jdoe".into(), password: Password::new("nobodys+Password-1") };
    assert!(password::with_password(&pool.handle(), &pool.client(), wrong, &moving('a', 1)).await.is_err());
    assert!(!is_known(&pool, viewer.user, &moving('a', 1)).await);
    sign_in(&pool, &moving('a', 1)).await;
    assert!(is_known(&pool, viewer.user, &moving('a', 200)).await, "the browser");
    assert!(is_known(&pool, viewer.user, &origin_at("203.0.113.1")).await, "the network");
}

#[tokio::test]
async fn known_place_with_a_second_step_needs_both_steps() {
    let (pool, viewer) = account().await;
    change::change(&pool, &pool.fresh(&viewer), &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    let SignedIn::Challenge(Challenge { token, .. }) = sign_in(&pool, &moving('a', 1)).await else {
        panic!("a second step")
    };
    assert!(!is_known(&pool, viewer.user, &moving('a', 1)).await, "the password alone");
    let code = pool.code_for(ADDRESS).await;
    answer::answer(&pool, &token, &code, &moving('a', 1)).await.unwrap();
    assert!(is_known(&pool, viewer.user, &moving('a', 200)).await);
}

#[tokio::test]
async fn known_place_after_a_passkey_sign_in_is_its_browser() {
    let (pool, viewer) = account().await;
    let mut device = Authenticator::at("http://localhost:3000");
    pool.give_passkey(&viewer, &mut device).await;
    let Question { options, state } = passkey::ask_for_passkey(&pool).unwrap();
    let form = PasskeySignIn { state, credential: device.get(&options).unwrap() };
    passkey::with_passkey(&pool, &pool.client(), &form, &moving('a', 1)).await.unwrap();
    assert!(is_known(&pool, viewer.user, &moving('a', 200)).await);
}

#[tokio::test]
async fn known_place_after_an_srp_sign_in_is_its_network() {
    let (pool, viewer) = account().await;
    let (from, client, timestamp) =
        (origin_at("203.0.113.1"), SrpClient::new(7), "Tue Nov 3 09:05:07 UTC 2026");
    let asked = srp::challenge(&pool, &pool.client(), "jdoe", &client.public(), &from).await.unwrap();
    assert!(!is_known(&pool, viewer.user, &from).await);
    let signature = client.proof(pool.id(), &asked, PASSWORD, timestamp);
    let proof = Proof {
        username: asked.user_id,
        secret_block: asked.secret_block,
        timestamp: timestamp.into(),
        signature,
    };
    let done = srp::answer(&pool, &pool.client(), &proof, &from).await.unwrap();
    assert!(matches!(done, Entered::Tokens(_)));
    assert!(is_known(&pool, viewer.user, &from).await);
}
