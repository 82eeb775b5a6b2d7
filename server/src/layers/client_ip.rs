//! Where a request comes from: the peer, or what trusted proxies say about it. Rate limits count by it.

use crate::config::ServerConfig;
use crate::log_text::ToldOnce;
use accounts::Origin;
use app::request::header_pieces;
use axum::extract::{Request, State};
use axum::http::header::{FORWARDED, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

pub static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// What proxies say the same in. Only the first is ever believed.
static FORWARDED_BY: [HeaderName; 3] =
    [HeaderName::from_static("x-forwarded-for"), FORWARDED, HeaderName::from_static("x-real-ip")];

/// Whose word about others is believed, and who gave theirs in vain.
#[derive(Debug, Clone)]
pub struct ClientIp {
    config: Arc<ServerConfig>,
    unbelieved: Arc<ToldOnce>,
}

impl ClientIp {
    pub fn new(config: Arc<ServerConfig>) -> Self {
        Self { config, unbelieved: Arc::default() }
    }

    /// Tells the operator, whose proxy it may be.
    fn tell(&self, peer: IpAddr, headers: &HeaderMap) {
        let said = FORWARDED_BY.iter().find(|name| headers.contains_key(*name));
        if let Some(header) = said.filter(|_| !self.config.trusts(peer))
            && self.unbelieved.is_new(&Origin::new(peer, "").household().to_string())
        {
            tracing::warn!(
                %peer,
                %header,
                "a forwarded address was not believed, because it came from a peer that is in no \
                 server.trusted_proxies; if that is your proxy, name it there (NAMEPLATE_TRUSTED_PROXIES), or all \
                 of its visitors share the limits of one network"
            );
        }
    }
}

/// Gives the request its origin: address and user agent.
pub async fn add(State(client_ip): State<ClientIp>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let peer = peer.to_canonical();
    client_ip.tell(peer, request.headers());
    let address = behind_proxies(&client_ip.config, peer, request.headers());
    let agent = request.headers().get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    let origin = Origin::new(address, &String::from_utf8_lossy(agent));
    request.extensions_mut().insert(origin);
    next.run(request).await
}

/// The rightmost address that no trusted proxy has: everything left of it may be invented.
fn behind_proxies(config: &ServerConfig, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut address = peer;
    if !config.trusts(address) {
        return address;
    }
    for hop in header_pieces::list(headers, &FORWARDED_FOR).rev() {
        let Some(hop) = std::str::from_utf8(hop).ok().and_then(read) else { break };
        address = hop;
        if !config.trusts(address) {
            break;
        }
    }
    address
}

/// An address, with or without a port or brackets.
fn read(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|it| it.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};

    fn seen(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let lists: Vec<_> = forwarded.iter().map(|list| list.as_bytes()).collect();
        seen_as_bytes(trusted, peer, &lists)
    }

    fn seen_as_bytes(trusted: &str, peer: &str, forwarded: &[&[u8]]) -> String {
        let text = format!("[server]\ntrusted_proxies = [{trusted}]\n");
        let config = Config::from_text(&text, &Environment::default()).unwrap().server;
        let value = |list: &&[u8]| (FORWARDED_FOR.clone(), HeaderValue::from_bytes(list).unwrap());
        let headers = forwarded.iter().map(value).collect();
        behind_proxies(&config, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn client_ip_uses_forwarded_addresses_only_from_trusted_proxies() {
        assert_eq!(seen("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["1.2.3.4", "198.51.100.1:1234"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(seen("'::1'", "::1", &["[2001:db8::7]"]), "2001:db8::7");
    }

    #[test]
    fn client_ip_with_an_unreadable_hop_trusts_nothing_left_of_it() {
        let seen = |lists: &[&[u8]]| seen_as_bytes("'10.0.0.0/8'", "10.0.0.1", lists);
        assert_eq!(seen(&[b"J\xf6rg, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen(&[b"1.2.3.4", b"J\xf6rg, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen(&[b"1.2.3.4", b"\xff"]), "10.0.0.1");
        assert_eq!(seen(&[b"1.2.3.4, unknown, 10.0.0.2"]), "10.0.0.2");
    }
}
