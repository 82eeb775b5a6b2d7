use super::*;
use crate::account::delete::{self, AccountDeletion};
use crate::attributes::update;
use crate::password::change::{self, PasswordChange};
use crate::sessions::list;
use crate::sign_in::{confirmation_ways, is_fresh};
use crate::testing::{Authenticator, TestPool, origin};
use model::{ErrorCode, FieldName, FormErrors, Password};
use std::collections::BTreeMap;

const PAGE: &str = "http://localhost:3000";
const LATER: u64 = 16 * 60;
const OTHER: &str = "another-password-altogether";

/// Jane, who signed in a while ago, and her device with a passkey.
async fn jane() -> (TestPool, Viewer, Authenticator) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    let mut device = Authenticator::at(PAGE);
    pool.give_passkey(&viewer, &mut device).await;
    pool.wait(LATER);
    (pool, viewer, device)
}

fn answer(pool: &TestPool, viewer: &Viewer, device: &mut Authenticator) -> PasskeySignIn {
    let Question { options, state } = ask_for_own_passkey(pool, viewer).unwrap();
    PasskeySignIn { state, credential: device.get(&options).unwrap() }
}

async fn confirm(pool: &TestPool, viewer: &Viewer, device: &mut Authenticator) -> Viewer {
    let form = answer(pool, viewer, device);
    reauthenticate_with_passkey(pool, viewer, &form, &origin()).await.unwrap().1
}

async fn new_password(pool: &TestPool, viewer: &Viewer) -> Result<(), FormErrors> {
    let form =
        PasswordChange { current: Password::new(""), password: Password::new(OTHER), confirmation: None };
    change::change(pool, viewer, form, &origin()).await.map(drop).map_err(FormErrors::from)
}

async fn leave(pool: &TestPool, viewer: &Viewer) -> Result<(), FormErrors> {
    let form = AccountDeletion { password: Password::new(""), confirmation: "delete".into() };
    delete::delete(pool, viewer, form, &origin()).await.map_err(FormErrors::from)
}

#[tokio::test]
async fn reauthenticate_with_passkey_makes_a_sign_in_fresh_under_a_new_session() {
    let (pool, viewer, mut device) = jane().await;
    let email = BTreeMap::from([("email".to_owned(), "jane@new.example".to_owned())]);
    update::update(&pool, &viewer, email.clone(), &origin()).await.unwrap_err();
    let again = confirm(&pool, &viewer, &mut device).await;
    assert!(is_fresh(&pool, &again) && again.session != viewer.session);
    assert_eq!(list::list(&pool, &again).await.unwrap().len(), 1, "the old one ended");
    update::update(&pool, &again, email, &origin()).await.unwrap();
}

#[tokio::test]
async fn passkey_stands_in_for_the_password_for_a_quarter_of_an_hour() {
    let (pool, viewer, mut device) = jane().await;
    let missing = FormErrors::field(FieldName::CurrentPassword, ErrorCode::Missing);
    assert_eq!(new_password(&pool, &viewer).await, Err(missing.clone()));
    assert_eq!(leave(&pool, &viewer).await, Err(missing.clone()));
    let again = confirm(&pool, &viewer, &mut device).await;
    assert!(confirmation_ways(&pool, &again).await.unwrap().is_confirmed);
    pool.wait(LATER);
    assert_eq!(new_password(&pool, &again).await, Err(missing.clone()));
    assert_eq!(leave(&pool, &again).await, Err(missing));
    let again = confirm(&pool, &again, &mut device).await;
    new_password(&pool, &again).await.unwrap();
    let signed_in = pool.try_sign_in("jane", OTHER).await.unwrap();
    let crate::sign_in::SignedIn::Session { session, .. } = signed_in else { panic!("{signed_in:?}") };
    let by_password = pool.viewer_of(&session.token).await;
    let missing = FormErrors::field(FieldName::CurrentPassword, ErrorCode::Missing);
    assert_eq!(leave(&pool, &by_password).await, Err(missing), "a password stands in for nothing");
    let again = confirm(&pool, &by_password, &mut device).await;
    leave(&pool, &again).await.unwrap();
}

#[tokio::test]
async fn reauthenticate_with_passkey_of_another_account_or_question_is_refused() {
    let (pool, viewer, mut device) = jane().await;
    let mallory = pool.signed_in("mallory", "mallory@example.com").await;
    let mut other = Authenticator::at(PAGE);
    pool.give_passkey(&mallory, &mut other).await;
    let of_mallory = answer(&pool, &viewer, &mut other);
    let refused = reauthenticate_with_passkey(&pool, &viewer, &of_mallory, &origin()).await;
    assert!(matches!(refused, Err(SignInWithPasskeyError::WrongPasskey)));
    // An answer that was meant to sign in confirms nothing, and the other way round.
    let Question { options, state } = passkey::ask_for_passkey(&pool).unwrap();
    let to_sign_in = PasskeySignIn { state, credential: device.get(&options).unwrap() };
    let refused = reauthenticate_with_passkey(&pool, &viewer, &to_sign_in, &origin()).await;
    assert!(matches!(refused, Err(SignInWithPasskeyError::Over)));
    let to_confirm = answer(&pool, &viewer, &mut device);
    let refused = passkey::with_passkey(&pool, &pool.client(), &to_confirm, &origin()).await;
    assert!(matches!(refused, Err(SignInWithPasskeyError::Over)));
    let twice = answer(&pool, &viewer, &mut device);
    let (_, again) = reauthenticate_with_passkey(&pool, &viewer, &twice, &origin()).await.unwrap();
    let refused = reauthenticate_with_passkey(&pool, &again, &twice, &origin()).await;
    assert!(matches!(refused, Err(SignInWithPasskeyError::Over)));
}

#[tokio::test]
async fn confirmation_ways_of_an_account_name_what_it_has() {
    let (pool, viewer, _) = jane().await;
    let ways = confirmation_ways(&pool, &viewer).await.unwrap();
    assert!(ways.password && ways.passkey && !ways.is_confirmed);
    assert_eq!(ways.code_to, None, "a code is for whoever has neither");
}
