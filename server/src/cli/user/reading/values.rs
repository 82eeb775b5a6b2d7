//! Times and truth values, as Cognito's tools write them.

use accounts::Timestamp;
use accounts::admin::Moment;
use serde_json::Value;

/// RFC 3339, or seconds since 1970 as older tools write them, or milliseconds.
pub fn moment(date: &Value) -> Option<Moment> {
    let seconds = match date {
        Value::String(text) => return moment_in(text),
        Value::Number(seconds) => seconds.as_f64()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    /// The last second of the year 9999.
    const LAST: f64 = 253_402_300_799.0;
    let seconds = if seconds.abs() > LAST { seconds / 1000.0 } else { seconds };
    (seconds.abs() <= LAST).then(|| Moment(Timestamp((seconds * 1000.0).round() as i64)))
}

/// The same in a text.
pub fn moment_in(text: &str) -> Option<Moment> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(seconds) => moment(&serde_json::Number::from_f64(seconds)?.into()),
        Err(_) => text.to_owned().try_into().ok(),
    }
}

/// `true` or `false`, in whichever case; nothing is `false`.
pub fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "" => Some(false),
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}
