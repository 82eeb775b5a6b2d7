//! The store and its keys, opened as the configuration says.

use super::error::ServeError;
use crate::config::{Config, ServerConfig};
use accounts::{Context, Entropy, Keys, Parts, Role, Store, SystemClock, SystemEntropy};
use std::path::Path;
use std::sync::Arc;
use store::transfer::checkup::{is_production, was_served};
use store::{StoreError, StoreKeysError, keys_of};

/// Opens the store as who serves from it must: a store that was served for real has no development mailbox,
/// and one that is served for real from now on remembers it before anyone comes.
pub async fn open_to_serve(config: &Config) -> Result<Context, ServeError> {
    let production = || ServeError::Production(data_location(config), without_mailbox(&config.server));
    // Before it is brought to shape: a developer's newer version would lock out the nodes that serve. What
    // can't be looked at is named when it is opened.
    if !config.is_production() && is_production(&config.server.store_location()).await.is_ok_and(|it| it) {
        return Err(production());
    }
    let pool = open(config, Role::Serves).await?;
    note_store(config, &pool);
    let refused = match config.is_production() {
        true => accounts::maintenance::mark_production(&pool).await.err().map(ServeError::Accounts),
        false => match accounts::maintenance::is_production(&pool).await {
            Ok(is_production) => is_production.then(production),
            Err(error) => Some(ServeError::Accounts(error)),
        },
    };
    match refused {
        None => Ok(pool),
        Some(refused) => {
            pool.store().close().await;
            Err(refused)
        }
    }
}

/// What to do where there can't be a development mailbox.
pub const fn without_mailbox(server: &ServerConfig) -> &'static str {
    match server.store_url {
        Some(_) => "set mail.smtp_url (NAMEPLATE_SMTP_URL), or use another database (NAMEPLATE_STORE_URL)",
        None => "set mail.smtp_url (NAMEPLATE_SMTP_URL), or use another data folder (NAMEPLATE_DATA)",
    }
}

/// A key file that says which store it served begins no other one. A file that can't be written is one that
/// somebody else takes care of.
fn note_store(config: &Config, pool: &Context) {
    if config.server.keys.is_some() {
        return;
    }
    if let Err(error) = Keys::note_store(&config.server.key_file(), pool.store_id()) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "the key file does not say which store it serves"
        );
    }
}

/// Keys that have served a store begin no other one by themselves: most likely the right one is not where it
/// should be. Asked before anything is made.
async fn refuse_new_beginning(config: &Config) -> Result<(), ServeError> {
    if config.server.keys.is_some() {
        return Ok(());
    }
    // What can't be looked at, keys or store, is named when it is opened.
    let keys = Keys::load(&config.server.key_file()).ok().flatten();
    let served = keys.is_some_and(|keys| keys.first_served().is_some());
    if served && was_served(&config.server.store_location()).await.is_ok_and(|it| !it) {
        return Err(store_missing(config));
    }
    Ok(())
}

fn store_missing(config: &Config) -> ServeError {
    ServeError::StoreMissing {
        keys: config.server.key_file().display().to_string(),
        store: config.server.store_location().to_string(),
    }
}

/// Opens the store and its keys. A store that is refused is left as it was found.
pub async fn open(config: &Config, role: Role) -> Result<Context, ServeError> {
    refuse_new_beginning(config).await?;
    make_folder(&config.server.data)?;
    let store = match &config.server.store_url {
        Some(url) => Store::postgres(url).await?,
        None => Store::sqlite(&config.server.database()).await?,
    };
    let opened = unlock(config, store.clone(), role).await;
    if opened.is_err() {
        store.close().await;
    }
    opened
}

/// A new key is made only for a store that holds nothing yet.
async fn unlock(config: &Config, store: Store, role: Role) -> Result<Context, ServeError> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = match &config.server.keys {
        Some(text) => Keys::from_text(text.reveal())?,
        None => keys_of(&config.server.key_file(), &store, &*entropy).await.map_err(|error| match error {
            StoreKeysError::Store(StoreError::KeyMissing) => ServeError::KeysMissing(data_location(config)),
            StoreKeysError::Store(other) => ServeError::Store(other),
            StoreKeysError::Key(other) => ServeError::Keys(other),
            StoreKeysError::StoreMissing(_) => store_missing(config),
        })?,
    };
    Ok(accounts::maintenance::open(Parts {
        store,
        clock: Arc::new(SystemClock),
        entropy,
        keys,
        role,
        settings: config.pool.clone(),
    })
    .await?)
}

/// For its owner alone.
pub fn make_folder(data: &Path) -> Result<(), ServeError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|error| ServeError::Folder(data.display().to_string(), error))
}

/// Where the data is, in words.
pub fn data_location(config: &Config) -> String {
    match &config.server.store_url {
        Some(url) => format!("PostgreSQL at {url}"),
        None => std::path::absolute(&config.server.data)
            .unwrap_or_else(|_| config.server.data.clone())
            .display()
            .to_string(),
    }
}
