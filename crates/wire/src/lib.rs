//! The wire API: what applications speak that were written for Amazon Cognito user pools (JSON 1.1 on `POST
//! /`), and what they verify tokens with.
//!
//! No forms and no cookies, so no rule about where a request comes from. Each family of operations has a file.
//! The shapes of all that a request carries are checked in one place, by the table in `requests`; an operation
//! reads it into a struct, and calls one use case of `pool`.

mod api;
mod call;
mod cors;
mod discovery;
mod error;
mod idempotency;
mod operations;
mod protocol;
mod requests;
mod router;
mod shape;
mod user_info;

pub use api::BodyLimits;
pub use operations::{Operation, operations, reference};
pub use router::{RequestId, dispatch, routes};
pub use shape::{Member, Pattern, Shape, TextRules};
