use super::*;
use crate::one_time_codes::{AskedBy, CodeMessage, Recipient};
use crate::testing::{TestPool, origin};
use nameplate_core::code::CodePurpose;
use nameplate_core::identity::UserId;

const CONTACT: &str = "me@domain.com";

/// Asks for a code as a use case does. `false`: it is too soon, or too often.
async fn ask(pool: &TestPool, user: UserId, message: CodeMessage, to: &str) -> bool {
    let (target, origin) = (Contact::email(to), origin());
    let mut tx = pool.store.begin().await.unwrap();
    let scope = CodeScope { user, purpose: message.purpose() };
    if admit(&mut tx, pool, scope, &target).await.unwrap().is_err() {
        return false;
    }
    let recipient = Recipient { user, username: None };
    let (target, origin) = (&target, &origin);
    let request = CodeRequest { recipient, message, target, asked_by: AskedBy::Account, origin };
    send(&mut tx, pool, &request).await.unwrap();
    tx.commit().await.unwrap();
    true
}

async fn two_accounts() -> (TestPool, [UserId; 2]) {
    let pool = TestPool::new().await;
    let one = pool.signed_in("jdoe", "jdoe@domain.com").await.user;
    let other = pool.signed_in("other", "other@domain.com").await.user;
    (pool, [one, other])
}

#[tokio::test]
async fn admit_verification_counts_each_account_alone() {
    let (pool, [one, other]) = two_accounts().await;
    for _ in 0..pool.settings.limits.codes_per_destination_a_day {
        assert!(ask(&pool, one, CodeMessage::ChangeContact, CONTACT).await);
        pool.wait(30);
    }
    assert!(!ask(&pool, one, CodeMessage::ChangeContact, CONTACT).await);
    assert!(ask(&pool, other, CodeMessage::ChangeContact, CONTACT).await);
}

#[tokio::test]
async fn admit_second_step_counts_the_contact_for_all_accounts() {
    let (pool, [one, other]) = two_accounts().await;
    for _ in 0..pool.settings.limits.sign_in_codes_per_destination_a_day {
        assert!(ask(&pool, one, CodeMessage::SignIn, CONTACT).await);
        pool.wait(30);
    }
    assert!(!ask(&pool, other, CodeMessage::SignIn, CONTACT).await);
}

#[tokio::test]
async fn admit_verification_within_cooldown_waits_for_the_same_contact_only() {
    let (pool, [one, _]) = two_accounts().await;
    assert!(ask(&pool, one, CodeMessage::ChangeContact, CONTACT).await);
    assert!(!ask(&pool, one, CodeMessage::ChangeContact, CONTACT).await);
    assert!(ask(&pool, one, CodeMessage::ChangeContact, "new@domain.com").await);
}

#[tokio::test]
async fn admit_second_step_within_cooldown_waits_while_a_code_works() {
    let (pool, [one, _]) = two_accounts().await;
    assert!(ask(&pool, one, CodeMessage::SignIn, CONTACT).await);
    assert!(!ask(&pool, one, CodeMessage::SignIn, "new@domain.com").await);
    let slot = Slot::new(one, CodePurpose::SignIn, Contact::email(CONTACT).kind.attribute());
    for _ in 0..MAX_ATTEMPTS {
        attempt(&pool, &slot, "000000", &origin()).await.unwrap().unwrap_err();
    }
    assert!(ask(&pool, one, CodeMessage::SignIn, CONTACT).await, "the code before is worn out");
}

#[tokio::test]
async fn attempt_with_the_right_code_is_spent_once() {
    let (pool, [one, _]) = two_accounts().await;
    assert!(ask(&pool, one, CodeMessage::ChangeContact, CONTACT).await);
    let slot = Slot::new(one, CodePurpose::Verify, Contact::email(CONTACT).kind.attribute());
    let code = pool.code_for(CONTACT).await;
    let right = attempt(&pool, &slot, &code, &origin()).await.unwrap().unwrap();
    let mut tx = pool.store.begin().await.unwrap();
    assert_eq!(spend(&mut tx, &right, pool.time()).await.unwrap(), Ok(()));
    assert_eq!(spend(&mut tx, &right, pool.time()).await.unwrap(), Err(CodeFault::Used));
}
