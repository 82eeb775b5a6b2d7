//! Moments in words.

/// `14:17 UTC`, or with the day if that isn't today.
pub fn clock_time(at: accounts::Timestamp, now: accounts::Timestamp) -> String {
    let read = |at: accounts::Timestamp| {
        jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC)
    };
    let (at, now) = (read(at), read(now));
    if at.date() == now.date() {
        at.strftime("%H:%M UTC").to_string()
    } else {
        at.strftime("%-d %B, %H:%M UTC").to_string()
    }
}

/// `22 November 2026`.
pub fn day(at: accounts::Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    at.strftime("%-d %B %Y").to_string()
}

/// Seconds until a moment; 0 when it is past.
pub fn seconds_until(at: accounts::Timestamp, now: accounts::Timestamp) -> u32 {
    if at > now { at.seconds_from(now) } else { 0 }
}
