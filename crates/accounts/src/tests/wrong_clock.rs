//! A clock that was wrong for a while locks nobody out and deletes nothing.

use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::set_up_app::{self, Then};
use crate::maintenance::purge_expired;
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sign_in::for_tokens;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::sign_in::second_factor;
use crate::testing::{Authenticator, PASSWORD, TestPool, origin, origin_at};
use delivery::{Mailbox, Transport};
use model::{Factor, Password, Standard};
use nameplate_core::identity::Viewer;
use std::collections::BTreeSet;
use std::time::Duration;
use store::transfer::tables::{Kind, TABLES};

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Columns of numbers that are no times; what is in none of them is one, or else is added here.
const NO_TIMES: [&str; 44] = [
    "users.id",
    "users.changes",
    "users.contested",
    "aliases.user_id",
    "codes.user_id",
    "codes.attempts",
    "sign_up_tickets.user_id",
    "sign_up_tickets.holder",
    "requested_codes.user_id",
    "requested_codes.attempts",
    "requesters.attempts",
    "known_origins.user_id",
    "sessions.id",
    "sessions.user_id",
    "refresh_tokens.session",
    "srp_verifiers.user_id",
    "factors.user_id",
    "factors.last_step",
    "factors.preferred",
    "temporary_passwords.user_id",
    "recovery_codes.user_id",
    "challenges.user_id",
    "passkeys.user_id",
    "passkeys.transports",
    "passkeys.vouched",
    "undoable_changes.user_id",
    "undoable_changes.number",
    "former_factors.last_step",
    "former_factors.preferred",
    "signing_keys.number",
    "limits.count",
    "events.id",
    "events.user_id",
    "outbox.user_id",
    "outbox.attempts",
    "outbox.lease",
    "outbox.renewals",
    "decoy_requested_codes.user_id",
    "decoy_requested_codes.attempts",
    "decoy_requesters.attempts",
    "decoy_outbox.user_id",
    "decoy_outbox.attempts",
    "decoy_events.id",
    "decoy_events.user_id",
];

/// A column that holds a time.
#[derive(Debug, Clone, Copy)]
struct Column {
    table: &'static str,
    name: &'static str,
}

fn time_columns() -> Vec<Column> {
    let columns = TABLES.iter().flat_map(|table| {
        let numbers = table.columns.iter().filter(|(_, kind)| *kind == Kind::Number);
        numbers.map(|(name, _)| Column { table: table.name, name })
    });
    columns.filter(|it| !NO_TIMES.contains(&&*format!("{}.{}", it.table, it.name))).collect()
}

#[test]
fn time_columns_and_the_known_others_are_all_columns_of_numbers() {
    let named = |name: &str| {
        ["at", "since"].contains(&name) || ["_at", "_since", "_until"].iter().any(|end| name.ends_with(end))
    };
    let strange: Vec<_> = time_columns().into_iter().filter(|it| !named(it.name)).collect();
    assert!(strange.is_empty(), "times are called so; what is none goes to the list: {strange:?}");
    let all: BTreeSet<_> = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(|(name, _)| format!("{}.{name}", table.name)))
        .collect();
    let gone: Vec<_> = NO_TIMES.iter().filter(|it| !all.contains(**it)).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// A pool in which something of everything has happened, and the secret of careful's app.
async fn busy() -> (TestPool, String) {
    let pool = TestPool::new().await;
    let careful = pool.fresh(&pool.signed_in("careful", "careful@domain.com").await);
    let app = set_up_app::set_up_app(&pool, &careful, &origin()).await.unwrap().text;
    let code = shown_by(&app, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &careful, &code, Then::AskForIt, &origin()).await.unwrap();
    let application = pool.by_application(&careful);
    change::change(&pool, &application, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    let jdoe = pool.signed_in("jdoe", "jdoe@domain.com").await;
    pool.give_passkey(&jdoe, &mut Authenticator::at("http://localhost:3000")).await;
    pool.update(&jdoe, &[("email", "new@domain.com"), ("nickname", "Jo")]).await.unwrap();
    let form = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    for_tokens::for_tokens(&pool, &pool.client(), &form, &origin()).await.unwrap();
    pool.sign_up("waits", "waits@domain.com").await;
    (pool, app)
}

/// What people try while the clock is wrong.
async fn turmoil(pool: &TestPool, viewer: &Viewer) {
    for _ in 0..8 {
        _ = pool.try_sign_in("jdoe", "wrong").await;
        _ = pool.try_sign_in("careful", PASSWORD).await;
        _ = forgot::forgot(pool, "jdoe", &origin()).await;
        _ = pool.update(viewer, &[("email", "another@domain.com")]).await;
        pool.wait(1);
    }
}

/// How many rows there are of what must not go.
async fn rows(pool: &TestPool) -> Vec<i64> {
    let (mut conn, mut counts) = (pool.store().read().await.unwrap(), Vec::new());
    for table in ["users", "events", "sessions", "known_origins", "passkeys", "factors", "recovery_codes"] {
        let sql = format!("SELECT COUNT(*) AS number FROM {table}");
        counts.push(conn.query_composed(sql).optional().await.unwrap().unwrap().get("number").unwrap());
    }
    counts
}

async fn purge_deletes_nothing(pool: &TestPool, when: &str) {
    let before = rows(pool).await;
    purge_expired(pool).await.unwrap();
    assert_eq!(rows(pool).await, before, "{when}");
}

async fn delivered(pool: &TestPool) {
    let mailbox = Mailbox::new(|_| {});
    delivery::worker::deliver_due(pool.delivery(), &Transport::Mailbox(mailbox)).await.unwrap();
    let mut conn = pool.store().read().await.unwrap();
    let far = "SELECT COUNT(*) AS number FROM outbox WHERE due_at > $1";
    let soon = pool.time().plus(Duration::from_secs(3600)).millis();
    let row = conn.query(far).bind(soon).optional().await.unwrap().unwrap();
    assert_eq!(row.get::<i64>("number").unwrap(), 0, "a message waits for too long");
}

fn reset(username: &str, code: String) -> PasswordReset {
    let password = Password::new("another+Password-1");
    PasswordReset { username: username.into(), code, password, confirmation: None }
}

/// A code that is asked for is sent within the hour that the longest gap lasts, whatever was asked for before.
async fn code_comes_within_an_hour(pool: &TestPool) {
    let elsewhere = origin_at("203.0.113.8");
    let before = pool.codes_due_to("jdoe@domain.com").await.len();
    forgot::forgot(pool, "jdoe", &elsewhere).await.unwrap();
    for _ in 0..62 {
        pool.wait(60);
        let codes = pool.codes_due_to("jdoe@domain.com").await;
        if codes.len() > before {
            let code = codes.last().unwrap().clone();
            confirm_forgot::confirm_forgot(pool, reset("jdoe", code), &elsewhere).await.unwrap();
            return;
        }
    }
    panic!("no code came");
}

/// Everybody can do what they could.
async fn nobody_is_locked_out(pool: &TestPool, app: &str, when: &str) {
    pool.wait(60);
    let signed_in = pool.try_sign_in("jdoe", PASSWORD).await;
    let Ok(SignedIn::Session { session, .. }) = signed_in else { panic!("{when}: {signed_in:?}") };
    let viewer = pool.viewer_of(&session.token).await;
    pool.update(&viewer, &[("nickname", "Joe")]).await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    let asked = pool.update(&viewer, &[("email", "newest@domain.com")]).await;
    asked.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    let code = pool.code_for("newest@domain.com").await;
    let verified = pool.verify(&viewer, Standard::Email, &code).await;
    verified.unwrap_or_else(|error| panic!("{when}: {error:?}"));

    let signed_in = pool.try_sign_in("careful", PASSWORD).await;
    let Ok(SignedIn::Challenge(challenge)) = signed_in else { panic!("{when}: {signed_in:?}") };
    let code = shown_by(app, pool.time()).unwrap();
    let passed = second_factor::answer::answer(pool, &challenge.token, &code, &origin()).await;
    passed.unwrap_or_else(|error| panic!("{when}: {error:?}"));

    let elsewhere = origin_at("203.0.113.7");
    forgot::forgot(pool, "careful", &elsewhere).await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    pool.wait(60);
    let code = pool.code_for("careful@domain.com").await;
    let reset = confirm_forgot::confirm_forgot(pool, reset("careful", code), &elsewhere).await;
    reset.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    let ticket = pool.sign_up("newcomer", "newcomer@domain.com").await.ticket;
    pool.wait(60);
    let code = pool.code_for("newcomer@domain.com").await;
    pool.confirm(ticket, &code).await.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    delivered(pool).await;
}

#[tokio::test]
async fn clock_a_year_ahead_for_a_while_locks_out_and_deletes_nothing() {
    let (pool, app) = busy().await;
    let viewer = pool.signed_in("third", "third@domain.com").await;
    pool.clock.advance(YEAR);
    purge_deletes_nothing(&pool, "a start far ahead").await;
    turmoil(&pool, &viewer).await;
    purge_deletes_nothing(&pool, "an hour later").await;
    pool.clock.turn_back(YEAR);
    purge_deletes_nothing(&pool, "right again").await;
    nobody_is_locked_out(&pool, &app, "right again").await;
}

#[tokio::test]
async fn code_after_the_clock_was_a_year_ahead_comes_within_an_hour() {
    let (pool, _) = busy().await;
    let viewer = pool.signed_in("third", "third@domain.com").await;
    pool.clock.advance(YEAR);
    turmoil(&pool, &viewer).await;
    pool.clock.turn_back(YEAR);
    code_comes_within_an_hour(&pool).await;
}

#[tokio::test]
async fn clock_a_year_behind_for_a_while_locks_out_and_deletes_nothing() {
    let (pool, app) = busy().await;
    let viewer = pool.signed_in("third", "third@domain.com").await;
    pool.clock.turn_back(YEAR);
    purge_deletes_nothing(&pool, "a start far behind").await;
    turmoil(&pool, &viewer).await;
    nobody_is_locked_out(&pool, &app, "a year behind").await;
}

async fn moved(pool: &TestPool, column: Column, time: i64) {
    let Column { table, name } = column;
    let mut tx = pool.store().begin().await.unwrap();
    let sql = format!("UPDATE {table} SET {name} = {name} + $1 WHERE {name} > 0");
    tx.query_composed(sql).bind(time).run().await.unwrap();
    // A counter that is full is one that locks out.
    let full = match (table, name) {
        ("limits", "since") => Some("UPDATE limits SET count = 1000000"),
        ("users", "changes_since") => Some("UPDATE users SET changes = 1000000"),
        _ => None,
    };
    if let Some(full) = full {
        tx.query(full).run().await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn stored_time_wrong_by_a_year_in_any_column_locks_no_one_out() {
    let year = i64::try_from(YEAR.as_millis()).unwrap();
    for column in time_columns() {
        for time in [year, -year] {
            let when = format!("{}.{} moved by {time}", column.table, column.name);
            let (pool, app) = busy().await;
            turmoil(&pool, &pool.signed_in("third", "third@domain.com").await).await;
            moved(&pool, column, time).await;
            if time > 0 {
                purge_deletes_nothing(&pool, &when).await;
            }
            nobody_is_locked_out(&pool, &app, &when).await;
        }
    }
}
