//! Durations as people write them.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A stretch of time: `30s`, `15min`, `24h`, `14days`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(pub Duration);

impl Span {
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours * 60)
    }

    pub const fn days(days: u64) -> Self {
        Self::hours(days * 24)
    }
}

impl TryFrom<String> for Span {
    type Error = humantime::DurationError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        humantime::parse_duration(&text).map(Self)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // In its largest whole unit: 90days, not "2months 29days 2h 52m 48s".
        let seconds = self.0.as_secs();
        let units = [
            (24 * 60 * 60, if seconds == 24 * 60 * 60 { "day" } else { "days" }),
            (60 * 60, "h"),
            (60, "min"),
            (1, "s"),
        ];
        match units.into_iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit)) {
            Some((unit, name)) if self.0.subsec_nanos() == 0 => write!(f, "{}{name}", seconds / unit),
            _ => humantime::format_duration(self.0).fmt(f),
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "duration" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_is_written_in_its_largest_whole_unit_and_read_back() {
        let spans = [
            Span::days(90),
            Span::days(1),
            Span::hours(36),
            Span::minutes(15),
            Span::seconds(90),
            Span(Duration::from_millis(1500)),
        ];
        let written = spans.map(|span| span.to_string());
        assert_eq!(written, ["90days", "1day", "36h", "15min", "90s", "1s 500ms"]);
        for (text, span) in written.into_iter().zip(spans) {
            assert_eq!(Span::try_from(text).unwrap(), span);
        }
        assert_eq!(Span::seconds(0).to_string(), "0s");
    }
}
