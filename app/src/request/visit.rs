//! A visit to a page: who is asking, for what, and what the page answers.

use crate::cookies::{self, Name};
use crate::form::{FormState, Replay};
use crate::text;
use http::request::Parts;
use leptos::prelude::*;
use model::{AttributeName, Schema, SignInOptions};
use pool::profile::{Profile, UserInfo};
use pool::sessions::ChallengeToken;
use pool::{BrowserId, Origin, Pool, SessionToken, Viewer};
use std::sync::Arc;

/// What the server tells the pages about itself, once.
#[derive(Clone)]
pub struct Site {
    pub pool: Pool,
    /// Whether the public address is https.
    pub secure: bool,
    pub files: Arc<dyn Fn() -> SiteFiles + Send + Sync>,
    /// For `cargo leptos watch`.
    pub leptos: LeptosOptions,
}

impl std::fmt::Debug for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("secure", &self.secure).finish_non_exhaustive()
    }
}

impl Site {
    pub fn schema(&self) -> &Schema {
        &self.pool.settings().schema
    }

    pub fn sign_in_options(&self) -> SignInOptions {
        self.pool.settings().sign_in
    }
}

/// The addresses of the page's own files; in a release their names carry hashes.
#[derive(Debug, Clone, Default)]
pub struct SiteFiles {
    pub js: String,
    pub wasm: String,
    pub css: String,
}

/// What just happened, said once by the page that comes next. Closed, so that nobody can put words on our
/// pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flash {
    SignedOut,
    Saved,
    Deleted,
    CodeSent,
    ChangeAsked,
    ChangeCancelled,
    EmailChanged,
    PhoneChanged,
    Confirmed,
    Welcome,
    NotConfirmedYet,
    ResetCodeAsked,
    PasswordReset,
    PasswordChanged,
    PasskeyAdded,
    PasskeyRemoved,
    SessionEnded,
    OthersEnded,
    SignedOutEverywhere,
    AccountDeleted,
    FactorOn,
    FactorOff,
    FactorFirst,
    RecoveryCodesPutAway,
}

impl Flash {
    const ALL: &'static [(Self, &'static str)] = &[
        (Self::SignedOut, "signed-out"),
        (Self::Saved, "saved"),
        (Self::Deleted, "deleted"),
        (Self::CodeSent, "code-sent"),
        (Self::ChangeAsked, "change-asked"),
        (Self::ChangeCancelled, "change-cancelled"),
        (Self::EmailChanged, "email-changed"),
        (Self::PhoneChanged, "phone-changed"),
        (Self::Confirmed, "confirmed"),
        (Self::Welcome, "welcome"),
        (Self::NotConfirmedYet, "not-confirmed-yet"),
        (Self::ResetCodeAsked, "reset-code-asked"),
        (Self::PasswordReset, "password-reset"),
        (Self::PasswordChanged, "password-changed"),
        (Self::PasskeyAdded, "passkey-added"),
        (Self::PasskeyRemoved, "passkey-removed"),
        (Self::SessionEnded, "session-ended"),
        (Self::OthersEnded, "others-ended"),
        (Self::SignedOutEverywhere, "signed-out-everywhere"),
        (Self::AccountDeleted, "account-deleted"),
        (Self::FactorOn, "factor-on"),
        (Self::FactorOff, "factor-off"),
        (Self::FactorFirst, "factor-first"),
        (Self::RecoveryCodesPutAway, "recovery-codes-put-away"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(flash, _)| *flash == self).map_or("", |(_, text)| text)
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == text).map(|(flash, _)| *flash)
    }

    /// As its cookie has it: `saved&given_name`, with the attributes that it is about.
    pub fn with(self, about: &[AttributeName]) -> String {
        let words = std::iter::once(self.as_str()).chain(about.iter().map(AttributeName::as_str));
        words
            .map(|word| form_urlencoded::byte_serialize(word.as_bytes()).collect::<String>())
            .collect::<Vec<_>>()
            .join("&")
    }

    /// Reads the cookie; only attributes of this service are in the answer.
    fn read(cookie: &str, schema: &Schema) -> (Option<Self>, Vec<AttributeName>) {
        let mut words = form_urlencoded::parse(cookie.as_bytes()).map(|(word, _)| word);
        let flash = words.next().and_then(|word| Self::parse(&word));
        let known = |name: &AttributeName| schema.get(name).is_some();
        (flash, words.filter_map(|word| word.parse().ok()).filter(known).collect())
    }

    /// The sentence, for those that need nothing else.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SignedOut => text::SIGNED_OUT,
            Self::Saved | Self::EmailChanged | Self::PhoneChanged => text::SAVED,
            Self::Deleted => text::DELETED,
            Self::CodeSent | Self::ChangeAsked => text::CODE_SENT,
            Self::ChangeCancelled => text::CHANGE_CANCELLED,
            Self::Confirmed => text::CONFIRMED,
            Self::Welcome => text::WELCOME,
            Self::NotConfirmedYet => text::NOT_CONFIRMED_YET,
            Self::ResetCodeAsked => text::RESET_CODE_ASKED,
            Self::PasswordReset => text::PASSWORD_RESET,
            Self::PasswordChanged => text::PASSWORD_CHANGED,
            Self::PasskeyAdded => text::PASSKEY_ADDED,
            Self::PasskeyRemoved => text::PASSKEY_REMOVED,
            Self::SessionEnded => text::SESSION_ENDED,
            Self::OthersEnded => text::OTHERS_ENDED,
            Self::SignedOutEverywhere => text::SIGNED_OUT_EVERYWHERE,
            Self::AccountDeleted => text::ACCOUNT_DELETED,
            Self::FactorOn => text::FACTOR_ON,
            Self::FactorOff => text::FACTOR_OFF,
            Self::FactorFirst => text::FACTOR_FIRST,
            Self::RecoveryCodesPutAway => text::RECOVERY_PUT_AWAY,
        }
    }
}

/// The theme that a person chose, or the system's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub fn parse(text: &str) -> Self {
        match text {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// One request for a page.
#[derive(Debug, Clone)]
pub struct Visit {
    pub site: Site,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub viewer: Option<Viewer>,
    /// The viewer's account, read with the session at the same moment.
    pub profile: Option<Arc<Profile>>,
    /// The raw value of the cookie of the browser that signed up.
    pub ticket: Option<String>,
    /// Where the request comes from, if that is known.
    pub origin: Option<Origin>,
    /// The sign-in of this browser that waits for its second factor.
    pub challenge: Option<ChallengeToken>,
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

/// The id that the access log gives to a request.
#[derive(Debug, Clone, Default)]
pub struct RequestId(pub String);

impl Visit {
    /// Reads a request. Fails only when the store can't be asked who is signed in.
    pub async fn of(site: Site, parts: &Parts) -> Result<Self, pool::Unavailable> {
        let found = match session(&site, parts) {
            Some(token) => site.pool.viewer_with_profile(&token).await?,
            None => None,
        };
        let (viewer, profile) = found.unzip();
        Ok(Self { viewer, profile: profile.map(Arc::new), ..Self::without_viewer(site, parts) })
    }

    /// The same without asking who is signed in, for pages that must work when the store doesn't.
    pub fn without_viewer(site: Site, parts: &Parts) -> Self {
        let cookie = |name| cookies::read(&parts.headers, name, site.secure);
        let query = parts.uri.query().unwrap_or_default();
        let (flash, about) = Flash::read(&cookie(Name::Flash).unwrap_or_default(), site.schema());
        Self {
            path: parts.uri.path().to_owned(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            viewer: None,
            profile: None,
            ticket: cookie(Name::SignUp),
            origin: parts.extensions.get::<Origin>().cloned().map(|origin| {
                let browser = cookie(Name::Browser).and_then(|value| BrowserId::parse(&value));
                Origin { browser, ..origin }
            }),
            challenge: cookie(Name::Challenge)
                .as_deref()
                .and_then(cookies::challenge)
                .map(|(token, _)| token),
            resetting: cookie(Name::Reset).and_then(|value| decoded(&value)),
            flash,
            about,
            theme: cookie(Name::Theme).as_deref().map(Theme::parse).unwrap_or_default(),
            replay: parts.extensions.get::<Replay>().cloned(),
            request_id: parts.extensions.get::<RequestId>().cloned().unwrap_or_default().0,
            site,
        }
    }

    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn form(&self, path: &str) -> FormState {
        FormState::of(self.replay.as_ref(), path)
    }

    /// What just happened, in words.
    pub fn flash_sentence(&self) -> Option<String> {
        let flash = self.flash?;
        let labels: Vec<_> = self.about.iter().map(|name| text::label(name, self.site.schema())).collect();
        Some(match flash {
            Flash::Saved if !labels.is_empty() => text::saved(&labels),
            Flash::Deleted if !labels.is_empty() => text::deleted(&labels),
            _ => flash.sentence().to_owned(),
        })
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
pub async fn info(site: &Site, parts: &Parts) -> Result<Option<UserInfo>, pool::Unavailable> {
    let Some(token) = session(site, parts) else { return Ok(None) };
    Ok(site.pool.viewer_with_info(&token).await?.map(|(_, info)| info))
}

fn session(site: &Site, parts: &Parts) -> Option<SessionToken> {
    SessionToken::parse(&cookies::read(&parts.headers, Name::Session, site.secure)?)
}

/// Which frame a page stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Before sign-in: one sheet.
    Door,
    /// After sign-in; whose account it is.
    House { who: String },
    /// An error: its number on the plate.
    Fault(u16),
}

/// What a page answers.
#[derive(Debug)]
pub enum Answer {
    /// Look elsewhere (303). Only addresses that [`model::paths`] knows come here.
    Go(String),
    Show(Page),
}

/// A page, ready to be rendered.
pub struct Page {
    pub title: String,
    pub frame: Frame,
    pub status: u16,
    /// Renders what stands in the frame; called once, inside the reactive owner.
    pub body: Box<dyn FnOnce() -> AnyView + Send>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page")
            .field("title", &self.title)
            .field("frame", &self.frame)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Answer {
    pub fn show(
        title: impl Into<String>,
        frame: Frame,
        body: impl FnOnce() -> AnyView + Send + 'static,
    ) -> Self {
        Self::Show(Page { title: title.into(), frame, status: 200, body: Box::new(body) })
    }

    pub fn go(path: &str) -> Self {
        Self::Go(path.to_owned())
    }
}

/// `14:17 UTC`, or with the day if that isn't today.
pub fn clock_time(at: pool::Timestamp, now: pool::Timestamp) -> String {
    let read = |at: pool::Timestamp| {
        jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC)
    };
    let (at, now) = (read(at), read(now));
    if at.date() == now.date() {
        at.strftime("%H:%M UTC").to_string()
    } else {
        at.strftime("%-d %B, %H:%M UTC").to_string()
    }
}

/// `22 November 2026`.
pub fn day(at: pool::Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    at.strftime("%-d %B %Y").to_string()
}

/// Seconds until a moment; 0 when it is past.
pub fn seconds_until(at: pool::Timestamp, now: pool::Timestamp) -> u32 {
    if at > now { at.seconds_from(now) } else { 0 }
}
