//! Forms: how they are posted, refused, shown again and checked while one types.
//!
//! A form posts to the address of its own page. With WASM the post is a fetch; without it the server's form
//! door answers with the same page, the typed values and the refusal's status.

mod check;
mod error;
#[cfg(feature = "ssr")]
mod field;
#[cfg(feature = "ssr")]
mod frame;
mod post;
#[cfg(feature = "ssr")]
mod replay;

pub use check::{Check, Checks};
pub use error::{FormError, refused};
pub use post::FormPost;

#[cfg(feature = "ssr")]
pub use field::{Input, again_field, again_if_asked, code_field, field, password_field};
#[cfg(feature = "ssr")]
pub use frame::Form;
#[cfg(feature = "ssr")]
pub use replay::{FormState, Replay, summary};
