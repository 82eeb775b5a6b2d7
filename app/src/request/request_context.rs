//! The request behind a server function, and how it answers besides its value: cookies, a flash, where to go
//! next.

use super::cookies::{self, CookieName, PendingSignIn};
use super::flash::Flash;
use super::site::Site;
use super::theme::Theme;
use crate::form::account::PostedAccount;
use crate::form::{FormError, refused};
use accounts::{BrowserId, ClientId, Context, Origin, SessionToken, Viewer};
use http::header::{LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use model::{AttributeName, ErrorCode, FormErrors, Page, Password};
use nameplate_core::identity::{BrowserTicket, NewSession};

/// The longest encoded name that a cookie carries, in bytes: no browser keeps more than 4096 (RFC 6265,
/// section 6.1).
const LONGEST_NAME: usize = 3072;

/// The request behind a server function, and the answer's headers.
#[derive(Debug)]
pub struct RequestContext {
    pub pool: Context,
    pub client: ClientId,
    pub origin: Origin,
    site: Site,
    parts: Parts,
    response: ResponseOptions,
}

impl RequestContext {
    /// The context of the server function that is running.
    pub fn current() -> Result<Self, FormError> {
        let missing = || FormError(FormErrors::form(ErrorCode::Unavailable));
        let site: Site = use_context().ok_or_else(missing)?;
        let parts: Parts = use_context().ok_or_else(missing)?;
        let origin = parts.extensions.get::<Origin>().cloned().ok_or_else(missing)?;
        let response = use_context().ok_or_else(missing)?;
        let context =
            Self { pool: site.pool.clone(), client: site.pool.pages_client(), origin, site, parts, response };
        Ok(context.in_its_browser())
    }

    /// Says which browser it is; one that has not been here before is told so for next time.
    fn in_its_browser(mut self) -> Self {
        let known = self.cookie_as(CookieName::Browser, BrowserId::parse);
        let browser = known.clone().unwrap_or_else(|| self.pool.new_browser());
        if known.is_none() {
            self.remember_browser(&browser);
        }
        self.origin.browser = Some(browser);
        self
    }

    fn remember_browser(&self, browser: &BrowserId) {
        self.set(&cookies::set(CookieName::Browser, browser.reveal(), 400 * 24 * 3600, self.site.secure));
    }

    /// Whoever is signed in, if anybody is; refused where the form was rendered for another account.
    pub async fn viewer(&self) -> Result<Option<Viewer>, FormError> {
        let Some(token) = self.session() else { return Ok(None) };
        let viewer = accounts::sessions::viewer(&self.pool, &token).await.map_err(refused)?;
        let posted = use_context::<PostedAccount>().and_then(|PostedAccount(account)| account);
        if let (Some(viewer), Some(account)) = (&viewer, posted)
            && !accounts::sessions::is_account_digest(&self.pool, viewer, &account)
        {
            return Err(FormError(FormErrors::form(ErrorCode::OtherAccount)));
        }
        Ok(viewer)
    }

    /// The same for functions that only a signed-in person may call.
    pub async fn signed_in() -> Result<(Self, Viewer), FormError> {
        let context = Self::current()?;
        match context.viewer().await? {
            Some(viewer) => Ok((context, viewer)),
            None => Err(FormError(FormErrors::form(ErrorCode::SignedOut))),
        }
    }

    /// The same for what asks for the password once more, if the sign-in is no longer fresh. With the right
    /// one this browser goes on under a new session, whatever becomes of the rest; with none the use case
    /// decides.
    pub async fn reauthenticated(password: &Password) -> Result<(Self, Viewer), FormError> {
        let (context, viewer) = Self::signed_in().await?;
        if password.reveal().is_empty() || accounts::sign_in::is_fresh(&context.pool, &viewer) {
            return Ok((context, viewer));
        }
        let (session, viewer) =
            accounts::sign_in::reauthenticate(&context.pool, &viewer, password, &context.origin)
                .await
                .map_err(refused)?;
        context.start_session(&session).await?;
        Ok((context, viewer))
    }

    /// The session's token, whether it still lives or not.
    pub fn session(&self) -> Option<SessionToken> {
        self.cookie_as(CookieName::Session, SessionToken::parse)
    }

    /// The ticket of the browser that signed up.
    pub fn ticket(&self) -> Option<BrowserTicket> {
        self.cookie_as(CookieName::SignUp, BrowserTicket::parse)
    }

    /// Begins the session in this browser; one that it had before ends.
    pub async fn start_session(&self, session: &NewSession) -> Result<(), FormError> {
        if let Some(before) = self.session() {
            accounts::sessions::sign_out(&self.pool, &before, &self.origin).await.map_err(refused)?;
        }
        let seconds = session.absolute_expiry.0.saturating_sub(self.pool.now().0) / 1000;
        self.set(&cookies::set(CookieName::Session, session.token.reveal(), seconds, self.site.secure));
        self.clear_cookie(CookieName::SignUp);
        if let Some(browser) = &self.origin.browser {
            self.remember_browser(browser);
        }
        if self.cookie(CookieName::Challenge).is_some() {
            self.clear_cookie(CookieName::Challenge);
        }
        Ok(())
    }

    /// The sign-in of this browser that waits for its next step.
    pub fn challenge(&self) -> Option<PendingSignIn> {
        self.cookie_as(CookieName::Challenge, PendingSignIn::read)
    }

    /// Remembers a sign-in that waits for its next step.
    pub fn remember_challenge(&self, pending: &PendingSignIn) {
        let seconds =
            i64::try_from(self.pool.settings().codes.sign_in_lifetime.as_secs()).unwrap_or(i64::MAX);
        self.set(&cookies::set(CookieName::Challenge, &pending.cookie(), seconds, self.site.secure));
    }

    pub fn end_session(&self) {
        self.clear_cookie(CookieName::Session);
    }

    pub fn remember_sign_up(&self, ticket: &BrowserTicket) {
        let seconds = i64::try_from(BrowserTicket::LIFETIME.as_secs()).unwrap_or(i64::MAX);
        self.set(&cookies::set(CookieName::SignUp, ticket.reveal(), seconds, self.site.secure));
    }

    /// Remembers for whom a new password is to be set, for as long as a code works. Longer than any name, it
    /// is nobody.
    pub fn remember_reset(&self, typed: &str) {
        let seconds = i64::try_from(self.pool.settings().codes.reset_lifetime.as_secs()).unwrap_or(i64::MAX);
        let encoded: String = form_urlencoded::byte_serialize(typed.trim().as_bytes()).collect();
        if encoded.len() <= LONGEST_NAME {
            self.set(&cookies::set(CookieName::Reset, &encoded, seconds, self.site.secure));
        } else {
            self.clear_cookie(CookieName::Reset);
        }
    }

    /// This browser is not asked again to prove a contact, until a month has passed.
    pub fn postpone_verification(&self) {
        self.set(&cookies::set(CookieName::VerifyLater, "1", 30 * 24 * 3600, self.site.secure));
    }

    pub fn remember_theme(&self, theme: Theme) {
        self.set(&cookies::set(CookieName::Theme, theme.as_str(), 400 * 24 * 3600, self.site.secure));
    }

    pub fn flash(&self, flash: Flash) {
        self.flash_about(flash, &[]);
    }

    /// The same, naming the attributes that it is about.
    pub fn flash_about(&self, flash: Flash, about: &[AttributeName]) {
        self.set(&cookies::set(CookieName::Flash, &flash.with(about), 60, self.site.secure));
    }

    /// Where the browser goes next: without scripts it becomes a 303, with them the form's island follows it.
    pub fn redirect(&self, path: &'static str) {
        self.response.insert_header(LOCATION, HeaderValue::from_static(path));
    }

    /// The same to a step on the way to another page.
    pub fn redirect_by_way_of(&self, step: Page, next: Option<Page>) {
        // Addresses of ours are plain ASCII.
        if let Ok(location) = HeaderValue::from_str(&step.on_the_way_to(next)) {
            self.response.insert_header(LOCATION, location);
        }
    }

    pub fn clear_cookie(&self, name: CookieName) {
        self.set(&cookies::forget(name, self.site.secure));
    }

    fn set(&self, cookie: &str) {
        self.append(SET_COOKIE, cookie);
    }

    fn append(&self, name: HeaderName, value: &str) {
        // Tokens and flags are plain ASCII; a value that isn't is not sent at all.
        if let Ok(value) = HeaderValue::from_str(value) {
            self.response.append_header(name, value);
        }
    }

    pub fn cookie(&self, name: CookieName) -> Option<String> {
        cookies::read(&self.parts.headers, name, self.site.secure)
    }

    fn cookie_as<T>(&self, name: CookieName, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        cookies::read_as(&self.parts.headers, name, self.site.secure, parse)
    }
}
