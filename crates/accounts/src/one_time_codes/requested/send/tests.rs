use crate::admin::{browse, reset_user_password};
use crate::error::CommonError;
use crate::one_time_codes::CodeFault;
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::Who;
use crate::sign_up::first_password::{self, FirstPassword, FirstPasswordError};
use crate::sign_up::start::{self, SignedUp};
use crate::sign_up::{confirm, resend};
use crate::testing::{PASSWORD, TestPool, another_code, entering, form, origin, origin_at};
use delivery::Message;
use model::{Password, Standard};
use nameplate_core::identity::{BrowserId, BrowserTicket, Origin};

const OTHERS: &str = "another+Password-1";

/// Somebody signs up as `jdoe`, somewhere.
async fn sign_up(pool: &TestPool, from: &Origin, (name, email): (&str, &str), password: &str) -> SignedUp {
    let mut form = form(name, &[("email", email)]);
    form.password = Password::new(password);
    start::start(&pool.handle(), &pool.client(), form, from).await.unwrap()
}

fn network(number: usize) -> Origin {
    origin_at(&format!("198.51.{}.{}", 100 + number / 200, number % 200))
}

fn in_browser(number: usize) -> Origin {
    Origin { browser: Some(BrowserId::generate(&nameplate_core::entropy::SystemEntropy)), ..network(number) }
}

fn reset(name: &str, code: &str) -> PasswordReset {
    PasswordReset {
        username: name.into(),
        code: code.into(),
        password: Password::new("new+Password-1"),
        confirmation: None,
    }
}

/// The right code, entered by name on the pages.
async fn proof(pool: &TestPool, code: &str) -> BrowserTicket {
    let form = entering(Who::Typed("jdoe".into()), code);
    confirm::confirm(&pool.handle(), &pool.client(), &form, &origin())
        .await
        .unwrap()
        .next
        .expect("a password is next")
}

#[tokio::test]
async fn confirm_after_two_spellings_keeps_the_one_the_code_went_to() {
    for (first, second) in
        [("kate@bücher.example", "kate@xn--bcher-kva.example"), ("Jane@domain.com", "jane@domain.com")]
    {
        let pool = TestPool::new().await;
        sign_up(&pool, &network(1), ("jdoe", first), OTHERS).await;
        pool.wait(60);
        let owner = sign_up(&pool, &network(2), ("jdoe", second), PASSWORD).await;
        let code = pool.code_for(second).await;
        pool.confirm(owner.ticket, &code).await.unwrap();
        let shown = browse::find_user(&pool, "jdoe").await.unwrap().record;
        assert_eq!(shown.attributes.get(&Standard::Email.into()).map(String::as_str), Some(second));
    }
}

#[tokio::test]
async fn confirm_with_shared_code_keeps_the_spelling_it_went_to() {
    let cases = [
        ("kate@bücher.example", "kate@xn--bcher-kva.example", "kate@bücher.example"), // the domain in letters, and as the DNS has it
        ("Jane@domain.com", "jane@domain.com", "jane@domain.com"), // in case alone: as the owner writes it
    ];
    for (first, second, kept) in cases {
        let pool = TestPool::new().await;
        sign_up(&pool, &network(1), ("other", first), OTHERS).await;
        sign_up(&pool, &network(2), ("another", first), OTHERS).await;
        let owner = sign_up(&pool, &network(3), ("jdoe", second), PASSWORD).await;
        pool.wait_until_sent().await;
        let code = pool.code_for(first).await;
        pool.confirm(owner.ticket, &code).await.unwrap();
        let shown = browse::find_user(&pool, "jdoe").await.unwrap().record;
        assert_eq!(shown.attributes.get(&Standard::Email.into()).map(String::as_str), Some(kept));
    }
}

#[tokio::test]
async fn first_password_after_code_keeps_the_spelling_it_went_to() {
    let pool = TestPool::new().await;
    sign_up(&pool, &network(1), ("jdoe", "kate@bücher.example"), PASSWORD).await;
    pool.wait(60);
    sign_up(&pool, &network(2), ("jdoe", "kate@xn--bcher-kva.example"), PASSWORD).await;
    let code = pool.code_for("kate@xn--bcher-kva.example").await;
    let ticket = proof(&pool, &code).await;
    let form =
        FirstPassword { ticket, password: Password::new(OTHERS), confirmation: None, new_username: None };
    first_password::choose_first_password(&pool.handle(), &pool.client(), &form, &origin()).await.unwrap();
    let shown = browse::find_user(&pool, "jdoe").await.unwrap().record;
    assert_eq!(
        shown.attributes.get(&Standard::Email.into()).map(String::as_str),
        Some("kate@xn--bcher-kva.example")
    );
}

#[tokio::test]
async fn reset_by_administrator_outlives_requests_of_strangers() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    reset_user_password::reset_user_password(&pool, "jdoe").await.unwrap();
    let code = pool.code_for("me@domain.com").await;
    assert_eq!(code.len(), 8);
    for n in 0..10 {
        forgot::forgot(&pool.handle(), "jdoe", &network(n)).await.unwrap();
        for _ in 0..6 {
            assert!(
                confirm_forgot::confirm_forgot(&pool, reset("jdoe", "87654321"), &network(n)).await.is_err()
            );
        }
        pool.wait(60);
    }
    confirm_forgot::confirm_forgot(&pool, reset("jdoe", &code), &origin_at("192.0.2.9")).await.unwrap();
}

#[tokio::test]
async fn forgot_password_joining_a_queued_code_may_still_enter_it() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    pool.wait(3600 * 24 * 200);
    for _ in 0..40 {
        forgot::forgot(&pool.handle(), "jdoe", &in_browser(1)).await.unwrap();
    }
    let owner = in_browser(2);
    forgot::forgot(&pool.handle(), "jdoe", &owner).await.unwrap();
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    for n in 10..20 {
        for _ in 0..5 {
            assert!(
                confirm_forgot::confirm_forgot(&pool, reset("jdoe", &another_code(&code)), &network(n))
                    .await
                    .is_err()
            );
        }
    }
    confirm_forgot::confirm_forgot(&pool, reset("jdoe", &code), &owner).await.unwrap();
}

#[tokio::test]
async fn sign_up_sharing_a_code_with_eight_others_gets_eight_digits() {
    let pool = TestPool::new().await;
    let mut all = Vec::new();
    for n in 0..30 {
        all.push(sign_up(&pool, &network(n), (&format!("jdoe{n}"), "me@domain.com"), PASSWORD).await);
    }
    pool.wait_until_sent().await;
    let mut codes = pool.codes_sent_to("me@domain.com").await;
    codes.sort_by_key(String::len);
    assert_eq!(codes.iter().map(String::len).collect::<Vec<_>>(), [6, 8]);
    for n in [1, 4, 29] {
        pool.wait(1);
        let late = pool.confirm(all[n].ticket.clone(), &codes[1]).await;
        assert!(n != 1 || late.is_ok(), "{late:?}");
        assert!(
            n == 1 || matches!(late, Err(crate::sign_up::confirm_error::ConfirmSignUpError::AliasExists(_))),
            "{late:?}"
        );
    }
}

#[tokio::test]
async fn resend_by_name_finds_the_sign_up_of_the_same_network() {
    let pool = TestPool::new().await;
    let (stranger, owner) = (network(1), network(2));
    sign_up(&pool, &stranger, ("jdoe", "me@domain.com"), OTHERS).await;
    sign_up(&pool, &stranger, ("else", "me@domain.com"), OTHERS).await;
    sign_up(&pool, &owner, ("jdoe", "me@domain.com"), PASSWORD).await;
    for n in 0..3 {
        pool.wait(1);
        sign_up(&pool, &stranger, ("jdoe", &format!("x{n}@domain.com")), OTHERS).await;
    }
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    pool.wait(60);
    resend::resend_by_name(&pool.handle(), "jdoe", &owner).await.unwrap();
    assert_eq!(pool.codes_sent_to("x2@domain.com").await.len(), 1);
    let form = entering(Who::Typed("jdoe".into()), &code);
    confirm::confirm_for_application(&pool.handle(), &pool.client(), &form, &owner).await.unwrap();
    assert_eq!(
        browse::find_user(&pool, "jdoe").await.unwrap().record.attributes[&Standard::Email.into()],
        "me@domain.com"
    );
}

#[tokio::test]
async fn confirm_with_the_right_code_ignores_other_requests_of_the_network() {
    let pool = TestPool::new().await;
    let owner = sign_up(&pool, &origin(), ("jdoe", "me@domain.com"), PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    for n in 0..59 {
        forgot::forgot(&pool.handle(), &format!("nobody{n}"), &origin()).await.unwrap();
    }
    assert!(forgot::forgot(&pool.handle(), "nobody", &origin()).await.is_err(), "sixty mails");
    pool.confirm(owner.ticket, &code).await.unwrap();
}

#[tokio::test]
async fn confirm_after_a_hundred_wrong_codes_of_the_network_has_to_wait() {
    let pool = TestPool::new().await;
    let owner = sign_up(&pool, &network(1), ("jdoe", "me@domain.com"), PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    let enter = async |who: Who, code: &str, from: &Origin| {
        confirm::confirm(&pool, &pool.client(), &entering(who, code), from).await
    };
    for n in 0..100 {
        let wrong = enter(Who::Typed(format!("nobody{n}")), "123456", &network(1)).await;
        assert!(matches!(wrong, Err(ConfirmSignUpError::Code(CodeFault::Wrong { .. }))), "{n}: {wrong:?}");
    }
    let waits = enter(Who::Ticket(owner.ticket.clone()), &code, &network(1)).await;
    assert!(matches!(waits, Err(ConfirmSignUpError::Common(CommonError::Wait { .. }))), "{waits:?}");
    enter(Who::Ticket(owner.ticket), &code, &network(2)).await.unwrap();
}

#[tokio::test]
async fn confirm_wrong_codes_from_many_networks_count_for_their_site() {
    let pool = TestPool::new().await;
    let place = |n: u16| origin_at(&format!("2001:db8:1:{n:x}::1"));
    for n in 0..1000 {
        let form = entering(Who::Typed(format!("nobody{n}")), "123456");
        let wrong = confirm::confirm(&pool, &pool.client(), &form, &place(n)).await;
        assert!(matches!(wrong, Err(ConfirmSignUpError::Code(CodeFault::Wrong { .. }))), "{n}: {wrong:?}");
    }
    let form = entering(Who::Typed("nobody".into()), "123456");
    let waits = confirm::confirm(&pool, &pool.client(), &form, &place(1000)).await;
    assert!(matches!(waits, Err(ConfirmSignUpError::Common(CommonError::Wait { .. }))), "{waits:?}");
    let elsewhere = confirm::confirm(&pool, &pool.client(), &form, &origin_at("2001:db8:2::1")).await;
    assert!(matches!(elsewhere, Err(ConfirmSignUpError::Code(CodeFault::Wrong { .. }))), "{elsewhere:?}");
}

#[tokio::test]
async fn resend_for_a_taken_contact_keeps_the_code_that_was_sent() {
    let pool = TestPool::new().await;
    pool.signed_in("owner", "me@domain.com").await;
    pool.wait(60);
    let late = sign_up(&pool, &origin(), ("jdoe", "me@domain.com"), PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    pool.wait(60);
    resend::resend(&pool, &Who::Ticket(late.ticket.clone()), &origin()).await.unwrap();
    let refused = pool.confirm(late.ticket, &code).await;
    assert!(
        matches!(refused, Err(crate::sign_up::confirm_error::ConfirmSignUpError::AliasExists(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn first_password_tried_twenty_times_has_to_wait() {
    let pool = TestPool::new().await;
    sign_up(&pool, &origin(), ("jdoe", "me@domain.com"), PASSWORD).await;
    let code = pool.code_for("me@domain.com").await;
    let ticket = proof(&pool, &code).await;
    pool.signed_in("taken", "other@domain.com").await;
    let mut form = FirstPassword {
        ticket,
        password: Password::new(OTHERS),
        confirmation: None,
        new_username: Some("taken".into()),
    };
    for n in 0..25 {
        let refused = first_password::choose_first_password(&pool.handle(), &pool.client(), &form, &origin())
            .await
            .unwrap_err();
        let waits = matches!(
            refused,
            FirstPasswordError::Confirm(crate::sign_up::confirm_error::ConfirmSignUpError::Common(
                CommonError::Wait { .. }
            ))
        );
        assert_eq!(waits, n >= 20, "{n}: {refused:?}");
    }
    pool.wait(3601);
    form.new_username = None;
    let late = first_password::choose_first_password(&pool.handle(), &pool.client(), &form, &origin()).await;
    assert!(matches!(late, Err(FirstPasswordError::NoPending)), "the proof is an hour old: {late:?}");
}

#[tokio::test]
async fn sign_up_again_restores_the_attempts_by_name() {
    let pool = TestPool::new().await;
    for _ in 0..3 {
        sign_up(&pool, &origin(), ("jdoe", "me@domain.com"), PASSWORD).await;
        pool.wait_until_sent().await;
        let code = pool.code_for("me@domain.com").await;
        let again = entering(Who::Typed("jdoe".into()), &another_code(&code));
        for _ in 0..5 {
            assert!(
                confirm::confirm_for_application(&pool.handle(), &pool.client(), &again, &origin())
                    .await
                    .is_err()
            );
        }
        pool.wait(60);
    }
    sign_up(&pool, &origin(), ("jdoe", "me@domain.com"), PASSWORD).await;
    pool.wait_until_sent().await;
    let right = entering(Who::Typed("jdoe".into()), &pool.code_for("me@domain.com").await);
    confirm::confirm_for_application(&pool.handle(), &pool.client(), &right, &origin()).await.unwrap();
}

#[tokio::test]
async fn sign_up_joining_a_queued_message_says_there_was_one_before() {
    let pool = TestPool::new().await;
    let first = sign_up(&pool, &network(1), ("jdoe", "me@domain.com"), OTHERS).await;
    pool.wait(29);
    resend::resend(&pool, &Who::Ticket(first.ticket), &network(1)).await.unwrap_err();
    resend::resend(&pool, &Who::Typed("jdoe".into()), &network(5)).await.unwrap();
    sign_up(&pool, &network(2), ("jdoe", "me@domain.com"), PASSWORD).await;
    pool.wait_until_sent().await;
    let last = pool.messages_to("me@domain.com").await.pop().unwrap();
    assert!(matches!(last, Message::SignUpCode { before: Some(_), .. }));
}
