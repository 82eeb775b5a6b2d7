//! From start to stop: open, announce, serve, drain.

mod connections;
pub mod error;
mod host;
mod signals;
pub mod store;
mod transports;

use crate::config::Config;
use crate::output::print_line;
use crate::router::AppState;
use crate::site;
use accounts::Context;
use connections::Accepted;
use error::ServeError;
use signals::StopSignals;
use std::sync::Arc;
use std::time::Duration;
use store::{data_location, open_to_serve};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Runs the service until it is told to stop.
pub async fn serve(mut config: Config) -> Result<(), ServeError> {
    if !cfg!(debug_assertions) && !site::is_complete() {
        return Err(ServeError::NoSite);
    }
    let listener = listen(&config.server.listen).await?;
    if let Ok(address) = listener.local_addr() {
        config.listening_on(address.port());
    }
    let pool = open_to_serve(&config).await?;
    let (transport, mailbox) = transports::set_up(&config)?;
    let shutdown = CancellationToken::new();
    let state = AppState {
        pool: pool.clone(),
        config: Arc::new(config),
        mailbox,
        site_files: site::files,
        stopping: CancellationToken::new(),
        shutdown: shutdown.clone(),
    };
    // Before the address is printed: a script that reads it may send a signal.
    let mut stop = StopSignals::new()?;
    announce(&state);

    let delivery = tokio::spawn({
        let (pool, stop) = (pool.clone(), shutdown.clone());
        async move { delivery::worker::run(pool.delivery(), transport, stop).await }
    });
    tokio::spawn(purge_hourly(pool.clone(), shutdown.clone()));
    tokio::spawn({
        let (pool, stop) = (pool.clone(), shutdown.clone());
        async move { accounts::account::listen(&pool, stop).await }
    });
    let at_once = || tracing::warn!("stopping at once");
    let grace = state.config.server.drain;
    match connections::accept(&state, listener, &mut stop).await {
        Accepted::Until(drained) => tokio::select! {
            _ = timeout(grace, async { drained.await; _ = delivery.await; }) => {}
            () = stop.next() => at_once(),
        },
        Accepted::StoppedAtOnce => at_once(),
    }
    pool.store().close().await;
    Ok(())
}

/// Nothing grows for ever: what has run its course goes, once at the start and then every hour.
async fn purge_hourly(pool: Context, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = accounts::maintenance::purge_expired(&pool).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what has run its course could not be removed"
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(Duration::from_secs(3600)) => {}
        }
    }
}

async fn listen(address: &str) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| ServeError::Listen(address.to_owned(), error))
}

/// What an administrator who starts the program needs to know.
fn announce(state: &AppState) {
    let config = &state.config;
    print_line(&format!("{} is at {}", config.pool.name, config.server.public_url));
    if let Some(mailbox) = &state.mailbox {
        let token = mailbox.token.reveal();
        print_line(&format!(
            "DEVELOPMENT MAILBOX: {}{}?token={token} (no mail is sent)",
            config.server.public_url,
            model::paths::MAILBOX
        ));
    }
    print_line(&format!("data: {}", data_location(config)));
    print_line(&format!("user pool {}, app client {}", state.pool.id(), state.pool.pages_client()));
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}
