//! The migrations: the same numbers and names for every database, each in its own words. Never edited once
//! released.

use crate::StoreError;
#[cfg(any(test, feature = "testing"))]
use sha2::{Digest as _, Sha256};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection as _, Executor as _, SqlStr};
use std::time::Duration;

/// Where the database can lend such a table's row, it has a lock that goes with its holder's connection.
const LOCK_TABLE: &str = "CREATE TABLE IF NOT EXISTS migration_lock (id BIGINT PRIMARY KEY);
    INSERT INTO migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING";

type Text = (i64, &'static str, &'static str);

/// Number, name and text of every migration, in order, as the files are called.
macro_rules! migrations {
    ($folder:literal) => {
        &[
            (1, "accounts", include_str!(concat!("../migrations/", $folder, "/0001_accounts.sql"))),
            (
                2,
                "codes_and_sessions",
                include_str!(concat!("../migrations/", $folder, "/0002_codes_and_sessions.sql")),
            ),
            (
                3,
                "limits_events_outbox",
                include_str!(concat!("../migrations/", $folder, "/0003_limits_events_outbox.sql")),
            ),
            (4, "housekeeping", include_str!(concat!("../migrations/", $folder, "/0004_housekeeping.sql"))),
            (5, "tokens", include_str!(concat!("../migrations/", $folder, "/0005_tokens.sql"))),
            (6, "disabled", include_str!(concat!("../migrations/", $folder, "/0006_disabled.sql"))),
            (
                7,
                "second_factors",
                include_str!(concat!("../migrations/", $folder, "/0007_second_factors.sql")),
            ),
            (8, "passkeys", include_str!(concat!("../migrations/", $folder, "/0008_passkeys.sql"))),
            (
                9,
                "temporary_passwords",
                include_str!(concat!("../migrations/", $folder, "/0009_temporary_passwords.sql")),
            ),
            (10, "changes", include_str!(concat!("../migrations/", $folder, "/0010_changes.sql"))),
            (
                11,
                "attributes_of_users",
                include_str!(concat!("../migrations/", $folder, "/0011_attributes_of_users.sql")),
            ),
            (
                12,
                "username_of_sessions",
                include_str!(concat!("../migrations/", $folder, "/0012_username_of_sessions.sql")),
            ),
            (
                13,
                "numbers_of_sessions",
                include_str!(concat!("../migrations/", $folder, "/0013_numbers_of_sessions.sql")),
            ),
            (
                14,
                "proven_contacts_of_users",
                include_str!(concat!("../migrations/", $folder, "/0014_proven_contacts_of_users.sql")),
            ),
            (
                15,
                "waiting_sign_ups",
                include_str!(concat!("../migrations/", $folder, "/0015_waiting_sign_ups.sql")),
            ),
            (
                16,
                "requested_codes",
                include_str!(concat!("../migrations/", $folder, "/0016_requested_codes.sql")),
            ),
            (
                17,
                "known_browsers",
                include_str!(concat!("../migrations/", $folder, "/0017_known_browsers.sql")),
            ),
            (
                18,
                "waiting_since",
                include_str!(concat!("../migrations/", $folder, "/0018_waiting_since.sql")),
            ),
            (19, "former_subs", include_str!(concat!("../migrations/", $folder, "/0019_former_subs.sql"))),
            (
                20,
                "network_of_requesters",
                include_str!(concat!("../migrations/", $folder, "/0020_network_of_requesters.sql")),
            ),
            (
                21,
                "leases_of_messages",
                include_str!(concat!("../migrations/", $folder, "/0021_leases_of_messages.sql")),
            ),
            (22, "ids_of_users", include_str!(concat!("../migrations/", $folder, "/0022_ids_of_users.sql"))),
            (
                23,
                "resets_of_users",
                include_str!(concat!("../migrations/", $folder, "/0023_resets_of_users.sql")),
            ),
            (
                24,
                "vouched_passkeys",
                include_str!(concat!("../migrations/", $folder, "/0024_vouched_passkeys.sql")),
            ),
            (
                25,
                "verified_since",
                include_str!(concat!("../migrations/", $folder, "/0025_verified_since.sql")),
            ),
            (
                26,
                "undoable_changes",
                include_str!(concat!("../migrations/", $folder, "/0026_undoable_changes.sql")),
            ),
            (27, "srp_ids", include_str!(concat!("../migrations/", $folder, "/0027_srp_ids.sql"))),
            (
                28,
                "proof_of_sessions",
                include_str!(concat!("../migrations/", $folder, "/0028_proof_of_sessions.sql")),
            ),
            (
                29,
                "letters_of_addresses",
                include_str!(concat!("../migrations/", $folder, "/0029_letters_of_addresses.sql")),
            ),
            (30, "decoys", include_str!(concat!("../migrations/", $folder, "/0030_decoys.sql"))),
        ]
    };
}

const SQLITE: &[Text] = migrations!("sqlite");
const POSTGRES: &[Text] = migrations!("postgres");

/// Runs the migrations that are missing. No other process may do so at the same time.
pub(super) async fn run_on_sqlite(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    Ok(sqlite().run_direct(None, conn, false).await?)
}

/// Runs the migrations that are missing, in one transaction, while the others that start at the same time
/// wait. The lock is a row: it is free again when the connection that holds it is gone, however that came
/// about.
pub(super) async fn run_on_postgres(conn: &mut PgConnection) -> Result<(), StoreError> {
    // Of several that make a table at the same moment one may be refused, "if not exists" or not.
    let mut tries = 5;
    while let Err(error) = conn.execute(LOCK_TABLE).await {
        tries -= 1;
        if tries == 0 {
            return Err(error.into());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut transaction = conn.begin().await?;
    sqlx::query("SELECT id FROM migration_lock WHERE id = 1 FOR UPDATE").fetch_one(&mut *transaction).await?;
    postgres().run_direct(None, &mut *transaction, false).await?;
    Ok(transaction.commit().await?)
}

fn sqlite() -> Migrator {
    migrator(SQLITE)
}

/// Without sqlx's own lock, which not every database has that speaks PostgreSQL's protocol.
fn postgres() -> Migrator {
    let mut migrator = migrator(POSTGRES);
    migrator.set_locking(false);
    migrator
}

/// The number of this version's shape.
#[expect(clippy::indexing_slicing, reason = "there is always a migration")]
pub const NEWEST: i64 = SQLITE[SQLITE.len() - 1].0;

/// Whether a migration of that number and with this checksum is one of this version's.
pub fn is_known(number: i64, checksum: &[u8]) -> bool {
    sqlite().iter().any(|it| it.version == number && *it.checksum == *checksum)
}

fn migrator(texts: &[Text]) -> Migrator {
    let migration = |&(number, name, sql): &Text| {
        let sql = SqlStr::from_static(sql);
        Migration::new(number, name.into(), MigrationType::Simple, sql, false)
    };
    Migrator::with_migrations(texts.iter().map(migration).collect())
}

/// Those of an earlier version, for SQLite and for PostgreSQL.
#[cfg(any(test, feature = "testing"))]
#[expect(clippy::indexing_slicing, reason = "a test that asks for what was never there has failed")]
pub fn earlier(version: usize) -> (Migrator, Migrator) {
    let mut postgres = migrator(&POSTGRES[..version]);
    postgres.set_locking(false);
    (migrator(&SQLITE[..version]), postgres)
}

/// The texts of all of them, for SQLite and for PostgreSQL.
#[cfg(test)]
pub(crate) const TEXTS: (&[Text], &[Text]) = (SQLITE, POSTGRES);

/// What this version's shape is called, so that a database in that shape is found again.
#[cfg(any(test, feature = "testing"))]
pub fn fingerprint() -> String {
    let mut hash = Sha256::new();
    for (_, _, sql) in POSTGRES {
        hash.update(sql);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;
    use crate::testing::TestStore;
    use nameplate_core::identity::SessionId;
    use sqlx::sqlite::SqliteConnectOptions;
    use std::path::Path;

    #[tokio::test]
    async fn open_a_database_of_any_earlier_version_migrates_and_keeps_data() {
        for version in 1..SQLITE.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("nameplate.db");
            let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
            let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
            migrator(&SQLITE[..version]).run_direct(None, &mut conn, false).await.unwrap();
            conn.execute("INSERT INTO meta (name, value) VALUES ('kept', '1')").await.unwrap();
            conn.close().await.unwrap();
            let store = Store::sqlite(&path).await.unwrap();
            let kept = crate::meta::get(&mut store.read().await.unwrap(), "kept").await.unwrap();
            assert_eq!(kept.as_deref(), Some("1"), "version {version}");
        }
    }

    /// Before migration 11 each attribute was a row; before 12 a session didn't know its account's username;
    /// before 13 sessions were found by their hashes; before 14 only the aliases told what was proven; before
    /// 18 what waited had waited since it was created.
    const EARLIER: [&str; 3] = [
        "INSERT INTO users (id, sub, username, username_key, status, password_hash, created_at, updated_at)
         VALUES (7, 's', 'JDoe', 'jdoe', 'confirmed', 'p', 1, 1), (8, 't', 'empty', 'empty', 'confirmed', 'p', 1, 1),
                (9, 'u', 'waits', 'waits', 'unconfirmed', 'p', 5, 6)",
        "INSERT INTO attributes (user_id, name, value) VALUES (7, 'name', 'Zoë \"Z\" \\ O''Hara'), (7, 'custom:team', '7: blue')",
        "INSERT INTO aliases (kind, key, user_id) VALUES ('email', 'me@domain.com', 7), ('phone_number', '+12128601234', 7)",
    ];
    const EARLIER_SESSION: &str = "INSERT INTO sessions (hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent)
        VALUES ($1, $2, 'web', 1, 1, 1, '', '')";
    const EARLIER_TOKEN: &str =
        "INSERT INTO refresh_tokens (family, session, current, rotated_at) VALUES ($1, $1, $1, 1)";
    const ACCOUNTS: &str = "SELECT attributes, proven FROM users WHERE status = 'confirmed' ORDER BY id";
    const WAITING: &str = "SELECT waiting_since FROM users WHERE status = 'unconfirmed'";
    const SESSIONS: &str =
        "SELECT s.id, s.hash, s.username, r.family FROM sessions s JOIN refresh_tokens r ON r.session = s.id
        ORDER BY s.user_id";
    const LEFT: &str = "SELECT (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM refresh_tokens)";

    /// Whose sessions those are, and their hashes: of a number below zero and of one above.
    fn earlier_sessions() -> [(i64, Vec<u8>); 2] {
        [(7, [0xF3; 32].to_vec()), (8, (0..32).collect())]
    }

    type Kept = (i64, Vec<u8>, String, Vec<u8>);

    fn are_kept(accounts: &[(String, String)], sessions: &[Kept]) {
        let [(first, proven), (second, nothing)] = accounts else { panic!("{accounts:?}") };
        let mut proven: Vec<_> = proven.split(' ').collect();
        proven.sort_unstable();
        // Since the account was made: the time of the confirmation isn't known.
        assert_eq!((proven, nothing.as_str()), (vec!["1", "1", "email", "phone_number"], ""));
        let all = crate::attributes::read(first).unwrap();
        let all: Vec<_> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(all, [("name", "Zoë \"Z\" \\ O'Hara"), ("custom:team", "7: blue")]);
        assert!(crate::attributes::read(second).unwrap().is_empty());
        let usernames: Vec<_> = sessions.iter().map(|it| it.2.as_str()).collect();
        assert_eq!(usernames, ["JDoe", "empty"]);
        for ((number, hash, _, family), (_, earlier)) in sessions.iter().zip(earlier_sessions()) {
            assert_eq!((hash, family), (&earlier, &earlier));
            assert_eq!(*number, SessionId(earlier.try_into().unwrap()).number());
        }
    }

    #[tokio::test]
    async fn migrate_version_10_keeps_accounts_and_sessions_on_sqlite() {
        let mut conn = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        migrator(&SQLITE[..10]).run_direct(None, &mut conn, false).await.unwrap();
        for sql in EARLIER {
            conn.execute(sql).await.unwrap();
        }
        for (user, hash) in earlier_sessions() {
            sqlx::query(EARLIER_SESSION).bind(&hash).bind(user).execute(&mut conn).await.unwrap();
            sqlx::query(EARLIER_TOKEN).bind(&hash).execute(&mut conn).await.unwrap();
        }
        migrator(SQLITE).run_direct(None, &mut conn, false).await.unwrap();
        let accounts: Vec<(String, String)> = sqlx::query_as(ACCOUNTS).fetch_all(&mut conn).await.unwrap();
        are_kept(&accounts, &sqlx::query_as(SESSIONS).fetch_all(&mut conn).await.unwrap());
        let waiting: Vec<Option<i64>> = sqlx::query_scalar(WAITING).fetch_all(&mut conn).await.unwrap();
        assert_eq!(waiting, [Some(5)], "it waits since it was created");
        conn.execute("DELETE FROM users").await.unwrap();
        let left: i64 = sqlx::query_scalar(LEFT).fetch_one(&mut conn).await.unwrap();
        assert_eq!(left, 0, "they still go with their account");
    }

    #[tokio::test]
    async fn migrate_version_10_keeps_accounts_and_sessions_on_postgres() {
        let place = TestStore::new();
        let Some(url) = place.url() else { return };
        place.open().await.unwrap().close().await;
        let mut conn = PgConnection::connect(url).await.unwrap();
        conn.execute("CREATE SCHEMA earlier; SET search_path TO earlier").await.unwrap();
        migrator(&POSTGRES[..10]).run_direct(None, &mut conn, false).await.unwrap();
        for sql in EARLIER {
            conn.execute(sql).await.unwrap();
        }
        for (user, hash) in earlier_sessions() {
            sqlx::query(EARLIER_SESSION).bind(&hash).bind(user).execute(&mut conn).await.unwrap();
            sqlx::query(EARLIER_TOKEN).bind(&hash).execute(&mut conn).await.unwrap();
        }
        migrator(POSTGRES).run_direct(None, &mut conn, false).await.unwrap();
        let accounts: Vec<(String, String)> = sqlx::query_as(ACCOUNTS).fetch_all(&mut conn).await.unwrap();
        are_kept(&accounts, &sqlx::query_as(SESSIONS).fetch_all(&mut conn).await.unwrap());
        let waiting: Vec<Option<i64>> = sqlx::query_scalar(WAITING).fetch_all(&mut conn).await.unwrap();
        assert_eq!(waiting, [Some(5)], "it waits since it was created");
        conn.execute("DELETE FROM users").await.unwrap();
        let left: i64 = sqlx::query_scalar(LEFT).fetch_one(&mut conn).await.unwrap();
        assert_eq!(left, 0, "they still go with their account");
    }

    #[test]
    fn migrations_in_the_folders_are_all_listed_in_order() {
        for (folder, texts) in [("sqlite", SQLITE), ("postgres", POSTGRES)] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let mut names: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|it| it.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            let listed: Vec<_> =
                texts.iter().map(|(number, name, _)| format!("{number:04}_{name}.sql")).collect();
            assert_eq!(names, listed);
        }
    }
}
