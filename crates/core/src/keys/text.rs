//! Keys as a key file has them.

use crate::key_error::KeyError;
use crate::keys::key::{ID, Key};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

const HEAD: &str = "# Nameplate's keys, newest first. Keep this file secret, and keep it: without it the store is refused.\n";
/// Before the name of the store.
const FIRST_SERVED: &str = "# First served: ";
/// Above every key, before what it is called: who removes a line should know which one.
const KEY: &str = "# Key ";
/// On the line before a key. Versions that don't know it take the key for an old one, which does no harm.
const ACCEPTED: &str = "# Accepted, and not in use yet:";

/// What stands in a key file.
pub(super) struct Text {
    pub(super) keys: Vec<Key>,
    pub(super) first_served: Option<String>,
}

/// Reads keys, one a line; empty lines and other comments are skipped.
pub(super) fn read(text: &str) -> Result<Text, KeyError> {
    let (mut keys, mut first_served, mut accepted) = (Vec::new(), None, false);
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('#') {
            accepted |= line == ACCEPTED;
            let store = line.strip_prefix(FIRST_SERVED.trim_end()).map(str::trim);
            first_served = first_served.or(store.filter(|it| !it.is_empty()).map(ToOwned::to_owned));
            continue;
        }
        if line.is_empty() {
            continue;
        }
        let malformed = || KeyError::Malformed { line: number + 1 };
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(line).map_err(|_| malformed())?);
        let secret = bytes.as_slice().try_into().map_err(|_| malformed())?;
        // The first one is in use, whatever stands above it: there is no other.
        keys.push(Key::new(Zeroizing::new(secret), accepted && !keys.is_empty()));
        accepted = false;
    }
    if keys.is_empty() { Err(KeyError::Empty) } else { Ok(Text { keys, first_served }) }
}

/// Writes them.
pub(super) fn write(keys: &[Key], first_served: Option<&str>) -> Zeroizing<String> {
    let comments = FIRST_SERVED.len() + first_served.map_or(0, str::len) + 1;
    // Long enough from the start: a text that grows leaves its former self in memory.
    let length = HEAD.len() + comments + (KEY.len() + 2 * ID + 1 + ACCEPTED.len() + 1 + 44) * keys.len();
    let mut text = Zeroizing::new(String::with_capacity(length));
    text.push_str(HEAD);
    if let Some(store) = first_served {
        text.push_str(FIRST_SERVED);
        text.push_str(store);
        text.push('\n');
    }
    for key in keys {
        text.push_str(KEY);
        text.push_str(&key.fingerprint());
        text.push('\n');
        if key.accepted {
            text.push_str(ACCEPTED);
            text.push('\n');
        }
        URL_SAFE_NO_PAD.encode_string(key.secret.as_slice(), &mut text);
        text.push('\n');
    }
    text
}
