//! What things are: attributes, identifiers, passwords, codes, events, refusals and addresses of pages.
//!
//! No I/O, no clock, no randomness, no framework, no tables: it compiles to WASM and stands behind both the
//! browser's inline checks and the server's decisions.

pub mod access;
pub mod attribute;
pub mod code;
pub mod event;
pub mod factor;
pub mod form;
pub mod identifier;
pub mod password;
pub mod paths;
pub mod schema;

pub use access::AccessLists;
pub use attribute::{AttributeName, Standard};
pub use code::{CodeDeliveryDetails, DeliveryMedium};
pub use event::{Event, UpdateOutcome, Updated};
pub use factor::Factor;
pub use form::{FieldName, Refusal, Why};
pub use identifier::{IdentifierKind, SignInOptions};
pub use password::{Password, Policy, Rule, Rules};
pub use schema::{Definition, Format, Schema};
