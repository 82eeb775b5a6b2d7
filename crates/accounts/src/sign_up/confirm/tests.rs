use super::*;
use crate::account::events;
use crate::error::CommonError;
use crate::sign_in::outcome::SignedIn;
use crate::sign_up::confirmation::Stage;
use crate::sign_up::first_password::{self, FirstPassword, FirstPasswordError};
use crate::sign_up::{confirm, pending, resend, start};
use crate::testing::{self, PASSWORD, TestPool, another_code, origin_at};
use model::{ErrorCode, Standard};
use std::sync::Arc;
use tokio::task::JoinSet;

fn fault<T: std::fmt::Debug>(result: Result<T, ConfirmSignUpError>) -> CodeFault {
    match result {
        Err(ConfirmSignUpError::Code(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_right_code_confirms_verifies_and_signs_in_the_browser_that_signed_up() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let session = pool.confirm(ticket.clone(), &spaced).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!((viewer.username.as_str(), viewer.signed_in_at), ("jdoe", pool.time()));
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await.as_deref(), Some("true"));
    let names: Vec<_> =
        events::after(&pool, &viewer, 0, 10).await.unwrap().iter().map(|it| it.event.name()).collect();
    assert_eq!(names, ["signUp", "confirmSignUp", "signIn"]);
    // The ticket was redeemed.
    assert_eq!(pending::pending(&pool, &ticket).await.unwrap(), None);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::NoCode);
}

#[tokio::test]
async fn from_another_browser_the_code_confirms_but_signs_in_nobody() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm_by_name("JDoe", &code).await.unwrap().session.is_none());
    assert_eq!(pending::pending(&pool, &ticket).await.unwrap(), None);
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert_eq!(fault(pool.confirm_by_name("jdoe", &code).await), CodeFault::Used);
}

#[tokio::test]
async fn a_code_wears_out_after_five_tries_and_a_new_one_helps() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let wrong = another_code(&code);
    for tries_left in [4, 3, 2, 1] {
        assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::Wrong { tries_left });
        assert_eq!(
            fault(pool.confirm(ticket.clone(), "12345").await),
            CodeFault::NotACode,
            "this costs no try"
        );
        assert_eq!(fault(pool.confirm(ticket.clone(), " ").await), CodeFault::Missing);
    }
    assert_eq!(fault(pool.confirm(ticket.clone(), &wrong).await), CodeFault::WornOut);
    assert_eq!(
        fault(pool.confirm(ticket.clone(), &code).await),
        CodeFault::WornOut,
        "the right one comes too late"
    );
    pool.wait(30);
    resend::resend(&pool, &Who::Ticket(ticket.clone()), &testing::origin()).await.unwrap();
    let code = pool.code_for("me@domain.com").await;
    assert!(pool.confirm(ticket, &code).await.is_ok());
}

#[tokio::test]
async fn a_code_expires_after_a_day() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.wait(24 * 60 * 60 - 1);
    assert_eq!(
        fault(pool.confirm(ticket.clone(), &another_code(&code)).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    pool.wait(1);
    assert_eq!(fault(pool.confirm(ticket, &code).await), CodeFault::Expired);
    assert_eq!(
        fault(pool.confirm_by_name("jdoe", &code).await),
        CodeFault::Expired,
        "whoever holds it may know"
    );
}

#[tokio::test]
async fn only_the_newest_code_counts() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let old = pool.code_for("me@domain.com").await;
    pool.wait(30);
    resend::resend(&pool, &Who::Ticket(ticket.clone()), &testing::origin()).await.unwrap();
    assert_ne!(pool.code_for("me@domain.com").await, old);
    assert_eq!(fault(pool.confirm(ticket, &old).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn a_code_of_one_account_confirms_no_other() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    pool.sign_up("other", "other@domain.com").await;
    let foreign = pool.code_for("other@domain.com").await;
    assert_eq!(fault(pool.confirm(ticket, &foreign).await), CodeFault::Wrong { tries_left: 4 });
}

#[tokio::test]
async fn a_stranger_can_not_tell_by_codes_whether_there_is_such_an_account() {
    let pool = TestPool::new().await;
    pool.signed_in("confirmed", "confirmed@domain.com").await;
    pool.sign_up("waiting", "waiting@domain.com").await;
    pool.sign_up("expired", "expired@domain.com").await;
    pool.wait(24 * 60 * 60 - 10);
    let fresh = pool.sign_up("fresh", "fresh@domain.com").await;
    pool.wait(10);
    let wrong = another_code(&pool.code_for("fresh@domain.com").await);
    let names = [
        "nobody",
        "confirmed",
        "waiting",
        "expired",
        "fresh",
        "confirmed@domain.com",
        "nobody@domain.com",
        "not@an@address",
        "@",
    ];
    for name in names {
        for tries_left in [4, 3, 2, 1] {
            assert_eq!(
                fault(pool.confirm_by_name(name, &wrong).await),
                CodeFault::Wrong { tries_left },
                "{name}"
            );
        }
        for _ in 0..2 {
            assert_eq!(fault(pool.confirm_by_name(name, &wrong).await), CodeFault::WornOut, "{name}");
        }
        assert_eq!(fault(pool.confirm_by_name(name, "1").await), CodeFault::NotACode, "{name}");
        let resent = resend::resend(&pool, &Who::Typed(name.into()), &testing::origin()).await.unwrap();
        assert_eq!(resent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
        assert_eq!(
            fault(pool.confirm_by_name(name, &wrong).await),
            CodeFault::Wrong { tries_left: 4 },
            "{name}"
        );
    }
    drop(fresh);
}

#[tokio::test]
async fn one_network_may_enter_only_so_many_codes_by_name() {
    let mut settings = nameplate_core::settings::Settings::default();
    settings.limits.code_requests_per_network_an_hour = 3;
    let pool = TestPool::with(settings).await;
    for n in 0..3 {
        fault(pool.confirm_by_name(&format!("nobody{n}"), "123456").await);
    }
    let refused = pool.confirm_by_name("nobody", "123456").await;
    assert!(
        matches!(refused, Err(ConfirmSignUpError::Common(CommonError::Wait { seconds: 3600 }))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_code_entered_many_times_at_once_is_used_once() {
    let pool = Arc::new(TestPool::new().await);
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    let mut tasks = JoinSet::new();
    for n in 0..16 {
        let (pool, ticket, code) = (Arc::clone(&pool), ticket.clone(), code.clone());
        tasks.spawn(async move {
            match n % 2 {
                0 => pool.confirm(ticket, &code).await.is_ok(),
                _ => pool.confirm_by_name("jdoe", &code).await.is_ok(),
            }
        });
    }
    let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    let mut conn = pool.store.read().await.unwrap();
    let sessions: i64 =
        conn.query("SELECT COUNT(*) FROM sessions").optional().await.unwrap().unwrap().get(0).unwrap();
    let confirmed = r#"SELECT COUNT(*) FROM events WHERE payload LIKE '%"confirmSignUp"%'"#;
    let events: i64 = conn.query(confirmed).optional().await.unwrap().unwrap().get(0).unwrap();
    assert!(sessions <= 1 && events == 1, "{sessions} {events}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_guesses_at_once_only_five_are_compared() {
    let pool = Arc::new(TestPool::new().await);
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let wrong = another_code(&pool.code_for("me@domain.com").await);
    let mut tasks = JoinSet::new();
    for _ in 0..40 {
        let (pool, ticket, wrong) = (Arc::clone(&pool), ticket.clone(), wrong.clone());
        tasks.spawn(async move { fault(pool.confirm(ticket, &wrong).await) });
    }
    let faults = tasks.join_all().await;
    for tries_left in [4, 3, 2, 1] {
        let found = faults.iter().filter(|fault| **fault == CodeFault::Wrong { tries_left }).count();
        assert_eq!(found, 1, "{tries_left} left");
    }
    assert_eq!(faults.iter().filter(|fault| **fault == CodeFault::WornOut).count(), 36);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_proved_by_many_at_once_belongs_to_one() {
    let pool = Arc::new(TestPool::new().await);
    let mut waiting = Vec::new();
    for n in 0..12 {
        let email = if n % 2 == 0 { "me@domain.com" } else { "ME@Domain.com" };
        waiting.push(pool.sign_up(&format!("jdoe{n}"), email).await.ticket);
    }
    // The first one has a code of its own; those who came in its gap share the next one.
    let first = pool.codes_due_to("me@domain.com").await.remove(0);
    pool.wait_until_sent().await;
    let shared = pool.code_for("ME@Domain.com").await;
    let waiting = waiting
        .into_iter()
        .enumerate()
        .map(|(n, ticket)| (ticket, if n == 0 { first.clone() } else { shared.clone() }));
    let mut tasks = JoinSet::new();
    for (ticket, code) in waiting {
        let pool = Arc::clone(&pool);
        tasks.spawn(async move { pool.confirm(ticket, &code).await });
    }
    let done = tasks.join_all().await;
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    assert_eq!(
        done.iter().filter(|it| matches!(it, Err(ConfirmSignUpError::AliasExists(_)))).count(),
        11,
        "{done:?}"
    );
}

const OTHERS: &str = "another+Password-1";

/// Somebody signs up somewhere, with this password and nickname.
async fn attempt(pool: &TestPool, origin: &Origin, email: &str, password: &str) -> BrowserTicket {
    let mut form = testing::form("jdoe", &[("email", email), ("nickname", password)]);
    form.password = model::Password::new(password);
    start::start(&pool.handle(), &pool.client(), form, origin).await.unwrap().ticket
}

#[tokio::test]
async fn confirm_sign_up_while_strangers_sign_up_and_guess_takes_the_code_of_whoever_asked() {
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
async fn confirm_by_name_is_tried_five_times_a_network_and_twenty_in_all_and_then_only_by_who_asked() {
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
async fn confirm_with_a_code_that_waits_to_be_sent_is_wrong_until_it_is() {
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
async fn confirm_of_sign_ups_that_share_a_code_confirms_only_the_one_that_is_entered() {
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
async fn confirm_with_a_lost_ticket_by_name_on_the_pages_wants_the_password_from_sign_up() {
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
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some(PASSWORD));
}

#[tokio::test]
async fn confirm_with_the_first_password_after_somebody_contested_is_refused_and_a_new_one_helps() {
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
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    assert!(
        pool.try_sign_in("jdoe", OTHERS).await.is_err() && pool.try_sign_in("jdoe", PASSWORD).await.is_err()
    );
    assert!(pool.try_sign_in("jdoe", "the-owners-own-#1").await.is_ok());
}

#[tokio::test]
async fn sign_up_again_with_the_first_ticket_replaces_what_waits() {
    let pool = TestPool::new().await;
    let first = attempt(&pool, &origin_at("192.0.2.7"), "me@domain.com", PASSWORD).await;
    let mut again = testing::form("jdoe", &[("email", "me@domain.com"), ("nickname", "corrected")]);
    again.password = model::Password::new(OTHERS);
    again.ticket = Some(first);
    let ticket =
        start::start(&pool.handle(), &pool.client(), again, &origin_at("192.0.2.7")).await.unwrap().ticket;
    pool.wait_until_sent().await;
    let code = pool.code_for("me@domain.com").await;
    let viewer = pool.viewer_of(&pool.confirm(ticket, &code).await.unwrap().session.unwrap().token).await;
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await.as_deref(), Some("corrected"));
    assert!(pool.try_sign_in("jdoe", OTHERS).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn confirm_two_sign_ups_of_one_name_at_once_gives_the_name_to_one() {
    for _ in 0..4 {
        let pool = Arc::new(TestPool::new().await);
        let mut waiting = Vec::new();
        for n in 0..6 {
            let email = format!("me{n}@domain.com");
            waiting.push((
                attempt(&pool, &origin_at("192.0.2.7"), &email, PASSWORD).await,
                pool.code_for(&email).await,
            ));
        }
        let mut tasks = JoinSet::new();
        for (ticket, code) in waiting {
            let pool = Arc::clone(&pool);
            tasks.spawn(async move { pool.confirm(ticket, &code).await });
        }
        let done = tasks.join_all().await;
        assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
        let taken = done
            .iter()
            .filter(|it| matches!(it, Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken))))
            .count();
        assert_eq!(taken, 5, "{done:?}");
    }
}

#[tokio::test]
async fn sign_in_while_several_wait_under_a_name_compares_with_the_one_of_this_network() {
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
async fn confirm_by_text_where_two_have_signed_up_keeps_no_password_either() {
    let sign_in = model::SignInOptions { username: false, email: false, phone_number: true };
    let mut settings =
        nameplate_core::settings::Settings { sign_in, ..nameplate_core::settings::Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let attempt = async |password: &str| {
        let mut form = testing::form("", &[("phone_number", "+12128601234"), ("nickname", password)]);
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
    assert_eq!(pool.shown(&viewer, Standard::Nickname).await, None);
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("true"));
}
