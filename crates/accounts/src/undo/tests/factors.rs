//! Second factors that were turned on, off or replaced.

use super::{
    DAY, NEW_PASSWORD, OWNER, PASSWORD, THIEF, give_app, is_over, kinds, newest_link, replace, set_password,
    story, undo_by,
};
use crate::admin::reset_mfa;
use crate::factors::{self, Wish, recovery_codes, shown_by};
use crate::maintenance::purge_expired;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::second_factor::answer::answer;
use crate::sign_in::second_factor::challenge::{Challenge, pending};
use crate::testing::{TestPool, origin};
use crate::undo::Undoing;
use model::{Factor, Standard};
use nameplate_core::identity::Viewer;

async fn turn_off(pool: &TestPool, viewer: &Viewer) {
    let wish = [(Factor::SoftwareToken, Wish::Removed)];
    factors::change(pool, &pool.by_application(viewer), &wish, &origin()).await.unwrap();
}

/// What is asked for after the right password. `None`: nothing.
async fn challenged(pool: &TestPool, password: &str) -> Option<Challenge> {
    match pool.try_sign_in("jdoe", password).await.unwrap() {
        SignedIn::Challenge(challenge) => Some(challenge),
        SignedIn::Session { .. } => None,
        other @ (SignedIn::NewPassword(_) | SignedIn::Unconfirmed(_)) => panic!("{other:?}"),
    }
}

async fn is_let_in(pool: &TestPool, code: &str) -> bool {
    let challenge = challenged(pool, NEW_PASSWORD).await.unwrap();
    answer(pool, &challenge.token, code, &origin()).await.is_ok()
}

#[tokio::test]
async fn undo_of_a_removed_app_restores_it_with_its_recovery_codes() {
    let (pool, owner) = story().await;
    let app = give_app(&pool, &owner).await;
    let codes = recovery_codes(&pool, &pool.fresh(&owner)).await.unwrap();
    let used = challenged(&pool, PASSWORD).await.unwrap();
    answer(&pool, &used.token, &codes[0], &origin()).await.unwrap();
    pool.wait(8 * DAY);
    turn_off(&pool, &owner).await;
    assert!(kinds(&pool.messages_to(OWNER).await).contains(&"second_factor_off"));
    replace(&pool, &pool.fresh(&owner), Standard::Email, THIEF).await;
    let undone = undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(undone.factor_until, None);
    set_password(&pool, OWNER).await;
    assert!(is_let_in(&pool, &shown_by(&app, pool.time()).unwrap()).await);
    pool.wait(60);
    assert!(!is_let_in(&pool, &codes[0]).await, "it was used before");
    assert!(is_let_in(&pool, &codes[1]).await);
}

#[tokio::test]
async fn undo_keeps_a_recovery_code_used_since_the_change_used() {
    let (pool, owner) = story().await;
    give_app(&pool, &owner).await;
    let codes = recovery_codes(&pool, &pool.fresh(&owner)).await.unwrap();
    replace(&pool, &owner, Standard::Email, THIEF).await;
    let challenge = challenged(&pool, PASSWORD).await.unwrap();
    answer(&pool, &challenge.token, &codes[0], &origin()).await.unwrap();
    // New ones take the place of all of them, and what is known of their use goes too.
    factors::make_recovery_codes(&pool, &pool.fresh(&owner), &codes[1], &origin()).await.unwrap();
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    set_password(&pool, OWNER).await;
    // Turning the app on was undone as well: it goes in a day, and no codes of that time come back.
    assert!(!is_let_in(&pool, &codes[0]).await);
}

#[tokio::test]
async fn undo_of_a_replaced_app_restores_the_former_one() {
    let (pool, owner) = story().await;
    let own = give_app(&pool, &owner).await;
    pool.wait(8 * DAY);
    let theirs = give_app(&pool, &owner).await;
    assert!(kinds(&pool.messages_to(OWNER).await).contains(&"second_factor_replaced"));
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    set_password(&pool, OWNER).await;
    assert!(!is_let_in(&pool, &shown_by(&theirs, pool.time()).unwrap()).await);
    assert!(is_let_in(&pool, &shown_by(&own, pool.time()).unwrap()).await);
}

#[tokio::test]
async fn undo_of_an_added_app_removes_it_after_a_day() {
    let (pool, stolen) = story().await;
    give_app(&pool, &stolen).await;
    let undone = undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(undone.factor_until, Some(pool.time().plus(std::time::Duration::from_secs(DAY))));
    set_password(&pool, OWNER).await;
    pool.wait(DAY - 60);
    let asked = challenged(&pool, NEW_PASSWORD).await.expect("still asked for");
    let shown = pending(&pool, &asked.token).await.unwrap().unwrap();
    assert_eq!(shown.goes_at, undone.factor_until);
    pool.wait(60);
    assert!(challenged(&pool, NEW_PASSWORD).await.is_none());
    purge_expired(&pool).await.unwrap();
    assert!(challenged(&pool, NEW_PASSWORD).await.is_none());
}

#[tokio::test]
async fn undo_of_an_added_app_keeps_it_once_used_with_the_new_password() {
    let (pool, owner) = story().await;
    let app = give_app(&pool, &owner).await;
    // Somebody reads the owner's mailbox and wants to get past the app.
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    set_password(&pool, OWNER).await;
    assert!(is_let_in(&pool, &shown_by(&app, pool.time()).unwrap()).await);
    pool.wait(2 * DAY);
    purge_expired(&pool).await.unwrap();
    assert!(challenged(&pool, NEW_PASSWORD).await.is_some(), "it stays");
}

#[tokio::test]
async fn reset_mfa_by_an_administrator_sends_an_undo_link_only_if_asked() {
    let (pool, owner) = story().await;
    give_app(&pool, &owner).await;
    let link = newest_link(&pool, OWNER).await;
    reset_mfa(&pool, "jdoe", Undoing::Over).await.unwrap();
    assert!(is_over(&undo_by(&pool, &link).await));
    let app = give_app(&pool, &owner).await;
    pool.wait(8 * DAY);
    reset_mfa(&pool, "jdoe", Undoing::Possible).await.unwrap();
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    set_password(&pool, OWNER).await;
    assert!(is_let_in(&pool, &shown_by(&app, pool.time()).unwrap()).await);
}
