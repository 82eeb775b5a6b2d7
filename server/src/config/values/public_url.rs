//! The address that people type. Cookie names, `Secure`, HSTS and the origin check follow from it.

use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

/// An `http` or `https` origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    https: bool,
    loopback: bool,
}

/// Why a text is no origin, as the end of a sentence about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnOrigin(&'static str);

impl fmt::Display for NotAnOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PublicUrl {
    /// Reads an address that is nothing but an origin; one slash at its end is forgiven.
    pub fn parse(text: &str) -> Result<Self, NotAnOrigin> {
        let url = Url::parse(text.trim()).map_err(|_| NotAnOrigin("is no address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NotAnOrigin("starts with neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotAnOrigin("has a user name in it"));
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(NotAnOrigin("goes on after the host"));
        }
        let host = url.host().ok_or(NotAnOrigin("names no host"))?;
        let loopback = match &host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => IpAddr::from(*address).to_canonical().is_loopback(),
        };
        let (host, origin) = (host.to_string(), url.origin().ascii_serialization());
        Ok(Self { origin, host, https: url.scheme() == "https", loopback })
    }

    /// Stands in while the configuration is being refused.
    pub fn nowhere() -> Self {
        Self { origin: "http://127.0.0.1".into(), host: "127.0.0.1".into(), https: false, loopback: true }
    }

    /// Scheme, host and port, as a browser sends them in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether people come by TLS: then cookies are `Secure` and called `__Host-…`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether only this machine can go there.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, origin) in [
            ("https://ID.example.com/", "https://id.example.com"),
            ("https://id.example.com:443", "https://id.example.com"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(PublicUrl::parse(text).unwrap().origin(), origin);
        }
    }

    #[test]
    fn what_goes_on_after_the_host_is_no_origin() {
        for text in [
            "https://example.com/id",
            "https://example.com?x",
            "https://example.com#x",
            "https://a@example.com",
            "ftp://example.com",
            "example.com",
            "",
        ] {
            assert!(PublicUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_is_known_by_all_its_names() {
        for text in [
            "http://localhost:3000",
            "http://127.0.0.1",
            "http://127.1.2.3",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(PublicUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in
            ["http://0.0.0.0:3000", "http://localhost.example.com", "http://10.0.0.1", "http://[::]:3000"]
        {
            assert!(!PublicUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
    }
}
