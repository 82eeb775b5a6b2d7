//! A QR code as inline SVG: nothing is loaded, and it is sharp at every size.

use fast_qr::{ECL, QRBuilder};
use leptos::prelude::*;
use std::fmt::Write as _;

/// The quiet zone that scanners want around it (ISO/IEC 18004, section 9.1).
const QUIET: usize = 4;

/// Black on white in light and dark, since scanners want it so. Nothing, if the text is too long for any
/// code.
pub(super) fn qr_code(text: &str, words: &'static str) -> Option<impl IntoView + use<>> {
    let code = QRBuilder::new(text).ecl(ECL::M).build().ok()?;
    let size = code.size + 2 * QUIET;
    let path = path(code.size, |x, y| code[y].get(x).is_some_and(|module| module.value()));
    Some(view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=words shape-rendering="crispEdges">
            <path fill="#fff" d=format!("M0 0h{size}v{size}H0z")/>
            <path fill="#000" d=path/>
        </svg>
    })
}

/// A bar for every run of dark modules.
fn path(size: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let mut path = String::new();
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|&x| is_dark(x, y)).count();
            if run > 0 {
                // Writing to a string can't fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_qr_code_draws_every_dark_module_once() {
        let drawn = path(3, |x, y| (x, y) != (1, 1));
        assert_eq!(drawn, "M4 4h3v1h-3zM4 5h1v1h-1zM6 5h1v1h-1zM4 6h3v1h-3z");
    }
}
