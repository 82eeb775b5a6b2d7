//! Everything at once, on the same rows: nobody waits for who waits for them, and nobody is told that the
//! service can't do this now.

use crate::Context;
use crate::account::events;
use crate::attributes::{delete, update};
use crate::contacts::{self, cancel, verify};
use crate::maintenance::purge;
use crate::sessions::sign_out;
use crate::sign_in::password;
use crate::sign_up::change_address::{self, AnotherAddress};
use crate::sign_up::confirmation::Who;
use crate::sign_up::{confirm, resend, start};
use crate::testing::{PASSWORD, TestPool, entering, form, origin};
use model::{AttributeName, ErrorCode, FormErrors, Standard};
use nameplate_core::identity::Viewer;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Store;
use tokio::task::JoinSet;

const ROUNDS: usize = 6;

/// Refused or not, the store was there.
#[track_caller]
fn answered<T, E: Into<FormErrors>>(done: Result<T, E>) {
    if let Err(error) = done {
        let refusal: FormErrors = error.into();
        assert_ne!(refusal.form, Some(ErrorCode::Unavailable));
    }
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.limits.sign_in_failures_free = 1000;
    settings.limits.codes_per_destination_a_day = 1000;
    settings.codes.resend_after = std::time::Duration::ZERO;
    settings
}

/// What a person does who waits for the code, and what others do who only know the name.
async fn newcomer(pool: Context, client: nameplate_core::client::ClientId, round: usize) {
    let signed_up =
        start::start(&pool, &client, form("waiting", &[("email", "waiting@domain.com")]), &origin()).await;
    if let Ok(signed_up) = &signed_up {
        let who = Who::Ticket(signed_up.ticket.clone());
        let other = AnotherAddress {
            address: format!("other{round}@domain.com"),
            password: model::Password::new(PASSWORD),
        };
        answered(resend::resend(&pool, &who, &origin()).await);
        answered(change_address::change_address(&pool, &signed_up.ticket, &other, &origin()).await);
        answered(confirm::confirm(&pool, &client, &entering(who, "000000"), &origin()).await);
    }
    answered(signed_up);
    let who = Who::Typed("waiting".into());
    answered(resend::resend(&pool, &who, &origin()).await);
    answered(confirm::confirm(&pool, &client, &entering(who, "000000"), &origin()).await);
    let sign_in = |password| crate::sign_in::password::SignIn {
        username: "waiting".into(),
        password: model::Password::new(password),
    };
    answered(password::with_password(&pool, &client, sign_in(PASSWORD), &origin()).await);
    answered(password::with_password(&pool, &client, sign_in("wrong-password"), &origin()).await);
}

/// What a person does in several tabs.
async fn resident(pool: Context, client: nameplate_core::client::ClientId, viewer: Viewer, round: usize) {
    let email = AttributeName::from(Standard::Email);
    let change = |name: &str, value: String| BTreeMap::from([(name.to_owned(), value)]);
    answered(update::update(&pool, &viewer, change("nickname", round.to_string()), &origin()).await);
    answered(
        update::update(&pool, &viewer, change("email", format!("new{}@domain.com", round % 2)), &origin())
            .await,
    );
    answered(contacts::resend(&pool, &viewer, &email, &origin()).await);
    answered(verify::verify(&pool, &viewer, &email, "000000", &origin()).await);
    answered(cancel::cancel(&pool, &viewer, &email, &origin()).await);
    answered(delete::delete(&pool, &viewer, vec!["nickname".into(), "phone_number".into()], &origin()).await);
    let sign_in = crate::sign_in::password::SignIn {
        username: "jdoe".into(),
        password: model::Password::new(PASSWORD),
    };
    let signed_in = password::with_password(&pool, &client, sign_in, &origin()).await;
    if let Ok(crate::sign_in::outcome::SignedIn::Session { session, .. }) = &signed_in {
        sign_out::sign_out(&pool, &session.token, &origin()).await.unwrap();
    }
    answered(signed_in);
    purge::purge_expired(&pool).await.unwrap();
}

async fn everything_at_once(pool: TestPool) {
    let pool = Arc::new(pool);
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tasks = JoinSet::new();
    for round in 0..ROUNDS {
        tasks.spawn(newcomer(pool.handle(), pool.client(), round));
        tasks.spawn(resident(pool.handle(), pool.client(), viewer.clone(), round));
    }
    tasks.join_all().await; // panics with the task that did
    let stored: Vec<i64> =
        events::after(&pool, &viewer, 0, 1000).await.unwrap().iter().map(|it| it.id).collect();
    assert!(stored.is_sorted() && stored.len() > 5 * ROUNDS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn load_of_every_operation_at_once_is_answered() {
    everything_at_once(TestPool::with(settings()).await).await;
}

/// As CockroachDB and others have it by default, and an administrator may.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn load_of_every_operation_under_serializable_is_answered() {
    let place = crate::testing::TestStore::new();
    let store: Store = place.open().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let all = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database()); END $$";
    tx.query(all).run().await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    let pool = TestPool::at(place, settings()).await;
    let mut conn = pool.store().read().await.unwrap();
    let isolation: String =
        conn.query("SHOW transaction_isolation").optional().await.unwrap().unwrap().get(0).unwrap();
    assert_eq!(isolation, "serializable");
    drop(conn);
    everything_at_once(pool).await;
}
