//! Whether requests can be answered, for whoever spreads them over nodes.

use accounts::{Context, Timestamp};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use store::NotReady;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// What was found is said again for so long: many may ask, and each check writes.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// What readiness is judged by.
#[derive(Debug, Clone)]
pub struct Readiness {
    pool: Context,
    stopping: CancellationToken,
    last: Arc<Mutex<Option<Checked>>>,
}

#[derive(Debug)]
struct Checked {
    at: Timestamp,
    found: Result<(), NotReady>,
}

impl Readiness {
    pub fn new(pool: Context, stopping: CancellationToken) -> Self {
        Self { pool, stopping, last: Arc::default() }
    }

    /// Of those who ask at once, one looks.
    async fn check(&self) -> Result<(), NotReady> {
        let mut last = self.last.lock().await;
        let now = self.pool.now();
        match &*last {
            Some(known) if known.at <= now && now < known.at.plus(KNOWN_FOR) => known.found.clone(),
            _ => {
                let found = self.pool.store().check(&self.pool.expected()).await.map_err(|error| {
                    tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
                    NotReady::of(&error)
                });
                *last = Some(Checked { at: now, found: found.clone() });
                found
            }
        }
    }
}

/// 200, or 503 with the reason.
pub async fn ready(State(readiness): State<Readiness>) -> Response {
    if readiness.stopping.is_cancelled() {
        return not_ready("the service is stopping");
    }
    match readiness.check().await {
        Ok(()) => ([(CACHE_CONTROL, "no-store")], "ready\n").into_response(),
        Err(reason) => not_ready(&reason.to_string()),
    }
}

fn not_ready(reason: &str) -> Response {
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (RETRY_AFTER, HeaderValue::from(KNOWN_FOR.as_secs())),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, format!("{reason}\n")).into_response()
}
