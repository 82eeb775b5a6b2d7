use super::*;
use crate::account::delete::{self, AccountDeletion};
use crate::password::change::{self, PasswordChange};
use crate::sign_in::{confirmation_ways, is_fresh};
use crate::testing::{Authenticator, TestPool, another_code, origin};
use model::{FieldName, Password};

const EMAIL: &str = "jane@example.com";
const DAYS: u64 = 24 * 60 * 60;

/// Jane, who signed in a while ago, and whose account has no password any more.
async fn jane(verified_for: u64) -> (TestPool, Viewer) {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", EMAIL).await;
    let mut tx = pool.store().begin().await.unwrap();
    users::forget_password(&mut tx, viewer.user).await.unwrap();
    tx.commit().await.unwrap();
    pool.wait(verified_for);
    (pool, viewer)
}

async fn new_password(pool: &TestPool, viewer: &Viewer) -> Result<(), FormErrors> {
    let password = Password::new("another-password-altogether");
    let form = PasswordChange { current: Password::new(""), password, confirmation: None };
    change::change(pool, viewer, form, &origin()).await.map(drop).map_err(FormErrors::from)
}

#[tokio::test]
async fn code_to_a_contact_of_long_ago_confirms_where_there_is_nothing_else() {
    let (pool, viewer) = jane(4 * DAYS).await;
    let again = FormErrors::field(FieldName::CurrentPassword, ErrorCode::PasswordAgain);
    assert_eq!(new_password(&pool, &viewer).await, Err(again.clone()));
    let form = AccountDeletion { password: Password::new(""), confirmation: "delete".into() };
    assert_eq!(delete::delete(&pool, &viewer, form, &origin()).await.map_err(FormErrors::from), Err(again));
    let ways = confirmation_ways(&pool, &viewer).await.unwrap();
    assert_eq!(ways.code_to, Some(Contact::email(EMAIL)));
    send_confirmation_code(&pool, &viewer, &origin()).await.unwrap();
    let code = pool.code_for(EMAIL).await;
    let wrong = reauthenticate_with_code(&pool, &viewer, &another_code(&code), &origin()).await;
    assert!(
        matches!(wrong, Err(ConfirmWithCodeError::Code(CodeFault::Wrong { tries_left: 4 }))),
        "{wrong:?}"
    );
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"confirmSignIn_failure"));
    let (_, again) = reauthenticate_with_code(&pool, &viewer, &code, &origin()).await.unwrap();
    assert!(is_fresh(&pool, &again) && again.session != viewer.session);
    let used = reauthenticate_with_code(&pool, &again, &code, &origin()).await;
    assert!(matches!(used, Err(ConfirmWithCodeError::Code(CodeFault::Used))), "{used:?}");
    new_password(&pool, &again).await.unwrap();
}

#[tokio::test]
async fn contact_of_the_last_three_days_confirms_nothing() {
    let (pool, viewer) = jane(2 * DAYS).await;
    assert_eq!(confirmation_ways(&pool, &viewer).await.unwrap(), crate::sign_in::ConfirmationWays::default());
    let refused = send_confirmation_code(&pool, &viewer, &origin()).await;
    assert!(matches!(refused, Err(ConfirmWithCodeError::NotOffered)), "{refused:?}");
    assert_eq!(pool.message_names(EMAIL).await, ["sign_up_code"]);
}

#[tokio::test]
async fn code_confirms_nothing_where_there_is_a_password_or_a_passkey() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", EMAIL).await;
    pool.wait(4 * DAYS);
    let refused = send_confirmation_code(&pool, &viewer, &origin()).await;
    assert!(matches!(refused, Err(ConfirmWithCodeError::NotOffered)), "{refused:?}");
    let (pool, viewer) = jane(4 * DAYS).await;
    send_confirmation_code(&pool, &viewer, &origin()).await.unwrap();
    let code = pool.code_for(EMAIL).await;
    // Until the code is entered, the account has got a passkey.
    pool.give_passkey(&pool.fresh(&viewer), &mut Authenticator::at("http://localhost:3000")).await;
    let refused = reauthenticate_with_code(&pool, &viewer, &code, &origin()).await;
    assert!(matches!(refused, Err(ConfirmWithCodeError::NotOffered)), "{refused:?}");
}

#[tokio::test]
async fn code_is_not_sent_again_at_once() {
    let (pool, viewer) = jane(4 * DAYS).await;
    send_confirmation_code(&pool, &viewer, &origin()).await.unwrap();
    let refused = send_confirmation_code(&pool, &viewer, &origin()).await;
    assert!(matches!(refused, Err(ConfirmWithCodeError::Common(CommonError::Wait { .. }))), "{refused:?}");
}
