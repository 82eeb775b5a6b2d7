//! What things are: attributes, identifiers, passwords, codes, events, error codes and pages.
//!
//! No I/O, no clock, no randomness, no framework, no tables: it compiles to WASM and stands behind both the
//! browser's inline checks and the server's decisions.

#![warn(missing_docs)]

pub mod access;
pub mod attribute;
pub mod characters;
mod closed_set;
pub mod code;
pub mod event;
pub mod factor;
pub mod form;
pub mod identifier;
pub mod page;
pub mod password;
pub mod paths;
pub mod schema;
pub mod typed;

pub use access::AccessLists;
pub use attribute::{AttributeName, Standard};
pub use code::{CodeDeliveryDetails, DeliveryMedium};
pub use event::{Event, UpdateOutcome, Updated};
pub use factor::Factor;
pub use form::{ErrorCode, FieldName, FormErrors, NO_TEXTS_NOW, NO_TEXTS_TO_COUNTRY};
pub use identifier::{IdentifierKind, SignInOptions};
pub use page::{Access, Page};
pub use password::{Password, Policy, Rule, Rules};
pub use schema::{Definition, Format, Schema};
