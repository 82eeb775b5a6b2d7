use super::*;
use crate::account::events;
use crate::admin::{delete_user, reset_user_password};
use crate::factors;
use crate::maintenance::open;
use crate::password::forgot;
use crate::sign_in::for_tokens;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::testing::{Authenticator, origin};
use model::{Password, Standard};
use store::transfer::copy::{Copied, CopyError, Value, copy, page};
use store::transfer::location::StoreLocation;
use store::transfer::tables::{Kind, TABLES};
use store::{self, Role, meta};

fn place(store: &TestStore) -> StoreLocation {
    let folder = || format!("sqlite:{}", store.folder().display());
    store.url().map_or_else(folder, ToOwned::to_owned).parse().unwrap()
}

/// A store with something in every table, which nobody serves any more.
async fn left() -> TestStore {
    let pool = TestPool::at(TestStore::sqlite(), Settings::default()).await;
    for n in 0..4 {
        let viewer = pool.signed_in(&format!("person{n}"), &format!("person{n}@domain.com")).await;
        pool.update(&viewer, &[("email", &format!("new{n}@domain.com")), ("name", "Zoë – 🦉")])
            .await
            .unwrap();
        pool.give_passkey(&viewer, &mut Authenticator::at("http://localhost:3000")).await;
    }
    let form = SignIn { username: "person0".into(), password: Password::new(PASSWORD) };
    for_tokens::for_tokens(&pool, &pool.client(), &form, &origin()).await.unwrap();
    let app = [(model::Factor::Email, crate::factors::change::Wish::On)];
    let careful = pool.signed_in("careful", "careful@domain.com").await;
    pool.give_passkey(&careful, &mut Authenticator::at("http://localhost:3000")).await;
    factors::change(&pool, &careful, &app, &origin()).await.unwrap();
    // What it had before this one can be had back: the factor, its recovery codes and the passkey too.
    let off = [(model::Factor::Email, crate::factors::change::Wish::Off)];
    factors::change(&pool, &pool.by_application(&careful), &off, &origin()).await.unwrap();
    factors::change(&pool, &careful, &app, &origin()).await.unwrap();
    assert!(matches!(pool.try_sign_in("careful", PASSWORD).await, Ok(SignedIn::Challenge(_))));
    pool.signed_in("known", "known@domain.com").await;
    reset_user_password::set_user_password(&pool, "known", &Password::new("another+Password-1"), false)
        .await
        .unwrap();
    pool.signed_in("leaves", "leaves@domain.com").await;
    delete_user::delete_user(&pool, "leaves").await.unwrap();
    pool.sign_up("late", "late@domain.com").await;
    forgot::forgot(&pool, "nobody", &origin()).await.unwrap();
    pool.store().close().await;
    pool.into_place()
}

async fn copied(from: &TestStore, to: &TestStore) -> Result<Copied, CopyError> {
    copy(&place(from), &place(to), |_| {}).await
}

/// All rows of all tables.
async fn everything(at: &TestStore) -> Vec<String> {
    let store = at.open().await.unwrap();
    let mut found = Vec::new();
    for table in TABLES {
        let mut after: Option<Vec<Value>> = None;
        while let Some(rows) =
            Some(page(&store, table, after.as_deref()).await.unwrap()).filter(|rows| !rows.is_empty())
        {
            found.extend(rows.iter().map(|row| format!("{} {row:?}", table.name)));
            after = rows.last().map(|row| row[..table.key].to_vec());
        }
        assert!(
            found.iter().any(|row| row.starts_with(&format!("{} ", table.name))),
            "nothing in {}",
            table.name
        );
    }
    store.close().await;
    found.sort();
    found
}

/// Changes the target, in words that every database has.
async fn write(at: &TestStore, statements: &[&'static str]) {
    let store = at.open().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for sql in statements {
        tx.query(sql).run().await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn copy_to_another_database_and_back_holds_every_row() {
    let (source, target, back) = (left().await, TestStore::empty(), TestStore::sqlite());
    let mut told = Vec::new();
    let done = copy(&place(&source), &place(&target), |progress| told.push(progress)).await.unwrap();
    let before = everything(&source).await;
    assert_eq!(done.rows, i64::try_from(before.len()).unwrap());
    assert!(
        TABLES.iter().all(|table| told.iter().any(|it| it.table == table.name && it.done == it.all)),
        "{told:?}"
    );
    assert_eq!(everything(&target).await, before);
    copied(&target, &back).await.unwrap();
    assert_eq!(everything(&back).await, before);
    // Again, in either direction.
    copied(&source, &target).await.unwrap();
    copied(&back, &source).await.unwrap();
    assert_eq!((everything(&target).await, everything(&source).await), (before.clone(), before));
}

#[tokio::test]
async fn copy_keeps_accounts_working_and_reuses_no_id() {
    let source = left().await;
    // The newest event went with its time; a page that was open knows its number.
    write(&source, &["DELETE FROM events WHERE id = (SELECT MAX(id) FROM events)"]).await;
    let last: i64 = {
        let store = source.open().await.unwrap();
        let row = store
            .read()
            .await
            .unwrap()
            .query("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
            .optional()
            .await
            .unwrap();
        store.close().await;
        row.unwrap().get(0).unwrap()
    };
    let target = TestStore::empty();
    copied(&source, &target).await.unwrap();
    // Restarted, so that its chance is another.
    let pool = TestPool::at(target, Settings::default()).await.restart().await;
    let Ok(SignedIn::Session { session, .. }) = pool.try_sign_in("person2", PASSWORD).await else {
        panic!("not signed in")
    };
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("person2@domain.com"));
    // What was sealed is opened, and what was digested is known.
    let code = pool.code_for("new2@domain.com").await;
    pool.verify(&viewer, Standard::Email, &code).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::Email).await.as_deref(), Some("new2@domain.com"));
    let newcomer = pool.signed_in("newcomer", "newcomer@domain.com").await;
    let events = events::after(&pool, &newcomer, last, 100).await.unwrap();
    assert_eq!(events.len(), pool.event_names(&newcomer).await.len());
}

#[tokio::test]
async fn copy_that_is_half_done_is_not_served_and_can_be_repeated() {
    let (source, target) = (left().await, TestStore::empty());
    let done = copied(&source, &target).await.unwrap();
    let before = everything(&source).await;
    write(
        &target,
        &[
            "DELETE FROM aliases",
            "DELETE FROM outbox",
            "DELETE FROM meta",
            "UPDATE users SET username = 'somebody'",
            "INSERT INTO aliases (kind, key, user_id) VALUES ('email', 'stray@domain.com', 1)",
        ],
    )
    .await;
    let store = target.open().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    meta::set(&mut tx, meta::COPYING, &done.pool).await.unwrap();
    tx.commit().await.unwrap();

    let keys = target.folder().join("keys");
    let refused = store::keys_of(&keys, &store, &SystemEntropy).await;
    assert!(
        matches!(refused, Err(store::StoreKeysError::Store(StoreError::HalfCopied))) && !keys.exists(),
        "{refused:?}"
    );
    let (clock, entropy) = (Arc::new(nameplate_core::clock::SystemClock), Arc::new(SystemEntropy));
    let keys = Keys::generate(&SeededEntropy::new(0));
    let (role, settings) = (Role::Serves, Settings::default());
    let refused = open::open(Parts { store: store.clone(), clock, entropy, keys, role, settings }).await;
    assert!(refused.is_err());
    store.close().await;
    let refused = copied(&target, &TestStore::sqlite()).await;
    assert!(matches!(refused, Err(CopyError::Store(StoreError::HalfCopied))), "{refused:?}");

    copied(&source, &target).await.unwrap();
    assert_eq!(everything(&target).await, before);
}

async fn production(at: &TestStore) -> Option<String> {
    let store = at.open().await.unwrap();
    let since = meta::get(&mut store.read().await.unwrap(), meta::PRODUCTION).await.unwrap();
    store.close().await;
    since
}

#[tokio::test]
async fn copy_of_a_production_store_is_marked_production() {
    const MARK: &str = "INSERT INTO meta (name, value) VALUES ('production', '7')";
    let (source, target, elsewhere) = (left().await, TestStore::empty(), TestStore::sqlite());
    copied(&source, &target).await.unwrap();
    assert_eq!(production(&target).await, None);
    // The target was served meanwhile, and no later than the source by its times: what it was is not undone.
    write(&target, &[MARK]).await;
    copied(&source, &target).await.unwrap();
    assert_eq!((production(&source).await, production(&target).await), (None, Some("7".to_owned())));
    copied(&target, &elsewhere).await.unwrap();
    copied(&target, &source).await.unwrap();
    assert_eq!(
        (production(&elsewhere).await, production(&source).await),
        (Some("7".to_owned()), Some("7".to_owned()))
    );
}

#[tokio::test]
async fn is_production_of_an_older_store_is_read_without_migrating() {
    use store::transfer::checkup::{checkup, is_production};
    let store = TestStore::empty();
    assert!(!is_production(&place(&store)).await.unwrap(), "nothing is there");
    store.open().await.unwrap().close().await;
    assert!(!is_production(&place(&store)).await.unwrap());
    // An older version left it.
    write(
        &store,
        &[
            "INSERT INTO meta (name, value) VALUES ('production', '7')",
            "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
        ],
    )
    .await;
    for _ in 0..2 {
        assert!(is_production(&place(&store)).await.unwrap());
        let found = checkup(&place(&store), NOW).await.unwrap();
        assert!(found.production && found.shape < found.newest_shape, "{found:?}");
    }
}

#[tokio::test]
async fn copy_over_another_pool_or_later_data_is_refused() {
    let (source, other) = (left().await, TestPool::new().await);
    other.store().close().await;
    let other = other.into_place();
    write(&other, &["UPDATE meta SET value = 'local_other' WHERE name = 'pool_id'"]).await;
    let refused = copied(&source, &other).await;
    assert!(matches!(refused, Err(CopyError::AnotherPool { .. })), "{refused:?}");

    let target = TestStore::empty();
    copied(&source, &target).await.unwrap();
    write(&target, &["UPDATE sessions SET last_seen_at = last_seen_at + 1000000"]).await;
    let before = everything(&target).await;
    let refused = copied(&source, &target).await;
    assert!(matches!(refused, Err(CopyError::Later(_))), "{refused:?}");
    assert_eq!(everything(&target).await, before);
    // The other way it is an update.
    copied(&target, &source).await.unwrap();
    assert_eq!(everything(&source).await, before);
}

#[tokio::test]
async fn copy_from_or_to_an_unusable_store_is_refused() {
    let (source, nothing) = (left().await, TestStore::sqlite());
    assert!(matches!(copied(&nothing, &source).await, Err(CopyError::Missing(_))));
    assert!(names(nothing.folder()).is_empty(), "something was made");
    nothing.open().await.unwrap().close().await;
    assert!(matches!(copied(&nothing, &source).await, Err(CopyError::Unused(_))));
    assert!(matches!(copied(&source, &source).await, Err(CopyError::Same)));

    let served = source.open().await.unwrap();
    let refused = copied(&source, &TestStore::empty()).await;
    assert!(matches!(refused, Err(CopyError::Store(StoreError::InUse(_)))), "{refused:?}");
    served.close().await;
    let target = TestStore::empty();
    let served = TestPool::at(target, Settings::default()).await;
    let refused = copied(&source, served.place()).await;
    assert!(matches!(refused, Err(CopyError::Store(StoreError::InUse(_)))), "{refused:?}");
}

#[tokio::test]
async fn copy_with_different_counts_names_the_table() {
    let (source, target) = (left().await, TestStore::sqlite());
    target.open().await.unwrap().close().await;
    let trap = "CREATE TRIGGER trap BEFORE INSERT ON aliases BEGIN SELECT RAISE(IGNORE); END";
    change(&target.folder().join("nameplate.db"), trap).await;
    let refused = copied(&source, &target).await;
    assert!(
        matches!(refused, Err(CopyError::Counts { table: "aliases", source_rows: 6, target_rows: 0 })),
        "{refused:?}"
    );
    let store = target.open().await.unwrap();
    assert!(matches!(store.is_new().await, Err(StoreError::HalfCopied)));
}

/// Table, column, what it holds, and whether it is of the primary key.
async fn columns(store: &Store) -> Vec<(String, String, String, bool)> {
    const SQLITE: &str = "SELECT t.name, c.name, c.type, CASE WHEN c.pk > 0 THEN 1 ELSE 0 END
        FROM sqlite_master t JOIN pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'";
    const POSTGRES: &str =
        "SELECT c.table_name::text, c.column_name::text, c.data_type::text, CASE WHEN k.column_name IS NULL THEN 0 ELSE 1 END::bigint
        FROM information_schema.columns c
        JOIN information_schema.tables b
            ON b.table_schema = c.table_schema AND b.table_name = c.table_name AND b.table_type = 'BASE TABLE'
        LEFT JOIN information_schema.table_constraints t
            ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
        LEFT JOIN information_schema.key_column_usage k
            ON k.constraint_name = t.constraint_name AND k.table_name = c.table_name AND k.column_name = c.column_name
        WHERE c.table_schema = 'public' AND c.table_name NOT IN ('_sqlx_migrations', 'migration_lock')";
    let mut conn = store.read().await.unwrap();
    let rows = conn.query(if store.is_postgres() { POSTGRES } else { SQLITE }).all().await.unwrap();
    let read = |row: &store::Row| {
        let is_key: i64 = row.get(3).unwrap();
        (row.get(0).unwrap(), row.get(1).unwrap(), row.get::<String>(2).unwrap().to_lowercase(), is_key == 1)
    };
    let mut columns: Vec<_> = rows.iter().map(read).collect();
    columns.sort();
    columns
}

#[tokio::test]
async fn transfer_tables_list_every_table_and_column() {
    let place = TestStore::new();
    let store = place.open().await.unwrap();
    let kind = |kind| match (kind, store.is_postgres()) {
        (Kind::Text, _) => "text",
        (Kind::Number, true) => "bigint",
        (Kind::Number, false) => "integer",
        (Kind::Bytes, true) => "bytea",
        (Kind::Bytes, false) => "blob",
    };
    let mut listed = Vec::new();
    for table in TABLES {
        for (at, (column, holds)) in table.columns.iter().enumerate() {
            listed.push((
                table.name.to_owned(),
                (*column).to_owned(),
                kind(*holds).to_owned(),
                at < table.key,
            ));
        }
    }
    listed.sort();
    assert_eq!(
        columns(&store).await,
        listed,
        "crates/store/src/transfer/tables.rs is what a copy takes along"
    );
}

#[test]
fn store_location_is_shown_as_file_or_address_without_password() {
    let shown = |text: &str| text.parse::<StoreLocation>().map(|it| it.to_string());
    assert_eq!(shown("sqlite:./data").unwrap(), "./data/nameplate.db");
    assert_eq!(shown("sqlite:/srv/old.db").unwrap(), "/srv/old.db");
    assert_eq!(shown("postgres://jane:hunter2@db/nameplate").unwrap(), "PostgreSQL at db:5432/nameplate");
    for wrong in ["./data", "sqlite:", "mysql://jane:hunter2@db/x", "postgres://jane:hunter2@db"] {
        let refused = shown(wrong).unwrap_err();
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
