//! The functions of the messages.

use crate::load::Words;
use fluent_bundle::FluentValue;
use fluent_bundle::types::FluentNumber;

include!(concat!(env!("OUT_DIR"), "/functions.rs"));
