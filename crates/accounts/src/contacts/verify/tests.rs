use super::*;
use crate::contacts::{cancel, resend};
use crate::sign_up::resend::ResendError;
use crate::testing::{PASSWORD, TestPool, another_code, origin};
use model::{AccessLists, Standard};
use nameplate_core::client::ClientId;
use nameplate_core::settings::{AppClient, Settings};

fn fault(result: Result<Verified, VerifyAttributeError>) -> CodeFault {
    match result {
        Err(VerifyAttributeError::Code(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

const NEW: &str = "me@anotherdomain.com";

/// Somebody who has asked for a new address, and the code for it.
async fn changing(pool: &TestPool) -> (Viewer, String) {
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    let code = pool.code_for(NEW).await;
    (viewer, code)
}

#[tokio::test]
async fn the_right_code_puts_the_new_address_in_force_and_tells_the_old_one() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    pool.wait(60);
    let spaced = format!(" {}-{} ", &code[..3], &code[3..]);
    assert_eq!(pool.verify(&viewer, Standard::Email, &spaced).await.unwrap(), Verified { value: NEW.into() });

    let profile = pool.shown_profile(&viewer).await;
    assert_eq!(profile.attributes[&Standard::Email.into()], NEW);
    assert_eq!(profile.attributes[&Standard::EmailVerified.into()], "true");
    assert_eq!(profile.attributes[&Standard::UpdatedAt.into()], pool.time().secs().to_string());
    assert_eq!(profile.pending, []);
    assert!(pool.try_sign_in(NEW, PASSWORD).await.is_ok());
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_err());
    let told = pool.message_names("me@domain.com").await;
    assert_eq!(
        told.iter().filter(|name| ["change_requested", "change_done"].contains(name)).count(),
        2,
        "{told:?}"
    );
    assert!(pool.event_names(&viewer).await.ends_with(&[
        "updateUserAttributes",
        "verifyUserAttribute",
        "signIn"
    ]));
    pool.wait(7 * 24 * 60 * 60);
    pool.signed_in("other", "me@domain.com").await; // the old address is free once it can't be had back
}

#[tokio::test]
async fn every_way_to_fail_has_its_own_answer() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, "123456").await), CodeFault::NoCode);
    assert_eq!(fault(pool.verify(&viewer, Standard::Nickname, "123456").await), CodeFault::NoCode);
    pool.update(&viewer, &[("email", NEW)]).await.unwrap();
    let code = pool.code_for(NEW).await;
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, " ").await), CodeFault::Missing);
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, "12345").await), CodeFault::NotACode);
    assert_eq!(
        fault(pool.verify(&viewer, Standard::Email, &another_code(&code)).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    pool.wait(24 * 60 * 60);
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, &code).await), CodeFault::Expired);

    resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    let code = pool.code_for(NEW).await;
    pool.verify(&viewer, Standard::Email, &code).await.unwrap();
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, &code).await), CodeFault::Used);
    let failures = pool
        .event_names(&viewer)
        .await
        .into_iter()
        .filter(|name| *name == "verifyUserAttribute_failure")
        .count();
    assert_eq!(failures, 3, "wrong, expired and used; what was no try is no failure");
}

#[tokio::test]
async fn a_code_wears_out_after_five_tries_and_the_right_one_comes_too_late() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    let wrong = another_code(&code);
    for tries_left in [4, 3, 2, 1] {
        assert_eq!(
            fault(pool.verify(&viewer, Standard::Email, &wrong).await),
            CodeFault::Wrong { tries_left }
        );
    }
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, &wrong).await), CodeFault::WornOut);
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, &code).await), CodeFault::WornOut);
    assert_eq!(pool.shown_profile(&viewer).await.pending[0].tries_left, 0);
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("me@domain.com"));
    pool.wait(30);
    resend::resend(&pool, &viewer, &Standard::Email.into(), &origin()).await.unwrap();
    let code = pool.code_for(NEW).await;
    pool.verify(&viewer, Standard::Email, &code).await.unwrap();
}

#[tokio::test]
async fn a_new_value_replaces_the_pending_one_and_its_code_dies() {
    let pool = TestPool::new().await;
    let (viewer, old_code) = changing(&pool).await;
    pool.update(&viewer, &[("email", "third@domain.com")]).await.unwrap();
    let new_code = pool.code_for("third@domain.com").await;
    assert_ne!(old_code, new_code);
    assert_eq!(
        fault(pool.verify(&viewer, Standard::Email, &old_code).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    pool.verify(&viewer, Standard::Email, &new_code).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("third@domain.com"));
}

#[tokio::test]
async fn an_unrelated_update_leaves_the_pending_address_alone_and_the_code_never_verifies_the_old_one() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    pool.update(&viewer, &[("family_name", "Lastname")]).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending[0].value, NEW);
    assert_eq!(pool.verify(&viewer, Standard::Email, &code).await.unwrap().value, NEW);
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some(NEW));
}

#[tokio::test]
async fn one_code_never_promotes_email_and_phone_together() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("email", NEW), ("phone_number", "+12128601234")]).await.unwrap();
    let (email, phone) = (pool.code_for(NEW).await, pool.code_for("+12128601234").await);
    assert_ne!(email, phone);
    assert_eq!(
        fault(pool.verify(&viewer, Standard::PhoneNumber, &email).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    pool.verify(&viewer, Standard::Email, &email).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumber).await, None);
    assert_eq!(pool.shown_profile(&viewer).await.pending.len(), 1);
    pool.verify(&viewer, Standard::PhoneNumber, &phone).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumber).await.as_deref(), Some("+12128601234"));
}

#[tokio::test]
async fn a_code_proves_nothing_for_another_account_or_another_purpose() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let sign_up_code = pool.code_for("me@domain.com").await;
    let session = pool.confirm(ticket, &sign_up_code).await.unwrap().session.unwrap();
    let jdoe = pool.viewer_of(&session.token).await;
    let other = pool.signed_in("other", "other@domain.com").await;
    // Two accounts wait for one address, each for its own code.
    pool.update(&jdoe, &[("email", NEW)]).await.unwrap();
    let own = pool.code_for(NEW).await;
    pool.update(&other, &[("email", NEW)]).await.unwrap();
    assert_eq!(
        fault(pool.verify(&jdoe, Standard::Email, &sign_up_code).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    assert_eq!(fault(pool.verify(&other, Standard::Email, &own).await), CodeFault::Wrong { tries_left: 4 });
    pool.verify(&jdoe, Standard::Email, &own).await.unwrap();
}

#[tokio::test]
async fn an_app_client_that_may_neither_read_nor_write_a_contact_has_no_business_with_its_codes() {
    let mut settings = Settings::default();
    let names = AccessLists::resolve(
        &settings.schema,
        Some(&[Standard::Name.into()]),
        Some(&[Standard::Name.into()]),
    );
    settings.clients.push(AppClient::new("names", names));
    let pool = TestPool::with(settings).await;
    let (viewer, code) = changing(&pool).await;
    let stranger = Viewer { client: ClientId("names".into()), ..viewer.clone() };
    let email = Standard::Email.into();
    assert_eq!(fault(pool.verify(&stranger, Standard::Email, &code).await), CodeFault::NoCode);
    pool.wait(30);
    assert!(matches!(resend::resend(&pool, &stranger, &email, &origin()).await, Err(ResendError::NoPending)));
    cancel::cancel(&pool, &stranger, &email, &origin()).await.unwrap();
    assert_eq!(pool.verify(&viewer, Standard::Email, &code).await.unwrap().value, NEW);
}

#[tokio::test]
async fn a_taken_address_is_accepted_on_request_and_refused_only_to_who_has_proven_it() {
    let pool = TestPool::new().await;
    let owner = pool.signed_in("owner", "taken@domain.com").await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    assert!(
        !pool.update(&viewer, &[("email", "Taken@domain.com")]).await.unwrap()[&Standard::Email.into()]
            .is_updated
    );
    let code = pool.code_for("Taken@domain.com").await;
    assert_eq!(
        fault(pool.verify(&viewer, Standard::Email, &another_code(&code)).await),
        CodeFault::Wrong { tries_left: 4 }
    );
    let refusal = FormErrors::from(pool.verify(&viewer, Standard::Email, &code).await.unwrap_err());
    assert_eq!(refusal, FormErrors::field(AttributeName::from(Standard::Email), ErrorCode::AliasExists));
    // Nothing changed, the code is spent, and the change no longer waits.
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("me@domain.com"));
    assert_eq!(pool.shown(&viewer, Standard::EmailVerified).await.as_deref(), Some("true"));
    assert_eq!(pool.shown(&owner, Standard::Email).await.as_deref(), Some("taken@domain.com"));
    assert_eq!(fault(pool.verify(&viewer, Standard::Email, &code).await), CodeFault::Used);
    assert_eq!(pool.shown_profile(&viewer).await.pending, []);
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn what_was_stored_at_sign_up_but_never_proven_is_proven_by_a_code_that_is_asked_for() {
    let pool = TestPool::new().await;
    let attributes = [("email", "me@domain.com"), ("phone_number", "+12128601234")];
    let ticket = pool.try_sign_up("jdoe", &attributes).await.unwrap().ticket;
    let session = pool.confirm(ticket, &pool.code_for("me@domain.com").await).await.unwrap().session.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("false"));
    let sent = resend::resend(&pool, &viewer, &Standard::PhoneNumber.into(), &origin()).await.unwrap();
    assert_eq!(sent.delivery.destination, "+*******1234");
    assert_eq!(pool.message_names("+12128601234").await, ["verify_code"]);
    pool.verify(&viewer, Standard::PhoneNumber, &pool.code_for("+12128601234").await).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("true"));
    assert_eq!(
        pool.message_names("+12128601234").await,
        ["verify_code"],
        "nothing was replaced, so nobody is told"
    );
}

#[tokio::test]
async fn a_code_is_nowhere_in_clear_but_in_the_message() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    pool.verify(&viewer, Standard::Email, &another_code(&code)).await.unwrap_err();
    let stored = pool.place().everything();
    assert!(stored.windows(4).any(|window| window == b"jdoe"), "the search works");
    assert!(!stored.windows(code.len()).any(|window| window == code.as_bytes()));
}
