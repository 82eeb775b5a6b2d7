//! The id of an account is never given to another one, and nothing of the one touches the other.

use crate::admin::delete_user::delete_user;
use crate::factors::app::shown_by;
use crate::factors::set_up_app::{self, Then};
use crate::maintenance::purge_expired;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::second_factor;
use crate::testing::{PASSWORD, TestPool, TestStore, another_code, origin};
use model::Standard;
use nameplate_core::settings::Settings;
use store::transfer::copy::copy;
use store::transfer::location::StoreLocation;
use store::transfer::tables::TABLES;

async fn id_of(pool: &TestPool, username: &str) -> i64 {
    let mut conn = pool.store().read().await.unwrap();
    let row =
        conn.query("SELECT id FROM users WHERE username = $1").bind(username.to_owned()).optional().await;
    row.unwrap().unwrap().get("id").unwrap()
}

#[tokio::test]
async fn id_of_a_deleted_or_purged_account_is_never_used_again() {
    let pool = TestPool::new().await;
    pool.signed_in("first", "first@domain.com").await;
    pool.signed_in("newest", "newest@domain.com").await;
    let newest = id_of(&pool, "newest").await;
    delete_user(&pool, "newest").await.unwrap();
    pool.signed_in("next", "next@domain.com").await;
    let next = id_of(&pool, "next").await;
    assert!(next > newest, "{next} after {newest}");

    pool.sign_up("waits", "waits@domain.com").await;
    let waiting = id_of(&pool, "waits").await;
    pool.wait(31 * 24 * 60 * 60);
    purge_expired(&pool).await.unwrap();
    let pool = pool.restart().await;
    pool.sign_up("last", "last@domain.com").await;
    assert!(waiting > next && id_of(&pool, "last").await > waiting);
    // Nor when all of them go.
    for name in ["first", "next", "last"] {
        delete_user(&pool, name).await.unwrap();
    }
    pool.sign_up("again", "again@domain.com").await;
    assert!(id_of(&pool, "again").await > waiting + 1);
}

#[tokio::test]
async fn id_of_a_deleted_account_is_not_used_again_after_a_copy() {
    let pool = TestPool::at(TestStore::sqlite(), Settings::default()).await;
    pool.signed_in("newest", "newest@domain.com").await;
    let newest = id_of(&pool, "newest").await;
    delete_user(&pool, "newest").await.unwrap();
    pool.store().close().await;
    let place = |store: &TestStore| -> StoreLocation {
        let folder = || format!("sqlite:{}", store.folder().display());
        store.url().map_or_else(folder, ToOwned::to_owned).parse().unwrap()
    };
    let (target, back) = (TestStore::empty(), TestStore::sqlite());
    copy(&place(pool.place()), &place(&target), |_| {}).await.unwrap();
    copy(&place(&target), &place(&back), |_| {}).await.unwrap();
    for copied in [target, back] {
        let pool = TestPool::at(copied, Settings::default()).await;
        pool.signed_in("next", "next@domain.com").await;
        assert!(id_of(&pool, "next").await > newest);
    }
}

/// The tables in which something is kept under an account's number.
async fn tables_about(pool: &TestPool, user: i64) -> Vec<&'static str> {
    let (mut conn, mut found) = (pool.store().read().await.unwrap(), Vec::new());
    for table in TABLES {
        if table.columns.iter().any(|(column, _)| *column == "user_id") {
            let sql = format!("SELECT user_id FROM {} WHERE user_id = $1 LIMIT 1", table.name);
            let row = conn.query_composed(sql).bind(user).optional().await.unwrap();
            found.extend(row.map(|_| table.name));
        }
    }
    found
}

#[tokio::test]
async fn account_after_a_deleted_one_inherits_no_counters_or_codes() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("newest", "newest@domain.com").await;
    let secret = {
        let viewer = pool.fresh(&viewer);
        let secret = set_up_app::set_up_app(&pool, &viewer, &origin()).await.unwrap().text;
        let code = shown_by(&secret, pool.time()).unwrap();
        set_up_app::confirm_app(&pool, &viewer, &code, Then::AskForIt, &origin()).await.unwrap();
        secret
    };
    // It has used up what it may: changes of the address, and codes of the second step.
    for number in 0..30 {
        pool.wait(61);
        let changed = pool.update(&viewer, &[("email", &format!("new{number}@domain.com"))]).await;
        if changed.is_err() {
            break;
        }
    }
    assert!(pool.update(&viewer, &[("email", "one.more@domain.com")]).await.is_err());
    let wrong = another_code(&shown_by(&secret, pool.time()).unwrap());
    let Ok(SignedIn::Challenge(challenge)) = pool.try_sign_in("newest", PASSWORD).await else { panic!() };
    for _ in 0..7 {
        second_factor::answer::answer(&pool, &challenge.token, &wrong, &origin()).await.unwrap_err();
    }
    let newest = id_of(&pool, "newest").await;
    delete_user(&pool, "newest").await.unwrap();
    assert_eq!(tables_about(&pool, newest).await, ["outbox"], "what is sent already, or on its way");

    let next = pool.signed_in("next", "next@domain.com").await;
    pool.update(&next, &[("email", "next.one@domain.com")]).await.unwrap();
    let code = pool.code_for("next.one@domain.com").await;
    pool.verify(&next, Standard::Email, &code).await.unwrap();
    let secret = {
        let viewer = pool.fresh(&next);
        let secret = set_up_app::set_up_app(&pool, &viewer, &origin()).await.unwrap().text;
        let code = shown_by(&secret, pool.time()).unwrap();
        set_up_app::confirm_app(&pool, &viewer, &code, Then::AskForIt, &origin()).await.unwrap();
        secret
    };
    pool.wait(60);
    let Ok(SignedIn::Challenge(challenge)) = pool.try_sign_in("next", PASSWORD).await else { panic!() };
    let code = shown_by(&secret, pool.time()).unwrap();
    second_factor::answer::answer(&pool, &challenge.token, &code, &origin()).await.unwrap();
}
