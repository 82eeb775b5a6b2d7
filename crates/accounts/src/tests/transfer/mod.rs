use crate::Parts;
use crate::maintenance::{open, production};
use crate::testing::{PASSWORD, TestPool, TestStore};
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::{SeededEntropy, SystemEntropy};
use nameplate_core::keys::Keys;
use nameplate_core::settings::Settings;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::transfer::backup::{BackupError, backup};
use store::transfer::database_file::{self, FileError};
use store::transfer::restore::{RestoreError, Restored, restore};
use store::transfer::{KeyLocation, Manifest, StoreFiles, archive};
use store::{FileLock, Role, Store, StoreError, migrations};

mod copy;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A pool whose one account is jane's, in a folder with its keys, and a folder for backups.
struct Town {
    pool: TestPool,
    files: StoreFiles,
    outside: tempfile::TempDir,
}

impl Town {
    async fn new() -> Self {
        let pool = TestPool::at(TestStore::sqlite(), Settings::default()).await;
        pool.signed_in("jane", "jane@domain.com").await;
        let files = files(pool.place().folder());
        pool.keys.save(&key_file(&files)).unwrap();
        Self { pool, files, outside: tempfile::tempdir().unwrap() }
    }

    fn file(&self) -> PathBuf {
        self.outside.path().join("backup.tar")
    }

    async fn backup(&self) -> Result<Manifest, BackupError> {
        backup(&self.files, &self.file(), false, NOW).await
    }

    /// Restores into a folder, empty or not.
    async fn restore(&self, folder: &Path) -> Result<Restored, RestoreError> {
        restore(&self.file(), &files(folder), NOW).await
    }
}

fn files(folder: &Path) -> StoreFiles {
    StoreFiles { database: folder.join("nameplate.db"), keys: KeyLocation::File(folder.join("keys")) }
}

fn key_file(files: &StoreFiles) -> PathBuf {
    files.database.with_file_name("keys")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Who has an account in the folder, opened with the keys that are there.
async fn people(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let files = files(folder);
    let store = Store::sqlite(&files.database).await?;
    let keys = Keys::load(&key_file(&files))?.ok_or("no keys")?;
    let parts = Parts {
        store: store.clone(),
        clock: Arc::new(nameplate_core::clock::SystemClock),
        entropy: Arc::new(SystemEntropy),
        keys,
        role: Role::Serves,
        settings: Settings::default(),
    };
    let opened = open::open(parts).await;
    let rows = store.read().await?.query("SELECT username FROM users ORDER BY id").all().await?;
    store.close().await;
    opened?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Changes a database from outside.
async fn change(database: &Path, sql: &str) {
    let mut conn =
        SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(database)).await.unwrap();
    conn.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    conn.close().await.unwrap();
}

/// The folder keeps what it has, whatever is said about the file.
async fn refuses(town: &Town, words: &str) -> RestoreError {
    let there = tempfile::tempdir().unwrap();
    fs::write(there.path().join("keys"), "not a key\n").unwrap();
    let refused = town.restore(there.path()).await.unwrap_err();
    let mut said = refused.to_string();
    let mut cause = std::error::Error::source(&refused);
    while let Some(error) = cause {
        said += &format!("; {error}");
        cause = error.source();
    }
    assert!(said.contains(words), "{said}");
    assert_eq!(names(there.path()), ["keys", "nameplate.db.held"]);
    refused
}

#[tokio::test]
async fn backup_made_while_others_write_restores_the_accounts() {
    let town = Town::new().await;
    let made = town.backup().await.unwrap();
    assert_eq!((made.pool.as_str(), made.schema, made.has_keys), (town.pool.id(), migrations::NEWEST, true));
    town.pool.signed_in("late", "late@domain.com").await;
    assert_eq!(names(town.outside.path()), ["backup.tar"], "a draft was left");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(town.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let there = tempfile::tempdir().unwrap();
    let restored = town.restore(there.path()).await.unwrap();
    assert_eq!((restored.manifest, restored.old), (made, None));
    assert_eq!(people(there.path()).await.unwrap(), ["jane"]);
    assert_eq!(names(there.path()), ["keys", "nameplate.db", "nameplate.db.held", "nameplate.db.lock"]);
}

#[tokio::test]
async fn restore_keeps_the_replaced_store_with_its_keys() {
    let (town, other) = (Town::new().await, Town::new().await);
    town.backup().await.unwrap();
    other.pool.signed_in("late", "late@domain.com").await;
    let keys = Keys::generate(&SystemEntropy).before(&other.pool.keys);
    keys.save(&key_file(&other.files)).unwrap();
    other.pool.store().close().await;

    let there = other.pool.place().folder();
    let old = town.restore(there).await.unwrap().old.unwrap();
    assert_eq!(people(there).await.unwrap(), ["jane"]);
    assert_eq!(
        Keys::load(&key_file(&other.files)).unwrap().unwrap().fingerprints(),
        town.pool.keys.fingerprints()
    );
    assert_eq!(people(&old).await.unwrap(), ["jane", "late"]);
    assert_eq!(Keys::load(&old.join("keys")).unwrap().unwrap().fingerprints(), keys.fingerprints());
}

#[tokio::test]
async fn restore_over_a_served_store_is_refused() {
    let town = Town::new().await;
    town.backup().await.unwrap();
    let there = town.pool.place().folder();
    let refused = town.restore(there).await.unwrap_err();
    assert!(matches!(refused, RestoreError::Store(StoreError::InUse(_))), "{refused:?}");
    town.pool.store().close().await;
    let alone = FileLock::exclusive(&town.files.database).unwrap();
    assert!(matches!(Store::sqlite(&town.files.database).await, Err(StoreError::Moving(_))));
    drop(alone);
    town.restore(there).await.unwrap();
    assert_eq!(people(there).await.unwrap(), ["jane"]);
}

#[tokio::test]
async fn restore_over_a_damaged_store_replaces_it_and_its_log() {
    let town = Town::new().await;
    town.backup().await.unwrap();
    let there = tempfile::tempdir().unwrap();
    for name in ["nameplate.db", "nameplate.db-wal"] {
        fs::write(there.path().join(name), "this is no database, whatever its name says".repeat(100))
            .unwrap();
    }
    let old = town.restore(there.path()).await.unwrap().old.unwrap();
    assert!(fs::read(old.join("nameplate.db")).unwrap().starts_with(b"this is no database"));
    assert_eq!(people(there.path()).await.unwrap(), ["jane"]);
}

/// When the store in the folder was first served for real.
async fn production(folder: &Path) -> Option<String> {
    database_file::production(
        &folder.join("nameplate.db"),
        &database_file::inspect(&folder.join("nameplate.db")).await.unwrap().pool,
    )
    .await
}

#[tokio::test]
async fn restore_never_forgets_that_a_store_was_in_production() {
    let town = Town::new().await;
    town.backup().await.unwrap();
    let before = fs::read(town.file()).unwrap();
    production::mark_production(&town.pool).await.unwrap();
    let since = Some(town.pool.time().millis().to_string());
    backup(&town.files, &town.file(), true, NOW).await.unwrap();
    let there = tempfile::tempdir().unwrap();
    town.restore(there.path()).await.unwrap();
    assert_eq!(production(there.path()).await, since);

    // The backup from before: elsewhere it is what it was, in the place of that store it is that store.
    fs::write(town.file(), before).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    town.restore(elsewhere.path()).await.unwrap();
    assert_eq!(production(elsewhere.path()).await, None);
    town.restore(there.path()).await.unwrap();
    assert_eq!(production(there.path()).await, since);
    assert_eq!(people(there.path()).await.unwrap(), ["jane"]);
}

/// The steps of a replacement, each as if the machine stopped after it.
#[tokio::test]
async fn restore_interrupted_leaves_a_store_with_a_key_that_opens_it() {
    let (town, other) = (Town::new().await, Town::new().await);
    let foreign = Keys::generate(&SystemEntropy);
    change(
        &town.files.database,
        &format!("UPDATE meta SET value = '{}' WHERE name = 'keys'", foreign.fingerprints()[0]),
    )
    .await;
    // What was sealed and digested with its own.
    for sql in [
        "DELETE FROM meta WHERE name IN ('keys_in_use', 'made_up')",
        "DELETE FROM srp_verifiers",
        "DELETE FROM codes",
        "DELETE FROM requested_codes",
        "UPDATE outbox SET payload = NULL",
        "UPDATE sign_up_tickets SET attributes = NULL",
    ] {
        change(&town.files.database, sql).await;
    }
    foreign.save(&key_file(&town.files)).unwrap();
    town.backup().await.unwrap();
    other.pool.signed_in("late", "late@domain.com").await;
    other.pool.store().close().await;
    let there = other.pool.place().folder();

    // The keys of both, and the old store still.
    foreign.before(&other.pool.keys).save(&key_file(&other.files)).unwrap();
    fs::create_dir(there.join(".restoring-left")).unwrap();
    assert_eq!(people(there).await.unwrap(), ["jane", "late"]);
    // Begun again, it does the whole of it.
    town.restore(there).await.unwrap();
    assert_eq!(people(there).await.unwrap(), ["jane"]);
    assert!(!there.join(".restoring-left").exists());
    // The new store, and the keys of both still.
    foreign.before(&other.pool.keys).save(&key_file(&other.files)).unwrap();
    assert_eq!(people(there).await.unwrap(), ["jane"]);
}

#[tokio::test]
async fn restore_from_an_incomplete_backup_is_refused() {
    let town = Town::new().await;
    town.backup().await.unwrap();
    let whole = fs::read(town.file()).unwrap();
    let place = whole.windows(PASSWORD.len().min(6)).position(|it| it == b"SQLite").unwrap();
    let mut changed = whole.clone();
    changed[place + 5000] ^= 1;
    fs::write(town.file(), changed).unwrap();
    refuses(&town, "the database in it was changed, or cut off").await;
    fs::write(town.file(), &whole[..place + 8192]).unwrap();
    refuses(&town, "is no backup").await;
    fs::write(town.file(), "hello").unwrap();
    refuses(&town, "is no backup").await;
    fs::remove_file(town.file()).unwrap();
    refuses(&town, "can't be opened").await;
}

#[tokio::test]
async fn restore_from_a_newer_version_or_with_other_keys_is_refused() {
    let town = Town::new().await;
    town.backup().await.unwrap();
    // Nobody writes such a file; a newer version does.
    let remade = async |sql: &str, keys: &Keys| {
        let folder = tempfile::tempdir().unwrap();
        let unpacked = archive::unpack(File::open(town.file()).unwrap(), folder.path()).unwrap();
        let database = folder.path().join("nameplate.db");
        let found = database_file::inspect(&database).await.unwrap();
        change(&database, sql).await;
        let manifest = Manifest::new(&found, &database, true, NOW).unwrap();
        assert_eq!(unpacked.manifest.pool, manifest.pool);
        archive::write(&mut File::create(town.file()).unwrap(), &manifest, Some(keys), &database).unwrap();
    };
    let own = (*town.pool.keys).clone();
    remade("SELECT 1", &Keys::generate(&SeededEntropy::new(77))).await;
    refuses(&town, "put the right key file back").await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'newer', 1, x'00', 1)";
    remade(newer, &own).await;
    let refused = refuses(&town, "has shape 9999, of a newer version").await;
    assert!(matches!(refused, RestoreError::FileError(FileError::Newer { found: 9999, .. })));
}

#[tokio::test]
async fn backup_without_a_key_file_needs_the_keys_at_restore() {
    let town = Town::new().await;
    let given = StoreFiles { keys: KeyLocation::Given((*town.pool.keys).clone()), ..town.files.clone() };
    let made = backup(&given, &town.file(), false, NOW).await.unwrap();
    assert!(!made.has_keys);
    let there = tempfile::tempdir().unwrap();
    let refused = town.restore(there.path()).await.unwrap_err();
    assert!(matches!(refused, RestoreError::NoKeys(_)), "{refused:?}");

    let elsewhere = |keys: Keys| StoreFiles { keys: KeyLocation::Given(keys), ..files(there.path()) };
    let refused = restore(&town.file(), &elsewhere(Keys::generate(&SystemEntropy)), NOW).await.unwrap_err();
    assert!(matches!(refused, RestoreError::Store(StoreError::KeyDiffers { .. })), "{refused:?}");
    restore(&town.file(), &elsewhere((*town.pool.keys).clone()), NOW).await.unwrap();
    assert!(!there.path().join("keys").exists());
}

#[tokio::test]
async fn backup_that_could_not_be_restored_is_refused() {
    let town = Town::new().await;
    let nowhere = tempfile::tempdir().unwrap();
    let refused = backup(&files(nowhere.path()), &town.file(), false, NOW).await.unwrap_err();
    assert!(matches!(refused, BackupError::Nothing(_)), "{refused:?}");

    fs::remove_file(key_file(&town.files)).unwrap();
    let refused = town.backup().await.unwrap_err();
    assert!(matches!(refused, BackupError::Store(StoreError::KeyMissing)), "{refused:?}");
    Keys::generate(&SystemEntropy).save(&key_file(&town.files)).unwrap();
    let refused = town.backup().await.unwrap_err();
    assert!(matches!(refused, BackupError::Store(StoreError::KeyDiffers { .. })), "{refused:?}");
    assert!(names(town.outside.path()).is_empty(), "something was left");
}

#[tokio::test]
async fn backup_over_an_existing_file_needs_an_explicit_replace() {
    let town = Town::new().await;
    fs::write(town.file(), "precious").unwrap();
    assert!(matches!(town.backup().await, Err(BackupError::Taken(_))));
    assert_eq!(fs::read(town.file()).unwrap(), b"precious");
    backup(&town.files, &town.file(), true, NOW).await.unwrap();
    town.restore(tempfile::tempdir().unwrap().path()).await.unwrap();
}
