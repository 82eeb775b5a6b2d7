//! Numbers, times and typed text in the shape in which templates put them into sentences.

use crate::core::clock::Timestamp;
use model::identifier::is_invisible;

/// A time in UTC, in a format of `strftime`'s: the format is the template's, since it belongs to its
/// language.
pub fn utc(at: &Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map(|at| at.strftime(format).to_string())
        .unwrap_or_default()
}

/// The minutes between two times, to the nearest one.
pub fn minutes(from: &Timestamp, to: &Timestamp) -> i64 {
    to.millis().saturating_sub(from.millis()).max(0).saturating_add(30_000) / 60_000
}

/// What a person would call the thing in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    pub browser: Option<&'static str>,
    pub system: Option<&'static str>,
}

/// The device by its `User-Agent`. The names come from here and never from the header: whoever asks for a
/// mail must not choose its words.
pub fn device(user_agent: &str) -> Device {
    // Nearly all of them claim to be Safari and Chrome, and Android claims to be Linux: the more special
    // comes first.
    const BROWSERS: [(&str, &str); 8] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("CriOS/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, name)| *name)
    };
    Device { browser: first(&BROWSERS), system: first(&SYSTEMS) }
}

/// Typed text on one line, without anything that turns the reading direction around. Form checks refuse such
/// text long before; a header must not depend on that (RFC 5322, section 2.2: a line break starts a new
/// header).
pub fn one_line(typed: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let joiner = |c| matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}');
    let plain =
        typed.chars().filter(|c| joiner(*c) || !is_invisible(*c)).map(|c| if breaks(c) { ' ' } else { c });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_in_words() {
        assert_eq!(utc(&Timestamp(1_795_356_120_000), "%-d %B %Y, %H:%M UTC"), "22 November 2026, 14:02 UTC");
        assert_eq!(utc(&Timestamp(i64::MAX), "%Y"), "");
    }

    #[test]
    fn minutes_are_rounded_and_never_negative() {
        assert_eq!(minutes(&Timestamp(0), &Timestamp(900_000)), 15);
        assert_eq!(minutes(&Timestamp(0), &Timestamp(899_000)), 15);
        assert_eq!(minutes(&Timestamp(1), &Timestamp(0)), 0);
        assert_eq!(minutes(&Timestamp(i64::MIN), &Timestamp(0)), i64::MAX / 60_000);
    }

    #[test]
    fn a_browser_is_called_by_its_name() {
        let named = |user_agent: &str| {
            let device = device(user_agent);
            (device.browser.unwrap_or("-"), device.system.unwrap_or("-"))
        };
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(named(chrome), ("Chrome", "Windows"));
        assert_eq!(named(&format!("{chrome} Edg/142.0.0.0")), ("Edge", "Windows"));
        assert_eq!(
            named("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"),
            ("Firefox", "Linux")
        );
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(named(iphone), ("Safari", "iPhone"));
        let android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
        assert_eq!(named(android), ("Chrome", "Android"));
        assert_eq!(named("Call +1 900 555 0100, your account is in danger"), ("-", "-"));
    }

    #[test]
    fn typed_text_stays_on_its_line() {
        assert_eq!(one_line("a\r\nBcc: b@c.de"), "a Bcc: b@c.de");
        assert_eq!(one_line(" a\u{2028}b\u{202E}c\u{0}d\u{85}e "), "a bc d e");
        assert_eq!(one_line("👩\u{200D}🚀"), "👩\u{200D}🚀");
    }
}
