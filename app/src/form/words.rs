//! The sentences that a browser needs: the islands have none of their own.

use super::check::{Check, Checks};
use crate::text;
use model::identifier::{EMAIL_REFUSALS, USERNAME_REFUSALS};
use model::{ErrorCode, FormErrors, Rule};
use std::collections::BTreeMap;
use words::Plural;

/// What the checks of a form can say, and what a browser says when the service doesn't answer: as JSON, by the
/// spelling of the error.
pub(super) fn form_words(rules: &Checks) -> String {
    let mut said = BTreeMap::from([sentence(ErrorCode::Unavailable)]);
    for (_, check) in &rules.0 {
        said.extend(refusals(check));
    }
    json(&said)
}

/// The sentences of a refusal, likewise.
pub(super) fn refusal_words(errors: &FormErrors) -> BTreeMap<String, String> {
    let codes = errors.form.into_iter().chain(errors.fields.iter().map(|(_, code)| *code));
    let mut said: BTreeMap<_, _> = codes.flat_map(said_of).collect();
    if errors.form == Some(ErrorCode::SignedOut) {
        said.insert("sign-in-again".to_owned(), text::words().sign_in_again().to_owned());
    }
    said
}

/// The words about a cooldown, by unit and plural category, with `#` for the number.
pub(crate) fn resend_waits() -> String {
    let words = text::words();
    let mut said = BTreeMap::new();
    for category in Plural::of(words.language()) {
        let units = [
            ("seconds", words.resend_wait_seconds(category.sample)),
            ("minutes", words.resend_wait_minutes(category.sample)),
            ("hours", words.resend_wait_hours(category.sample)),
        ];
        for (unit, sentence) in units {
            said.insert(
                format!("{unit} {}", category.name),
                sentence.replacen(&category.sample.to_string(), "#", 1),
            );
        }
    }
    json(&said)
}

fn json(said: &BTreeMap<String, String>) -> String {
    serde_json::to_string(said).unwrap_or_default()
}

fn sentence(code: ErrorCode) -> (String, String) {
    (code.to_string(), text::sentence(code))
}

/// Of a password, each rule that is broken has a sentence of its own: a browser puts them together.
fn said_of(code: ErrorCode) -> Vec<(String, String)> {
    let ErrorCode::PasswordPolicy { broken, min_length } = code else { return vec![sentence(code)] };
    broken.iter().map(|rule| (rule.key(), text::rule(rule, min_length))).collect()
}

fn refusals(check: &Check) -> Vec<(String, String)> {
    let codes = match check {
        Check::Given => vec![ErrorCode::Missing],
        Check::Username => USERNAME_REFUSALS.to_vec(),
        Check::Email => EMAIL_REFUSALS.to_vec(),
        Check::SameAs(_) => vec![ErrorCode::PasswordsDiffer],
        Check::Code => vec![ErrorCode::Missing, ErrorCode::NotACode],
        Check::NewPassword(policy) => {
            // The others only the server can judge.
            let rules = policy.rules().iter().chain([Rule::Characters]);
            let said = rules.map(|rule| (rule.key(), text::rule(rule, policy.min_length)));
            return said.chain([sentence(ErrorCode::Missing)]).collect();
        }
        Check::Attribute(definition) => definition
            .refusals()
            .into_iter()
            .chain(definition.required.then_some(ErrorCode::Missing))
            .collect(),
    };
    codes.into_iter().map(sentence).collect()
}
