//! `[limits]`: what one account, address or network may do in a while.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use crate::config::values::network::networks;
use nameplate_core::country::{Countries, Country};
use nameplate_core::settings::Limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What one account, address or network may do in a while. Nothing turns these off, and no environment
/// variable reaches them; a benchmark raises them here and says so.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsSection {
    /// So many wrong passwords for an account from one network cost no waiting.
    pub sign_in_failures_free: u32,
    /// The wait after the next one; it doubles with each further one.
    pub sign_in_first_wait: Span,
    /// The longest of these waits. An account is never locked for good.
    pub sign_in_longest_wait: Span,
    /// How many sign-ins one network may try in an hour, all accounts together.
    pub sign_ins_per_network_an_hour: u32,
    /// How many accounts one network may create in an hour.
    pub sign_ups_per_network_an_hour: u32,
    /// How often one network is told in an hour that a username is taken.
    pub taken_answers_per_network_an_hour: u32,
    /// How many codes one account may ask for, signed in, for the same address or phone number in 24 hours.
    /// What people ask for who aren't signed in is spaced by `codes.resend_after`.
    pub codes_per_destination_a_day: u32,
    /// How many codes one address or phone number gets in 24 hours for sign-ins whose password was right.
    pub sign_in_codes_per_destination_a_day: u32,
    /// How many codes one account may have sent in 24 hours, all addresses together.
    pub codes_per_account_a_day: u32,
    /// How often one sign-up may change its address in 24 hours.
    pub sign_up_addresses_a_day: u32,
    /// How many codes one network may ask for in an hour without being signed in, and how many wrong ones it
    /// may enter.
    pub code_requests_per_network_an_hour: u32,
    /// How many mails one network may ask for in an hour by people who have proven nothing: sign-ups, resends and
    /// new passwords. That of a sign-up that was confirmed doesn't count.
    pub mails_per_network_an_hour: u32,
    /// How many text messages, likewise.
    pub texts_per_network_an_hour: u32,
    /// How many mails the whole installation sends in an hour for people who have proven nothing. What
    /// signed-in people, known browsers, administrators and second steps ask for is outside of it.
    pub mails_for_strangers_an_hour: u32,
    /// How many text messages the whole installation sends in an hour to numbers that no account has verified,
    /// whoever asks. From ten times these two on, what is outside of them is one error in the log; it isn't
    /// refused.
    pub texts_for_strangers_an_hour: u32,
    /// The countries that text messages go to which people ask for without being signed in, to numbers that no
    /// account has verified, by their ISO 3166-1 codes: `["DE", "AT"]`; `["*"]` means all countries. Sign-ups with
    /// other numbers are refused. Signed-in people, verified numbers and administrators are outside of it. Without
    /// it: the country of `pool.country_code` (of several with the same code the largest; `US` and `CA` for `+1`),
    /// and after an upgrade the countries of the numbers that accounts had then.
    pub text_countries: Option<Vec<String>>,
    /// An application that proves its secret is counted by the visitor that it names
    /// (`UserContextData.IpAddress`), and mails by none. All its visitors together may do as much as so many
    /// networks.
    pub networks_per_application: u32,
    /// Networks that are not counted as one, such as that of an office or a school: an address, or a network
    /// like `192.0.2.0/24`. Limits for each account and address hold there too.
    pub trusted_networks: Vec<String>,
    /// How many changes one account may make in an hour, refused ones included.
    pub changes_per_account_an_hour: u32,
    /// How many passwords may wait to be hashed; beyond that people are asked to try again in a moment.
    pub hashing_queue: u32,
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self {
            sign_in_failures_free: 5,
            sign_in_first_wait: Span::seconds(1),
            sign_in_longest_wait: Span::minutes(15),
            sign_ins_per_network_an_hour: 1000,
            sign_ups_per_network_an_hour: 100,
            taken_answers_per_network_an_hour: 60,
            codes_per_destination_a_day: 5,
            sign_in_codes_per_destination_a_day: 30,
            codes_per_account_a_day: 30,
            sign_up_addresses_a_day: 10,
            code_requests_per_network_an_hour: 100,
            mails_per_network_an_hour: 60,
            texts_per_network_an_hour: 10,
            mails_for_strangers_an_hour: 2000,
            texts_for_strangers_an_hour: 200,
            text_countries: None,
            networks_per_application: 50,
            trusted_networks: Vec::new(),
            changes_per_account_an_hour: 300,
            hashing_queue: 64,
        }
    }
}

impl LimitsSection {
    pub fn limits(&self, problems: &mut Problems<'_>) -> Limits {
        problems.at_least_one("limits.sign_in_failures_free", self.sign_in_failures_free.into());
        problems.positive("limits.sign_in_first_wait", self.sign_in_first_wait);
        problems
            .at_least_one("limits.sign_ins_per_network_an_hour", self.sign_ins_per_network_an_hour.into());
        problems
            .at_least_one("limits.sign_ups_per_network_an_hour", self.sign_ups_per_network_an_hour.into());
        problems.at_least_one(
            "limits.taken_answers_per_network_an_hour",
            self.taken_answers_per_network_an_hour.into(),
        );
        problems.at_least_one("limits.codes_per_destination_a_day", self.codes_per_destination_a_day.into());
        problems.at_least_one(
            "limits.sign_in_codes_per_destination_a_day",
            self.sign_in_codes_per_destination_a_day.into(),
        );
        problems.at_least_one("limits.codes_per_account_a_day", self.codes_per_account_a_day.into());
        problems.at_least_one("limits.sign_up_addresses_a_day", self.sign_up_addresses_a_day.into());
        problems.at_least_one(
            "limits.code_requests_per_network_an_hour",
            self.code_requests_per_network_an_hour.into(),
        );
        problems.at_least_one("limits.mails_per_network_an_hour", self.mails_per_network_an_hour.into());
        problems.at_least_one("limits.texts_per_network_an_hour", self.texts_per_network_an_hour.into());
        problems.at_least_one("limits.mails_for_strangers_an_hour", self.mails_for_strangers_an_hour.into());
        problems.at_least_one("limits.texts_for_strangers_an_hour", self.texts_for_strangers_an_hour.into());
        problems.at_least_one("limits.changes_per_account_an_hour", self.changes_per_account_an_hour.into());
        problems.at_least_one("limits.networks_per_application", self.networks_per_application.into());
        problems.at_least_one("limits.hashing_queue", self.hashing_queue.into());
        if self.sign_in_longest_wait < self.sign_in_first_wait {
            let least = format!("at least {}", self.sign_in_first_wait);
            problems.add(
                "limits.sign_in_longest_wait",
                "it is shorter than limits.sign_in_first_wait",
                least,
            );
        }
        Limits {
            sign_in_failures_free: self.sign_in_failures_free,
            sign_in_first_wait: self.sign_in_first_wait.0,
            sign_in_longest_wait: self.sign_in_longest_wait.0,
            sign_ins_per_network_an_hour: self.sign_ins_per_network_an_hour,
            sign_ups_per_network_an_hour: self.sign_ups_per_network_an_hour,
            taken_answers_per_network_an_hour: self.taken_answers_per_network_an_hour,
            codes_per_destination_a_day: self.codes_per_destination_a_day,
            sign_in_codes_per_destination_a_day: self.sign_in_codes_per_destination_a_day,
            codes_per_account_a_day: self.codes_per_account_a_day,
            sign_up_addresses_a_day: self.sign_up_addresses_a_day,
            code_requests_per_network_an_hour: self.code_requests_per_network_an_hour,
            mails_per_network_an_hour: self.mails_per_network_an_hour,
            texts_per_network_an_hour: self.texts_per_network_an_hour,
            mails_for_strangers_an_hour: self.mails_for_strangers_an_hour,
            texts_for_strangers_an_hour: self.texts_for_strangers_an_hour,
            text_countries: self.text_countries.as_ref().map(|codes| countries(codes, problems)),
            networks_per_application: self.networks_per_application,
            trusted_networks: networks("limits.trusted_networks", &self.trusted_networks, problems),
            changes_per_account_an_hour: self.changes_per_account_an_hour,
            hashing_queue: self.hashing_queue as usize,
        }
    }
}

/// Reads codes of countries, or `*` alone for all of them.
fn countries(codes: &[String], problems: &mut Problems<'_>) -> Countries {
    if codes == ["*"] {
        return Countries::All;
    }
    let country = |code: &String| code.parse::<Country>().ok();
    for code in codes.iter().filter(|code| country(code).is_none()) {
        problems.add(
            "limits.text_countries",
            format!("\"{code}\" is no country's code"),
            "codes like [\"DE\", \"AT\"], or [\"*\"] for all countries",
        );
    }
    Countries::Only(codes.iter().filter_map(country).collect())
}
