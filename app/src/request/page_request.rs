//! A request to a page: who is asking, and for what.

use super::cookies::{self, CookieName, PendingSignIn};
use super::flash::Flash;
use super::site::Site;
use super::theme::Theme;
use crate::form::{FormState, Replay};
use crate::text;
use accounts::attributes::{Profile, UserInfo};
use accounts::sign_in::ConfirmationWays;
use accounts::{BrowserId, Origin, SessionToken, Viewer};
use http::request::Parts;
use model::{AttributeName, FieldName, Page};
use std::sync::Arc;

/// One request for a page.
#[derive(Debug, Clone)]
pub struct PageRequest {
    pub site: Site,
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Whose page it is, if somebody is signed in.
    pub account: Option<CurrentAccount>,
    /// What they can confirm with that it is them, on pages whose forms ask for it.
    pub confirmation: Option<ConfirmationWays>,
    /// The raw value of the cookie of the browser that signed up.
    pub ticket: Option<String>,
    /// Where the request comes from, if that is known.
    pub origin: Option<Origin>,
    /// The sign-in of this browser that waits for its next step.
    pub challenge: Option<PendingSignIn>,
    /// The name for which this browser asked for a new password.
    pub resetting: Option<String>,
    pub flash: Option<Flash>,
    /// The attributes that the flash is about.
    pub about: Vec<AttributeName>,
    pub theme: Theme,
    pub replay: Option<Replay>,
    /// For people who report a fault.
    pub request_id: String,
}

/// Whoever is signed in.
#[derive(Debug, Clone)]
pub struct CurrentAccount {
    pub viewer: Viewer,
    /// Read with the session at the same moment.
    pub profile: Arc<Profile>,
}

/// Why a page can't be shown.
#[derive(Debug)]
pub enum PageError {
    /// It is for people who are signed in.
    SignedOut,
    Unavailable(accounts::Unavailable),
}

impl From<accounts::Unavailable> for PageError {
    fn from(error: accounts::Unavailable) -> Self {
        Self::Unavailable(error)
    }
}

/// The id that the access log gives to a request.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub String);

impl PageRequest {
    /// Reads a request. Fails only when the store can't be asked who is signed in.
    pub async fn of(site: Site, parts: &Parts) -> Result<Self, accounts::Unavailable> {
        let found = match session(&site, parts) {
            Some(token) => accounts::sessions::viewer_with_profile(&site.pool, &token).await?,
            None => None,
        };
        let account = found.map(|(viewer, profile)| CurrentAccount { viewer, profile: Arc::new(profile) });
        Ok(Self { account, ..Self::without_account(site, parts) })
    }

    /// The same without asking who is signed in, for pages that must work when the store doesn't.
    pub fn without_account(site: Site, parts: &Parts) -> Self {
        let secure = site.secure;
        let cookie = |name| cookies::read(&parts.headers, name, secure);
        let query = parts.uri.query().unwrap_or_default();
        let (flash, about) = Flash::read(&cookie(CookieName::Flash).unwrap_or_default(), site.schema());
        Self {
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            account: None,
            confirmation: None,
            ticket: cookie(CookieName::SignUp),
            origin: parts.extensions.get::<Origin>().cloned().map(|origin| {
                let browser = cookies::read_as(&parts.headers, CookieName::Browser, secure, BrowserId::parse);
                Origin { browser, ..origin }
            }),
            challenge: cookies::read_as(&parts.headers, CookieName::Challenge, secure, PendingSignIn::read),
            resetting: cookie(CookieName::Reset).and_then(|value| decoded(&value)),
            flash,
            about,
            theme: cookie(CookieName::Theme).as_deref().map(Theme::parse).unwrap_or_default(),
            replay: parts.extensions.get::<Replay>().cloned(),
            request_id: parts.extensions.get::<RequestId>().cloned().unwrap_or_default().0,
            site,
        }
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The page that a sign-in leads to, where this is about one that was asked for.
    pub fn next(&self) -> Option<Page> {
        let typed = self.replay.as_ref().and_then(|replay| replay.typed.get(&FieldName::Next));
        self.query("next").or(typed.map(String::as_str)).and_then(Page::after_sign_in)
    }

    /// The account of whoever is signed in, for pages that are of no use without one.
    pub fn account(&self) -> Result<CurrentAccount, PageError> {
        self.account.clone().ok_or(PageError::SignedOut)
    }

    /// What whoever is signed in is called.
    pub fn username(&self) -> String {
        self.account.as_ref().map(|account| account.viewer.username.clone()).unwrap_or_default()
    }

    /// What the page's forms, and its script, say of whose they are.
    pub fn account_digest(&self) -> Option<String> {
        let account = self.account.as_ref()?;
        Some(accounts::sessions::account_digest(&self.site.pool, &account.viewer))
    }

    pub fn form(&self, path: &str) -> FormState {
        FormState::of(self.replay.as_ref(), path)
    }

    /// What just happened, in words.
    pub fn flash_sentence(&self) -> Option<String> {
        let labels: Vec<_> = self.about.iter().map(|name| text::label(name, self.site.schema())).collect();
        Some(self.flash?.sentence_about(&labels))
    }
}

/// The text in a cookie that was encoded as form fields are.
fn decoded(value: &str) -> Option<String> {
    form_urlencoded::parse(value.as_bytes())
        .next()
        .map(|(text, _)| text.into_owned())
        .filter(|text| !text.is_empty())
}

/// What may be told of whoever asks, for answers that are no pages. `None`: nobody is signed in.
pub async fn info(site: &Site, parts: &Parts) -> Result<Option<UserInfo>, accounts::Unavailable> {
    let Some(token) = session(site, parts) else { return Ok(None) };
    Ok(accounts::sessions::viewer_with_info(&site.pool, &token).await?.map(|(_, info)| info))
}

fn session(site: &Site, parts: &Parts) -> Option<SessionToken> {
    cookies::read_as(&parts.headers, CookieName::Session, site.secure, SessionToken::parse)
}
