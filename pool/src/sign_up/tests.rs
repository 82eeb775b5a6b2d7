use super::*;
use crate::confirm_sign_up::ConfirmSignUpError;
use crate::delivery::Message;
use crate::settings::Settings;
use crate::testing::{PASSWORD, TestPool, form, origin, origin_at};
use model::{SignInOptions, Standard};
use std::sync::Arc;
use tokio::task::JoinSet;

fn refusal(error: SignUpError) -> Refusal {
    error.into()
}

fn on(refusal: &Refusal, name: &str) -> Option<Why> {
    refusal.on(&name.parse().unwrap())
}

#[tokio::test]
async fn the_guides_person_signs_up() {
    let pool = TestPool::new().await;
    let attributes = [("email", "me@domain.com"), ("phone_number", "+12128601234"), ("nickname", " Jo "), ("given_name", " ")];
    let signed_up = pool.try_sign_up("jdoe", &attributes).await.unwrap();
    assert_eq!(signed_up.delivery.destination, "m***@d***");
    assert_eq!(signed_up.delivery.attribute_name, Standard::Email);
    let pending = pool.pending_sign_up(&signed_up.ticket).await.unwrap().unwrap();
    assert_eq!(pending.username, "jdoe");
    assert_eq!(pending.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
    assert!(matches!(pool.messages_to("me@domain.com").await[..], [Message::SignUpCode { .. }]));
    assert!(pool.messages_to("+12128601234").await.is_empty());
    let mut conn = pool.inner.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, crate::UserId(1)).await.unwrap();
    assert_eq!(stored.len(), 3, "{stored:?}");
    assert_eq!(stored[&Standard::Nickname.into()], "Jo");
}

#[tokio::test]
async fn all_wrong_fields_are_named_at_once_and_nothing_is_done() {
    let pool = TestPool::new().await;
    let mut wrong = form("j doe", &[("sub", "x"), ("email_verified", "true"), ("nope", "x"), ("birthdate", "2023-02-29")]);
    wrong.password = Password::new("short");
    let refusal = refusal(pool.sign_up_form(wrong).await.unwrap_err());
    assert_eq!(on(&refusal, "username"), Some(Why::BadUsername));
    assert!(matches!(on(&refusal, "password"), Some(Why::PasswordPolicy { .. })));
    assert_eq!(on(&refusal, "attributes[sub]"), Some(Why::NotWritable));
    assert_eq!(on(&refusal, "attributes[email_verified]"), Some(Why::NotWritable));
    assert_eq!(on(&refusal, "attributes[nope]"), Some(Why::UnknownAttribute));
    assert_eq!(on(&refusal, "attributes[birthdate]"), Some(Why::NotADate));
    assert_eq!(on(&refusal, "attributes[email]"), Some(Why::Missing));
    let mut conn = pool.inner.store.read().await.unwrap();
    assert!(conn.query("SELECT 1 FROM users").optional().await.unwrap().is_none());
    assert!(conn.query("SELECT 1 FROM limits").optional().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_typed_is_nothing_but_missing() {
    let pool = TestPool::new().await;
    let mut empty = form(" ", &[]);
    empty.password = Password::default();
    let refusal = refusal(pool.sign_up_form(empty).await.unwrap_err());
    for name in ["username", "password", "attributes[email]"] {
        assert_eq!(on(&refusal, name), Some(Why::Missing), "{name}");
    }
}

#[tokio::test]
async fn a_confirmed_username_is_taken_in_every_spelling_and_another_one_is_free() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for spelling in ["jdoe", "JDoe", "ＪＤＯＥ", "јdое"] {
        let refused = pool.try_sign_up(spelling, &[("email", "other@domain.com")]).await;
        assert!(matches!(refused, Err(SignUpError::UsernameTaken)), "{spelling}: {refused:?}");
    }
    assert!(pool.messages_to("other@domain.com").await.is_empty());
    pool.sign_up("jdoe2", "other@domain.com").await;
}

#[tokio::test]
async fn an_unconfirmed_account_reserves_nothing() {
    let pool = TestPool::new().await;
    let first = pool.try_sign_up("jdoe", &[("email", "squatter@domain.com"), ("nickname", "S")]).await.unwrap();
    let old_code = pool.code_for("squatter@domain.com").await;
    let mut again = form("JDoe", &[("email", "me@domain.com")]);
    again.password = Password::new("another-password");
    let second = pool.sign_up_form(again).await.unwrap();
    // What the first one had is worth nothing.
    assert_eq!(pool.pending_sign_up(&first.ticket).await.unwrap(), None);
    assert!(pool.confirm(first.ticket, &old_code).await.is_err());
    assert!(pool.confirm_by_name("jdoe", &old_code).await.is_err());
    // The second one has the account.
    let code = pool.code_for("me@domain.com").await;
    let token = pool.confirm(second.ticket, &code).await.unwrap().session.unwrap().token;
    let viewer = pool.viewer_of(&token).await;
    assert_eq!(viewer.username, "JDoe");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(pool.try_sign_in("jdoe", "another-password").await.is_ok());
    let mut conn = pool.inner.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, viewer.user).await.unwrap();
    assert_eq!(stored.get(&Standard::Nickname.into()), None, "the squatter's");
}

#[tokio::test]
async fn a_taken_email_looks_the_same_until_the_right_code_is_entered() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(60);
    let free = pool.sign_up("stranger1", "new@domain.com").await;
    let taken = pool.sign_up("stranger2", "Me@Domain.com").await;
    let shape = |it: &SignedUp| (it.delivery.attribute_name.clone(), it.delivery.delivery_medium, it.sub.len(), it.ticket.reveal().len());
    assert_eq!(shape(&free), shape(&taken));
    assert!(matches!(pool.messages_to("Me@Domain.com").await[..], [Message::SignUpCodeAddressTaken { .. }]));

    let code = pool.code_for("Me@Domain.com").await;
    for _ in 0..2 {
        let refused = pool.confirm(taken.ticket.clone(), &code).await;
        assert!(matches!(refused, Err(ConfirmSignUpError::AliasExists(_))), "{refused:?}");
    }
    // Nothing else has changed: the owner signs in, the stranger doesn't.
    assert!(matches!(pool.try_sign_in("me@domain.com", PASSWORD).await, Ok(crate::sign_in::SignedIn::Session { .. })));
    assert!(matches!(pool.try_sign_in("stranger2", PASSWORD).await, Ok(crate::sign_in::SignedIn::Unconfirmed(_))));
}

#[tokio::test]
async fn with_email_alone_the_sub_is_the_username() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let first = pool.sign_up("ignored", "me@domain.com").await;
    let second = pool.sign_up("", "ME@domain.com").await;
    assert_eq!(first.sub, second.sub, "the same account");
    assert_eq!(pool.pending_sign_up(&first.ticket).await.unwrap(), None);
    let code = pool.code_for("ME@domain.com").await;
    let token = pool.confirm(second.ticket, &code).await.unwrap().session.unwrap().token;
    assert_eq!(pool.viewer_of(&token).await.username, second.sub);
    assert!(matches!(pool.try_sign_in("me@DOMAIN.com", PASSWORD).await, Ok(crate::sign_in::SignedIn::Session { .. })));
    // Once it is confirmed the same address makes another account, which never gets further than the code.
    pool.wait(60);
    let third = pool.sign_up("", "me@domain.com").await;
    assert_ne!(third.sub, second.sub);
    assert!(matches!(pool.try_sign_in("me@domain.com", PASSWORD).await, Ok(crate::sign_in::SignedIn::Session { .. })));
}

#[tokio::test]
async fn with_phone_numbers_alone_the_code_goes_by_text() {
    let sign_in = SignInOptions { username: false, email: false, phone_number: true };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let refusal = refusal(pool.try_sign_up("", &[("email", "me@domain.com")]).await.unwrap_err());
    assert_eq!(on(&refusal, "attributes[phone_number]"), Some(Why::Missing));
    let signed_up = pool.try_sign_up("", &[("phone_number", "+12128601234")]).await.unwrap();
    assert_eq!(signed_up.delivery.destination, "+*******1234");
    assert_eq!(signed_up.delivery.delivery_medium, model::DeliveryMedium::Sms);
    let code = pool.code_for("+12128601234").await;
    pool.confirm(signed_up.ticket, &code).await.unwrap();
    assert!(pool.try_sign_in("+12128601234", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn one_destination_gets_five_codes_a_day() {
    let pool = TestPool::new().await;
    for n in 0..5 {
        pool.sign_up(&format!("jdoe{n}"), "me@domain.com").await;
    }
    let refused = pool.try_sign_up("jdoe6", &[("email", "ME@domain.com")]).await;
    assert!(matches!(refused, Err(SignUpError::Wait { seconds: 86400 })), "{refused:?}");
    assert!(pool.try_sign_in("jdoe6", PASSWORD).await.is_err(), "an account was made");
    pool.sign_up("jdoe6", "other@domain.com").await;
    pool.wait(24 * 60 * 60);
    pool.sign_up("jdoe7", "me@domain.com").await;
}

#[tokio::test]
async fn one_network_signs_up_and_asks_for_names_so_often_within_an_hour() {
    let mut settings = Settings::default();
    settings.limits.sign_ups_per_network_an_hour = 2;
    settings.limits.taken_answers_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.sign_up("second", "second@domain.com").await;
    let refused = pool.try_sign_up("third", &[("email", "third@domain.com")]).await;
    assert!(matches!(refused, Err(SignUpError::Wait { seconds: 3600 })), "{refused:?}");
    let ask = || pool.try_sign_up("jdoe", &[("email", "third@domain.com")]);
    assert!(matches!(ask().await, Err(SignUpError::UsernameTaken)));
    assert!(matches!(ask().await, Err(SignUpError::UsernameTaken)));
    assert!(matches!(ask().await, Err(SignUpError::Wait { .. })));
    let elsewhere = form("third", &[("email", "third@domain.com")]);
    pool.handle().sign_up(&pool.client(), elsewhere, &origin_at("2001:db8::1")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_sign_ups_for_one_name_at_once_one_account_comes_out() {
    let pool = Arc::new(TestPool::new().await);
    let mut tasks = JoinSet::new();
    for n in 0..24 {
        let pool = Arc::clone(&pool);
        let name = if n % 2 == 0 { "jdoe" } else { "JDOE" };
        tasks.spawn(async move { pool.try_sign_up(name, &[("email", &format!("me{n}@domain.com"))]).await.unwrap().ticket });
    }
    let tickets = tasks.join_all().await;
    let mut live = 0;
    for ticket in tickets {
        live += usize::from(pool.pending_sign_up(&ticket).await.unwrap().is_some());
    }
    assert_eq!(live, 1, "the last one has it");
    let mut conn = pool.inner.store.read().await.unwrap();
    let count: i64 = conn.query("SELECT COUNT(*) FROM users").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn nothing_readable_of_code_ticket_or_password_is_in_the_store() {
    let pool = TestPool::new().await;
    let signed_up = pool.sign_up("jdoe", "me@domain.com").await;
    let code = pool.code_for("me@domain.com").await;
    let bytes = pool.place().everything();
    assert!(bytes.windows(4).any(|window| window == b"jdoe"), "the search works");
    for secret in [code.as_str(), signed_up.ticket.reveal(), PASSWORD] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

impl TestPool {
    async fn sign_up_form(&self, form: SignUp) -> Result<SignedUp, SignUpError> {
        self.handle().sign_up(&self.client(), form, &origin()).await
    }
}
