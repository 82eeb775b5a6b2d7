//! Where a request comes from: the peer, or what trusted proxies say about it. Rate limits count by it.

use crate::config::ServerConfig;
use accounts::Origin;
use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, HeaderName};
use axum::middleware::Next;
use axum::response::Response;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The other end of the connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

pub static FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Gives the request its origin: address and user agent.
pub async fn add(State(config): State<Arc<ServerConfig>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    let address = behind_proxies(&config, peer, request.headers());
    let agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    request.extensions_mut().insert(Origin::new(address, &agent));
    next.run(request).await
}

/// The rightmost address that no trusted proxy has: everything left of it may be invented.
fn behind_proxies(config: &ServerConfig, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut address = peer.to_canonical();
    if !config.trusts(address) {
        return address;
    }
    let lists: Vec<_> =
        headers.get_all(&FORWARDED_FOR).iter().filter_map(|list| list.to_str().ok()).collect();
    for hop in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        let Some(hop) = read(hop.trim()) else { break };
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
    use axum::http::HeaderValue;

    fn seen(trusted: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let text = format!("[server]\ntrusted_proxies = [{trusted}]\n");
        let config = Config::from_text(&text, &Environment::default()).unwrap().server;
        let headers =
            forwarded.iter().map(|list| (FORWARDED_FOR.clone(), HeaderValue::from_static(list))).collect();
        behind_proxies(&config, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        assert_eq!(seen("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["1.2.3.4", "198.51.100.1:1234"]), "198.51.100.1");
        assert_eq!(seen("'10.0.0.0/8'", "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(seen("'::1'", "::1", &["[2001:db8::7]"]), "2001:db8::7");
    }
}
