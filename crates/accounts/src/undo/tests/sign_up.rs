//! Whoever proves the old contact at sign-up: its owner, shut out, or the next person who has it.

use super::{
    DAY, NEW_PASSWORD, OWNER, PASSWORD, PHONE, SECOND_THIEF, THIEF, contacts_of, is_over, newest_link,
    replace, set_password, signs_in, story, undo_by,
};
use crate::sign_up::{Confirmed, Stage, begin_anew, choose_first_password, pending, take_back};
use crate::sign_up::{FirstPassword, confirm_with_first_password};
use crate::testing::{TestPool, origin};
use crate::undo::UndoError;
use model::{Password, SignInOptions, Standard};
use nameplate_core::identity::BrowserTicket;
use nameplate_core::settings::Settings;

/// Signs up on the pages, and enters the code.
async fn proves(pool: &TestPool, name: &str, email: &str) -> Confirmed {
    let ticket = pool.sign_up(name, email).await.ticket;
    pool.wait_until_sent().await;
    let code = pool.code_for(email).await;
    pool.confirm(ticket, &code).await.unwrap()
}

async fn is_asked(pool: &TestPool, ticket: &BrowserTicket) -> bool {
    matches!(pending(pool, ticket).await.unwrap().unwrap().stage, Stage::FormerContact { .. })
}

fn first(ticket: &BrowserTicket) -> FirstPassword {
    let (ticket, password) = (ticket.clone(), Password::new(PASSWORD));
    FirstPassword { ticket, password, confirmation: None, new_username: None }
}

#[tokio::test]
async fn sign_up_again_by_the_former_owner_takes_the_account_back() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let confirmed = proves(&pool, "jane", OWNER).await;
    assert!(confirmed.session.is_none());
    let ticket = confirmed.next.unwrap();
    assert!(is_asked(&pool, &ticket).await);
    assert!(confirm_with_first_password(&pool, &pool.client(), &first(&ticket), &origin()).await.is_err());
    let undone = take_back(&pool, &ticket, &origin()).await.unwrap();
    assert_eq!(undone.name, "jdoe");
    assert_eq!(contacts_of(&pool, &stolen).await, (Some(OWNER.into()), None, 1));
    assert!(matches!(take_back(&pool, &ticket, &origin()).await, Err(UndoError::Over)), "once");
    assert!(is_over(&undo_by(&pool, &newest_link(&pool, OWNER).await).await));
    set_password(&pool, OWNER).await;
    assert!(signs_in(&pool, OWNER, NEW_PASSWORD).await);
}

#[tokio::test]
async fn sign_up_that_begins_anew_voids_the_undo() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let ticket = proves(&pool, "next", OWNER).await.next.unwrap();
    begin_anew(&pool, &ticket).await.unwrap();
    assert!(!is_asked(&pool, &ticket).await);
    assert!(is_over(&undo_by(&pool, &newest_link(&pool, OWNER).await).await));
    let done = confirm_with_first_password(&pool, &pool.client(), &first(&ticket), &origin()).await.unwrap();
    let viewer = pool.viewer_of(&done.session.unwrap().token).await;
    assert_eq!(contacts_of(&pool, &viewer).await.0.as_deref(), Some(OWNER));
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(THIEF));
}

#[tokio::test]
async fn sign_up_that_is_contested_is_offered_the_undo_too() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    pool.sign_up("jane", OWNER).await;
    let mut other = crate::testing::form("jane", &[("email", OWNER)]);
    other.password = Password::new("yet-another+Password-1");
    crate::sign_up::start(&pool, &pool.client(), other, &origin()).await.unwrap();
    let ticket = proves(&pool, "jane", OWNER).await.next.unwrap();
    assert!(is_asked(&pool, &ticket).await);
    begin_anew(&pool, &ticket).await.unwrap();
    let chosen = FirstPassword { password: Password::new(NEW_PASSWORD), ..first(&ticket) };
    assert!(
        choose_first_password(&pool, &pool.client(), &chosen, &origin()).await.unwrap().session.is_some()
    );
}

#[tokio::test]
async fn confirm_on_the_wire_with_a_former_address_begins_anew() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    pool.sign_up("next", OWNER).await;
    pool.wait_until_sent().await;
    let code = pool.code_for(OWNER).await;
    pool.confirm_by_name("next", &code).await.unwrap();
    assert!(is_over(&undo_by(&pool, &newest_link(&pool, OWNER).await).await));
    assert!(signs_in(&pool, OWNER, PASSWORD).await);
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(THIEF));
}

#[tokio::test]
async fn sign_up_anew_by_a_thief_keeps_the_undo_of_the_owner() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    replace(&pool, &stolen, Standard::Email, SECOND_THIEF).await;
    pool.sign_up("thief", THIEF).await;
    pool.wait_until_sent().await;
    let code = pool.code_for(THIEF).await;
    pool.confirm_by_name("thief", &code).await.unwrap();
    assert!(is_over(&undo_by(&pool, &newest_link(&pool, THIEF).await).await));
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn sign_up_with_a_recycled_number_keeps_the_undo_by_email() {
    let sign_in = SignInOptions { phone_number: true, ..SignInOptions::default() };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let stolen = pool.signed_in("jdoe", OWNER).await;
    replace(&pool, &stolen, Standard::PhoneNumber, PHONE).await;
    pool.wait(8 * DAY);
    let stolen = pool.fresh(&stolen);
    pool.delete(&stolen, &["phone_number"]).await.unwrap();
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let ticket = pool.try_sign_up("next", &[("phone_number", PHONE)]).await.unwrap().ticket;
    pool.wait_until_sent().await;
    let code = pool.code_for(PHONE).await;
    let confirmed = pool.confirm(ticket, &code).await.unwrap();
    assert!(confirmed.session.is_some(), "a number takes nothing back, so nothing is asked");
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(
        contacts_of(&pool, &stolen).await,
        (Some(OWNER.into()), None, 1),
        "the number is the next person's"
    );
}
