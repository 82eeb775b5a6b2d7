//! A store that the version before wrote (`fixtures/version-14.json`) goes on with those who waited in it.

use crate::password::confirm_forgot::{self, PasswordReset};
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::srp::{self, Proof};
use crate::sign_up::pending;
use crate::testing::{PASSWORD, SrpClient, TestPool, TestStore, origin};
use delivery::worker;
use model::{Password, SignInOptions, Standard};
use nameplate_core::client::Flow;
use nameplate_core::identity::BrowserTicket;
use nameplate_core::settings::Settings;
use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use store::migrations;

/// The version that wrote it.
const VERSION: usize = 14;
/// Columns of bytes, which the fixture has in hexadecimal digits after an `x`.
const BYTES: [(&str, &str); 8] = [
    ("codes", "issue"),
    ("codes", "digest"),
    ("sign_up_tickets", "hash"),
    ("srp_verifiers", "verifier"),
    ("sessions", "hash"),
    ("outbox", "payload"),
    ("outbox", "issue"),
    ("limits", "key"),
];
/// In an order in which no row names one that isn't there yet.
const TABLES: [&str; 10] = [
    "meta",
    "users",
    "aliases",
    "codes",
    "sign_up_tickets",
    "srp_verifiers",
    "sessions",
    "events",
    "outbox",
    "limits",
];

fn literal(table: &str, column: &str, value: &Value, is_postgres: bool) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) if BYTES.contains(&(table, column)) => {
            let digits = text.trim_start_matches('x');
            if is_postgres { format!("'\\x{digits}'::bytea") } else { format!("X'{digits}'") }
        }
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn statements(tables: &Value, is_postgres: bool) -> Vec<String> {
    let mut found = Vec::new();
    for table in TABLES {
        for row in tables[table].as_array().unwrap() {
            let row = row.as_object().unwrap();
            let columns: Vec<_> = row.keys().map(String::as_str).collect();
            let values: Vec<_> =
                row.iter().map(|(column, value)| literal(table, column, value, is_postgres)).collect();
            found.push(format!(
                "INSERT INTO {table} ({}) VALUES ({})",
                columns.join(", "),
                values.join(", ")
            ));
        }
    }
    found
}

/// A store as the version before left it.
async fn written_before(tables: &Value) -> TestStore {
    let place = TestStore::empty();
    let (sqlite, postgres) = migrations::earlier(VERSION);
    if let Some(url) = place.url() {
        let mut conn = PgConnection::connect(url).await.unwrap();
        postgres.run_direct(None, &mut conn, false).await.unwrap();
        for sql in statements(tables, true) {
            conn.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        conn.close().await.unwrap();
    } else {
        let options =
            SqliteConnectOptions::new().filename(place.folder().join("nameplate.db")).create_if_missing(true);
        let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
        sqlite.run_direct(None, &mut conn, false).await.unwrap();
        for sql in statements(tables, false) {
            conn.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        conn.close().await.unwrap();
    }
    place
}

fn settings(email_only: bool) -> Settings {
    let mut settings = Settings::default();
    if email_only {
        settings.sign_in = SignInOptions { username: false, email: true, phone_number: false };
    }
    settings.clients[0].flows.push(Flow::UserSrp);
    settings
}

struct Before {
    fixture: Value,
    email_only: bool,
}

impl Before {
    fn both() -> [Self; 2] {
        let all: Value = serde_json::from_str(include_str!("fixtures/version-14.json")).unwrap();
        [("usernames", false), ("email_only", true)]
            .map(|(name, email_only)| Self { fixture: all[name].clone(), email_only })
    }

    async fn pool(&self) -> TestPool {
        let pool =
            TestPool::at(written_before(&self.fixture["tables"]).await, settings(self.email_only)).await;
        pool.restart().await // with another chance than the one that wrote it
    }

    fn text(&self, list: &str, at: usize) -> &str {
        self.fixture[list][at].as_str().unwrap()
    }

    /// What those who wait call themselves.
    const fn names(&self) -> [&'static str; 2] {
        if self.email_only { ["Jürgen@Bücher.example", "me@domain.com"] } else { ["Jürgen", "jdoe"] }
    }
}

async fn signs_in_by_srp(pool: &TestPool, name: &str) -> bool {
    let client = SrpClient::new(7);
    let challenge = srp::challenge(pool, &pool.client(), name, &client.public(), &origin()).await.unwrap();
    let timestamp = "Tue Nov 3 09:05:07 UTC 2026".to_owned();
    let signature = client.proof(pool.id(), &challenge, PASSWORD, &timestamp);
    let proof =
        Proof { username: challenge.user_id, secret_block: challenge.secret_block, timestamp, signature };
    srp::answer(pool, &pool.client(), &proof, &origin()).await.is_ok()
}

#[tokio::test]
async fn upgrade_keeps_waiting_sign_ups_with_tickets_and_codes() {
    for before in Before::both() {
        let pool = before.pool().await;
        for at in 0..2 {
            let ticket = BrowserTicket::parse(before.text("tickets", at)).unwrap();
            let pending = pending::pending(&pool, &ticket).await.unwrap().unwrap();
            assert!(!pending.is_name_taken);
            let name = before.names()[at];
            assert!(matches!(pool.try_sign_in(name, PASSWORD).await, Ok(SignedIn::Unconfirmed(_))), "{name}");
            let again = pool
                .try_sign_up(name, &[("email", ["Jürgen@Bücher.example", "me@domain.com"][at])])
                .await
                .unwrap();
            assert_eq!(again.sub, before.text("subs", at), "{name} waits under the same name and contact");
            let done = pool.confirm(ticket, before.text("codes", at)).await.unwrap();
            let viewer = pool.viewer_of(&done.session.unwrap().token).await;
            let (attribute, value) = [(Standard::Nickname, "Jo"), (Standard::FamilyName, "Doe")][at];
            assert_eq!(pool.shown(&viewer, attribute).await.as_deref(), Some(value));
            assert!(matches!(pool.try_sign_in(name, PASSWORD).await, Ok(SignedIn::Session { .. })), "{name}");
        }
    }
}

#[tokio::test]
async fn upgrade_keeps_codes_that_are_entered_by_name() {
    for before in Before::both() {
        let pool = before.pool().await;
        for (at, name) in before.names().into_iter().enumerate() {
            pool.confirm_by_name(name, before.text("codes", at)).await.unwrap();
            assert!(signs_in_by_srp(&pool, name).await, "{name}");
        }
        let form = PasswordReset {
            username: "confirmed@domain.com".into(),
            code: before.fixture["reset"].as_str().unwrap().to_owned(),
            password: Password::new("another+Password-1"),
            confirmation: None,
        };
        confirm_forgot::confirm_forgot(&pool, form, &origin()).await.unwrap();
        assert!(pool.try_sign_in("confirmed@domain.com", "another+Password-1").await.is_ok());
    }
}

#[tokio::test]
async fn upgrade_sends_the_messages_that_were_queued() {
    for before in Before::both() {
        let pool = before.pool().await;
        let mailbox = delivery::Mailbox::new(|_| {});
        let progress =
            worker::deliver_due(pool.delivery(), &delivery::Transport::Mailbox(mailbox)).await.unwrap();
        assert_eq!((progress.sent, progress.stale), (3, 1), "that of the code that was used is stale");
    }
}

#[tokio::test]
async fn upgrade_finds_addresses_letter_by_letter() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "Straße@domain.com").await;
    let text = match pool.store().is_postgres() {
        true => include_str!("../../../store/migrations/postgres/0029_letters_of_addresses.sql"),
        false => include_str!("../../../store/migrations/sqlite/0029_letters_of_addresses.sql"),
    };
    let mut tx = pool.store().begin().await.unwrap();
    tx.query("UPDATE aliases SET key = 'strasse@domain.com'").run().await.unwrap();
    for statement in text.split(';').filter(|it| !it.trim().is_empty()) {
        tx.query(statement).run().await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(matches!(pool.try_sign_in("STRAßE@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
    let other = pool.signed_in("other", "strasse@domain.com").await;
    assert_ne!(other.user, viewer.user);
}
