//! Listening for what other nodes have committed (LISTEN and NOTIFY).
//!
//! A notification only says "look": the tables are the truth, and listeners also poll now and then. So a
//! connection that is lost costs time, and nothing else.

use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use std::error::Error;
use std::time::Duration;
use tokio::time::{sleep, timeout};

pub(in crate::engine) const CHANNEL: &str = "nameplate";

/// A silent connection is asked this often whether it still is one…
const SILENCE: Duration = Duration::from_secs(30);
/// …and has so long to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// After the first connection that could not be made; it doubles…
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// …up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What a listener receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// What another node, or this one, gave to [`Tx::notify`](crate::Tx::notify); several, one to a line.
    News(String),
    /// There was no connection for a while: anything may have happened.
    Gap,
}

/// A connection of its own, made again whenever it is lost.
#[derive(Debug)]
pub struct Listener {
    options: PgConnectOptions,
    connected: Option<PgListener>,
    wait: Duration,
}

impl Listener {
    pub(in crate::engine) const fn new(options: PgConnectOptions) -> Self {
        Self { options, connected: None, wait: FIRST_WAIT }
    }

    /// The next notification; it waits for one.
    pub async fn next(&mut self) -> Notification {
        loop {
            let Some(listener) = &mut self.connected else {
                match listen(&self.options).await {
                    Ok(listener) => {
                        (self.connected, self.wait) = (Some(listener), FIRST_WAIT);
                        return Notification::Gap;
                    }
                    Err(error) => tracing::warn!(
                        error = &error as &dyn Error,
                        "other nodes' changes can't be heard; trying again"
                    ),
                }
                sleep(self.wait).await;
                self.wait = (self.wait * 2).min(LONGEST_WAIT);
                continue;
            };
            match timeout(SILENCE, listener.try_recv()).await {
                Ok(Ok(Some(news))) => return Notification::News(news.payload().to_owned()),
                Ok(Ok(None) | Err(_)) => self.connected = None,
                Err(_) => {
                    if !matches!(timeout(TIMEOUT, listener.execute("SELECT 1")).await, Ok(Ok(_))) {
                        self.connected = None;
                    }
                }
            }
        }
    }
}

async fn listen(options: &PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(TIMEOUT)
        .max_lifetime(None)
        .idle_timeout(None);
    let mut listener = PgListener::connect_with(&pool.connect_with(options.clone()).await?).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
