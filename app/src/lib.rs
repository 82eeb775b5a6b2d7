//! What people see: pages, forms, islands and words.
//!
//! Pages are plain components that only the server renders; the browser gets behaviour, as islands
//! ([`islands`]). A form posts to the address of a page; the thin server function behind it stands in the
//! page's own file and calls one use case of `pool`.

pub mod form;
pub mod islands;
pub mod pages;
pub mod text;

#[cfg(feature = "ssr")]
pub mod caller;
#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
pub mod lists;
#[cfg(feature = "ssr")]
pub mod scripts;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod visit;

#[cfg(feature = "ssr")]
pub use pages::{PAGES, error_page};
#[cfg(feature = "ssr")]
pub use visit::{Answer, Site, SiteFiles, Visit};
