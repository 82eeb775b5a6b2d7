use super::*;
use crate::account::delete;
use crate::admin::delete_user;
use crate::contacts::verify::VerifyAttributeError;
use crate::error::CommonError;
use crate::maintenance::purge;
use crate::sessions::{list, sign_out, viewer};
use crate::sign_in::outcome::SignInError;
use crate::sign_in::password::{self, SignIn};
use crate::testing::{PASSWORD, TestPool, TestStore, origin, origin_at};
use model::Standard;
use std::time::Duration;

fn form(password: &str, confirmation: &str) -> AccountDeletion {
    AccountDeletion { password: Password::new(password), confirmation: confirmation.into() }
}

async fn leave(pool: &TestPool, viewer: &Viewer) -> Result<(), DeleteAccountError> {
    delete::delete(pool, viewer, form(PASSWORD, " Delete "), &origin()).await
}

#[tokio::test]
async fn delete_account_with_password_and_word_removes_it_and_sends_notice() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jane", "jane@example.com").await;
    let viewer = pool.viewer_of(&token).await;
    leave(&pool, &viewer).await.unwrap();
    assert!(!viewer::is_alive(&pool, &token).await.unwrap());
    assert_eq!(pool.message_names("jane@example.com").await.last(), Some(&"account_deleted"));
    let refused = pool.try_sign_in("jane", PASSWORD).await;
    assert!(matches!(refused, Err(SignInError::WrongCredentials)), "{refused:?}");
    // Who comes next is somebody else.
    let other = pool.signed_in("jane", "jane@example.com").await;
    assert_eq!(pool.event_names(&other).await, ["signUp", "confirmSignUp", "signIn"]);
}

#[tokio::test]
async fn delete_account_with_wrong_password_or_word_names_both_fields() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    let told = |error: DeleteAccountError| FormErrors::from(error).fields;
    let refused = delete::delete(&pool, &viewer, form("", "no"), &origin()).await.unwrap_err();
    assert_eq!(
        told(refused),
        [
            (FieldName::CurrentPassword, ErrorCode::Missing),
            (FieldName::Confirmation, ErrorCode::NotConfirmed)
        ]
    );
    let refused = delete::delete(&pool, &viewer, form("a guess", "delete"), &origin()).await.unwrap_err();
    assert_eq!(told(refused), [(FieldName::CurrentPassword, ErrorCode::WrongPassword)]);
    assert_eq!(pool.event_names(&viewer).await.last(), Some(&"signIn_failure"));
    assert_eq!(list::list(&pool, &viewer).await.unwrap().len(), 1);
}

#[tokio::test]
async fn delete_account_with_an_ended_session_is_refused() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jane", "jane@example.com").await;
    let viewer = pool.viewer_of(&token).await;
    sign_out::sign_out(&pool, &token, &origin()).await.unwrap();
    assert!(matches!(leave(&pool, &viewer).await, Err(DeleteAccountError::Common(CommonError::SignedOut))));
    pool.try_sign_in("jane", PASSWORD).await.expect("the account is there");
}

#[tokio::test]
async fn delete_account_withdraws_pending_messages_but_sends_its_notice() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    // Nothing of it is sent before: the codes, and the notice to the address in force.
    pool.update(&viewer, &[("email", "jane@new.example")]).await.unwrap();
    assert!(pool.message_names("jane@example.com").await.contains(&"change_requested"));
    leave(&pool, &viewer).await.unwrap();
    assert_eq!(pool.message_names("jane@example.com").await, ["account_deleted"]);
    assert!(pool.message_names("jane@new.example").await.is_empty());
}

#[tokio::test]
async fn delete_user_by_operator_withdraws_all_messages_and_sends_none() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    pool.update(&viewer, &[("email", "jane@new.example")]).await.unwrap();
    delete_user::delete_user(&pool, "jane").await.unwrap();
    assert!(pool.message_names("jane@example.com").await.is_empty());
}

#[tokio::test]
async fn delete_account_clears_failures_for_the_next_owner_of_the_name() {
    let pool = TestPool::new().await;
    let stranger = origin_at("198.51.100.9");
    let fail = async |name: &str, origin: &Origin| {
        let form = SignIn { username: name.into(), password: Password::new("a guess") };
        for _ in 0..6 {
            assert!(password::with_password(&pool, &pool.client(), form.clone(), origin).await.is_err());
        }
        password::with_password(
            &pool,
            &pool.client(),
            SignIn { password: Password::new(PASSWORD), ..form },
            origin,
        )
        .await
    };
    for (round, by_operator) in [false, true].into_iter().enumerate() {
        let viewer = pool.signed_in("jane", "jane@example.com").await;
        pool.wait(3600); // whoever signs up next with this address need not wait for the code
        for name in ["jane", "jane@example.com"] {
            assert!(
                matches!(fail(name, &origin()).await, Err(SignInError::Common(CommonError::Wait { .. }))),
                "round {round}"
            );
        }
        assert!(
            matches!(fail("jane", &stranger).await, Err(SignInError::Common(CommonError::Wait { .. }))),
            "round {round}"
        );
        if by_operator {
            delete_user::delete_user(&pool, "jane").await.unwrap();
        } else {
            delete::delete_own_user(&pool, &pool.fresh(&viewer), &origin()).await.unwrap();
        }
        pool.signed_in("jane", "jane@example.com").await;
        for name in ["jane", "jane@example.com"] {
            let entered = pool.try_sign_in(name, PASSWORD).await;
            assert!(entered.is_ok(), "round {round}, {name}: {entered:?}");
        }
        // A stranger who kept guessing does not see that the account is another one.
        let guess = SignIn { username: "jane".into(), password: Password::new("a guess") };
        let refused = password::with_password(&pool, &pool.client(), guess, &stranger).await;
        assert!(
            matches!(refused, Err(SignInError::Common(CommonError::Wait { .. }))),
            "round {round}: {refused:?}"
        );
        delete_user::delete_user(&pool, "jane").await.unwrap();
        pool.wait(24 * 60 * 60);
    }
}

const OF_JANE: [&str; 3] = ["jane-who-leaves", "leaves.example", "Leavington"];

/// Somebody of whom the store holds all of [`OF_JANE`].
async fn jane_at(place: TestStore) -> (TestPool, Viewer) {
    let pool = TestPool::at(place, nameplate_core::settings::Settings::default()).await;
    let viewer = pool.signed_in("jane-who-leaves", "jane@leaves.example").await;
    pool.update(&viewer, &[("family_name", "Leavington"), ("email", "jane@also-leaves.example")])
        .await
        .unwrap();
    assert_eq!(left_of_jane(&pool), OF_JANE);
    (pool, viewer)
}

/// What of it is in any of the store's files.
fn left_of_jane(pool: &TestPool) -> Vec<&'static str> {
    let files = std::fs::read_dir(pool.place().folder())
        .unwrap()
        .map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let files: Vec<_> = files.collect();
    let holds = |needle: &str| {
        files.iter().any(|held| held.windows(needle.len()).any(|window| window == needle.as_bytes()))
    };
    OF_JANE.into_iter().filter(|needle| holds(needle)).collect()
}

#[tokio::test]
async fn delete_account_leaves_nothing_in_any_file_while_serving() {
    let (pool, viewer) = jane_at(TestStore::sqlite()).await;
    leave(&pool, &viewer).await.unwrap();
    assert!(left_of_jane(&pool).is_empty(), "{:?}", left_of_jane(&pool));
    let (pool, viewer) = jane_at(TestStore::sqlite()).await;
    delete::delete_own_user(&pool, &viewer, &origin()).await.unwrap();
    assert!(left_of_jane(&pool).is_empty(), "{:?}", left_of_jane(&pool));
    // The operator's command is a process of its own.
    let (pool, _) = jane_at(TestStore::sqlite()).await;
    delete_user::delete_user(&pool.another(7).await, "jane-who-leaves").await.unwrap();
    assert!(left_of_jane(&pool).is_empty(), "{:?}", left_of_jane(&pool));
}

#[tokio::test]
async fn delete_account_during_a_long_read_is_purged_once_it_ends() {
    let (pool, viewer) = jane_at(TestStore::sqlite()).await;
    let mut backup = pool.store().read().await.unwrap();
    backup.query("BEGIN").run().await.unwrap();
    backup.query("SELECT COUNT(*) FROM users").optional().await.unwrap();
    leave(&pool, &viewer).await.unwrap();
    assert!(matches!(
        pool.try_sign_in("jane-who-leaves", PASSWORD).await,
        Err(SignInError::WrongCredentials)
    ));
    assert!(!left_of_jane(&pool).is_empty(), "the reader still sees it");
    backup.query("COMMIT").run().await.unwrap();
    purge::purge_expired(&pool).await.unwrap();
    assert!(left_of_jane(&pool).is_empty(), "{:?}", left_of_jane(&pool));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn delete_account_during_other_operations_leaves_it_whole_or_gone() {
    for round in 0..10 {
        let pool = TestPool::new().await;
        let viewer = pool.signed_in("jane", "jane@example.com").await;
        pool.update(&viewer, &[("email", "jane@new.example")]).await.unwrap();
        let code = pool.code_for("jane@new.example").await;
        let deleting = leave(&pool, &viewer);
        let verifying = pool.verify(&viewer, Standard::Email, &code);
        let updating = pool.update(&viewer, &[("nickname", "J")]);
        let entering = pool.try_sign_in("jane", PASSWORD);
        let (deleted, verified, _, _) = tokio::join!(deleting, verifying, updating, entering);
        deleted.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
        assert!(
            matches!(
                verified,
                Ok(_)
                    | Err(
                        VerifyAttributeError::Common(CommonError::SignedOut) | VerifyAttributeError::Code(_)
                    )
            ),
            "{verified:?}"
        );
        for name in ["jane@example.com", "jane@new.example", "jane"] {
            assert!(
                matches!(pool.try_sign_in(name, PASSWORD).await, Err(SignInError::WrongCredentials)),
                "{name}"
            );
        }
        tokio::time::timeout(Duration::from_secs(30), pool.signed_in("jane", "jane@new.example"))
            .await
            .expect("the names are free");
    }
}
