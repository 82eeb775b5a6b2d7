//! What was verified lately decides nothing beside what was verified long ago.

use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::testing::{TestPool, origin, origin_at};
use model::{Password, SignInOptions, Standard};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Viewer;
use nameplate_core::settings::Settings;
use store::profile;

const PHONE: &str = "+12128601234";
const HOUR: u64 = 60 * 60;

async fn pool() -> TestPool {
    let sign_in = SignInOptions { phone_number: true, ..SignInOptions::default() };
    TestPool::with(Settings { sign_in, ..Settings::default() }).await
}

async fn give(pool: &TestPool, viewer: &Viewer, attribute: Standard, value: &str) {
    pool.update(viewer, &[(attribute.as_str(), value)]).await.unwrap();
    let code = pool.code_for(value).await;
    pool.verify(viewer, attribute, &code).await.unwrap();
}

/// Who gets the code that is asked for by this name.
async fn asked_by(pool: &TestPool, name: &str) -> Vec<&'static str> {
    let contacts = ["me@domain.com", "new@domain.com", PHONE];
    let mut before = Vec::new();
    for contact in contacts {
        before.push(pool.message_names(contact).await.len());
    }
    forgot::forgot(pool, name, &origin_at("198.51.100.9")).await.unwrap();
    let mut got = Vec::new();
    for (contact, before) in contacts.into_iter().zip(before) {
        if pool.message_names(contact).await.len() > before {
            got.push(contact);
        }
    }
    got
}

#[tokio::test]
async fn reset_by_a_recently_added_contact_goes_to_the_older_one() {
    let pool = pool().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(80 * HOUR);
    let viewer = pool.fresh(&viewer);
    give(&pool, &viewer, Standard::PhoneNumber, PHONE).await;
    pool.wait(71 * HOUR);
    assert_eq!(asked_by(&pool, PHONE).await, ["me@domain.com"]);
    pool.wait(2 * HOUR);
    assert_eq!(asked_by(&pool, PHONE).await, [PHONE]);
    assert_eq!(asked_by(&pool, "jdoe").await, ["me@domain.com"]);
}

#[tokio::test]
async fn reset_after_the_address_was_replaced_goes_to_the_number() {
    let pool = pool().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    give(&pool, &viewer, Standard::PhoneNumber, PHONE).await;
    pool.wait(80 * HOUR);
    let viewer = pool.fresh(&viewer);
    give(&pool, &viewer, Standard::Email, "new@domain.com").await;
    for name in ["jdoe", "new@domain.com", PHONE] {
        pool.wait(600);
        assert_eq!(asked_by(&pool, name).await, [PHONE], "{name}");
    }
    let form = PasswordReset {
        username: "new@domain.com".into(),
        code: pool.code_for(PHONE).await,
        password: Password::new("another+Password-1"),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(&pool, form, &origin()).await.unwrap();
    pool.wait(72 * HOUR);
    assert_eq!(asked_by(&pool, "jdoe").await, ["new@domain.com"]);
}

#[tokio::test]
async fn reset_without_a_reachable_older_contact_goes_to_the_new_one() {
    let place = pool().await;
    let viewer = place.signed_in("jdoe", "me@domain.com").await;
    place.wait(HOUR);
    give(&place, &viewer, Standard::PhoneNumber, PHONE).await;
    assert_eq!(asked_by(&place, PHONE).await, [PHONE], "both are new");
    place.wait(80 * HOUR);
    let viewer = place.fresh(&viewer);
    give(&place, &viewer, Standard::Email, "new@domain.com").await;
    let settings = Settings { texts: false, ..place.settings.clone() };
    let place = TestPool::at(place.into_place(), settings).await;
    place.wait(81 * HOUR + HOUR); // the clock of a test begins anew
    assert_eq!(asked_by(&place, "jdoe").await, ["new@domain.com"]);
}

#[tokio::test]
async fn verify_contact_again_keeps_the_first_verification_time() {
    let pool = pool().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let since = pool.time();
    pool.wait(80 * HOUR);
    let viewer = pool.fresh(&viewer);
    let since_when = async || {
        let mut conn = pool.store.read().await.unwrap();
        profile::load(&mut conn, viewer.user).await.unwrap().unwrap().verified_at
    };
    give(&pool, &viewer, Standard::Email, "Me@Domain.com").await;
    assert_eq!(since_when().await[&ContactKind::Email], since, "the same address, spelt otherwise");
    pool.wait(HOUR);
    give(&pool, &viewer, Standard::Email, "new@domain.com").await;
    assert_eq!(since_when().await[&ContactKind::Email], pool.time());
}
