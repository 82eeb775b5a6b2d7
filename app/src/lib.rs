//! What people see: pages, forms, islands and words.
//!
//! Pages are plain components that only the server renders; the browser gets behaviour, as islands
//! ([`islands`]). A form posts to the address of a page; the thin server function behind it stands in the
//! page's own file and calls one use case of `pool`. Islands call no server function: they post what the form
//! has, so that pages and their functions are the server's alone.

pub mod form;
pub mod islands;

#[cfg(feature = "ssr")]
mod attribute_groups;
#[cfg(feature = "ssr")]
pub mod auth_events;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod lists;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod scripts;
#[cfg(feature = "ssr")]
pub mod text;
#[cfg(feature = "ssr")]
mod times;

#[cfg(feature = "ssr")]
pub use layout::{PageResponse, shell};
#[cfg(feature = "ssr")]
pub use pages::error_page;
#[cfg(feature = "ssr")]
pub use request::{PageRequest, Site, SiteFiles};
