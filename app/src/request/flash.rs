//! What just happened, said once by the page that comes next.

use crate::text;
use model::{AttributeName, Schema, closed_set};

closed_set! {
    /// What just happened, said once by the page that comes next. Closed, so that nobody can put words on our
    /// pages.
    pub enum Flash {
        SignedOut = "signed-out",
        Saved = "saved",
        Deleted = "deleted",
        NothingDeleted = "nothing-deleted",
        CodeSent = "code-sent",
        ChangeAsked = "change-asked",
        ChangeCancelled = "change-cancelled",
        EmailChanged = "email-changed",
        PhoneChanged = "phone-changed",
        Confirmed = "confirmed",
        Welcome = "welcome",
        NotConfirmedYet = "not-confirmed-yet",
        ResetCodeAsked = "reset-code-asked",
        PasswordReset = "password-reset",
        ChangesUndone = "changes-undone",
        PasswordChanged = "password-changed",
        PasskeyAdded = "passkey-added",
        PasskeyRemoved = "passkey-removed",
        PasskeyKept = "passkey-kept",
        SessionEnded = "session-ended",
        OthersEnded = "others-ended",
        SignedOutEverywhere = "signed-out-everywhere",
        AccountDeleted = "account-deleted",
        FactorOn = "factor-on",
        FactorOff = "factor-off",
        FactorFirst = "factor-first",
        RecoveryCodesPutAway = "recovery-codes-put-away",
    }
}

impl Flash {
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
        let flash = words.next().and_then(|word| Self::named(&word));
        let known = |name: &AttributeName| schema.get(name).is_some();
        (flash, words.filter_map(|word| word.parse().ok()).filter(known).collect())
    }

    /// The sentence, for those that need nothing else.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SignedOut => text::words().signed_out(),
            Self::Saved | Self::EmailChanged | Self::PhoneChanged => text::words().saved(),
            Self::Deleted => text::words().deleted(),
            Self::NothingDeleted => text::words().nothing_deleted(),
            Self::CodeSent | Self::ChangeAsked => text::words().code_sent(),
            Self::ChangeCancelled => text::words().change_cancelled(),
            Self::Confirmed => text::words().confirmed(),
            Self::Welcome => text::words().welcome(),
            Self::NotConfirmedYet => text::words().not_confirmed_yet(),
            Self::ResetCodeAsked => text::words().reset_code_asked(),
            Self::PasswordReset => text::words().password_reset(),
            Self::ChangesUndone => text::words().changes_undone(),
            Self::PasswordChanged => text::words().password_changed(),
            Self::PasskeyAdded => text::words().passkey_added(),
            Self::PasskeyRemoved => text::words().passkey_removed(),
            Self::PasskeyKept => text::words().passkey_kept(),
            Self::SessionEnded => text::words().session_ended(),
            Self::OthersEnded => text::words().others_ended(),
            Self::SignedOutEverywhere => text::words().signed_out_everywhere(),
            Self::AccountDeleted => text::words().account_deleted(),
            Self::FactorOn => text::words().factor_on(),
            Self::FactorOff => text::words().factor_off(),
            Self::FactorFirst => text::words().factor_first(),
            Self::RecoveryCodesPutAway => text::words().recovery_put_away(),
        }
    }

    /// The same with the attributes that it is about, by their labels, for those that can name them.
    pub fn sentence_about(self, labels: &[String]) -> String {
        if self == Self::Saved && !labels.is_empty() {
            text::words().saved_labels(&labels.join(", "))
        } else if self == Self::Deleted && !labels.is_empty() {
            text::words().deleted_labels(&labels.join(", "))
        } else {
            self.sentence().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Standard;
    use std::collections::BTreeSet;

    #[test]
    fn flash_of_every_kind_is_read_back_and_has_a_sentence() {
        let schema = Schema::standard();
        let about = [Standard::GivenName.into(), Standard::Email.into()];
        for flash in Flash::ALL {
            assert_eq!(Flash::read(&flash.with(&[]), &schema), (Some(flash), vec![]));
            assert_eq!(Flash::read(&flash.with(&about), &schema), (Some(flash), about.to_vec()));
            assert!(flash.sentence().ends_with(['.', '!']), "{flash:?}");
        }
        assert_eq!(BTreeSet::from(Flash::ALL.map(Flash::as_str)).len(), Flash::ALL.len());
    }

    #[test]
    fn read_flash_from_a_forged_cookie_shows_no_foreign_text() {
        let schema = Schema::standard();
        for cookie in ["", "evil", "Saved", "saved%26", "<b>", "saved&nope&given_name"] {
            let (flash, about) = Flash::read(cookie, &schema);
            assert_eq!(
                (flash.is_some(), about.len()),
                (cookie.starts_with("saved&"), usize::from(flash.is_some()))
            );
        }
    }
}
