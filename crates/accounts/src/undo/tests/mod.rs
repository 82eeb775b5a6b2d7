//! Stories: an owner, and two attackers who want to keep what they took.

mod contacts;
mod factors;
mod lost_contact;
mod races;
mod sign_up;

use crate::factors::shown_by;
use crate::factors::{Then, confirm_app, set_up_app};
use crate::password::{PasswordReset, confirm_forgot};
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::testing::{PASSWORD, TestPool, origin, origin_at};
use crate::undo::{self, UndoError, Undone};
use delivery::{Message, UndoLink};
use model::{Password, Standard};
use nameplate_core::identity::{SessionToken, Viewer};

const OWNER: &str = "me@domain.com";
const PHONE: &str = "+12128601234";
const THIEF: &str = "thief@elsewhere.com";
const SECOND_THIEF: &str = "second@elsewhere.com";
const NEW_PASSWORD: &str = "another+Password-1";
const DAY: u64 = 24 * 60 * 60;

/// An account of some days, and a session of it that somebody else has got hold of.
async fn story() -> (TestPool, Viewer) {
    let pool = TestPool::new().await;
    let stolen = pool.signed_in("jdoe", OWNER).await;
    pool.wait(4 * DAY);
    (pool, stolen)
}

/// Whoever is signed in changes a contact: they read what is sent to the new one.
async fn replace(pool: &TestPool, viewer: &Viewer, attribute: Standard, value: &str) {
    pool.update(viewer, &[(attribute.as_str(), value)]).await.unwrap();
    let code = pool.code_for(value).await;
    pool.verify(viewer, attribute, &code).await.unwrap();
}

async fn give_app(pool: &TestPool, viewer: &Viewer) -> String {
    let viewer = &pool.by_application(viewer);
    let secret = set_up_app(pool, viewer, &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    confirm_app(pool, viewer, &code, Then::AskForIt, &origin()).await.unwrap();
    pool.wait(60);
    secret
}

/// The links that were sent to this address, oldest first.
async fn links_to(pool: &TestPool, address: &str) -> Vec<UndoLink> {
    let messages = pool.messages_to(address).await.into_iter();
    messages.filter_map(|mut message| message.asked_mut().undo.clone()).collect()
}

async fn newest_link(pool: &TestPool, address: &str) -> String {
    links_to(pool, address).await.pop().unwrap().secret
}

async fn undo_by(pool: &TestPool, secret: &str) -> Result<Undone, UndoError> {
    undo::undo(pool, secret, &origin_at("198.51.100.7")).await
}

/// Whoever reads this contact sets another password.
async fn set_password(pool: &TestPool, contact: &str) {
    let form = PasswordReset {
        username: "jdoe".into(),
        code: pool.code_for(contact).await,
        password: Password::new(NEW_PASSWORD),
        confirmation: None,
    };
    confirm_forgot(pool, form, &origin_at("198.51.100.7")).await.unwrap();
}

async fn signs_in(pool: &TestPool, name: &str, password: &str) -> bool {
    match pool.try_sign_in(name, password).await {
        Ok(SignedIn::Session { .. }) => true,
        Ok(_) | Err(SignInError::WrongCredentials | SignInError::ResetRequired) => false,
        Err(other) => panic!("{other:?}"),
    }
}

async fn is_signed_in(pool: &TestPool, token: &SessionToken) -> bool {
    crate::sessions::viewer::viewer(pool, token).await.unwrap().is_some()
}

fn is_over(done: &Result<Undone, UndoError>) -> bool {
    matches!(done, Err(UndoError::Over))
}

/// What the account shows: its address, its number, and which of them are verified.
async fn contacts_of(pool: &TestPool, viewer: &Viewer) -> (Option<String>, Option<String>, usize) {
    let account =
        store::profile::load(&mut pool.store.read().await.unwrap(), viewer.user).await.unwrap().unwrap();
    let value = |it: Standard| account.attributes.get(&it.into()).cloned();
    (value(Standard::Email), value(Standard::PhoneNumber), account.proven.len())
}

fn kinds(messages: &[Message]) -> Vec<&'static str> {
    messages.iter().map(Message::name).collect()
}
