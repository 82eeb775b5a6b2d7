//! A request names one host (RFC 9112, section 3.2): of two, each program on its way could believe another one.

use axum::http::header::HOST;
use axum::http::{Request, StatusCode, Version};
use axum::response::{IntoResponse, Response};

/// The refusal, where there is something to refuse.
pub fn refusal<Body>(request: &Request<Body>) -> Option<Response> {
    let mut hosts = request.headers().get_all(HOST).iter();
    let words = match (hosts.next(), hosts.next()) {
        (_, Some(_)) => "This request names two hosts.\n",
        // Older programs name none.
        (None, None) if request.version() > Version::HTTP_10 => "This request names no host.\n",
        (Some(host), None) if !is_host(host.as_bytes()) => "This request names a host that can't be one.\n",
        (Some(_) | None, None) => return None,
    };
    Some((StatusCode::BAD_REQUEST, words).into_response())
}

/// Of the characters of a name or an address, with a port or without; empty where the target has none (RFC 3986,
/// section 3.2.2).
fn is_host(host: &[u8]) -> bool {
    host.iter().all(|c| c.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(version: Version, hosts: &[&str]) -> Option<u16> {
        let request =
            hosts.iter().fold(Request::builder().version(version), |it, host| it.header(HOST, *host));
        refusal(&request.body(()).unwrap()).map(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn refusal_of_a_request_with_no_or_two_hosts_is_400() {
        for hosts in
            [&[][..], &["a.example", "a.example"], &["a.example", "b.example"], &["a b"], &["a/b"], &["a@b"]]
        {
            assert_eq!(status(Version::HTTP_11, hosts), Some(400), "{hosts:?}");
        }
        for host in ["localhost:3000", "id.example.com", "[::1]:3000", "127.0.0.1", ""] {
            assert_eq!(status(Version::HTTP_11, &[host]), None, "{host}");
        }
        assert_eq!(status(Version::HTTP_10, &[]), None);
        assert_eq!(status(Version::HTTP_10, &["a", "b"]), Some(400));
    }
}
