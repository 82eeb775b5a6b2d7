//! What every request is answered from, and how one is read.

use crate::call::Call;
use crate::error::{ApiError, Exception};
use crate::idempotency::{self, CallAttempt, PendingRetries};
use crate::protocol::{SERVICE, TARGET};
use accounts::{Context, Origin};
use axum::body::to_bytes;
use axum::extract::Request;
use std::time::Duration;
use tokio::time::timeout;

/// How much a request may carry, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimits {
    pub bytes: usize,
    pub timeout: Duration,
}

/// What operations answer from.
#[derive(Debug, Clone)]
pub struct Api {
    pub pool: Context,
    limits: BodyLimits,
    pending: PendingRetries,
}

/// An operation, what it is asked, and what remembers whether it was answered.
pub struct OperationRequest {
    pub operation: String,
    pub call: Call,
    pub attempt: CallAttempt,
}

impl Api {
    pub fn new(pool: Context, limits: BodyLimits) -> Self {
        Self { pool, limits, pending: PendingRetries::default() }
    }

    /// Reads a request as far as every operation needs it.
    pub async fn read(&self, request: Request) -> Result<OperationRequest, ApiError> {
        let (parts, body) = request.into_parts();
        let target = parts.headers.get(&TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(SERVICE).unwrap_or_default().to_owned();
        let mut origin = parts.extensions.get::<Origin>().cloned().ok_or_else(ApiError::internal)?;
        let body = match timeout(self.limits.timeout, to_bytes(body, self.limits.bytes)).await {
            Ok(Ok(body)) => body,
            Ok(Err(_)) => return Err(ApiError::new(Exception::RequestTooLarge, "The request is too large.")),
            Err(_) => {
                return Err(ApiError::new(Exception::Serialization, "The request did not arrive in time."));
            }
        };
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let request = serde_json::from_slice(text).map_err(|error| {
            // Where it stands, and not what: that may be a password.
            let place = format!("line {}, column {}", error.line(), error.column());
            ApiError::new(Exception::Serialization, format!("The request is not JSON ({place})."))
        })?;
        let key = idempotency::key(&parts.headers, &operation, &body, &origin);
        let attempt = self.pending.begin(key, &self.pool);
        origin.tally = attempt.tally.clone();
        Ok(OperationRequest { operation, call: Call { pool: self.pool.clone(), origin, request }, attempt })
    }
}
