//! The store and its keys, opened as the configuration says.

use super::error::ServeError;
use crate::config::{Config, ServerConfig};
use accounts::{Context, Entropy, Keys, Parts, Store, SystemClock, SystemEntropy};
use std::path::Path;
use std::sync::Arc;
use store::transfer::checkup::is_production;
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
    let pool = open(config).await?;
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

/// Opens the store and its keys. A store that is refused is left as it was found.
pub async fn open(config: &Config) -> Result<Context, ServeError> {
    make_folder(&config.server.data)?;
    let store = match &config.server.store_url {
        Some(url) => Store::postgres(url).await?,
        None => Store::sqlite(&config.server.database()).await?,
    };
    let opened = unlock(config, store.clone()).await;
    if opened.is_err() {
        store.close().await;
    }
    opened
}

/// A new key is made only for a store that holds nothing yet.
async fn unlock(config: &Config, store: Store) -> Result<Context, ServeError> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = match &config.server.keys {
        Some(text) => Keys::from_text(text.reveal())?,
        None => keys_of(&config.server.key_file(), &store, &*entropy).await.map_err(|error| match error {
            StoreKeysError::Store(StoreError::KeyMissing) => ServeError::KeysMissing(data_location(config)),
            StoreKeysError::Store(other) => ServeError::Store(other),
            StoreKeysError::Key(other) => ServeError::Keys(other),
        })?,
    };
    Ok(accounts::maintenance::open(Parts {
        store,
        clock: Arc::new(SystemClock),
        entropy,
        keys,
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
