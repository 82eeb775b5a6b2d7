//! What others wrote, as a field of a line in the log: cut, so that nobody fills the disk with it, and without
//! what would move or hide the rest of the line.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// No more characters are shown.
const LONGEST: usize = 256;

/// At most this much of a text, and how long it is where it was cut.
pub fn shown(text: &str) -> Cow<'_, str> {
    let (whole, rest) =
        text.char_indices().nth(LONGEST).map_or((text, false), |(end, _)| (&text[..end], true));
    let plain = whole.chars().all(|c| !is_unprintable(c));
    match (plain, rest) {
        (true, false) => Cow::Borrowed(text),
        (true, true) => Cow::Owned(format!("{whole}… ({} bytes)", text.len())),
        (false, _) => {
            let escaped: String = whole.chars().map(escaped).collect();
            Cow::Owned(if rest { format!("{escaped}… ({} bytes)", text.len()) } else { escaped })
        }
    }
}

/// The same of what needn't be text.
pub fn shown_bytes(bytes: &[u8]) -> String {
    shown(&String::from_utf8_lossy(bytes)).into_owned()
}

/// Control characters, and those that draw nothing or turn the direction of writing.
fn is_unprintable(c: char) -> bool {
    !c.is_ascii_graphic() && c != ' ' && c.escape_debug().len() > 1
}

fn escaped(c: char) -> String {
    if is_unprintable(c) { c.escape_unicode().to_string() } else { c.to_string() }
}

/// So many different things are told in an hour, whoever makes them up.
const MOST: usize = 64;
const AGAIN: Duration = Duration::from_secs(60 * 60);

/// What the log has told, so that it tells each thing once.
#[derive(Debug, Default)]
pub struct ToldOnce(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    things: HashSet<String>,
    /// When there was no room for another one.
    full_since: Option<Instant>,
}

impl ToldOnce {
    /// Whether this is to be told now: it wasn't before, and not too many others were.
    pub fn is_new(&self, thing: &str) -> bool {
        self.is_new_at(thing, Instant::now())
    }

    fn is_new_at(&self, thing: &str, now: Instant) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.things.contains(thing) {
            return false;
        }
        if told.things.len() >= MOST {
            if now.duration_since(*told.full_since.get_or_insert(now)) < AGAIN {
                return false;
            }
            *told = Told::default();
        }
        told.things.insert(thing.to_owned())
    }
}

/// Tells a thing that may happen all the time once a minute, with how often it did since.
#[derive(Debug, Default)]
pub struct OnceAMinute(Mutex<(u64, Option<Instant>)>);

impl OnceAMinute {
    const EVERY: Duration = Duration::from_secs(60);

    /// It happened. How often it did since it was told the last time, if it is to be told now.
    pub fn happened(&self) -> Option<u64> {
        self.happened_at(Instant::now())
    }

    fn happened_at(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, told_at) = &mut *state;
        *count += 1;
        if told_at.is_some_and(|at| now.duration_since(at) < Self::EVERY) {
            return None;
        }
        *told_at = Some(now);
        Some(std::mem::take(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_text_that_is_long_is_cut_and_tells_its_length() {
        assert_eq!(shown("/sign-in"), "/sign-in");
        assert_eq!(shown(&"a".repeat(256)), "a".repeat(256));
        assert_eq!(shown(&"a".repeat(60_000)), format!("{}… (60000 bytes)", "a".repeat(256)));
        assert_eq!(shown(&"ö".repeat(300)), format!("{}… (600 bytes)", "ö".repeat(256)));
    }

    #[test]
    fn shown_text_with_control_characters_is_escaped() {
        assert_eq!(shown("/a\nb\u{1b}[31m\u{85}"), "/a\\u{a}b\\u{1b}[31m\\u{85}");
        assert_eq!(shown("/\u{202e}\u{2066}x\u{200b}\u{feff}"), "/\\u{202e}\\u{2066}x\\u{200b}\\u{feff}");
        assert_eq!(shown("/Jörg/日本 'x' \"y\" \\"), "/Jörg/日本 'x' \"y\" \\");
        assert_eq!(shown_bytes(b"J\xf6rg"), "J\u{fffd}rg");
        let long = shown(&"\n".repeat(1000)).into_owned();
        assert!(long.len() < 2000 && long.ends_with("… (1000 bytes)"), "{long}");
    }

    #[test]
    fn told_once_repeats_nothing_and_is_bounded_per_hour() {
        let (told, now) = (ToldOnce::default(), Instant::now());
        assert!(told.is_new_at("https://a.example", now) && !told.is_new_at("https://a.example", now));
        let new = |now| {
            let many = (0..1000).map(|number| format!("https://{number}.example"));
            many.filter(|origin| told.is_new_at(origin, now)).count()
        };
        assert_eq!((new(now), new(now)), (MOST - 1, 0));
        assert_eq!((new(now + AGAIN), new(now + AGAIN)), (MOST, 0));
    }

    #[test]
    fn once_a_minute_tells_how_often_something_happened() {
        let (often, now) = (OnceAMinute::default(), Instant::now());
        assert_eq!([now; 3].map(|now| often.happened_at(now)), [Some(1), None, None]);
        assert_eq!([now + OnceAMinute::EVERY; 2].map(|now| often.happened_at(now)), [Some(3), None]);
    }
}
