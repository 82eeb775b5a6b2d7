//! Forms: how they are posted, refused, shown again and checked while one types.
//!
//! A form posts to the address of its own page. With WASM the post is a fetch; without it the server
//! answers with the same page, the typed values and the refusal's status. The browser needs the checks; the
//! rest is the server's.

mod check;

pub use check::{Check, Checks};

#[cfg(feature = "ssr")]
pub(crate) mod account;
#[cfg(feature = "ssr")]
pub(crate) mod attribute_fields;
#[cfg(feature = "ssr")]
mod element;
#[cfg(feature = "ssr")]
mod error;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod post;
#[cfg(feature = "ssr")]
mod reauthentication;
#[cfg(feature = "ssr")]
mod resend;
#[cfg(feature = "ssr")]
mod state;
#[cfg(feature = "ssr")]
mod summary;
#[cfg(feature = "ssr")]
mod words;

#[cfg(feature = "ssr")]
pub use element::Form;
#[cfg(feature = "ssr")]
pub use error::{FormError, ToldRefusal, refused};
#[cfg(feature = "ssr")]
pub use field::{Input, code_field, field, new_password_field, password_field};
#[cfg(feature = "ssr")]
pub use post::FormPost;
#[cfg(feature = "ssr")]
pub use reauthentication::{
    asks_for_password, current_password_field, reauthentication_field, reauthentication_field_if_asked,
    step_code_field,
};
#[cfg(feature = "ssr")]
pub(crate) use resend::resend_button;
#[cfg(feature = "ssr")]
pub use state::{FormState, Replay};
#[cfg(feature = "ssr")]
pub use summary::summary;
#[cfg(feature = "ssr")]
pub(crate) use words::resend_waits;
