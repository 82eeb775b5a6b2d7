//! The built site (scripts, WASM, styles, `public/`), inside the binary. Debug builds read the folder
//! instead.

use app::SiteFiles;
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::sync::OnceLock;

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// The folder inside the site whose names carry hashes in a release.
const BUILT: &str = "pkg/";

/// The addresses of the page's own files.
pub fn files() -> SiteFiles {
    static FOUND: OnceLock<SiteFiles> = OnceLock::new();
    let find = || SiteFiles { js: find(".js"), wasm: find(".wasm"), css: find(".css") };
    // While developing, a build may come after the start.
    if cfg!(debug_assertions) { find() } else { FOUND.get_or_init(find).clone() }
}

/// Whether the pages' own files are there. A release without them refuses to start.
pub fn is_complete() -> bool {
    let SiteFiles { js, wasm, css } = files();
    !(js.is_empty() || wasm.is_empty() || css.is_empty())
}

fn find(end: &str) -> String {
    let found = Site::iter().find(|path| path.starts_with("pkg/nameplate") && path.ends_with(end));
    found.map(|path| format!("/{path}")).unwrap_or_default()
}

/// The file at a path, in the best coding that the browser takes.
pub fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    // The coded twins are found by negotiation, never by name.
    let path = path.strip_prefix('/').filter(|path| !path.ends_with(".br") && !path.ends_with(".gz"))?;
    let coded = |coding: &'static str, end: &str| {
        let file = accepts(headers, coding).then(|| Site::get(&format!("{path}.{end}"))).flatten()?;
        Some((file, Some(coding)))
    };
    let (file, coding) =
        coded("br", "br").or_else(|| coded("gzip", "gz")).or_else(|| Some((Site::get(path)?, None)))?;

    let immutable = path.starts_with(BUILT) && !cfg!(debug_assertions);
    let tag = tag(&file);
    let mut answer = HeaderMap::new();
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(
        CACHE_CONTROL,
        HeaderValue::from_static(if immutable { "public, max-age=31536000, immutable" } else { "no-cache" }),
    );
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|seen| seen.to_str().ok())
        .any(|seen| matches(seen, &tag));
    answer.insert(ETAG, HeaderValue::from_str(&tag).ok()?);
    if known {
        return Some((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    answer.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).ok()?);
    if let Some(coding) = coding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some((answer, Body::from(file.data)).into_response())
}

/// Whether a coding is accepted: named, and not with the weight 0 (RFC 9110, section 12.5.3).
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let lists = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// `If-None-Match` is a list, may be `*`, and compares weakly (RFC 9110, section 13.1.2).
fn matches(seen: &str, tag: &str) -> bool {
    seen.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

/// One tag per coding: the hash of the bytes that are sent.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_that_is_refused_is_not_sent() {
        let accept =
            |list: &'static str| HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(list))]);
        assert!(accepts(&accept("gzip, br"), "br"));
        assert!(accepts(&accept("gzip;q=0.5, BR;q=1"), "br"));
        for list in ["gzip", "br;q=0", "br; q=0.0", "brotli"] {
            assert!(!accepts(&accept(list), "br"), "{list}");
        }
    }

    #[test]
    fn a_list_of_tags_is_understood() {
        for seen in ["\"a\"", "\"b\", \"a\"", "W/\"a\"", "*"] {
            assert!(matches(seen, "\"a\""), "{seen}");
        }
        assert!(!matches("\"b\", \"c\"", "\"a\""));
    }
}
