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
async fn verify_with_the_right_code_replaces_the_address_and_sends_notice() {
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
async fn verify_that_fails_tells_each_cause_apart() {
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
async fn verify_after_five_wrong_codes_refuses_the_right_one() {
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
async fn verify_with_the_code_of_a_replaced_pending_value_is_refused() {
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
async fn update_of_another_attribute_keeps_the_pending_address_and_code() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    pool.update(&viewer, &[("family_name", "Lastname")]).await.unwrap();
    assert_eq!(pool.shown_profile(&viewer).await.pending[0].value, NEW);
    assert_eq!(pool.verify(&viewer, Standard::Email, &code).await.unwrap().value, NEW);
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some(NEW));
}

#[tokio::test]
async fn verify_email_code_for_the_phone_number_is_refused() {
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
async fn verify_code_of_another_account_or_purpose_is_refused() {
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
async fn verify_by_a_client_without_access_to_the_contact_is_refused() {
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
async fn verify_address_of_another_account_is_refused_after_the_code() {
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
async fn verify_unverified_contact_of_sign_up_with_a_resent_code_works() {
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
async fn verify_code_is_stored_nowhere_in_clear() {
    let pool = TestPool::new().await;
    let (viewer, code) = changing(&pool).await;
    pool.verify(&viewer, Standard::Email, &another_code(&code)).await.unwrap_err();
    let stored = pool.place().everything();
    assert!(stored.windows(4).any(|window| window == b"jdoe"), "the search works");
    assert!(!stored.windows(code.len()).any(|window| window == code.as_bytes()));
}
