//! Browsers in words.

use super::{Around, words};
use nameplate_core::device::Device;
use std::time::Duration;

/// What a person would call the browser.
pub fn device(device: Device) -> String {
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => words().device_on(browser, system),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => words().device_some_browser_on(system),
        (None, None) => words().device_unknown().to_owned(),
    }
}

/// How long ago a session was used. It is written down only every few minutes, so the last ones are all the
/// same.
pub fn last_active(ago: Duration) -> String {
    let minutes = ago.as_secs() / 60;
    match minutes {
        0..6 => words().active_lately().to_owned(),
        6..120 => words().active_minutes_ago(minutes),
        120..2880 => words().active_hours_ago(minutes / 60),
        _ => words().active_days_ago(minutes / 1440),
    }
}

/// The line around a session's network.
pub fn session_facts(active: &str, since: &str) -> Around {
    Around::of(|network| words().session_facts(network, active, since))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_names_the_browser_and_system_it_knows() {
        let named = |browser, system| device(Device { browser, system });
        assert_eq!(named(Some("Firefox"), Some("Linux")), "Firefox on Linux");
        assert_eq!(named(Some("Chrome"), None), "Chrome");
        assert_eq!(named(None, Some("Android")), "A browser on Android");
        assert_eq!(named(None, None), "Unknown browser");
    }

    #[test]
    fn last_active_is_told_in_one_unit() {
        let said = |minutes: u64| last_active(Duration::from_secs(minutes * 60));
        assert_eq!(said(5), "active in the last few minutes");
        assert_eq!(said(20), "active 20 minutes ago");
        assert_eq!(said(120), "active 2 hours ago");
        assert_eq!(said(3 * 1440 + 5), "active 3 days ago");
    }
}
