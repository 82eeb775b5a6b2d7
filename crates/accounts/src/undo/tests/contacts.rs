//! Contacts that were replaced, removed or added.

use super::{
    DAY, NEW_PASSWORD, OWNER, PHONE, SECOND_THIEF, THIEF, contacts_of, is_over, is_signed_in, kinds,
    links_to, newest_link, replace, set_password, signs_in, story, undo_by,
};
use crate::account::delete_own_user;
use crate::admin::Vouching;
use crate::contacts::VerifyAttributeError;
use crate::password::forgot;
use crate::sessions::alive::require_alive;
use crate::sign_in::passkey::{PasskeySignIn, ask_for_passkey, with_passkey};
use crate::testing::{Authenticator, PASSWORD, TestPool, origin};
use crate::undo::{self, Undoing};
use model::Standard;
use nameplate_core::settings::Settings;

const PAGE: &str = "http://localhost:3000";

#[tokio::test]
async fn undo_of_a_replaced_address_restores_it_and_ends_every_session() {
    let pool = TestPool::with(Settings { public_url: PAGE.into(), ..Settings::default() }).await;
    let token = pool.signed_in_token("jdoe", OWNER).await;
    let stolen = pool.viewer_of(&token).await;
    pool.wait(4 * DAY);
    let stolen = pool.fresh(&stolen);
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    pool.give_passkey(&stolen, &mut Authenticator::at(PAGE)).await;
    assert!(!signs_in(&pool, OWNER, PASSWORD).await && signs_in(&pool, THIEF, PASSWORD).await);
    let link = newest_link(&pool, OWNER).await;
    let shown = undo::preview(&pool, &link).await.unwrap().unwrap();
    let [contact] = &shown.contacts[..] else { panic!("{shown:?}") };
    assert_eq!((contact.now.as_deref(), contact.after.as_deref()), (Some("t***@e***"), Some(OWNER)));
    assert_eq!((shown.passkeys.len(), shown.code_to.as_str()), (1, OWNER));
    let undone = undo_by(&pool, &link).await.unwrap();
    assert_eq!((undone.name.as_str(), undone.factor_until), ("jdoe", None));
    assert_eq!(contacts_of(&pool, &stolen).await, (Some(OWNER.into()), None, 1));
    assert!(!is_signed_in(&pool, &token).await, "every session ended");
    for name in ["jdoe", OWNER, THIEF] {
        assert!(!signs_in(&pool, name, PASSWORD).await, "{name}");
    }
    assert!(
        store::passkeys::of_user(&mut pool.store.read().await.unwrap(), stolen.user)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(kinds(&pool.messages_to(THIEF).await).contains(&"changes_undone"));
    set_password(&pool, OWNER).await;
    assert!(signs_in(&pool, OWNER, NEW_PASSWORD).await && !signs_in(&pool, THIEF, NEW_PASSWORD).await);
    assert!(is_over(&undo_by(&pool, &link).await), "the link works once");
    assert!(undo::preview(&pool, &link).await.unwrap().is_none());
    assert_eq!(links_to(&pool, THIEF).await.len(), 1, "that of the passkey: an undo can't be undone");
}

#[tokio::test]
async fn undo_of_two_changes_by_either_link_restores_the_first_address() {
    for used in [OWNER, THIEF] {
        let (pool, stolen) = story().await;
        replace(&pool, &stolen, Standard::Email, THIEF).await;
        pool.wait(DAY);
        replace(&pool, &stolen, Standard::Email, SECOND_THIEF).await;
        let links = [newest_link(&pool, OWNER).await, newest_link(&pool, THIEF).await];
        let link = &links[usize::from(used == THIEF)];
        let shown = undo::preview(&pool, link).await.unwrap().unwrap();
        let to = if used == OWNER { OWNER } else { "m***@d***" };
        assert_eq!(shown.code_to, to, "who reads another address doesn't learn this one");
        undo_by(&pool, link).await.unwrap();
        assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(OWNER));
        assert!(pool.codes_due_to(THIEF).await.len() < 2, "no code for a new password");
        for link in &links {
            assert!(is_over(&undo_by(&pool, link).await));
        }
        set_password(&pool, OWNER).await;
        assert!(signs_in(&pool, OWNER, NEW_PASSWORD).await);
    }
}

#[tokio::test]
async fn undo_of_each_change_has_seven_days_of_its_own() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, "jane@work.com").await;
    pool.wait(6 * DAY);
    let viewer = &pool.fresh(&stolen);
    replace(&pool, viewer, Standard::Email, THIEF).await;
    let links = [newest_link(&pool, OWNER).await, newest_link(&pool, "jane@work.com").await];
    pool.wait(DAY);
    assert!(is_over(&undo_by(&pool, &links[0]).await), "its seven days are over");
    pool.wait(5 * DAY);
    undo_by(&pool, &links[1]).await.unwrap();
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some("jane@work.com"));
}

#[tokio::test]
async fn undo_of_an_added_or_removed_number_works_by_email_link() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::PhoneNumber, PHONE).await;
    assert!(kinds(&pool.messages_to(OWNER).await).contains(&"contact_changed"));
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(contacts_of(&pool, &stolen).await, (Some(OWNER.into()), None, 1));
    set_password(&pool, OWNER).await;

    let (pool, owner) = story().await;
    replace(&pool, &owner, Standard::PhoneNumber, PHONE).await;
    pool.wait(8 * DAY);
    let stolen = pool.fresh(&owner);
    pool.delete(&stolen, &["phone_number"]).await.unwrap();
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    assert_eq!(links_to(&pool, PHONE).await.len(), 0, "a text message only tells");
    assert!(kinds(&pool.messages_to(PHONE).await).contains(&"address_deleted"));
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(contacts_of(&pool, &stolen).await, (Some(OWNER.into()), Some(PHONE.into()), 2));
    assert!(kinds(&pool.messages_to(PHONE).await).contains(&"changes_undone"));
}

#[tokio::test]
async fn undo_with_a_recycled_number_sends_it_no_link_or_code() {
    let (pool, owner) = story().await;
    replace(&pool, &owner, Standard::PhoneNumber, PHONE).await;
    pool.wait(8 * DAY);
    let stolen = pool.fresh(&owner);
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    assert_eq!(links_to(&pool, PHONE).await.len(), 0);
    let before = pool.codes_sent_to(PHONE).await.len();
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert_eq!(pool.codes_sent_to(PHONE).await.len(), before, "the code goes to the address");
}

#[tokio::test]
async fn undo_by_a_stolen_mailbox_tells_the_new_address() {
    // The owner replaced an address that somebody else reads.
    let (pool, owner) = story().await;
    replace(&pool, &owner, Standard::Email, "safe@domain.com").await;
    pool.wait(3600);
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert!(kinds(&pool.messages_to("safe@domain.com").await).contains(&"changes_undone"));
    assert_eq!(contacts_of(&pool, &owner).await.0.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn former_address_is_reserved_while_it_can_be_restored() {
    let (pool, stolen) = story().await;
    let other = pool.signed_in("other", "other@domain.com").await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let verify = async || {
        pool.update(&other, &[("email", OWNER)]).await.unwrap();
        let code = pool.code_for(OWNER).await;
        pool.verify(&other, Standard::Email, &code).await
    };
    assert!(matches!(verify().await, Err(VerifyAttributeError::AliasExists(_))));
    let vouched = crate::admin::update_user(
        &pool,
        "other",
        [("email".to_owned(), OWNER.to_owned())].into(),
        Vouching::VERIFIED,
    );
    assert!(vouched.await.is_err(), "for administrators too");
    // Its owner may come back to it.
    replace(&pool, &stolen, Standard::Email, OWNER).await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    pool.wait(8 * DAY);
    let other = pool.fresh(&other);
    pool.update(&other, &[("email", OWNER)]).await.unwrap();
    let code = pool.code_for(OWNER).await;
    pool.verify(&other, Standard::Email, &code).await.unwrap();
}

#[tokio::test]
async fn undo_restores_the_first_verification_time_of_the_address() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::PhoneNumber, PHONE).await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    pool.wait(3600);
    forgot(&pool, "jdoe", &origin()).await.unwrap();
    assert!(kinds(&pool.messages_to(OWNER).await).contains(&"reset_code"));
}

#[tokio::test]
async fn update_user_of_a_contact_voids_former_undo_links() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let link = newest_link(&pool, OWNER).await;
    let set = async |undoing| {
        let how = Vouching { verified: true, undoing };
        let email = [("email".to_owned(), format!("{undoing:?}@domain.com"))].into();
        crate::admin::update_user(&pool, "jdoe", email, how).await.unwrap();
    };
    set(Undoing::Over).await;
    assert!(is_over(&undo_by(&pool, &link).await));
    assert_eq!(links_to(&pool, THIEF).await.len(), 0, "it is told, and can't be undone");
    assert!(kinds(&pool.messages_to(THIEF).await).contains(&"change_done"));
    set(Undoing::Possible).await;
    let link = newest_link(&pool, "Over@domain.com").await;
    undo_by(&pool, &link).await.unwrap();
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some("Over@domain.com"));
}

#[tokio::test]
async fn update_user_of_another_attribute_voids_no_undo_link() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let nickname = [("nickname".to_owned(), "Jo".to_owned())].into();
    crate::admin::update_user(&pool, "jdoe", nickname, Vouching::VERIFIED).await.unwrap();
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
}

#[tokio::test]
async fn preview_of_an_undo_link_changes_nothing() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    let link = newest_link(&pool, OWNER).await;
    for _ in 0..3 {
        assert!(undo::preview(&pool, &link).await.unwrap().is_some());
    }
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(THIEF));
    assert!(require_alive(&mut pool.store.begin().await.unwrap(), &stolen).await.is_ok());
    for wrong in ["", "x", &link[1..], &format!("{link}A")] {
        assert!(undo::preview(&pool, wrong).await.unwrap().is_none(), "{wrong}");
        assert!(is_over(&undo_by(&pool, wrong).await), "{wrong}");
    }
}

#[tokio::test]
async fn update_to_the_same_address_in_another_spelling_sends_no_link() {
    let (pool, owner) = story().await;
    replace(&pool, &owner, Standard::Email, "Me@Domain.com").await;
    assert_eq!(links_to(&pool, OWNER).await.len(), 0);
}

#[tokio::test]
async fn undoable_changes_are_removed_after_seven_days_and_with_accounts() {
    let rows = async |pool: &TestPool| {
        let mut conn = pool.store.read().await.unwrap();
        let mut all = 0;
        for table in ["undoable_changes", "former_contacts"] {
            let query = conn.query_composed(format!("SELECT COUNT(*) AS number FROM {table}"));
            all += query.optional().await.unwrap().unwrap().get::<i64>("number").unwrap();
        }
        all
    };
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    pool.wait(6 * DAY);
    crate::maintenance::purge_expired(&pool).await.unwrap();
    assert_eq!(rows(&pool).await, 2);
    pool.wait(DAY);
    crate::maintenance::purge_expired(&pool).await.unwrap();
    assert_eq!(rows(&pool).await, 0);
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    crate::admin::delete_user(&pool, "jdoe").await.unwrap();
    assert_eq!(rows(&pool).await, 0);
}

#[tokio::test]
async fn void_undo_by_an_administrator_ends_every_link() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    assert!(crate::admin::void_undo(&pool, "jdoe").await.unwrap().changed);
    assert!(!crate::admin::void_undo(&pool, "jdoe").await.unwrap().changed);
    assert!(is_over(&undo_by(&pool, &newest_link(&pool, OWNER).await).await));
    pool.signed_in("other", OWNER).await;
}

/// The passkey is there before the address is another one.
#[tokio::test]
async fn undo_removes_a_passkey_that_was_added_just_before_the_change() {
    let pool = TestPool::with(Settings { public_url: PAGE.into(), ..Settings::default() }).await;
    let stolen = pool.signed_in("jdoe", OWNER).await;
    pool.wait(4 * DAY);
    let (stolen, mut device) = (pool.fresh(&stolen), Authenticator::at(PAGE));
    pool.give_passkey(&stolen, &mut device).await;
    assert!(kinds(&pool.messages_to(OWNER).await).contains(&"passkey_added"));
    let of_passkey = newest_link(&pool, OWNER).await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    for link in [newest_link(&pool, OWNER).await, of_passkey] {
        let shown = undo::preview(&pool, &link).await.unwrap().unwrap();
        assert_eq!((shown.passkeys.len(), shown.contacts.len()), (1, 1));
    }
    undo_by(&pool, &newest_link(&pool, OWNER).await).await.unwrap();
    assert!(!signs_in_with(&pool, &mut device).await);
    assert_eq!(contacts_of(&pool, &stolen).await.0.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn undo_of_an_added_passkey_removes_it_and_keeps_the_one_before() {
    let pool = TestPool::with(Settings { public_url: PAGE.into(), ..Settings::default() }).await;
    let stolen = pool.signed_in("jdoe", OWNER).await;
    let [mut own, mut theirs] = [(); 2].map(|()| Authenticator::at(PAGE));
    pool.give_passkey(&stolen, &mut own).await;
    pool.wait(8 * DAY);
    pool.give_passkey(&pool.fresh(&stolen), &mut theirs).await;
    let link = newest_link(&pool, OWNER).await;
    let shown = undo::preview(&pool, &link).await.unwrap().unwrap();
    assert_eq!((shown.passkeys.as_slice(), shown.contacts.len()), (["My phone".to_owned()].as_slice(), 0));
    undo_by(&pool, &link).await.unwrap();
    assert!(signs_in_with(&pool, &mut own).await && !signs_in_with(&pool, &mut theirs).await);
}

async fn signs_in_with(pool: &TestPool, device: &mut Authenticator) -> bool {
    let asked = ask_for_passkey(pool).unwrap();
    let credential = device.get(&asked.options).unwrap();
    let form = PasskeySignIn { state: asked.state, credential };
    with_passkey(pool, &pool.client(), &form, &origin()).await.is_ok()
}

#[tokio::test]
async fn delete_account_tells_the_contacts_that_could_have_been_restored() {
    let (pool, stolen) = story().await;
    replace(&pool, &stolen, Standard::Email, THIEF).await;
    replace(&pool, &stolen, Standard::Email, SECOND_THIEF).await;
    let link = newest_link(&pool, OWNER).await;
    delete_own_user(&pool, &pool.fresh(&stolen), &origin()).await.unwrap();
    for told in [OWNER, THIEF, SECOND_THIEF] {
        assert_eq!(kinds(&pool.messages_to(told).await).last(), Some(&"account_deleted"), "{told}");
    }
    assert!(undo::preview(&pool, &link).await.unwrap().is_none());
    // What can't be undone any more belongs to somebody else.
    let (pool, viewer) = story().await;
    replace(&pool, &viewer, Standard::Email, THIEF).await;
    pool.wait(8 * DAY);
    delete_own_user(&pool, &pool.fresh(&viewer), &origin()).await.unwrap();
    assert!(!kinds(&pool.messages_to(OWNER).await).contains(&"account_deleted"));
}
