//! What moves. Each island is behaviour around HTML that the server rendered; without the WASM all of it
//! stands still and works.
//!
//! Islands take children and no props: what they need to know stands in the HTML they wrap, as `data-`
//! attributes. Props would bring a JSON reader into the WASM, a third of its size.

mod form;
mod live;

pub use form::WakingForm;
pub use live::Live;

#[cfg(feature = "hydrate")]
mod browser;
