//! Accounts that wait to be confirmed.

use super::{RULES, import, stranger};
use crate::admin::browse;
use crate::admin::import_users::arrival::Arrival;
use crate::admin::record::{Moment, Status};
use crate::maintenance::purge;
use crate::testing::TestPool;
use nameplate_core::clock::Timestamp;
use nameplate_core::settings::Settings;
use std::time::Duration;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn import_users_unconfirmed_keeps_them_from_the_import_on() {
    let mut settings = Settings::default();
    settings.accounts.keep_unconfirmed = Duration::from_secs(10 * DAY);
    let pool = TestPool::with(settings).await;
    pool.wait(400 * DAY);
    let created_at = Moment(Timestamp(1_500_000_000_000));
    let waiting = Arrival {
        status: Status::Unconfirmed,
        created_at: Some(created_at),
        verified: Vec::new(),
        ..stranger(1, "late", &[("email", "late@domain.com")])
    };
    assert_eq!(import(&pool, &[waiting], RULES).await, 1);
    purge::purge_expired(&pool).await.unwrap();
    pool.wait(10 * DAY - 1);
    purge::purge_expired(&pool).await.unwrap();
    assert_eq!(
        browse::find_user(&pool, "late").await.unwrap().record.created_at,
        created_at,
        "what is shown is the day of its creation"
    );
    pool.wait(1);
    purge::purge_expired(&pool).await.unwrap();
    assert!(browse::find_user(&pool, "late").await.is_err());
}

#[tokio::test]
async fn sign_up_again_after_an_import_waits_its_own_time() {
    let pool = TestPool::new().await;
    let waiting =
        Arrival { status: Status::Unconfirmed, ..stranger(1, "late", &[("email", "late@domain.com")]) };
    import(&pool, &[waiting], RULES).await;
    pool.wait(29 * DAY);
    pool.sign_up("late", "late@domain.com").await;
    pool.wait(29 * DAY);
    purge::purge_expired(&pool).await.unwrap();
    assert!(browse::find_user(&pool, "late").await.is_ok());
}
