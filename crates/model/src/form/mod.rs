//! What forms and their refusals say: names of fields, and codes for what is wrong with them.

mod error_code;
mod errors;
mod field_name;

pub use error_code::{ErrorCode, NO_TEXTS_NOW, NO_TEXTS_TO_COUNTRY, UnknownCode};
pub use errors::FormErrors;
pub use field_name::{FieldName, UnknownField};
