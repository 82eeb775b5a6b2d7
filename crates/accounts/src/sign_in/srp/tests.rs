use super::*;
use crate::admin::{browse, disable_user};
use crate::error::CommonError;
use crate::password::{change, confirm_forgot, forgot};
use crate::sign_in::{srp, srp::verifiers};
use crate::sign_up::start;
use crate::testing::{self, PASSWORD, SrpClient, TestPool, origin};
use crate::tokens::issue::{self, Tokens};
use model::{Password, SignInOptions};
use nameplate_core::settings::Settings;

const TIMESTAMP: &str = "Tue Nov 3 09:05:07 UTC 2026";

async fn asked(pool: &TestPool, client: &SrpClient, name: &str) -> Challenge {
    srp::challenge(pool, &pool.client(), name, &client.public(), &origin()).await.unwrap()
}

fn answer(pool: &TestPool, client: &SrpClient, challenge: &Challenge, password: &str) -> Proof {
    let signature = client.proof(pool.id(), challenge, password, TIMESTAMP);
    let (username, secret_block) = (challenge.user_id.clone(), challenge.secret_block.clone());
    Proof { username, secret_block, timestamp: TIMESTAMP.into(), signature }
}

async fn entered(pool: &TestPool, proof: &Proof) -> Result<Tokens, SrpError> {
    let entered = srp::answer(pool, &pool.client(), proof, &origin()).await?;
    let Entered::Tokens(tokens) = entered else { panic!("{entered:?}") };
    Ok(tokens)
}

/// The whole exchange.
async fn signs_in(pool: &TestPool, name: &str, password: &str) -> Result<Tokens, SrpError> {
    let client = SrpClient::new(7);
    let challenge = asked(pool, &client, name).await;
    entered(pool, &answer(pool, &client, &challenge, password)).await
}

fn is_wrong(done: &Result<Tokens, SrpError>) -> bool {
    matches!(done, Err(SrpError::SignIn(SignInError::WrongCredentials)))
}

async fn known() -> TestPool {
    let pool = TestPool::new().await;
    pool.signed_in("JDoe", "me@domain.com").await;
    pool
}

#[tokio::test]
async fn the_password_signs_in_without_being_told_by_username_and_by_address() {
    let pool = known().await;
    for name in ["JDoe", "jdoe", "me@domain.com"] {
        let tokens = signs_in(&pool, name, PASSWORD).await.unwrap();
        let viewer = issue::viewer_of_access_token(&pool, &tokens.access).await.unwrap();
        assert_eq!(viewer.username, "JDoe");
    }
}

#[tokio::test]
async fn no_other_password_signs_in() {
    let pool = known().await;
    for password in ["", "wrong", "mysecurerandompassword#124"] {
        let done = signs_in(&pool, "jdoe", password).await;
        assert!(is_wrong(&done), "{password}: {done:?}");
    }
}

#[tokio::test]
async fn a_password_that_was_just_changed_signs_in_and_the_old_one_does_not() {
    use crate::password::change::PasswordChange;
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let new = "anothersecurerandompassword#456";
    let form =
        PasswordChange { current: Password::new(PASSWORD), password: Password::new(new), confirmation: None };
    change::change(&pool, &viewer, form, &origin()).await.unwrap();
    assert!(signs_in(&pool, "jdoe", new).await.is_ok());
    let done = signs_in(&pool, "me@domain.com", PASSWORD).await;
    assert!(is_wrong(&done), "{done:?}");
}

#[tokio::test]
async fn a_stranger_sees_no_difference_before_the_end_nor_there() {
    let pool = known().await;
    let client = SrpClient::new(7);
    for (known, unknown) in [("jdoe", "jane"), ("me@domain.com", "my@domain.com")] {
        let (known, one, other) = (
            asked(&pool, &client, known).await,
            asked(&pool, &client, unknown).await,
            asked(&pool, &client, unknown).await,
        );
        assert_eq!((&one.user_id, &one.salt), (&other.user_id, &other.salt), "the same each time");
        assert_ne!(one.public, other.public);
        assert_eq!(known.user_id.len(), one.user_id.len());
        assert_eq!((known.salt.len(), known.secret_block.len()), (one.salt.len(), one.secret_block.len()));
        let done = entered(&pool, &answer(&pool, &client, &other, PASSWORD)).await;
        assert!(is_wrong(&done), "{done:?}");
    }
}

#[tokio::test]
async fn a_challenge_is_answered_once_and_soon() {
    let pool = known().await;
    let client = SrpClient::new(7);
    let challenge = asked(&pool, &client, "jdoe").await;
    let proof = answer(&pool, &client, &challenge, PASSWORD);
    entered(&pool, &proof).await.unwrap();
    assert!(matches!(entered(&pool, &proof).await, Err(SrpError::Over)));
    let challenge = asked(&pool, &client, "jdoe").await;
    pool.wait(PATIENCE.as_secs());
    assert!(matches!(
        entered(&pool, &answer(&pool, &client, &challenge, PASSWORD)).await,
        Err(SrpError::Over)
    ));
}

#[tokio::test]
async fn what_was_changed_on_the_way_proves_nothing() {
    let pool = known().await;
    let client = SrpClient::new(7);
    type Change = fn(&mut Proof);
    let changes: [Change; 4] = [
        |it| it.secret_block[40] ^= 1,
        |it| it.timestamp.push('0'),
        |it| it.signature[0] ^= 1,
        |it| it.username = "somebody".into(),
    ];
    for change in changes {
        let challenge = asked(&pool, &client, "jdoe").await;
        let mut proof = answer(&pool, &client, &challenge, PASSWORD);
        change(&mut proof);
        let done = entered(&pool, &proof).await;
        assert!(is_wrong(&done), "{done:?}");
    }
}

#[tokio::test]
async fn numbers_that_make_passwords_needless_are_refused() {
    let pool = known().await;
    for hostile in ["0", &"0".repeat(768), &"f".repeat(768), "nonsense"] {
        let refused = srp::challenge(&pool, &pool.client(), "jdoe", hostile, &origin()).await;
        assert!(matches!(refused, Err(SrpError::NotInGroup)), "{hostile}");
    }
}

#[tokio::test]
async fn failures_wait_like_those_with_a_password() {
    let pool = known().await;
    for _ in 0..5 {
        let done = signs_in(&pool, "jdoe", "wrong").await;
        assert!(is_wrong(&done), "{done:?}");
    }
    let done = signs_in(&pool, "jdoe", PASSWORD).await;
    assert!(matches!(done, Err(SrpError::SignIn(SignInError::Common(CommonError::Wait { .. })))), "{done:?}");
    let refused = pool.try_sign_in("jdoe", PASSWORD).await;
    assert!(
        matches!(refused, Err(SignInError::Common(CommonError::Wait { .. }))),
        "one counter for both: {refused:?}"
    );
}

async fn set_password(pool: &TestPool, password: &str) {
    forgot::forgot(pool, "jdoe", &origin()).await.unwrap();
    let (username, code) = ("jdoe".into(), pool.code_for("me@domain.com").await);
    let form = crate::password::confirm_forgot::PasswordReset {
        username,
        code,
        password: Password::new(password),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(pool, form, &origin()).await.unwrap();
}

#[tokio::test]
async fn a_new_password_takes_the_place_of_the_old_one_here_too() {
    let pool = known().await;
    let client = SrpClient::new(7);
    let before = asked(&pool, &client, "jdoe").await;
    set_password(&pool, "another-password#1").await;
    let done = entered(&pool, &answer(&pool, &client, &before, PASSWORD)).await;
    assert!(is_wrong(&done), "a challenge from before: {done:?}");
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await));
    signs_in(&pool, "jdoe", "another-password#1").await.unwrap();
}

#[tokio::test]
async fn an_account_from_before_signs_in_after_its_password_was_typed_once() {
    let pool = known().await;
    let mut tx = pool.store.begin().await.unwrap();
    tx.query("DELETE FROM srp_verifiers WHERE name <> ''").run().await.unwrap();
    tx.commit().await.unwrap();
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await));
    pool.try_sign_in("jdoe", PASSWORD).await.unwrap();
    signs_in(&pool, "jdoe", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_unconfirmed_account_is_led_back_to_its_code() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let client = SrpClient::new(7);
    let challenge = asked(&pool, &client, "jdoe").await;
    let proof = answer(&pool, &client, &challenge, PASSWORD);
    let done = srp::answer(&pool, &pool.client(), &proof, &origin()).await.unwrap();
    assert!(matches!(done, Entered::Unconfirmed));
}

#[tokio::test]
async fn where_there_are_no_usernames_an_address_signs_in() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    pool.signed_in("", "me@domain.com").await;
    signs_in(&pool, "Me@Domain.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn the_store_holds_nothing_to_guess_the_password_from() {
    let pool = known().await;
    let mut conn = pool.store.read().await.unwrap();
    let user = users::by_identifier(&mut conn, &Identifier::Username("jdoe".into())).await.unwrap().unwrap();
    let sealed = srp_verifiers::get(&mut conn, user.id, Name::Username).await.unwrap().unwrap();
    let (salt, pool_name) = (verifiers::salt_of(&pool, "jdoe"), verifiers::srp_name(&pool).to_owned());
    let verifier = Verifier::new(&pool_name, "jdoe", PASSWORD, &salt);
    assert!(!sealed.windows(32).any(|part| verifier.as_bytes().windows(32).any(|own| own == part)));
    let context = context(user.id, Name::Username, "another hash");
    assert!(pool.keys.open(Purpose::Srp, &sealed, &context).is_err(), "it goes with its password");
}

#[tokio::test]
async fn only_who_has_the_password_hears_that_the_account_is_disabled() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    disable_user::disable_user(&pool, "jdoe").await.unwrap();
    let before = pool.event_names(&viewer).await.len();
    for name in ["jdoe", "me@domain.com"] {
        let done = signs_in(&pool, name, PASSWORD).await;
        assert!(matches!(done, Err(SrpError::SignIn(SignInError::Disabled))), "{name}: {done:?}");
        let done = signs_in(&pool, name, "wrong").await;
        assert!(is_wrong(&done), "{name}: {done:?}");
    }
    assert_eq!(pool.event_names(&viewer).await[before..], ["signIn_failure"; 4]);
}

#[tokio::test]
async fn a_salt_is_the_same_to_clients_that_read_a_number_and_to_those_that_read_a_text() {
    let pool = TestPool::new().await;
    for number in 0..2000 {
        let salt = verifiers::salt_of(&pool, &format!("user{number}"));
        assert!(salt.len() == SALT && salt[0] != 0, "user{number}: {salt:?}");
    }
}

#[tokio::test]
async fn a_salt_from_before_is_replaced_when_the_password_is_typed() {
    let pool = known().await;
    let user = browse::find_user(&pool, "jdoe").await.unwrap();
    let sub = user.record.sub;
    let account = users::by_sub(&mut pool.store.read().await.unwrap(), &sub).await.unwrap().unwrap();
    let old = pool.keys.seal(
        Purpose::Srp,
        &[0; SALT],
        &context(account.id, Name::Username, &account.password_hash),
        &*pool.entropy,
    );
    verifiers::write_verifiers(&pool, account.id, &account.password_hash, &[(Name::Username, old)])
        .await
        .unwrap();
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await));
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
    signs_in(&pool, "jdoe", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn srp_after_a_contested_confirmation_tells_only_the_waiting_password_to_reset() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let waits = signs_in_to_unconfirmed(&pool, "jdoe", PASSWORD).await;
    assert!(matches!(waits, Ok(Entered::Unconfirmed)), "the verifier of what waits: {waits:?}");
    let mut other = testing::form("jdoe", &[("email", "me@domain.com")]);
    other.password = Password::new("another+Password-1");
    start::start(&pool.handle(), &pool.client(), other, &origin()).await.unwrap();
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    pool.confirm_by_name("jdoe", &code).await.unwrap();
    assert!(matches!(
        signs_in(&pool, "jdoe", PASSWORD).await,
        Err(SrpError::SignIn(SignInError::ResetRequired))
    ));
    assert!(is_wrong(&signs_in(&pool, "jdoe", "another+Password-1").await));
    pool.wait(24 * 3600);
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await), "a day later it is as wrong as any");
}

async fn signs_in_to_unconfirmed(pool: &TestPool, name: &str, password: &str) -> Result<Entered, SrpError> {
    let client = SrpClient::new(7);
    let challenge = asked(pool, &client, name).await;
    srp::answer(pool, &pool.client(), &answer(pool, &client, &challenge, password), &origin()).await
}
