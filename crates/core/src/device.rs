//! What somebody sits in front of, in words.

/// What a person would call the thing in front of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Such as Firefox.
    pub browser: Option<&'static str>,
    /// Such as Android.
    pub system: Option<&'static str>,
}

impl Device {
    /// The device by its `User-Agent`. The names come from here and never from the header: whoever asks for a
    /// mail must not choose its words.
    pub fn of(user_agent: &str) -> Self {
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
        Self { browser: first(&BROWSERS), system: first(&SYSTEMS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_of_a_user_agent_names_browser_and_system() {
        let named = |user_agent: &str| {
            let device = Device::of(user_agent);
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
}
