//! "This address is no longer mine": whoever has a second factor of long ago says so at the change.

use super::{DAY, OWNER, give_app, links_to, replace, story};
use crate::contacts::{EnteredCode, VerifyAttributeError, verify_and_decide};
use crate::factors::{Wish, change, factor_that_ends_undo, recovery_codes, shown_by};
use crate::testing::{TestPool, origin};
use model::{ErrorCode, Factor, FieldName, FormErrors, Standard};
use nameplate_core::identity::Viewer;

const NEW: &str = "new@domain.com";

async fn ask_for_new(pool: &TestPool, viewer: &Viewer) -> String {
    pool.update(&pool.by_application(viewer), &[("email", NEW)]).await.unwrap();
    pool.code_for(NEW).await
}

async fn decide(pool: &TestPool, viewer: &Viewer, code: &str, step_code: &str) -> Result<(), FormErrors> {
    let form = EnteredCode { code: code.into(), old_is_lost: true, step_code: step_code.into() };
    let done = verify_and_decide(pool, viewer, &Standard::Email.into(), &form, &origin()).await;
    done.map(drop).map_err(|error: VerifyAttributeError| error.into())
}

const fn refused(why: ErrorCode) -> (FieldName, ErrorCode) {
    (FieldName::StepCode, why)
}

#[tokio::test]
async fn app_of_a_week_says_that_the_old_address_undoes_nothing() {
    let (pool, viewer) = story().await;
    let secret = give_app(&pool, &viewer).await;
    assert_eq!(links_to(&pool, OWNER).await.len(), 1, "turning it on could be undone");
    pool.wait(8 * DAY);
    replace(&pool, &viewer, Standard::PhoneNumber, super::PHONE).await;
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), Some(Factor::SoftwareToken));
    let code = ask_for_new(&pool, &viewer).await;
    let asked = decide(&pool, &viewer, &code, "").await.unwrap_err();
    assert_eq!(asked.fields, [refused(ErrorCode::AppCodeAgain)]);
    let before = links_to(&pool, OWNER).await;
    decide(&pool, &viewer, &code, &shown_by(&secret, pool.time()).unwrap()).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some(NEW));
    assert_eq!(links_to(&pool, OWNER).await.len(), before.len(), "the old address is told, and has no link");
    assert_eq!(pool.message_names(OWNER).await.last(), Some(&"change_done"));
    for link in before {
        super::undo_by(&pool, &link.secret).await.unwrap_err();
    }
    assert!(pool.event_names(&viewer).await.contains(&"voidUndo"));
    // It is free at once.
    pool.signed_in("somebody", OWNER).await;
}

#[tokio::test]
async fn app_of_some_days_is_too_new_and_the_code_for_the_contact_is_kept() {
    let (pool, viewer) = story().await;
    let secret = give_app(&pool, &viewer).await;
    pool.wait(6 * DAY);
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), None);
    let code = ask_for_new(&pool, &viewer).await;
    let shown = shown_by(&secret, pool.time()).unwrap();
    let told = decide(&pool, &viewer, &code, &shown).await.unwrap_err();
    assert_eq!(told.fields, [refused(ErrorCode::FactorTooNew)]);
    pool.verify(&viewer, Standard::Email, &code).await.unwrap();
    assert_eq!(links_to(&pool, OWNER).await.len(), 2, "it can be undone as ever");
}

#[tokio::test]
async fn app_that_took_the_place_of_another_begins_anew() {
    let (pool, stolen) = story().await;
    give_app(&pool, &stolen).await;
    pool.wait(30 * DAY);
    let of_thief = give_app(&pool, &stolen).await;
    assert_eq!(factor_that_ends_undo(&pool, &stolen).await.unwrap(), None);
    let code = ask_for_new(&pool, &stolen).await;
    let shown = shown_by(&of_thief, pool.time()).unwrap();
    let told = decide(&pool, &stolen, &code, &shown).await.unwrap_err();
    assert_eq!(told.fields, [refused(ErrorCode::FactorTooNew)]);
    // What is undone is as old as it was.
    let link = links_to(&pool, OWNER).await.pop().unwrap();
    super::undo_by(&pool, &link.secret).await.unwrap();
    assert_eq!(factor_that_ends_undo(&pool, &stolen).await.unwrap(), Some(Factor::SoftwareToken));
}

#[tokio::test]
async fn factor_that_was_off_meanwhile_begins_anew() {
    let (pool, viewer) = story().await;
    give_app(&pool, &viewer).await;
    pool.wait(8 * DAY);
    let application = pool.by_application(&viewer);
    for wish in [Wish::Off, Wish::On] {
        change(&pool, &application, &[(Factor::SoftwareToken, wish)], &origin()).await.unwrap();
    }
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), None);
}

#[tokio::test]
async fn recovery_code_says_nothing_about_the_old_address() {
    let (pool, viewer) = story().await;
    give_app(&pool, &viewer).await;
    let codes = recovery_codes(&pool, &pool.fresh(&viewer)).await.unwrap();
    pool.wait(8 * DAY);
    let code = ask_for_new(&pool, &viewer).await;
    let told = decide(&pool, &viewer, &code, &codes[0]).await.unwrap_err();
    assert_eq!(told.fields, [refused(ErrorCode::NotACode)]);
}

#[tokio::test]
async fn factor_by_mail_is_as_old_as_its_address() {
    let (pool, viewer) = story().await;
    let application = pool.by_application(&viewer);
    change(&pool, &application, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    pool.wait(8 * DAY);
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), Some(Factor::Email));
    replace(&pool, &application, Standard::Email, NEW).await;
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), None);
    pool.wait(7 * DAY);
    assert_eq!(factor_that_ends_undo(&pool, &viewer).await.unwrap(), Some(Factor::Email));
}
