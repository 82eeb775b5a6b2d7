//! The scripts of our own, from `app/js`, as `build.rs` has made them ready.

use std::fmt;

/// A script, and the address that its text decides.
pub struct Script {
    pub path: &'static str,
    pub plain: &'static [u8],
    pub brotli: &'static [u8],
    pub gzip: &'static [u8],
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("path", &self.path).finish_non_exhaustive()
    }
}

include!(concat!(env!("OUT_DIR"), "/scripts.rs"));

/// The script at this address.
pub fn at(path: &str) -> Option<&'static Script> {
    ALL.into_iter().find(|script| script.path == path)
}
