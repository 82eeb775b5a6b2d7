//! Wakes the islands up; everything else is the page's own HTML.

// Without a mention the linker drops the crate, and the islands with it.
use app as _;

/// Called by the page's wake script once the WASM is there.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
