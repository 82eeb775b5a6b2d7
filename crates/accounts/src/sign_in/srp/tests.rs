use super::*;
use crate::admin::disable_user;
use crate::error::CommonError;
use crate::password::{change, confirm_forgot, forgot};
use crate::sign_in::srp;
use crate::sign_in::srp::verifiers::{self, Kept};
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

/// jdoe's.
async fn account(pool: &TestPool) -> User {
    users::by_username(&mut pool.store.read().await.unwrap(), "jdoe").await.unwrap().unwrap()
}

async fn id_for(pool: &TestPool, name: &str) -> String {
    asked(pool, &SrpClient::new(7), name).await.user_id
}

async fn known() -> TestPool {
    let pool = TestPool::new().await;
    pool.signed_in("JDoe", "me@domain.com").await;
    pool
}

#[tokio::test]
async fn srp_sign_in_by_username_or_email_succeeds() {
    let pool = known().await;
    for name in ["JDoe", "jdoe", "me@domain.com"] {
        let tokens = signs_in(&pool, name, PASSWORD).await.unwrap();
        let viewer = issue::viewer_of_access_token(&pool, &tokens.access).await.unwrap();
        assert_eq!(viewer.username, "JDoe");
    }
}

#[tokio::test]
async fn srp_sign_in_with_another_password_is_refused() {
    let pool = known().await;
    for password in ["", "wrong", "mysecurerandompassword#124"] {
        let done = signs_in(&pool, "jdoe", password).await;
        assert!(is_wrong(&done), "{password}: {done:?}");
    }
}

#[tokio::test]
async fn srp_sign_in_after_a_password_change_takes_only_the_new_one() {
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
async fn srp_challenge_for_an_unknown_name_looks_like_a_known_one() {
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
async fn srp_challenge_answered_twice_or_late_is_refused() {
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
async fn srp_proof_that_was_tampered_with_is_refused() {
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
async fn srp_challenge_with_a_value_outside_the_group_is_refused() {
    let pool = known().await;
    for hostile in ["0", &"0".repeat(768), &"f".repeat(768), "nonsense"] {
        let refused = srp::challenge(&pool, &pool.client(), "jdoe", hostile, &origin()).await;
        assert!(matches!(refused, Err(SrpError::NotInGroup)), "{hostile}");
    }
}

#[tokio::test]
async fn srp_failures_count_together_with_those_by_password() {
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
async fn srp_challenge_from_before_a_new_password_is_refused() {
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
async fn srp_sign_in_of_an_old_account_works_after_a_password_sign_in() {
    let pool = known().await;
    let mut tx = pool.store.begin().await.unwrap();
    tx.query("DELETE FROM srp_verifiers WHERE name <> ''").run().await.unwrap();
    tx.commit().await.unwrap();
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await));
    pool.try_sign_in("jdoe", PASSWORD).await.unwrap();
    signs_in(&pool, "jdoe", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn srp_sign_in_to_an_unconfirmed_account_leads_to_its_code() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let client = SrpClient::new(7);
    let challenge = asked(&pool, &client, "jdoe").await;
    let proof = answer(&pool, &client, &challenge, PASSWORD);
    let done = srp::answer(&pool, &pool.client(), &proof, &origin()).await.unwrap();
    assert!(matches!(done, Entered::Unconfirmed));
}

#[tokio::test]
async fn srp_sign_in_by_email_only_succeeds() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    pool.signed_in("", "me@domain.com").await;
    signs_in(&pool, "Me@Domain.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn srp_verifier_in_the_store_is_sealed_and_bound_to_its_hash() {
    let pool = known().await;
    let user = account(&pool).await;
    let mut conn = pool.store.read().await.unwrap();
    let sealed = srp_verifiers::get(&mut conn, user.id, Name::Username).await.unwrap().unwrap();
    let (salt, pool_name) = (verifiers::salt_of(&pool, "jdoe"), verifiers::srp_name(&pool).to_owned());
    let verifier = Verifier::new(&pool_name, "jdoe", PASSWORD, &salt);
    assert!(!sealed.windows(32).any(|part| verifier.as_bytes().windows(32).any(|own| own == part)));
    let context = context(user.id, Name::Username, "another hash");
    assert!(pool.keys.open(Purpose::Srp, &sealed, &context).is_err(), "it goes with its password");
}

#[tokio::test]
async fn srp_sign_in_tells_disabled_only_after_the_right_password() {
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
async fn srp_salt_is_never_read_differently_as_number_or_text() {
    let pool = TestPool::new().await;
    for number in 0..2000 {
        let salt = verifiers::salt_of(&pool, &format!("user{number}"));
        assert!(salt.len() == SALT && salt[0] != 0, "user{number}: {salt:?}");
    }
}

#[tokio::test]
async fn srp_salt_of_an_older_version_is_replaced_at_password_sign_in() {
    let pool = known().await;
    let account = account(&pool).await;
    let old = pool.keys.seal(
        Purpose::Srp,
        &[0; SALT],
        &context(account.id, Name::Username, &account.password_hash),
        &*pool.entropy,
    );
    let kept = Kept { srp_id: account.srp_id.as_deref().unwrap(), sealed: &[(Name::Username, old)] };
    verifiers::write_verifiers(&pool, account.id, &account.password_hash, &kept).await.unwrap();
    assert!(is_wrong(&signs_in(&pool, "jdoe", PASSWORD).await));
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
    signs_in(&pool, "jdoe", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn srp_after_a_contested_confirmation_tells_one_password_to_reset() {
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

fn email_only() -> Settings {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    Settings { sign_in, ..Settings::default() }
}

#[tokio::test]
async fn srp_id_for_a_contact_is_not_the_sub_and_is_taken_as_username() {
    for settings in [Settings::default(), email_only()] {
        let pool = TestPool::with(settings).await;
        let viewer = pool.signed_in("jdoe", "me@domain.com").await;
        let sub = users::sub_of(&mut pool.store.read().await.unwrap(), viewer.user).await.unwrap().unwrap();
        let (id, nobodys) = (id_for(&pool, "ME@domain.com").await, id_for(&pool, "my@domain.com").await);
        assert_ne!(id, sub);
        for id in [&id, &nobodys] {
            assert!(srp_id::is_marked(&pool.keys, id), "{id}");
        }
        assert_eq!(id_for(&pool, "my@domain.com").await, nobodys, "it is stable");
        for name in ["me@domain.com", &id, &id.to_uppercase()] {
            signs_in(&pool, name, PASSWORD).await.unwrap();
            pool.try_sign_in(name, PASSWORD).await.unwrap();
        }
        assert!(is_wrong(&signs_in(&pool, &nobodys, PASSWORD).await));
    }
}

#[tokio::test]
async fn srp_id_of_a_contact_is_the_same_before_and_after_a_sign_up_with_it() {
    let pool = TestPool::with(email_only()).await;
    let id = id_for(&pool, "me@domain.com").await;
    let ticket = pool.sign_up("", "me@domain.com").await.ticket;
    assert_eq!(id_for(&pool, "me@domain.com").await, id, "it waits");
    pool.confirm(ticket, &pool.code_for("me@domain.com").await).await.unwrap();
    assert_eq!(id_for(&pool, "me@domain.com").await, id, "it is confirmed");
}

#[tokio::test]
async fn srp_id_after_a_contact_change_stays_and_the_old_contact_gets_another() {
    let pool = TestPool::with(email_only()).await;
    let viewer = pool.signed_in("", "me@domain.com").await;
    let id = id_for(&pool, "me@domain.com").await;
    pool.update(&viewer, &[("email", "new@domain.com")]).await.unwrap();
    pool.verify(&viewer, model::Standard::Email, &pool.code_for("new@domain.com").await).await.unwrap();
    assert_eq!(id_for(&pool, "new@domain.com").await, id);
    signs_in(&pool, "new@domain.com", PASSWORD).await.unwrap();
    let old = id_for(&pool, "me@domain.com").await;
    assert_ne!(old, id);
    pool.sign_up("", "me@domain.com").await;
    assert_eq!(id_for(&pool, "me@domain.com").await, old, "nor does a sign-up change that");
}

#[tokio::test]
async fn srp_challenge_by_sub_names_the_account_and_signs_in() {
    let pool = known().await;
    let user = account(&pool).await;
    assert_eq!(Some(id_for(&pool, &user.sub).await), user.srp_id);
    signs_in(&pool, &user.sub, PASSWORD).await.unwrap();
    pool.try_sign_in(&user.sub.to_uppercase(), PASSWORD).await.unwrap();
    assert!(srp_id::is_marked(&pool.keys, &id_for(&pool, "7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f00f").await));
}

#[tokio::test]
async fn srp_id_of_an_old_account_is_its_sub_until_the_password_is_typed() {
    let pool = known().await;
    let user = account(&pool).await;
    let (name, salt) = (verifiers::srp_name(&pool).to_owned(), verifiers::salt_of(&pool, &user.sub));
    let verifier = Verifier::new(&name, &user.sub, PASSWORD, &salt);
    let context = context(user.id, Name::Sub, &user.password_hash);
    let plain = [salt.as_slice(), verifier.as_bytes()].concat();
    let sealed = pool.keys.seal(Purpose::Srp, &plain, &context, &*pool.entropy);
    let mut tx = pool.store.begin().await.unwrap();
    tx.query("UPDATE users SET srp_id = NULL WHERE id = $1").bind(user.id.0).run().await.unwrap();
    tx.query("DELETE FROM srp_verifiers WHERE name = 'srp_id'").run().await.unwrap();
    srp_verifiers::set(&mut tx, user.id, Name::Sub, &sealed).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(id_for(&pool, "me@domain.com").await, user.sub);
    signs_in(&pool, "me@domain.com", PASSWORD).await.unwrap();
    assert_eq!(id_for(&pool, "me@domain.com").await, user.sub, "nobody has typed the password");
    pool.try_sign_in("jdoe", PASSWORD).await.unwrap();
    assert!(srp_id::is_marked(&pool.keys, &id_for(&pool, "me@domain.com").await));
    for name in ["jdoe", "me@domain.com", &user.sub] {
        signs_in(&pool, name, PASSWORD).await.unwrap();
    }
    let sealed = srp_verifiers::get(&mut pool.store.read().await.unwrap(), user.id, Name::Sub).await;
    assert!(sealed.unwrap().is_none());
}

#[tokio::test]
async fn srp_id_of_what_waits_is_taken_as_name_for_its_code() {
    let pool = TestPool::with(email_only()).await;
    pool.sign_up("", "me@domain.com").await;
    let id = id_for(&pool, "me@domain.com").await;
    assert!(matches!(signs_in_to_unconfirmed(&pool, &id, PASSWORD).await, Ok(Entered::Unconfirmed)));
    pool.wait(60);
    let before = pool.codes_sent_to("me@domain.com").await.len();
    crate::sign_up::resend::resend_by_name(&pool, &id, &origin()).await.unwrap();
    assert!(pool.codes_sent_to("me@domain.com").await.len() > before);
    pool.wait_until_sent().await;
    pool.confirm_by_name(&id, &pool.code_for("me@domain.com").await).await.unwrap();
    forgot::forgot(&pool, &id, &origin()).await.unwrap();
    assert!(pool.message_names("me@domain.com").await.contains(&"reset_code"));
}
