//! Every limit in one place: what it counts, who spends it, and how much there is of it.

use crate::limits::rate::{Backoff, DAY, HOUR, Rate};
use model::code::MAX_ATTEMPTS;
use nameplate_core::settings::Settings;
use std::time::Duration;

/// How long the first failure waits where none is free.
const FIRST_WAIT_WITH_NONE_FREE: Duration = Duration::from_secs(30);

/// Whose budget a limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spender {
    /// Everybody behind one address, or one IPv6 /64.
    Network,
    /// Everybody behind one address, or one IPv6 /48, which is what one site has.
    Site,
    /// Everybody together.
    Installation,
    /// Everybody who types this name.
    Name,
    /// Everybody who types this name, from one network.
    NameFromNetwork,
    /// Everybody who types this name, from one site.
    NameFromSite,
    /// Whoever asked for a code: a browser, a ticket or a network.
    Requester,
    /// Everybody together, for one email address or phone number.
    Contact,
    /// The account, signed in or after the right password.
    Account,
    /// Whoever holds this ticket, question or challenge.
    Holder,
}

macro_rules! limits {
    ($($(#[doc = $meaning:literal])+ $name:ident = $label:literal, $spender:ident;)+) => {
        /// What a counter is for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum LimitName {
            $($(#[doc = $meaning])+ $name,)+
        }

        impl LimitName {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),+];

            /// What it counts, in a sentence.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($meaning),+).trim_ascii()),+ }
            }

            /// What its counters are called by inside. A label that is changed begins new counters.
            pub(crate) const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// Whose budget it is.
            pub(crate) const fn spender(self) -> Spender {
                match self { $(Self::$name => Spender::$spender),+ }
            }
        }
    };
}

limits! {
    /// Wrong passwords in a row: after the free ones each further try waits, twice as long every time.
    SignInFailures = "sign-ins as", NameFromNetwork;
    /// Passwords tried, right or wrong.
    SignIns = "sign-ins from", Network;
    /// Wrong passwords: only counted.
    FailedSignIns = "failed sign-ins from", Network;
    /// SRP exchanges begun.
    SrpChallenges = "challenges for", Network;
    /// Answers to one SRP challenge.
    SrpAnswers = "challenge", Holder;
    /// Answers to one question to a passkey.
    PasskeyAnswers = "passkey question", Holder;
    /// Wrong passwords for one name from all networks: beyond these, none is free in networks that the account
    /// doesn't know.
    FailedSignInsOfName = "failed sign-ins as", Name;
    /// Wrong passwords in a row where none is free: each further try waits, the first one 30 seconds, and twice
    /// as long every time.
    SignInFailuresOfSite = "sign-ins from site as", NameFromSite;
    /// Wrong codes of the second step in a row, with waits as after wrong passwords.
    SecondFactorFailures = "second factors of account", Account;
    /// Sign-ups begun.
    SignUps = "sign-ups from", Network;
    /// Answers that a username is taken.
    TakenAnswers = "usernames asked for by", Network;
    /// Other addresses for one sign-up.
    SignUpAddresses = "sign-up addresses with", Holder;
    /// Passwords chosen after the right code.
    FirstPasswords = "first passwords with", Holder;
    /// Codes asked for by name.
    CodeRequests = "code requests from", Network;
    /// Wrong codes entered, by name, with a ticket or signed in.
    WrongCodes = "wrong codes from", Network;
    /// The same from all networks of a site.
    WrongCodesOfSite = "wrong codes from site", Site;
    /// Mails asked for by people who have proven nothing; that of a sign-up that was confirmed is given back.
    MailsAskedFor = "mails asked for by", Network;
    /// Text messages asked for by people who have proven nothing, likewise.
    TextsAskedFor = "texts asked for by", Network;
    /// Mails asked for likewise from all networks of a site.
    MailsAskedForOfSite = "mails asked for by site", Site;
    /// Text messages asked for likewise from all networks of a site.
    TextsAskedForOfSite = "texts asked for by site", Site;
    /// Mails asked for by people who have proven nothing. Nodes take it in twentieths.
    MailsForStrangers = "mails for strangers", Installation;
    /// Text messages to numbers that no account has verified, whoever asks. Nodes take it in twentieths.
    TextsForStrangers = "texts for strangers", Installation;
    /// Mails with codes that aren't for strangers: from ten times what strangers have.
    MailsForOthers = "mails for others", Installation;
    /// Text messages with codes to verified numbers, likewise.
    TextsForOthers = "texts for others", Installation;
    /// Codes asked for by one requester, with gaps that grow.
    CodesAskedFor = "codes asked for", Requester;
    /// Tries at the codes of one name that a requester is told of.
    CodeTries = "code tries", Requester;
    /// Codes that an administrator sent: each gives everybody's tries back.
    CodeTryRounds = "rounds of code tries", Name;
    /// Tries at the newest codes of a name by whoever only knows it.
    CodesTriedByName = "codes tried by name", Name;
    /// Tries by name at a code that an administrator sent.
    UnaskedCodesTriedByName = "unasked codes tried by name", Name;
    /// Codes sent to a contact for strangers, with gaps that grow.
    CodesToContact = "codes to", Contact;
    /// The same for a name that nobody has.
    CodesToNobody = "codes to nobody", Name;
    /// Codes for a browser or network that the account knows, outside of what strangers ask for.
    CodesForKnownOrigin = "codes for known", Requester;
    /// Requesters that share one code.
    Askers = "who asked for", Contact;
    /// Notices that somebody signed up with a contact that is taken.
    AccountNotices = "account notices to", Contact;
    /// Notices that a contact was removed.
    RemovalNotices = "notices of removal to", Contact;
    /// Codes that an account has sent, wherever they go.
    CodesOfAccount = "codes of account", Account;
    /// Codes that an account has sent to one contact.
    CodesOfAccountTo = "codes of account to", Account;
    /// Codes of the second step to one contact.
    SignInCodes = "sign-in codes to", Contact;
    /// Wrong sign-up codes that are recorded as events.
    SignUpFailuresRecorded = "wrong sign-up codes of", Account;
    /// Wrong reset codes that are recorded as events.
    ResetFailuresRecorded = "wrong reset codes of", Name;
    /// Changes of an account, refused ones included. This counter stands with the account.
    Changes = "changes of account", Account;
}

impl LimitName {
    /// Whether it counts a whole site.
    pub(crate) const fn is_of_site(self) -> bool {
        matches!(self.spender(), Spender::Site)
    }

    /// What counts the same for a whole site beside it.
    pub(crate) const fn of_site(self) -> Option<Self> {
        if matches!(self, Self::MailsAskedFor) {
            Some(Self::MailsAskedForOfSite)
        } else if matches!(self, Self::TextsAskedFor) {
            Some(Self::TextsAskedForOfSite)
        } else {
            None
        }
    }

    /// How often, within what time. Of limits with waits that grow it is what is free of them.
    pub(crate) fn rate(self, settings: &Settings) -> Rate {
        let limits = &settings.limits;
        let (times, per) = match self {
            Self::SignInFailures | Self::SecondFactorFailures => (limits.sign_in_failures_free, DAY),
            Self::SignIns | Self::SrpChallenges => (limits.sign_ins_per_network_an_hour, HOUR),
            Self::FailedSignIns => (u32::MAX, HOUR),
            Self::FailedSignInsOfName => (100, HOUR),
            Self::SignInFailuresOfSite => (1, DAY),
            Self::SrpAnswers | Self::PasskeyAnswers | Self::AccountNotices => (1, DAY),
            Self::SignUps => (limits.sign_ups_per_network_an_hour, HOUR),
            Self::TakenAnswers => (limits.taken_answers_per_network_an_hour, HOUR),
            Self::SignUpAddresses => (limits.sign_up_addresses_a_day, DAY),
            Self::FirstPasswords => (20, HOUR),
            Self::CodeRequests | Self::WrongCodes => (limits.code_requests_per_network_an_hour, HOUR),
            // Ten networks' worth.
            Self::WrongCodesOfSite => (limits.code_requests_per_network_an_hour.saturating_mul(10), HOUR),
            Self::MailsAskedFor => (limits.mails_per_network_an_hour, HOUR),
            Self::TextsAskedFor => (limits.texts_per_network_an_hour, HOUR),
            Self::MailsAskedForOfSite => (limits.mails_per_network_an_hour.saturating_mul(10), HOUR),
            Self::TextsAskedForOfSite => (limits.texts_per_network_an_hour.saturating_mul(10), HOUR),
            Self::MailsForStrangers => (limits.mails_for_strangers_an_hour, HOUR),
            Self::TextsForStrangers => (limits.texts_for_strangers_an_hour, HOUR),
            Self::MailsForOthers => (limits.mails_for_strangers_an_hour.saturating_mul(10), HOUR),
            Self::TextsForOthers => (limits.texts_for_strangers_an_hour.saturating_mul(10), HOUR),
            Self::CodesAskedFor | Self::CodesToContact | Self::CodesToNobody => {
                (1, settings.codes.resend_after)
            }
            Self::CodeTries => (MAX_ATTEMPTS, settings.codes.lifetime),
            // Longer than any code works.
            Self::CodeTryRounds => (u32::MAX, DAY * 3),
            Self::CodesTriedByName => (20, DAY),
            // It has eight digits: so many by everybody together are no matter.
            Self::UnaskedCodesTriedByName => (200, DAY),
            Self::CodesForKnownOrigin => (5, DAY),
            Self::Askers => (1000, DAY),
            Self::CodesOfAccount => (limits.codes_per_account_a_day, DAY),
            Self::RemovalNotices | Self::CodesOfAccountTo => (limits.codes_per_destination_a_day, DAY),
            Self::SignInCodes => (limits.sign_in_codes_per_destination_a_day, DAY),
            Self::SignUpFailuresRecorded | Self::ResetFailuresRecorded => (20, HOUR),
            Self::Changes => (limits.changes_per_account_an_hour, HOUR),
        };
        Rate { times, per }
    }
}

/// The waits after wrong passwords, and after wrong codes of the second step.
pub(crate) fn backoff(settings: &Settings) -> Backoff {
    let limits = &settings.limits;
    Backoff {
        free: limits.sign_in_failures_free,
        first: limits.sign_in_first_wait,
        longest: limits.sign_in_longest_wait,
    }
}

/// The waits after wrong passwords where none is free.
pub(crate) fn backoff_with_none_free(settings: &Settings) -> Backoff {
    let backoff = backoff(settings);
    Backoff { free: 0, first: backoff.first.max(FIRST_WAIT_WITH_NONE_FREE), ..backoff }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn limit_names_have_unique_labels_and_a_rate() {
        let labels: BTreeSet<_> = LimitName::ALL.iter().map(|it| it.label()).collect();
        assert_eq!(labels.len(), LimitName::ALL.len());
        for name in LimitName::ALL {
            let rate = name.rate(&Settings::default());
            assert!(rate.times > 0 && !rate.per.is_zero(), "{name:?}");
            let _: Spender = name.spender();
        }
    }
}
