//! An account that more than one has tried to sign up.

use super::{OTHERS, attempt, fault};
use crate::one_time_codes::CodeFault;
use crate::sign_in::outcome::SignedIn;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::{Stage, Who};
use crate::sign_up::first_password::{self, FirstPassword, FirstPasswordError};
use crate::sign_up::{confirm, pending, resend, start};
use crate::testing::{self, PASSWORD, TestPool, another_code, origin_at};
use model::Standard;

#[tokio::test]
async fn confirm_while_strangers_sign_up_and_guess_takes_the_owners_code() {
    let pool = TestPool::new().await;
    let owner = attempt(&pool, &origin_at("192.0.2.7"), "me@domain.com", PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    for n in 0..30 {
        let stranger = origin_at(&format!("198.51.100.{n}"));
        attempt(&pool, &stranger, "me@domain.com", OTHERS).await;
        _ = resend::resend(&pool.handle(), &Who::Typed("jdoe".into()), &stranger).await;
        for _ in 0..7 {
            _ = pool.confirm_by_name_from(&stranger, "jdoe", &another_code(&code)).await;
        }
        pool.wait(60);
    }
    assert!(pool.codes_sent_to("me@domain.com").await.len() < 12);
    let done = pool.confirm(owner, &code).await.unwrap();
    assert!(done.session.is_none() && done.next.is_some(), "it was contested: a password is next");
}

#[tokio::test]
async fn confirm_by_name_after_twenty_tries_works_only_where_it_was_asked() {
    let pool = TestPool::new().await;
    let home = origin_at("192.0.2.7");
    attempt(&pool, &home, "me@domain.com", PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    for n in 0..4 {
        for tries_left in [4, 3, 2, 1] {
            let wrong = fault(
                pool.confirm_by_name_from(
                    &origin_at(&format!("198.51.100.{n}")),
                    "jdoe",
                    &another_code(&code),
                )
                .await,
            );
            assert_eq!(wrong, CodeFault::Wrong { tries_left });
        }
        let last = fault(
            pool.confirm_by_name_from(&origin_at(&format!("198.51.100.{n}")), "jdoe", &another_code(&code))
                .await,
        );
        assert_eq!(last, CodeFault::WornOut);
    }
    let elsewhere = fault(pool.confirm_by_name_from(&origin_at("203.0.113.1"), "jdoe", &code).await);
    assert_eq!(elsewhere, CodeFault::Wrong { tries_left: 4 }, "the right one, where it was not asked for");
    pool.confirm_by_name_from(&home, "jdoe", &code).await.unwrap();
}

#[tokio::test]
async fn confirm_with_a_code_not_yet_sent_is_refused() {
    let pool = TestPool::new().await;
    attempt(&pool, &origin_at("198.51.100.1"), "me@domain.com", OTHERS).await;
    let owner = attempt(&pool, &origin_at("192.0.2.7"), "me@domain.com", PASSWORD).await;
    assert_eq!(
        pool.codes_due_to("me@domain.com").await.len(),
        1,
        "the owner's waits for the stranger's gap to end"
    );
    let code = pool.code_for("me@domain.com").await;
    assert_eq!(fault(pool.confirm(owner.clone(), &code).await), CodeFault::Wrong { tries_left: 4 });
    pool.wait_until_sent().await;
    assert_eq!(pool.codes_due_to("me@domain.com").await.len(), 2);
    assert!(pool.confirm(owner, &code).await.unwrap().next.is_some());
}

#[tokio::test]
async fn confirm_of_sign_ups_sharing_a_code_confirms_only_one() {
    let pool = TestPool::new().await;
    pool.sign_up("one", "me@domain.com").await;
    let two = pool.sign_up("two", "me@domain.com").await.ticket;
    let three = pool.sign_up("three", "me@domain.com").await.ticket;
    pool.wait_until_sent().await;
    let messages = pool.messages_to("me@domain.com").await;
    assert_eq!(messages.len(), 2, "two and three share one message");
    let shared = pool.code_for("me@domain.com").await;
    assert_eq!(pool.confirm(three, &shared).await.unwrap().username, "three");
    assert!(
        matches!(pool.confirm(two, &shared).await, Err(ConfirmSignUpError::AliasExists(_))),
        "the address is taken by now"
    );
}

#[tokio::test]
async fn confirm_by_name_without_a_ticket_asks_for_the_first_password() {
    let pool = TestPool::new().await;
    let browser =
        || origin_at("203.0.113.1").in_browser(nameplate_core::identity::BrowserId::new(&*pool.entropy));
    attempt(&pool, &browser(), "me@domain.com", PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    let form = testing::entering(Who::Typed("jdoe".into()), &code);
    let next =
        confirm::confirm(&pool.handle(), &pool.client(), &form, &browser()).await.unwrap().next.unwrap();
    assert_eq!(
        pending::pending(&pool, &next).await.unwrap().unwrap().stage,
        Stage::Password { takes_first: true }
    );
    let entered = |password: &str| FirstPassword {
        ticket: next.clone(),
        password: model::Password::new(password),
        confirmation: None,
        new_username: None,
    };
    let wrong = first_password::confirm_with_first_password(
        &pool.handle(),
        &pool.client(),
        &entered(OTHERS),
        &browser(),
    )
    .await;
    assert!(matches!(wrong, Err(FirstPasswordError::WrongPassword)), "{wrong:?}");
    let done = first_password::confirm_with_first_password(
        &pool.handle(),
        &pool.client(),
        &entered(PASSWORD),
        &browser(),
    )
    .await
    .unwrap();
    let viewer = pool.viewer_of(&done.session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Address).await.as_deref(), Some(PASSWORD));
}

#[tokio::test]
async fn confirm_with_the_first_password_after_a_contest_is_refused() {
    let pool = TestPool::new().await;
    let browser =
        origin_at("203.0.113.1").in_browser(nameplate_core::identity::BrowserId::new(&*pool.entropy));
    attempt(&pool, &browser, "me@domain.com", PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    let form = testing::entering(Who::Typed("jdoe".into()), &code);
    let next = confirm::confirm(&pool.handle(), &pool.client(), &form, &browser).await.unwrap().next.unwrap();
    attempt(&pool, &origin_at("198.51.100.1"), "me@domain.com", OTHERS).await;
    let entered = |password: &str| FirstPassword {
        ticket: next.clone(),
        password: model::Password::new(password),
        confirmation: None,
        new_username: None,
    };
    let late = first_password::confirm_with_first_password(
        &pool.handle(),
        &pool.client(),
        &entered(PASSWORD),
        &browser,
    )
    .await;
    assert!(matches!(late, Err(FirstPasswordError::WrongPassword)), "{late:?}");
    let done = first_password::choose_first_password(
        &pool.handle(),
        &pool.client(),
        &entered("the-owners-own-#1"),
        &browser,
    )
    .await
    .unwrap();
    let viewer = pool.viewer_of(&done.session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Address).await, None);
    assert!(
        pool.try_sign_in("jdoe", OTHERS).await.is_err() && pool.try_sign_in("jdoe", PASSWORD).await.is_err()
    );
    assert!(pool.try_sign_in("jdoe", "the-owners-own-#1").await.is_ok());
}

#[tokio::test]
async fn sign_up_again_with_the_first_ticket_replaces_the_waiting_one() {
    let pool = TestPool::new().await;
    let first = attempt(&pool, &origin_at("192.0.2.7"), "me@domain.com", PASSWORD).await;
    let mut again = testing::form("jdoe", &[("email", "me@domain.com"), ("address", "corrected")]);
    again.password = model::Password::new(OTHERS);
    again.ticket = Some(first);
    let ticket =
        start::start(&pool.handle(), &pool.client(), again, &origin_at("192.0.2.7")).await.unwrap().ticket;
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    let viewer = pool.viewer_of(&pool.confirm(ticket, &code).await.unwrap().session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Address).await.as_deref(), Some("corrected"));
    assert!(pool.try_sign_in("jdoe", OTHERS).await.is_ok());
}

#[tokio::test]
async fn sign_in_to_several_waiting_sign_ups_compares_that_of_the_network() {
    let pool = TestPool::new().await;
    attempt(&pool, &testing::origin(), "me@domain.com", PASSWORD).await;
    pool.wait(1);
    for n in 0..5 {
        attempt(&pool, &origin_at("198.51.100.1"), &format!("stranger{n}@domain.com"), OTHERS).await;
    }
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Unconfirmed(_))));
    assert!(pool.try_sign_in("jdoe", OTHERS).await.is_err(), "one hash");
}

#[tokio::test]
async fn confirm_contested_sign_up_by_text_keeps_no_password() {
    let sign_in = model::SignInOptions { username: false, email: false, phone_number: true };
    let mut settings =
        nameplate_core::settings::Settings { sign_in, ..nameplate_core::settings::Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let attempt = async |password: &str| {
        let mut form = testing::form("", &[("phone_number", "+12128601234"), ("address", password)]);
        form.password = model::Password::new(password);
        start::start(&pool.handle(), &pool.client(), form, &origin_at("192.0.2.7")).await.unwrap()
    };
    let first = attempt(OTHERS).await;
    let second = attempt(PASSWORD).await;
    assert_ne!(first.sub, second.sub);
    pool.wait_until_sent().await;
    let code = pool.code_for("+12128601234").await;
    let next = pool.confirm(second.ticket, &code).await.unwrap().next.unwrap();
    assert!(pool.try_sign_in("+12128601234", OTHERS).await.is_err());
    let form = FirstPassword {
        ticket: next,
        password: model::Password::new(PASSWORD),
        confirmation: None,
        new_username: None,
    };
    let done =
        first_password::choose_first_password(&pool.handle(), &pool.client(), &form, &testing::origin())
            .await
            .unwrap();
    let viewer = pool.viewer_of(&done.session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Address).await, None);
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("true"));
}
