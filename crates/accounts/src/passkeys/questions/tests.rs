use super::*;
use crate::account::{delete, download};
use crate::admin::disable_user;
use crate::error::CommonError;
use crate::passkeys::add::{self, AddPasskeyError, NewPasskey};
use crate::passkeys::bounds::MOST;
use crate::passkeys::remove::{self, RemovePasskeyError};
use crate::passkeys::{list, questions};
use crate::sessions::end;
use crate::sign_in::freshness;
use crate::sign_in::passkey::{self, PasskeySignIn, SignInWithPasskeyError, SignedInWithPasskey};
use crate::testing::{Authenticator, TestPool, origin, origin_at};
use nameplate_core::identity::Viewer;
use nameplate_core::settings::{Limits, Settings};

const PAGE: &str = "http://localhost:3000";

async fn add(
    pool: &TestPool,
    viewer: &Viewer,
    device: &mut Authenticator,
    name: &str,
) -> Result<(), AddPasskeyError> {
    let Question { options, state } = add::ask_for_new_passkey(pool, viewer).await?;
    let credential = device.create(&options).unwrap();
    add::add_passkey(
        pool,
        viewer,
        &NewPasskey { name: name.into(), state, credential, ..NewPasskey::default() },
        &origin(),
    )
    .await
}

fn answer(pool: &Context, device: &mut Authenticator) -> PasskeySignIn {
    let Question { options, state } = passkey::ask_for_passkey(pool).unwrap();
    PasskeySignIn { state, credential: device.get(&options).unwrap() }
}

async fn sign_in(
    pool: &TestPool,
    device: &mut Authenticator,
) -> Result<SignedInWithPasskey, SignInWithPasskeyError> {
    passkey::with_passkey(pool, &pool.client(), &answer(pool, device), &origin()).await
}

/// Jane, and her device with a passkey.
async fn jane() -> (TestPool, Viewer, Authenticator) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(1);
    let mut device = Authenticator::at(PAGE);
    add(&pool, &viewer, &mut device, " My phone ").await.unwrap();
    (pool, viewer, device)
}

#[tokio::test]
async fn sign_in_with_passkey_starts_a_session_and_lists_the_last_use() {
    let (pool, viewer, mut device) = jane().await;
    let listed = list::list(&pool, &viewer).await.unwrap();
    assert_eq!(
        (listed[0].name.as_str(), listed[0].created_at, listed[0].last_used_at),
        ("My phone", pool.time(), None)
    );
    pool.wait(60);
    let done = sign_in(&pool, &mut device).await.unwrap();
    assert_eq!(done.username, "jdoe");
    let again = pool.viewer_of(&done.session.token).await;
    assert_eq!(again.user, viewer.user);
    assert!(freshness::is_fresh(&pool, &again) && again.session != viewer.session);
    assert_eq!(list::list(&pool, &viewer).await.unwrap()[0].last_used_at, Some(pool.time()));
    let events = pool.event_names(&viewer).await;
    assert_eq!(events[events.len() - 2..], ["addPasskey", "signInWithPasskey"]);
    assert_eq!(pool.message_names("me@domain.com").await, ["sign_up_code", "passkey_added"]);
}

#[tokio::test]
async fn passkey_options_name_the_domain_and_require_user_verification() {
    let (pool, viewer, _) = jane().await;
    let new: serde_json::Value =
        serde_json::from_str(&add::ask_for_new_passkey(&pool, &viewer).await.unwrap().options).unwrap();
    assert_eq!(
        (new["rp"]["id"].as_str(), new["rp"]["name"].as_str()),
        (Some("localhost"), Some("Nameplate"))
    );
    assert_eq!(
        (new["user"]["name"].as_str(), new["excludeCredentials"].as_array().unwrap().len()),
        (Some("jdoe"), 1)
    );
    let selection = &new["authenticatorSelection"];
    assert_eq!(
        (selection["residentKey"].as_str(), selection["userVerification"].as_str()),
        (Some("required"), Some("required"))
    );
    assert_eq!(new["extensions"], serde_json::json!({}), "no device is shut out");
    let any: serde_json::Value =
        serde_json::from_str(&passkey::ask_for_passkey(&pool).unwrap().options).unwrap();
    assert_eq!(
        (any["rpId"].as_str(), any["userVerification"].as_str()),
        (Some("localhost"), Some("required"))
    );
    assert_eq!(any["allowCredentials"].as_array().unwrap().len(), 0, "it names nobody");
    assert_ne!(passkey::ask_for_passkey(&pool).unwrap(), passkey::ask_for_passkey(&pool).unwrap());
}

#[tokio::test]
async fn add_passkey_on_a_device_that_has_one_is_refused_there() {
    let (pool, viewer, mut device) = jane().await;
    assert_eq!(device.create(&add::ask_for_new_passkey(&pool, &viewer).await.unwrap().options), None);
}

#[tokio::test]
async fn sign_in_with_passkey_answered_twice_is_refused() {
    let (pool, _, mut device) = jane().await;
    let form = answer(&pool, &mut device);
    passkey::with_passkey(&pool, &pool.client(), &form, &origin()).await.unwrap();
    let again = passkey::with_passkey(&pool, &pool.client(), &form, &origin()).await;
    assert!(matches!(again, Err(SignInWithPasskeyError::Over)));
}

#[tokio::test]
async fn sign_in_with_passkey_answered_many_times_at_once_succeeds_once() {
    let (pool, viewer, mut device) = jane().await;
    let form = answer(&pool, &mut device);
    let tries = (0..8).map(|_| {
        let (pool, client, form) = (pool.handle(), pool.client(), form.clone());
        tokio::spawn(async move { passkey::with_passkey(&pool, &client, &form, &origin()).await.is_ok() })
    });
    let mut signed_in = 0;
    for one in tries.collect::<Vec<_>>() {
        signed_in += u32::from(one.await.unwrap());
    }
    assert_eq!(signed_in, 1);
    assert_eq!(
        pool.event_names(&viewer).await.iter().filter(|name| **name == "signInWithPasskey").count(),
        1
    );
}

#[tokio::test]
async fn passkey_challenge_that_is_too_old_is_refused() {
    let (pool, viewer, mut device) = jane().await;
    let form = answer(&pool, &mut device);
    let mut other = Authenticator::at(PAGE);
    let Question { options, state } = add::ask_for_new_passkey(&pool, &viewer).await.unwrap();
    let new = NewPasskey {
        name: "x".into(),
        state,
        credential: other.create(&options).unwrap(),
        ..NewPasskey::default()
    };
    pool.wait(PATIENCE.as_secs());
    assert!(matches!(
        passkey::with_passkey(&pool, &pool.client(), &form, &origin()).await,
        Err(SignInWithPasskeyError::Over)
    ));
    assert!(matches!(add::add_passkey(&pool, &viewer, &new, &origin()).await, Err(AddPasskeyError::Over)));
}

#[tokio::test]
async fn add_passkey_with_a_challenge_of_someone_else_is_refused() {
    let (pool, jane, _) = jane().await;
    let john = pool.signed_in("john", "john@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    let Question { options, state } = add::ask_for_new_passkey(&pool, &john).await.unwrap();
    let new = NewPasskey {
        name: "x".into(),
        state,
        credential: device.create(&options).unwrap(),
        ..NewPasskey::default()
    };
    assert!(matches!(add::add_passkey(&pool, &jane, &new, &origin()).await, Err(AddPasskeyError::Over)));
    // A question for signing in is none for a new passkey.
    let new = NewPasskey { state: passkey::ask_for_passkey(&pool).unwrap().state, ..new };
    assert!(matches!(add::add_passkey(&pool, &jane, &new, &origin()).await, Err(AddPasskeyError::Over)));
    assert_eq!(list::list(&pool, &jane).await.unwrap().len(), 1);
}

#[tokio::test]
async fn passkey_answer_from_another_origin_is_refused() {
    let (pool, viewer, device) = jane().await;
    let mut fooled = device.fooled_by("https://evil.example");
    assert!(matches!(sign_in(&pool, &mut fooled).await, Err(SignInWithPasskeyError::WrongPasskey)));
    assert!(matches!(
        add(&pool, &viewer, &mut Authenticator::at("https://evil.example"), "x").await,
        Err(AddPasskeyError::Failed)
    ));
}

#[tokio::test]
async fn passkey_answer_without_user_verification_is_refused() {
    let (pool, viewer, device) = jane().await;
    let mut careless = device.careless();
    assert!(matches!(sign_in(&pool, &mut careless).await, Err(SignInWithPasskeyError::WrongPasskey)));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"signInWithPasskey_failure"));
    let mut careless = Authenticator::at(PAGE).careless();
    assert!(matches!(add(&pool, &viewer, &mut careless, "x").await, Err(AddPasskeyError::Failed)));
}

#[tokio::test]
async fn sign_in_with_passkey_counter_going_backwards_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE).counting();
    add(&pool, &viewer, &mut device, "Key").await.unwrap();
    let mut copy = device.clone();
    sign_in(&pool, &mut device).await.unwrap();
    sign_in(&pool, &mut device).await.unwrap();
    assert!(matches!(sign_in(&pool, &mut copy).await, Err(SignInWithPasskeyError::WrongPasskey)));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"signInWithPasskey_failure"));
    sign_in(&pool, &mut device).await.unwrap();
}

#[tokio::test]
async fn sign_in_with_passkey_changed_or_malformed_is_refused() {
    let (pool, _, mut device) = jane().await;
    let right = answer(&pool, &mut device);
    let changed = PasskeySignIn { state: passkey::ask_for_passkey(&pool).unwrap().state, ..right.clone() };
    assert!(matches!(
        passkey::with_passkey(&pool, &pool.client(), &changed, &origin()).await,
        Err(SignInWithPasskeyError::WrongPasskey)
    ));
    for credential in ["", "{}", "null", "[]", "{\"id\":\"AA\"}"] {
        let state = passkey::ask_for_passkey(&pool).unwrap().state;
        let form = PasskeySignIn { state, credential: credential.into() };
        let refused = passkey::with_passkey(&pool, &pool.client(), &form, &origin()).await;
        assert!(matches!(refused, Err(SignInWithPasskeyError::WrongPasskey)), "{credential}");
    }
    for state in ["", "AAAA", "no base64!"] {
        let form = PasskeySignIn { state: state.into(), ..right.clone() };
        assert!(matches!(
            passkey::with_passkey(&pool, &pool.client(), &form, &origin()).await,
            Err(SignInWithPasskeyError::Over)
        ));
    }
}

#[tokio::test]
async fn remove_passkey_ends_its_sign_in_and_sends_notice() {
    let (pool, viewer, mut device) = jane().await;
    let which = list::list(&pool, &viewer).await.unwrap()[0].handle.clone();
    let john = pool.signed_in("john", "john@domain.com").await;
    assert_eq!(
        remove::remove_passkey(&pool, &john, &which, &origin()).await.unwrap(),
        None,
        "it is not John's"
    );
    let early = answer(&pool, &mut device);
    pool.wait(1);
    assert_eq!(
        remove::remove_passkey(&pool, &viewer, &which, &origin()).await.unwrap().as_deref(),
        Some("My phone")
    );
    assert_eq!(remove::remove_passkey(&pool, &viewer, &which, &origin()).await.unwrap(), None);
    assert!(matches!(
        passkey::with_passkey(&pool, &pool.client(), &early, &origin()).await,
        Err(SignInWithPasskeyError::WrongPasskey)
    ));
    assert_eq!(list::list(&pool, &viewer).await.unwrap(), []);
    assert_eq!(pool.message_names("me@domain.com").await.last(), Some(&"passkey_removed"));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"removePasskey"));
}

#[tokio::test]
async fn sign_in_with_passkey_during_its_removal_never_comes_after_it() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    for _ in 0..8 {
        let mut device = Authenticator::at(PAGE);
        pool.give_passkey(&viewer, &mut device).await;
        let which = list::list(&pool, &viewer).await.unwrap()[0].handle.clone();
        let (form, client) = (answer(&pool, &mut device), pool.client());
        let (one, other, owner) = (pool.handle(), pool.handle(), viewer.clone());
        let entering =
            tokio::spawn(async move { passkey::with_passkey(&one, &client, &form, &origin()).await.is_ok() });
        let removing =
            tokio::spawn(
                async move { remove::remove_passkey(&other, &owner, &which, &origin()).await.unwrap() },
            );
        let _ = entering.await.unwrap(); // either came first
        assert!(removing.await.unwrap().is_some());
        assert_eq!(pool.event_names(&viewer).await.last(), Some(&"removePasskey"));
    }
}

#[tokio::test]
async fn sign_in_with_passkey_of_a_disabled_account_is_refused() {
    let (pool, viewer, mut device) = jane().await;
    disable_user::disable_user(&pool, "jdoe").await.unwrap();
    assert!(matches!(sign_in(&pool, &mut device).await, Err(SignInWithPasskeyError::Disabled)));
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"signInWithPasskey_failure"));
}

#[tokio::test]
async fn change_passkeys_with_a_stale_sign_in_is_refused() {
    let (pool, viewer, _) = jane().await;
    let which = list::list(&pool, &viewer).await.unwrap()[0].handle.clone();
    pool.wait(15 * 60);
    assert!(matches!(
        add(&pool, &viewer, &mut Authenticator::at(PAGE), "x").await,
        Err(AddPasskeyError::NotFresh(_))
    ));
    assert!(matches!(
        remove::remove_passkey(&pool, &viewer, &which, &origin()).await,
        Err(RemovePasskeyError::NotFresh(_))
    ));
    assert_eq!(list::list(&pool, &viewer).await.unwrap().len(), 1);
}

#[tokio::test]
async fn add_passkey_with_an_ended_session_is_refused() {
    let (pool, viewer, _) = jane().await;
    let mut device = Authenticator::at(PAGE);
    let Question { options, state } = add::ask_for_new_passkey(&pool, &viewer).await.unwrap();
    let new = NewPasskey {
        name: "x".into(),
        state,
        credential: device.create(&options).unwrap(),
        ..NewPasskey::default()
    };
    end::sign_out_everywhere(&pool, viewer.user, &origin()).await.unwrap();
    assert!(matches!(
        add::add_passkey(&pool, &viewer, &new, &origin()).await,
        Err(AddPasskeyError::Common(CommonError::SignedOut))
    ));
}

#[tokio::test]
async fn add_passkey_with_an_unusable_name_is_refused() {
    let (pool, viewer, _) = jane().await;
    let long = "x".repeat(65);
    for (name, why) in [
        (" ", model::ErrorCode::Missing),
        (long.as_str(), model::ErrorCode::TooLong { max: 64 }),
        ("a\u{202E}b", model::ErrorCode::ControlCharacters),
        ("a\nb", model::ErrorCode::ControlCharacters),
    ] {
        let refused = add(&pool, &viewer, &mut Authenticator::at(PAGE), name).await;
        assert!(matches!(refused, Err(AddPasskeyError::Name(told)) if told == why), "{name:?}: {refused:?}");
    }
}

#[tokio::test]
async fn add_passkey_beyond_the_maximum_is_refused() {
    let (pool, viewer, _) = jane().await;
    for number in 1..MOST {
        add(&pool, &viewer, &mut Authenticator::at(PAGE), &format!("Key {number}")).await.unwrap();
    }
    assert!(matches!(
        add(&pool, &viewer, &mut Authenticator::at(PAGE), "x").await,
        Err(AddPasskeyError::TooMany)
    ));
}

#[tokio::test]
async fn sign_in_with_passkey_after_wrong_answers_has_to_wait() {
    let settings = Settings::default();
    let limits = Limits { sign_in_failures_free: 2, ..settings.limits.clone() };
    let pool = TestPool::with(Settings { limits, ..settings }).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut device = Authenticator::at(PAGE);
    add(&pool, &viewer, &mut device, "Key").await.unwrap();
    let mut careless = device.clone().careless();
    for _ in 0..2 {
        assert!(matches!(sign_in(&pool, &mut careless).await, Err(SignInWithPasskeyError::WrongPasskey)));
    }
    assert!(matches!(
        sign_in(&pool, &mut device).await,
        Err(SignInWithPasskeyError::Common(CommonError::Wait { seconds: 1 }))
    ));
    let form = answer(&pool, &mut device);
    passkey::with_passkey(&pool, &pool.client(), &form, &origin_at("198.51.100.4")).await.unwrap();
    pool.wait(2);
    sign_in(&pool, &mut device).await.unwrap();
}

#[tokio::test]
async fn delete_account_removes_passkeys_and_its_download_lists_them() {
    let (pool, viewer, mut device) = jane().await;
    let data =
        serde_json::to_string(&download::personal_data(&pool, &viewer, &origin()).await.unwrap()).unwrap();
    assert!(data.contains(r#""passkeys":[{"name":"My phone","created_at":"#), "{data}");
    delete::delete_own_user(&pool, &viewer, &origin()).await.unwrap();
    assert!(matches!(sign_in(&pool, &mut device).await, Err(SignInWithPasskeyError::WrongPasskey)));
    let mut conn = pool.store().read().await.unwrap();
    let left: i64 =
        conn.query("SELECT COUNT(*) FROM passkeys").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn passkeys_at_an_ip_address_are_not_offered() {
    let settings = Settings { public_url: "https://192.0.2.7".into(), ..Settings::default() };
    let pool = TestPool::with(settings).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(questions::passkey_domain(&pool), None);
    assert!(matches!(add::ask_for_new_passkey(&pool, &viewer).await, Err(AddPasskeyError::Failed)));
    assert!(matches!(passkey::ask_for_passkey(&pool), Err(SignInWithPasskeyError::WrongPasskey)));
}
