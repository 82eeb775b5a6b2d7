use super::*;
use crate::error::CommonError;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::{Confirming, Who};
use crate::sign_up::{confirm, pending, resend, start};
use crate::testing::{PASSWORD, TestPool, entering, form, origin, origin_at};
use delivery::Message;
use model::{SignInOptions, Standard};
use nameplate_core::settings::Settings;
use std::sync::Arc;
use store::attributes;
use tokio::task::JoinSet;

fn refusal(error: SignUpError) -> FormErrors {
    error.into()
}

fn on(refusal: &FormErrors, name: &str) -> Option<ErrorCode> {
    refusal.on(&name.parse().unwrap())
}

#[tokio::test]
async fn sign_up_as_in_the_guide_stores_attributes_and_sends_a_code() {
    let pool = TestPool::new().await;
    let attributes = [
        ("email", "me@domain.com"),
        ("phone_number", "+12128601234"),
        ("nickname", " Jo "),
        ("given_name", " "),
    ];
    let signed_up = pool.try_sign_up("jdoe", &attributes).await.unwrap();
    assert_eq!(signed_up.delivery.destination, "m***@d***");
    assert_eq!(signed_up.delivery.attribute_name, Standard::Email);
    let pending = pending::pending(&pool, &signed_up.ticket).await.unwrap().unwrap();
    assert_eq!(pending.username, "jdoe");
    assert_eq!(pending.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
    assert!(matches!(pool.messages_to("me@domain.com").await[..], [Message::SignUpCode { .. }]));
    assert!(pool.messages_to("+12128601234").await.is_empty());
    let mut conn = pool.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, nameplate_core::identity::UserId(1)).await.unwrap();
    assert_eq!(stored.len(), 3, "{stored:?}");
    assert_eq!(stored[&Standard::Nickname.into()], "Jo");
}

#[tokio::test]
async fn sign_up_with_several_bad_fields_names_all_and_stores_nothing() {
    let pool = TestPool::new().await;
    let mut wrong = form(
        "j doe",
        &[("sub", "x"), ("email_verified", "true"), ("nope", "x"), ("birthdate", "2023-02-29")],
    );
    wrong.password = Password::new("short");
    let refusal = refusal(pool.sign_up_form(wrong).await.unwrap_err());
    assert_eq!(on(&refusal, "username"), Some(ErrorCode::BadUsername));
    assert!(matches!(on(&refusal, "password"), Some(ErrorCode::PasswordPolicy { .. })));
    assert_eq!(on(&refusal, "attributes[sub]"), Some(ErrorCode::NotWritable));
    assert_eq!(on(&refusal, "attributes[email_verified]"), Some(ErrorCode::NotWritable));
    assert_eq!(on(&refusal, "attributes[nope]"), Some(ErrorCode::UnknownAttribute));
    assert_eq!(on(&refusal, "attributes[birthdate]"), Some(ErrorCode::NotADate));
    assert_eq!(on(&refusal, "attributes[email]"), Some(ErrorCode::Missing));
    let mut conn = pool.store.read().await.unwrap();
    assert!(conn.query("SELECT 1 FROM users").optional().await.unwrap().is_none());
    assert!(conn.query("SELECT 1 FROM limits").optional().await.unwrap().is_none());
}

#[tokio::test]
async fn sign_up_with_empty_fields_names_only_missing_ones() {
    let pool = TestPool::new().await;
    let mut empty = form(" ", &[]);
    empty.password = Password::default();
    let refusal = refusal(pool.sign_up_form(empty).await.unwrap_err());
    for name in ["username", "password", "attributes[email]"] {
        assert_eq!(on(&refusal, name), Some(ErrorCode::Missing), "{name}");
    }
}

#[tokio::test]
async fn sign_up_with_a_taken_username_in_any_spelling_is_refused() {
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
async fn sign_up_with_a_name_that_is_waiting_waits_beside_it() {
    let pool = TestPool::new().await;
    let first =
        pool.try_sign_up("jdoe", &[("email", "squatter@domain.com"), ("nickname", "S")]).await.unwrap();
    let early_code = pool.code_for("squatter@domain.com").await;
    let mut again = form("JDoe", &[("email", "me@domain.com")]);
    again.password = Password::new("another-password");
    let second = pool.sign_up_form(again).await.unwrap();
    assert!(pending::pending(&pool, &first.ticket).await.unwrap().is_some_and(|it| !it.is_name_taken));
    let code = pool.code_for("me@domain.com").await;
    let token = pool.confirm(second.ticket, &code).await.unwrap().session.unwrap().token;
    let viewer = pool.viewer_of(&token).await;
    assert_eq!(viewer.username, "JDoe");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(pool.try_sign_in("jdoe", "another-password").await.is_ok());
    let mut conn = pool.store.read().await.unwrap();
    let stored = attributes::all(&mut conn, viewer.user).await.unwrap();
    assert_eq!(stored.get(&Standard::Nickname.into()), None, "the squatter's");
    // The name is taken: who came first keeps everything else under another one.
    assert!(pending::pending(&pool, &first.ticket).await.unwrap().unwrap().is_name_taken);
    let refused = pool.confirm(first.ticket.clone(), &early_code).await;
    assert!(matches!(refused, Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken))), "{refused:?}");
    let form =
        Confirming { new_username: Some("jdoe2".into()), ..entering(Who::Ticket(first.ticket), &early_code) };
    let done = confirm::confirm(&pool.handle(), &pool.client(), &form, &origin()).await.unwrap();
    assert_eq!(done.username, "jdoe2");
    let viewer = pool.viewer_of(&done.session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some("S"));
}

#[tokio::test]
async fn sign_up_with_a_taken_email_looks_the_same_until_the_code() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(60);
    let free = pool.sign_up("stranger1", "new@domain.com").await;
    let taken = pool.sign_up("stranger2", "Me@Domain.com").await;
    let shape = |it: &SignedUp| {
        (
            it.delivery.attribute_name.clone(),
            it.delivery.delivery_medium,
            it.sub.len(),
            it.ticket.reveal().len(),
        )
    };
    assert_eq!(shape(&free), shape(&taken));
    assert!(matches!(pool.messages_to("Me@Domain.com").await[..], [Message::SignUpCodeAddressTaken { .. }]));

    let code = pool.code_for("Me@Domain.com").await;
    for _ in 0..2 {
        let refused = pool.confirm(taken.ticket.clone(), &code).await;
        assert!(matches!(refused, Err(ConfirmSignUpError::AliasExists(_))), "{refused:?}");
    }
    // Nothing else has changed: the owner signs in, the stranger doesn't.
    assert!(matches!(
        pool.try_sign_in("me@domain.com", PASSWORD).await,
        Ok(crate::sign_in::outcome::SignedIn::Session { .. })
    ));
    assert!(matches!(
        pool.try_sign_in("stranger2", PASSWORD).await,
        Ok(crate::sign_in::outcome::SignedIn::Unconfirmed(_))
    ));
}

#[tokio::test]
async fn sign_up_by_email_only_uses_the_sub_as_username() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let first = pool.sign_up("ignored", "me@domain.com").await;
    let second = pool.sign_up("", "ME@domain.com").await;
    assert_eq!(first.sub, second.sub, "the same account");
    assert!(pending::pending(&pool, &first.ticket).await.unwrap().is_some(), "with the same password");
    pool.wait_until_sent().await;
    let code = pool.code_for("ME@domain.com").await;
    let token = pool.confirm(second.ticket, &code).await.unwrap().session.unwrap().token;
    assert_eq!(pool.viewer_of(&token).await.username, second.sub);
    assert!(matches!(
        pool.try_sign_in("me@DOMAIN.com", PASSWORD).await,
        Ok(crate::sign_in::outcome::SignedIn::Session { .. })
    ));
    // Once it is confirmed the same address makes another account, which never gets further than the code.
    pool.wait(60);
    let third = pool.sign_up("", "me@domain.com").await;
    assert_ne!(third.sub, second.sub);
    assert!(matches!(
        pool.try_sign_in("me@domain.com", PASSWORD).await,
        Ok(crate::sign_in::outcome::SignedIn::Session { .. })
    ));
}

#[tokio::test]
async fn sign_up_by_phone_number_only_sends_the_code_by_text() {
    let sign_in = SignInOptions { username: false, email: false, phone_number: true };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let refusal = refusal(pool.try_sign_up("", &[("email", "me@domain.com")]).await.unwrap_err());
    assert_eq!(on(&refusal, "attributes[phone_number]"), Some(ErrorCode::Missing));
    let signed_up = pool.try_sign_up("", &[("phone_number", "+12128601234")]).await.unwrap();
    assert_eq!(signed_up.delivery.destination, "+*******1234");
    assert_eq!(signed_up.delivery.delivery_medium, model::DeliveryMedium::Sms);
    let code = pool.code_for("+12128601234").await;
    pool.confirm(signed_up.ticket, &code).await.unwrap();
    assert!(pool.try_sign_in("+12128601234", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn sign_up_again_and_again_with_one_address_sends_few_codes() {
    let pool = TestPool::new().await;
    for n in 0..40 {
        pool.sign_up(&format!("jdoe{n}"), "me@domain.com").await;
        pool.wait(30);
    }
    let sent = pool.codes_due_to("me@domain.com").await.len();
    assert!((4..8).contains(&sent), "{sent}");
}

#[tokio::test]
async fn sign_up_with_a_taken_address_tells_its_owner_once_a_day() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    for n in 0..5 {
        pool.wait(3600);
        pool.sign_up(&format!("stranger{n}"), "me@domain.com").await;
    }
    let told = async || {
        pool.message_names("me@domain.com")
            .await
            .into_iter()
            .filter(|name| *name == "sign_up_code_address_taken")
            .count()
    };
    assert_eq!(told().await, 1);
    pool.wait(24 * 3600);
    pool.sign_up("stranger9", "me@domain.com").await;
    assert_eq!(told().await, 2);
}

#[tokio::test]
async fn sign_up_and_name_queries_beyond_the_network_limit_have_to_wait() {
    let mut settings = Settings::default();
    // That of an account that was confirmed doesn't count.
    settings.limits.sign_ups_per_network_an_hour = 1;
    settings.limits.taken_answers_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.sign_up("second", "second@domain.com").await;
    let refused = pool.try_sign_up("third", &[("email", "third@domain.com")]).await;
    assert!(matches!(refused, Err(SignUpError::Common(CommonError::Wait { seconds: 3600 }))), "{refused:?}");
    let ask = || pool.try_sign_up("jdoe", &[("email", "third@domain.com")]);
    assert!(matches!(ask().await, Err(SignUpError::UsernameTaken)));
    assert!(matches!(ask().await, Err(SignUpError::UsernameTaken)));
    assert!(matches!(ask().await, Err(SignUpError::Common(CommonError::Wait { .. }))));
    let elsewhere = form("third", &[("email", "third@domain.com")]);
    start::start(&pool.handle(), &pool.client(), elsewhere, &origin_at("2001:db8::1")).await.unwrap();
}

/// Somebody else signs up with the same name and address, which they write in their own way, and before:
/// `JDOE`, `ME@domain.com`.
async fn strangers_sign_up(pool: &TestPool) -> SignedUp {
    let form =
        SignUp { password: Password::new("another-password"), ..form("JDOE", &[("email", "ME@domain.com")]) };
    pool.sign_up_form(form).await.unwrap()
}

fn by_email() -> Settings {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    Settings { sign_in, ..Settings::default() }
}

#[tokio::test]
async fn sign_up_that_is_waiting_is_shown_to_each_as_they_wrote_it() {
    for settings in [Settings::default(), by_email()] {
        let pool = TestPool::with(settings).await;
        pool.sign_up("jdoe", "me@domain.com").await;
        let stranger = strangers_sign_up(&pool).await;
        let shown = pending::pending(&pool, &stranger.ticket).await.unwrap().unwrap();
        assert_eq!((shown.username, shown.value.as_str()), (stranger.username, "ME@domain.com"));
        assert_eq!(shown.delivery, stranger.delivery);
    }
}

#[tokio::test]
async fn sign_up_that_was_contested_is_shown_as_the_confirming_one_wrote() {
    for settings in [Settings::default(), by_email()] {
        let pool = TestPool::with(settings).await;
        strangers_sign_up(&pool).await;
        let owner = pool.sign_up("jdoe", "me@domain.com").await;
        pool.wait_until_sent().await;
        resend::resend(&pool, &Who::Ticket(owner.ticket.clone()), &origin()).await.unwrap();
        pool.wait_until_sent().await;
        let code = pool
            .codes_due_to("me@domain.com")
            .await
            .pop()
            .expect("it is sent to the address as she writes it");
        let done = pool.confirm(owner.ticket, &code).await.unwrap();
        assert!(!pool.settings.sign_in.username || done.username == "jdoe");
        let shown = pending::pending(&pool, &done.next.unwrap()).await.unwrap().unwrap();
        assert_eq!(shown.value, "me@domain.com");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sign_up_many_times_at_once_makes_one_row_per_name_and_contact() {
    let pool = Arc::new(TestPool::new().await);
    let mut tasks = JoinSet::new();
    for n in 0..24 {
        let pool = Arc::clone(&pool);
        let name = if n % 2 == 0 { "jdoe" } else { "JDOE" };
        tasks.spawn(async move {
            pool.try_sign_up(name, &[("email", &format!("me{}@domain.com", n % 4))]).await.unwrap()
        });
    }
    let done = tasks.join_all().await;
    for one in &done {
        assert!(pending::pending(&pool, &one.ticket).await.unwrap().is_some());
    }
    let subs: std::collections::BTreeSet<_> = done.iter().map(|it| it.sub.as_str()).collect();
    assert_eq!(subs.len(), 4);
    let mut conn = pool.store.read().await.unwrap();
    let count: i64 =
        conn.query("SELECT COUNT(*) FROM users").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(count, 4);
}

#[tokio::test]
async fn sign_up_stores_no_readable_code_ticket_or_password() {
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
        start::start(&self.handle(), &self.client(), form, &origin()).await
    }
}
