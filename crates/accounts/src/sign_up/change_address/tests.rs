use super::*;
use crate::error::CommonError;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::{change_address, pending, start};
use crate::testing::{self, PASSWORD, TestPool, origin};
use model::{SignInOptions, Standard};
use nameplate_core::settings::Settings;
use store::attributes;
use tokio::task::JoinSet;

fn another(address: &str) -> AnotherAddress {
    AnotherAddress { address: address.into(), password: Password::new(PASSWORD) }
}

async fn change(
    pool: &TestPool,
    ticket: &BrowserTicket,
    address: &str,
) -> Result<CodeDeliveryDetails, ChangeAddressError> {
    change_address::change_address(pool, ticket, &another(address), &origin()).await
}

#[tokio::test]
async fn change_address_after_a_typo_confirms_with_the_right_one() {
    let pool = TestPool::new().await;
    let ticket =
        pool.try_sign_up("jdoe", &[("email", "me@domian.com"), ("nickname", "Jo")]).await.unwrap().ticket;
    let old = pool.code_for("me@domian.com").await;
    let delivery = change(&pool, &ticket, " me@domain.com ").await.unwrap();
    assert_eq!(delivery.destination, "m***@d***");
    assert!(pool.confirm(ticket.clone(), &old).await.is_err(), "it proves another address");
    let code = pool.code_for("me@domain.com").await;
    let session = pool.confirm(ticket, &code).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    let mut conn = pool.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, viewer.user).await.unwrap();
    assert_eq!(stored[&Standard::Email.into()], "me@domain.com");
    assert_eq!(stored[&Standard::Nickname.into()], "Jo", "what was entered stays with the ticket");
    assert!(matches!(
        pool.confirm_by_name("jdoe", &old).await,
        Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken))
    ));
}

#[tokio::test]
async fn change_address_to_one_that_is_waiting_decides_nothing_for_it() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let owner = pool.try_sign_up("", &[("email", "owner@domain.com"), ("nickname", "Owner")]).await.unwrap();
    let mut strangers = testing::form("", &[("email", "stranger@domain.com"), ("nickname", "Stranger")]);
    strangers.password = Password::new("the-strangers-own");
    let stranger = start::start(&pool.handle(), &pool.client(), strangers, &origin()).await.unwrap().ticket;
    let form =
        AnotherAddress { address: "owner@domain.com".into(), password: Password::new("the-strangers-own") };
    change_address::change_address(&pool, &stranger, &form, &origin()).await.unwrap();
    pool.wait_until_sent().await;
    assert!(pending::pending(&pool, &owner.ticket).await.unwrap().is_some(), "it waits still");
    let code = pool.code_for("owner@domain.com").await;
    let done = pool.confirm(owner.ticket, &code).await.unwrap();
    assert!(done.session.is_none() && done.next.is_some(), "others have tried it: a password is chosen");
    assert!(pool.try_sign_in("owner@domain.com", "the-strangers-own").await.is_err());
}

#[tokio::test]
async fn change_address_to_an_invalid_one_changes_nothing() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    for (typed, why) in [
        ("", ErrorCode::Missing),
        ("me", ErrorCode::NotAnEmail),
        ("ME@domain.com", ErrorCode::SameAsNow),
        ("a@xn--a.com", ErrorCode::NotAnEmail),
    ] {
        let refused = change(&pool, &ticket, typed).await;
        assert!(
            matches!(refused, Err(ChangeAddressError::Fields(ref it)) if it[..] == [(FieldName::Email, why)]),
            "{typed}: {refused:?}"
        );
    }
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
}

#[tokio::test]
async fn change_address_to_a_taken_one_looks_the_same() {
    let pool = TestPool::new().await;
    pool.signed_in("owner", "owner@domain.com").await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    assert!(change(&pool, &ticket, "owner@domain.com").await.is_ok());
    let code = pool.code_for("owner@domain.com").await;
    let refused = pool.confirm(ticket, &code).await;
    assert!(
        matches!(refused, Err(crate::sign_up::confirm_error::ConfirmSignUpError::AliasExists(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn change_address_more_than_ten_times_a_day_is_refused() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    for n in 0..10 {
        change(&pool, &ticket, &format!("me{n}@domain.com")).await.unwrap();
    }
    let refused = change(&pool, &ticket, "me@elsewhere.com").await;
    assert!(
        matches!(refused, Err(ChangeAddressError::SignUp(SignUpError::Common(CommonError::Wait { .. })))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn change_address_counts_as_a_sign_up_of_the_network() {
    let mut settings = Settings::default();
    settings.limits.sign_ups_per_network_an_hour = 3;
    let pool = TestPool::with(settings).await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    for n in 0..2 {
        pool.wait(900);
        change(&pool, &ticket, &format!("me{n}@domain.com")).await.unwrap();
    }
    let refused = change(&pool, &ticket, "me@elsewhere.com").await;
    assert!(
        matches!(refused, Err(ChangeAddressError::SignUp(SignUpError::Common(CommonError::Wait { .. })))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn change_address_to_one_address_at_once_lets_one_have_it() {
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
                let moved = change_address::change_address(
                    &pool,
                    &ticket,
                    &another(&format!("{to}@round{round}.com")),
                    &origin(),
                )
                .await;
                assert!(
                    !matches!(
                        moved,
                        Err(ChangeAddressError::SignUp(SignUpError::Common(CommonError::Unavailable(_))))
                    ),
                    "{moved:?}"
                );
                moved.is_ok()
            });
        }
        assert!(tasks.join_all().await.contains(&true));
    }
    let mut conn = pool.store.read().await.unwrap();
    let prizes = "SELECT COUNT(*) FROM users WHERE sign_up_key = 'email:prize@round0.com'";
    let count: i64 = conn.query(prizes).optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(count, 1);
}
