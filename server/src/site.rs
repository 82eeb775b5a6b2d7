//! Static files: the built site (islands, styles, `public/`), which is inside the binary (debug builds read the
//! folder instead), and the scripts of the pages, which are part of `app`.

use app::SiteFiles;
use app::request::header_pieces;
use app::scripts::{self, Script};
use axum::body::Body;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;
use std::sync::{Once, OnceLock};

#[derive(RustEmbed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Site;

/// The folder inside the site whose names carry hashes in a release.
const BUILT: &str = "pkg/";

/// The addresses of the built files. That they are missing is said in the log.
pub fn files() -> Option<SiteFiles> {
    static FOUND: OnceLock<Option<SiteFiles>> = OnceLock::new();
    static SAID: Once = Once::new();
    // While developing, a build may come after the start.
    let found = if cfg!(debug_assertions) { find_all() } else { FOUND.get_or_init(find_all).clone() };
    if found.is_none() {
        say_missing(&SAID);
    }
    found
}

/// Once: every page would say it.
fn say_missing(said: &Once) {
    said.call_once(|| {
        tracing::error!(
            "pages have neither styles nor scripts, because the built files are missing in target/site: run scripts/build dev"
        );
    });
}

/// Whether the built files are there. A release without them refuses to start.
pub fn is_complete() -> bool {
    find_all().is_some()
}

fn find_all() -> Option<SiteFiles> {
    Some(SiteFiles { js: find(".js")?, wasm: find(".wasm")?, css: find(".css")? })
}

fn find(end: &str) -> Option<String> {
    let found = Site::iter().find(|path| path.starts_with("pkg/nameplate") && path.ends_with(end))?;
    Some(format!("/{found}"))
}

/// What is sent for a path: bytes in one coding, and their tag.
struct Encoded {
    bytes: Cow<'static, [u8]>,
    coding: Option<&'static str>,
    tag: String,
    /// Whether another text would have another address.
    is_immutable: bool,
}

/// The file at a path, in the best coding that the browser takes.
pub fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let file = match scripts::at(path) {
        Some(script) => of_script(script, headers),
        None => of_site(path.strip_prefix('/')?, headers)?,
    };
    respond(path, file, headers)
}

fn of_script(script: &'static Script, headers: &HeaderMap) -> Encoded {
    let (bytes, coding) = if accepts(headers, "br") {
        (script.brotli, Some("br"))
    } else if accepts(headers, "gzip") {
        (script.gzip, Some("gzip"))
    } else {
        (script.plain, None)
    };
    // The address has the text's hash, which tells all but the coding.
    let tag = format!("\"{}{}\"", script.path, coding.unwrap_or_default());
    Encoded { bytes: bytes.into(), coding, tag, is_immutable: true }
}

fn of_site(path: &str, headers: &HeaderMap) -> Option<Encoded> {
    // The coded twins are found by negotiation, never by name.
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let coded = |coding: &'static str, end: &str| {
        let file = accepts(headers, coding).then(|| Site::get(&format!("{path}.{end}"))).flatten()?;
        Some((file, Some(coding)))
    };
    let (file, coding) =
        coded("br", "br").or_else(|| coded("gzip", "gz")).or_else(|| Some((Site::get(path)?, None)))?;
    let tag = tag(&file);
    let is_immutable = path.starts_with(BUILT) && !cfg!(debug_assertions);
    Some(Encoded { bytes: file.data, coding, tag, is_immutable })
}

fn respond(path: &str, file: Encoded, headers: &HeaderMap) -> Option<Response> {
    let kept = if file.is_immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut answer = HeaderMap::new();
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(CACHE_CONTROL, HeaderValue::from_static(kept));
    answer.insert(ETAG, HeaderValue::from_str(&file.tag).ok()?);
    if header_pieces::list(headers, &IF_NONE_MATCH).any(|seen| matches(seen, &file.tag)) {
        return Some((StatusCode::NOT_MODIFIED, answer).into_response());
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    answer.insert(CONTENT_TYPE, HeaderValue::from_str(&kind).ok()?);
    if let Some(coding) = file.coding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some((answer, Body::from(file.bytes)).into_response())
}

/// Whether a coding is accepted: named, and not with the weight 0 (RFC 9110, section 12.5.3).
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let readable =
        header_pieces::list(headers, &ACCEPT_ENCODING).filter_map(|one| std::str::from_utf8(one).ok());
    readable.into_iter().any(|one| {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let refused = weight
            .trim()
            .strip_prefix("q=")
            .is_some_and(|weight| weight.parse::<f32>().is_ok_and(|weight| weight <= 0.0));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// An element of `If-None-Match` may be `*`, and compares weakly (RFC 9110, section 13.1.2).
fn matches(seen: &[u8], tag: &str) -> bool {
    seen == b"*" || seen.strip_prefix(b"W/").unwrap_or(seen) == tag.as_bytes()
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
    use std::sync::{Arc, Mutex};

    #[test]
    fn accepts_is_false_for_a_coding_that_is_refused() {
        let accept =
            |list: &'static str| HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(list))]);
        assert!(accepts(&accept("gzip, br"), "br"));
        assert!(accepts(&accept("gzip;q=0.5, BR;q=1"), "br"));
        let unreadable = HeaderValue::from_bytes(b"\xff;q=1, br").unwrap();
        assert!(accepts(&HeaderMap::from_iter([(ACCEPT_ENCODING, unreadable)]), "br"));
        for list in ["gzip", "br;q=0", "br; q=0.0", "brotli"] {
            assert!(!accepts(&accept(list), "br"), "{list}");
        }
    }

    #[test]
    fn file_with_a_matching_tag_in_a_list_is_not_modified() {
        let path = scripts::PAGE.path;
        let tag = file(path, &HeaderMap::new()).unwrap().headers()[ETAG].clone();
        let asks = |seen: &[&[u8]]| {
            let value = |bytes: &&[u8]| (IF_NONE_MATCH, HeaderValue::from_bytes(bytes).unwrap());
            file(path, &seen.iter().map(value).collect()).unwrap().status()
        };
        let tag = tag.as_bytes();
        for seen in [
            &[tag][..],
            &[&[b"\"b\", ", tag].concat()],
            &[&[b"W/", tag].concat()],
            &[b"*"],
            &[&[b"\"J\xf6rg\",", tag].concat()],
            &[b"\xff", tag],
        ] {
            assert_eq!(asks(seen), StatusCode::NOT_MODIFIED, "{seen:?}");
        }
        assert_eq!(asks(&[b"\"b\", \"c\""]), StatusCode::OK);
    }

    #[test]
    fn file_of_a_script_is_sent_in_the_best_coding_and_cached() {
        for (accepted, coding) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
            let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accepted))]);
            let answer = file(scripts::PAGE.path, &asked).unwrap();
            let header = |name| answer.headers().get(name).map(|it| it.to_str().unwrap()).unwrap_or_default();
            assert_eq!(header(CONTENT_ENCODING), coding);
            assert_eq!(header(CONTENT_TYPE), "text/javascript; charset=utf-8");
            assert!(header(CACHE_CONTROL).ends_with("immutable"));
            let again = HeaderMap::from_iter([
                (ACCEPT_ENCODING, HeaderValue::from_static(accepted)),
                (IF_NONE_MATCH, answer.headers().get(ETAG).unwrap().clone()),
            ]);
            assert_eq!(file(scripts::PAGE.path, &again).unwrap().status(), StatusCode::NOT_MODIFIED);
        }
        assert!(file("/pkg/page.js", &HeaderMap::new()).is_none());
    }

    /// What is logged, for tests.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn say_missing_twice_logs_one_error_with_what_to_run() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let said = Once::new();
        tracing::subscriber::with_default(subscriber, || {
            say_missing(&said);
            say_missing(&said);
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!((text.lines().count(), text.matches("ERROR").count()), (1, 1), "{text}");
        assert!(text.contains("run scripts/build dev"), "{text}");
    }
}
