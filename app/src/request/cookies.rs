//! The cookies that the pages set. Their names and flags follow the public address.

use super::header_pieces;
use cookie::{Cookie, SameSite};
use http::HeaderMap;
use http::header::COOKIE;
use model::Page;
use nameplate_core::identity::ChallengeToken;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieName {
    Session,
    /// Which browser signed up, until the account is confirmed.
    SignUp,
    /// Which browser it is: codes belong to the one that asked for them, and accounts know those that they
    /// were signed in to from.
    Browser,
    /// Whose password was right, until the second factor is.
    Challenge,
    /// The name for which a new password was asked, as it was typed.
    Reset,
    /// Nobody is asked again to prove a contact, for a while.
    VerifyLater,
    /// What just happened, said once by the next page.
    Flash,
    Theme,
}

impl CookieName {
    /// Under https the `__Host-` prefix keeps subdomains and plain http from setting it (RFC 6265bis, section
    /// 4.1.3).
    pub const fn as_str(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, false) => "nameplate",
            (Self::Session, true) => "__Host-nameplate",
            (Self::Browser, false) => "nameplate-browser",
            (Self::Browser, true) => "__Host-nameplate-browser",
            (Self::SignUp, false) => "nameplate-sign-up",
            (Self::SignUp, true) => "__Host-nameplate-sign-up",
            (Self::Challenge, false) => "nameplate-challenge",
            (Self::Challenge, true) => "__Host-nameplate-challenge",
            (Self::Reset, false) => "nameplate-reset",
            (Self::Reset, true) => "__Host-nameplate-reset",
            (Self::VerifyLater, false) => "nameplate-verify-later",
            (Self::VerifyLater, true) => "__Host-nameplate-verify-later",
            (Self::Flash, false) => "nameplate-flash",
            (Self::Flash, true) => "__Host-nameplate-flash",
            (Self::Theme, false) => "nameplate-theme",
            (Self::Theme, true) => "__Host-nameplate-theme",
        }
    }
}

/// The value of a cookie in a request.
pub fn read(headers: &HeaderMap, name: CookieName, secure: bool) -> Option<String> {
    read_as(headers, name, secure, |value| Some(value.to_owned()))
}

/// What the value of a cookie says. Where several have its name, as when another service of the same host sets
/// one too, the first that can be ours.
pub fn read_as<T>(
    headers: &HeaderMap,
    name: CookieName,
    secure: bool,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let wanted = name.as_str(secure).as_bytes();
    header_pieces::cookies(headers, &COOKIE)
        .filter(|(name, _)| *name == wanted)
        .find_map(|(_, value)| parse(std::str::from_utf8(value).ok()?))
}

/// A sign-in whose password was right, and which waits for its next step.
#[derive(Debug, Clone)]
pub struct PendingSignIn {
    pub token: ChallengeToken,
    /// The page that it leads to.
    pub next: Option<Page>,
}

impl PendingSignIn {
    /// Reads the cookie. A page that isn't one of ours is none.
    pub fn read(cookie: &str) -> Option<Self> {
        let (token, next) = cookie.split_at(cookie.find('/').unwrap_or(cookie.len()));
        Some(Self { token: ChallengeToken::parse(token)?, next: Page::after_sign_in(next) })
    }

    /// As the cookie has it.
    pub fn cookie(&self) -> String {
        format!("{}{}", self.token.reveal(), self.next.map(Page::path).unwrap_or_default())
    }
}

/// A `Set-Cookie` value that lives for so many seconds.
pub fn set(name: CookieName, value: &str, seconds: i64, secure: bool) -> String {
    let cookie = Cookie::build((name.as_str(secure), value.to_owned()))
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(cookie::time::Duration::seconds(seconds));
    cookie.build().to_string()
}

/// A `Set-Cookie` value that forgets the cookie.
pub fn forget(name: CookieName, secure: bool) -> String {
    set(name, "", 0, secure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use nameplate_core::identity::SessionToken;

    #[test]
    fn read_cookie_among_others_matches_only_its_own_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "a=1; nameplate=secret; __Host-nameplate=other".parse().unwrap());
        assert_eq!(read(&headers, CookieName::Session, false).as_deref(), Some("secret"));
        assert_eq!(read(&headers, CookieName::Session, true).as_deref(), Some("other"));
        assert_eq!(read(&headers, CookieName::Theme, false), None);
    }

    #[test]
    fn read_cookie_beside_malformed_neighbours_finds_its_value() {
        let token = "A".repeat(43);
        for line in [
            format!("visitor=J\u{f6}rg; nameplate={token}").into_bytes(),
            [b"visitor=J\xf6rg; nameplate=", token.as_bytes()].concat(),
            [b"nameplate=\xff; nameplate=somebody-elses; nameplate=", token.as_bytes()].concat(),
            [b"=; ;; a; \x80\x81=\xff;nameplate=", token.as_bytes(), b";b"].concat(),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(COOKIE, HeaderValue::from_bytes(b"other=\xe9").unwrap());
            headers.append(COOKIE, HeaderValue::from_bytes(&line).unwrap());
            let found = read_as(&headers, CookieName::Session, false, SessionToken::parse);
            assert_eq!(found.unwrap().reveal(), token, "{}", String::from_utf8_lossy(&line));
        }
    }

    #[test]
    fn set_cookie_under_https_is_secure_and_bound_to_the_host() {
        let cookie = set(CookieName::Session, "x", 60, true);
        assert_eq!(cookie, "__Host-nameplate=x; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=60");
    }
}
