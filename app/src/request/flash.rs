//! What just happened, said once by the page that comes next.

use crate::text;
use model::{AttributeName, Schema};

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
    pub(super) fn read(cookie: &str, schema: &Schema) -> (Option<Self>, Vec<AttributeName>) {
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
