//! `docs/limits.md`: every limit, as the program has it.

use crate::limits::names::{LimitName, Spender};
use nameplate_core::settings::Settings;
use std::fmt::Write as _;
use std::time::Duration;

/// What happens to who goes beyond a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// "Too many tries. Please wait 30 seconds and try again." (429, on the wire LimitExceededException or
    /// TooManyRequestsException).
    Waits,
    /// That no messages can be sent now, and when they can (429, on the wire LimitExceededException).
    IsTold,
    /// The code, challenge or question is over, and another one has to be asked for.
    IsOver,
    /// Nothing: the request is answered as always, and what it asked for isn't done.
    HearsNothing,
    /// Each wrong password for the name waits, where the account doesn't know the network or browser.
    LosesFreeTries,
    /// Nothing, but the operator reads of it.
    IsLogged,
    /// Nothing: it is only counted.
    Nothing,
}

impl Beyond {
    const fn words(self) -> &'static str {
        match self {
            Self::Waits => "is told how long to wait",
            Self::IsTold => {
                "is told that messages can’t be sent now, and when; one line of the log says so as an error"
            }
            Self::IsOver => "has to begin again",
            Self::HearsNothing => "is answered as always; nothing is sent or recorded",
            Self::LosesFreeTries => {
                "waits after each wrong password, unless the account knows the network or browser"
            }
            Self::IsLogged => "nothing: one line of the log says so as an error",
            Self::Nothing => "nothing: it is only counted",
        }
    }
}

impl Spender {
    const fn words(self) -> &'static str {
        match self {
            Self::Network => "a network (IPv4 address or IPv6 /64)",
            Self::Site => "a site (IPv4 address or IPv6 /48)",
            Self::Installation => "the whole installation",
            Self::Name => "everybody who types the name",
            Self::NameFromNetwork => "a network, for each name",
            Self::NameFromSite => "a site (IPv4 address or IPv6 /48), for each name",
            Self::Requester => "who asked: a browser or a network",
            Self::Contact => "everybody together, for each contact",
            Self::Account => "the account",
            Self::Holder => "who holds the ticket, question or challenge",
        }
    }
}

impl LimitName {
    const fn beyond(self) -> Beyond {
        match self {
            Self::SignInFailures
            | Self::SignInFailuresOfSite
            | Self::SignIns
            | Self::SrpChallenges
            | Self::SecondFactorFailures
            | Self::SignUps
            | Self::TakenAnswers
            | Self::SignUpAddresses
            | Self::FirstPasswords
            | Self::CodeRequests
            | Self::WrongCodes
            | Self::WrongCodesOfSite
            | Self::MailsAskedFor
            | Self::TextsAskedFor
            | Self::MailsAskedForOfSite
            | Self::TextsAskedForOfSite
            | Self::CodesAskedFor
            | Self::CodesOfAccount
            | Self::CodesOfAccountTo
            | Self::SignInCodes
            | Self::Changes => Beyond::Waits,
            Self::MailsForStrangers | Self::TextsForStrangers => Beyond::IsTold,
            Self::SrpAnswers
            | Self::PasskeyAnswers
            | Self::CodeTries
            | Self::CodesTriedByName
            | Self::UnaskedCodesTriedByName => Beyond::IsOver,
            Self::CodesToContact
            | Self::CodesToNobody
            | Self::CodesForKnownOrigin
            | Self::AccountNotices
            | Self::RemovalNotices
            | Self::SignUpFailuresRecorded
            | Self::ResetFailuresRecorded => Beyond::HearsNothing,
            Self::MailsForOthers | Self::TextsForOthers => Beyond::IsLogged,
            Self::FailedSignInsOfName => Beyond::LosesFreeTries,
            Self::FailedSignIns | Self::CodeTryRounds | Self::Askers => Beyond::Nothing,
        }
    }

    /// The key of `[limits]` or `[codes]` that sets it; the others are fixed.
    const fn config_key(self) -> Option<&'static str> {
        match self {
            Self::SignInFailures | Self::SecondFactorFailures => Some("limits.sign_in_failures_free"),
            Self::SignIns | Self::SrpChallenges => Some("limits.sign_ins_per_network_an_hour"),
            Self::SignUps => Some("limits.sign_ups_per_network_an_hour"),
            Self::TakenAnswers => Some("limits.taken_answers_per_network_an_hour"),
            Self::SignUpAddresses => Some("limits.sign_up_addresses_a_day"),
            Self::CodeRequests | Self::WrongCodes | Self::WrongCodesOfSite => {
                Some("limits.code_requests_per_network_an_hour")
            }
            Self::MailsAskedFor | Self::MailsAskedForOfSite => Some("limits.mails_per_network_an_hour"),
            Self::TextsAskedFor | Self::TextsAskedForOfSite => Some("limits.texts_per_network_an_hour"),
            Self::MailsForStrangers | Self::MailsForOthers => Some("limits.mails_for_strangers_an_hour"),
            Self::TextsForStrangers | Self::TextsForOthers => Some("limits.texts_for_strangers_an_hour"),
            Self::CodesAskedFor | Self::CodesToContact | Self::CodesToNobody => Some("codes.resend_after"),
            Self::CodeTries => Some("codes.lifetime"),
            Self::CodesOfAccount => Some("limits.codes_per_account_a_day"),
            Self::CodesOfAccountTo | Self::RemovalNotices => Some("limits.codes_per_destination_a_day"),
            Self::SignInCodes => Some("limits.sign_in_codes_per_destination_a_day"),
            Self::Changes => Some("limits.changes_per_account_an_hour"),
            Self::FailedSignIns
            | Self::FailedSignInsOfName
            | Self::SignInFailuresOfSite
            | Self::SrpAnswers
            | Self::PasskeyAnswers
            | Self::FirstPasswords
            | Self::CodeTryRounds
            | Self::CodesTriedByName
            | Self::UnaskedCodesTriedByName
            | Self::CodesForKnownOrigin
            | Self::Askers
            | Self::AccountNotices
            | Self::SignUpFailuresRecorded
            | Self::ResetFailuresRecorded => None,
        }
    }
}

/// The text of `docs/limits.md`, with the amounts of the default configuration.
pub fn reference() -> String {
    let settings = Settings::default();
    let mut text = String::from(HEAD);
    for name in LimitName::ALL {
        let rate = name.rate(&settings);
        let amount = match rate.times {
            u32::MAX => format!("no limit, counted for {}", span(rate.per)),
            times => format!("{times} in {}", span(rate.per)),
        };
        let key = name.config_key().map_or_else(|| "fixed".to_owned(), |key| format!("`{key}`"));
        let (meaning, spender, beyond) = (name.meaning(), name.spender().words(), name.beyond().words());
        _ = writeln!(text, "| `{name:?}` | {meaning} | {amount} | {key} | {spender} | {beyond} |");
    }
    text
}

const HEAD: &str = "\
# Limits

Every limit of the program, generated from it. Amounts are those of the default configuration; a key changes them, and no
environment variable turns limits off. Counters are kept in the store, so that restarts and several nodes share them.
\"Fixed\" ones are part of a promise.

Limits with waits that grow name what is free of them: after five wrong passwords the next try waits a second, then two,
up to 15 minutes. After 100 wrong passwords for one name in an hour none is free in networks that the account doesn't know:
the first one there waits 30 seconds, then a minute, up to 15 minutes, each network for itself. Codes to one contact come after gaps of 30 seconds, then 1, 2, 5, 10 and 15 minutes.

An application that proves its secret is counted by the visitor that it names (`UserContextData.IpAddress`), where a network spends, and
mails by none; without a visitor, sign-ups and text messages by none either. All its visitors together have as much of each as
50 networks (`limits.networks_per_application`). What the whole installation spends is counted as for everybody.

A refusal is an access-log line with status 429 (on the wire 400 with the exception); nothing else is logged of it.

| Limit | What is counted | Amount | Key | Who spends it | Who goes beyond it |
|---|---|---|---|---|---|
";

fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (amount, unit) = match seconds {
        it if it.is_multiple_of(86_400) => (it / 86_400, "day"),
        it if it.is_multiple_of(3600) => (it / 3600, "hour"),
        it if it.is_multiple_of(60) => (it / 60, "minute"),
        it => (it, "second"),
    };
    match amount {
        1 => format!("1 {unit}"),
        _ => format!("{amount} {unit}s"),
    }
}
