use super::*;
use crate::settings::Settings;
use crate::testing::{PASSWORD, TestPool, origin};
use model::{SignInOptions, Standard};
use tokio::task::JoinSet;

async fn change(pool: &TestPool, ticket: &BrowserTicket, address: &str) -> Result<CodeDeliveryDetails, ChangeAddressError> {
    pool.change_sign_up_address(ticket, address, &origin()).await
}

#[tokio::test]
async fn a_mistyped_address_is_replaced_and_its_code_is_worth_nothing() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domian.com").await.ticket;
    let old = pool.code_for("me@domian.com").await;
    let delivery = change(&pool, &ticket, " me@domain.com ").await.unwrap();
    assert_eq!(delivery.destination, "m***@d***");
    assert!(pool.confirm(ticket.clone(), &old).await.is_err());
    let code = pool.code_for("me@domain.com").await;
    let session = pool.confirm(ticket, &code).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    let mut conn = pool.inner.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, viewer.user).await.unwrap();
    assert_eq!(stored[&Standard::Email.into()], "me@domain.com");
}

#[tokio::test]
async fn a_wrong_address_changes_nothing() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    for (typed, why) in [("", Why::Missing), ("me", Why::NotAnEmail), ("ME@domain.com", Why::SameAsNow), ("a@xn--a.com", Why::NotAnEmail)] {
        let refused = change(&pool, &ticket, typed).await;
        assert!(matches!(refused, Err(ChangeAddressError::Field(it)) if it == why), "{typed}: {refused:?}");
    }
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
}

#[tokio::test]
async fn a_taken_address_looks_the_same() {
    let pool = TestPool::new().await;
    pool.signed_in("owner", "owner@domain.com").await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    assert!(change(&pool, &ticket, "owner@domain.com").await.is_ok());
    let code = pool.code_for("owner@domain.com").await;
    let refused = pool.confirm(ticket, &code).await;
    assert!(matches!(refused, Err(crate::confirm_sign_up::ConfirmSignUpError::AliasExists(_))), "{refused:?}");
}

#[tokio::test]
async fn so_many_addresses_a_day_and_no_more() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    for n in 0..10 {
        change(&pool, &ticket, &format!("me{n}@domain.com")).await.unwrap();
    }
    assert!(matches!(change(&pool, &ticket, "me@elsewhere.com").await, Err(ChangeAddressError::Wait { .. })));
}

#[tokio::test]
async fn with_email_alone_the_account_moves_to_the_new_address() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let ticket = pool.sign_up("", "me@domian.com").await.ticket;
    pool.sign_up("", "me@domain.com").await; // abandoned by somebody else
    change(&pool, &ticket, "me@domain.com").await.unwrap();
    assert!(pool.try_sign_in("me@domian.com", PASSWORD).await.is_err());
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_move_to_one_address_or_to_each_others_at_once_one_has_it() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.limits.codes_per_destination_a_day = 100;
    let pool = TestPool::with(settings).await;
    for round in 0..4 {
        let mut tasks = JoinSet::new();
        for n in 0..6 {
            let ticket = pool.sign_up("", &format!("person{n}@round{round}.com")).await.ticket;
            // In even rounds all to one address, in odd ones each to the next one's, round the table.
            let to = if round % 2 == 0 { "prize".to_owned() } else { format!("person{}", (n + 1) % 6) };
            let pool = pool.handle();
            tasks.spawn(async move {
                let moved = pool.change_sign_up_address(&ticket, &format!("{to}@round{round}.com"), &origin()).await;
                assert!(!matches!(moved, Err(ChangeAddressError::Unavailable(_))), "{moved:?}");
                moved.is_ok()
            });
        }
        assert!(tasks.join_all().await.contains(&true));
    }
    let mut conn = pool.inner.store.read().await.unwrap();
    let prizes = "SELECT COUNT(*) FROM users WHERE sign_up_key = 'email:prize@round0.com'";
    let count: i64 = conn.query(prizes).optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(count, 1);
}
