//! An account's row knows which contacts it has proven.

use crate::testing::TestPool;
use nameplate_core::identifiers::ContactKind::{self, Email, PhoneNumber};
use store::aliases::{VerifiedContact, claim, release};
use store::profile;

#[tokio::test]
async fn verified_contacts_of_an_account_follow_claim_and_release() {
    let pool = TestPool::new().await;
    let user = pool.signed_in("jdoe", "me@domain.com").await.user;
    pool.signed_in("other", "other@domain.com").await;
    let proven =
        async || profile::load(&mut pool.store.read().await.unwrap(), user).await.unwrap().unwrap().proven;
    let change = async |claimed: Option<&str>, kind: ContactKind| {
        let mut tx = pool.store.begin().await.unwrap();
        let done = match claimed {
            Some(key) => claim(&mut tx, user, VerifiedContact { kind, key, at: pool.time() }, pool.time())
                .await
                .unwrap(),
            None => release(&mut tx, user, kind).await.is_ok(),
        };
        tx.commit().await.unwrap();
        done
    };
    assert_eq!(proven().await, [Email], "the sign-up proved it");
    assert!(change(Some("+12128601234"), PhoneNumber).await);
    assert_eq!(proven().await, [Email, PhoneNumber]);
    assert!(!change(Some("other@domain.com"), Email).await);
    assert_eq!(proven().await, [Email, PhoneNumber], "what is somebody else's leaves it what it had");
    assert!(change(Some("new@domain.com"), Email).await);
    assert_eq!(proven().await, [Email, PhoneNumber]);
    assert!(change(None, Email).await);
    assert_eq!(proven().await, [PhoneNumber]);
    assert!(change(None, PhoneNumber).await && change(None, PhoneNumber).await);
    assert_eq!(proven().await, []);
    assert!(!change(Some("other@domain.com"), Email).await);
    assert_eq!(proven().await, [], "what is refused is not proven");
}
