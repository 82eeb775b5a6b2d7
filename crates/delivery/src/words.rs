//! Numbers, times and typed text in the shape in which templates put them into sentences.

use model::characters::is_invisible;
use nameplate_core::clock::Timestamp;

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
    fn utc_of_a_timestamp_is_written_in_words() {
        assert_eq!(utc(&Timestamp(1_795_356_120_000), "%-d %B %Y, %H:%M UTC"), "22 November 2026, 14:02 UTC");
        assert_eq!(utc(&Timestamp(i64::MAX), "%Y"), "");
    }

    #[test]
    fn minutes_between_times_are_rounded_and_never_negative() {
        assert_eq!(minutes(&Timestamp(0), &Timestamp(900_000)), 15);
        assert_eq!(minutes(&Timestamp(0), &Timestamp(899_000)), 15);
        assert_eq!(minutes(&Timestamp(1), &Timestamp(0)), 0);
        assert_eq!(minutes(&Timestamp(i64::MIN), &Timestamp(0)), i64::MAX / 60_000);
    }

    #[test]
    fn one_line_of_typed_text_drops_breaks_and_controls() {
        assert_eq!(one_line("a\r\nBcc: b@c.de"), "a Bcc: b@c.de");
        assert_eq!(one_line(" a\u{2028}b\u{202E}c\u{0}d\u{85}e "), "a bc d e");
        assert_eq!(one_line("👩\u{200D}🚀"), "👩\u{200D}🚀");
    }
}
