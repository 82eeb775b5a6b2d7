//! What may stand at the place of a value: what is known to mean something, or anything.

use crate::people::Tokens;
use crate::support::PASSWORD;
use model::{Factor, Standard};
use proptest::prelude::*;
use proptest::sample::select;

const WORDS: [&str; 21] = [
    "web",
    "jdoe",
    PASSWORD,
    "123456",
    "me@domain.com",
    "you@domain.com",
    "+12128601234",
    "custom:team",
    "",
    " ",
    "0",
    "1",
    "on",
    "off",
    "delete",
    "true",
    "null",
    "AA",
    "ff",
    "../../profile",
    "https://evil.example",
];

/// What only whoever is signed in knows, until it is known.
const OWN: [&str; 3] = ["(access)", "(refresh)", "(id)"];

pub fn fill_in(tokens: &Tokens, text: &str) -> String {
    let values = [&tokens.access, &tokens.refresh, &tokens.id];
    OWN.iter().zip(values).fold(text.to_owned(), |text, (name, own)| text.replace(name, own))
}

pub fn text() -> BoxedStrategy<String> {
    let closed_sets = Standard::ALL.map(Standard::as_str).into_iter().chain(Factor::ALL.map(Factor::as_str));
    let known = WORDS.into_iter().chain(closed_sets).map(str::to_owned).collect::<Vec<_>>();
    prop_oneof![
        5 => select(known),
        1 => select(OWN.as_slice()).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => "(?s).{0,20}",
        1 => "[a-zA-Z0-9_=-]{20,90}",
        1 => "[0-9a-f]{1,800}",
    ]
    .boxed()
}

/// Something else that looks the same, but isn't right.
pub fn wrong(right: &str) -> String {
    if right.len() >= 6 && right.bytes().all(|byte| byte.is_ascii_digit()) {
        crate::support::another(right)
    } else {
        "nonsense".to_owned()
    }
}
