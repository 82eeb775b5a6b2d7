//! The address that people type. Cookie names, `Secure`, HSTS and the origin check follow from it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use url::{Host, Url};

/// An `http` or `https` origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    https: bool,
    loopback: bool,
    /// Whether a browser could open it.
    reachable: bool,
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
        let reachable = names_one_machine(&host);
        let (host, origin) = (host.to_string(), url.origin().ascii_serialization());
        Ok(Self { origin, host, https: url.scheme() == "https", loopback, reachable })
    }

    /// Stands in while the configuration is being refused.
    pub fn nowhere() -> Self {
        let host = "127.0.0.1".to_owned();
        Self { origin: format!("http://{host}"), host, https: false, loopback: true, reachable: true }
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

    /// Whether somebody can type it: 0.0.0.0 and `[::]` are addresses to listen on, and to open nowhere.
    pub const fn can_be_typed(&self) -> bool {
        self.reachable
    }

    /// Whether only this machine can go there.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }
}

fn names_one_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(_) => true,
        Host::Ipv4(address) => is_one_machine(*address),
        Host::Ipv6(address) => match address.to_canonical() {
            IpAddr::V4(address) => is_one_machine(address),
            // A link-local address needs the name of a network card, for which an address in a browser has no place.
            IpAddr::V6(address) => {
                !address.is_unspecified() && !address.is_multicast() && !address.is_unicast_link_local()
            }
        },
    }
}

/// All of 0.0.0.0/8 is "this network" (RFC 1122, section 3.2.1.3).
const fn is_one_machine(address: Ipv4Addr) -> bool {
    let [first, ..] = address.octets();
    first != 0 && !address.is_multicast() && !address.is_broadcast()
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
    fn parse_public_url_writes_the_origin_as_browsers_do() {
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
    fn parse_public_url_with_more_than_an_origin_is_refused() {
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
    fn can_be_typed_is_false_for_an_address_to_listen_on() {
        for text in [
            "http://0.0.0.0:3000",
            "http://0",
            "http://0.1.2.3",
            "http://[::]:3000",
            "http://[::ffff:0.0.0.0]",
            "http://255.255.255.255",
            "http://224.0.0.1",
            "http://[ff02::1]",
            "http://[fe80::1]",
        ] {
            assert!(!PublicUrl::parse(text).unwrap().can_be_typed(), "{text}");
        }
        for text in [
            "http://localhost:3000",
            "http://10.0.0.1",
            "http://[::1]",
            "http://[fd00::1]",
            "https://id.example.com",
        ] {
            assert!(PublicUrl::parse(text).unwrap().can_be_typed(), "{text}");
        }
    }

    #[test]
    fn is_loopback_is_true_for_every_name_of_this_machine() {
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
