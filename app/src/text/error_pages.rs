//! The words of the pages for errors.

use super::words;

/// An error page: its heading and what to do.
pub fn http_error(status: u16) -> (&'static str, &'static str) {
    let words = words();
    match status {
        400 => (words.page_bad_request(), words.page_bad_request_text()),
        401 => (words.page_signed_out(), words.page_signed_out_text()),
        403 => (words.page_cross_site(), words.page_cross_site_text()),
        404 => (words.page_not_found(), words.page_not_found_text()),
        405 => (words.page_wrong_method(), words.page_wrong_method_text()),
        409 => (words.page_other_account(), words.page_other_account_text()),
        413 => (words.page_too_large(), words.page_too_large_text()),
        429 => (words.page_too_many(), words.page_too_many_text()),
        503 => (words.page_busy(), words.page_busy_text()),
        _ => (words.page_unexpected(), words.page_unexpected_text()),
    }
}
