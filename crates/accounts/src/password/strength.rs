//! What a new password must not be: one of those that are guessed first, or the person's own name or address.

use model::password::{Rule, Rules};
use model::{AttributeName, Standard};
use nameplate_core::identifiers::fold;
use std::collections::BTreeMap;
use store::users::User;
use store::{Conn, StoreError, profile};
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

/// The longest that the dictionary has is shorter.
const LONGEST_COMMON: usize = 32;
/// What is typed again and again, such as `abc`; a longer word twice is a password of its own.
const LONGEST_REPEATED: usize = 3;
/// Shorter words are part of too many good passwords.
const SHORTEST_WORD: usize = 4;
/// The attributes that others know a person by.
const NAMES: [Standard; 7] = [
    Standard::Name,
    Standard::GivenName,
    Standard::MiddleName,
    Standard::FamilyName,
    Standard::Nickname,
    Standard::PreferredUsername,
    Standard::Email,
];

/// The rules that only the server can judge and that this password, in canonical form, breaks.
pub(crate) fn broken(password: &str, own: &OwnWords) -> Rules {
    let folded = fold(password);
    let judged = [(is_common(&folded), Rule::Uncommon), (own.are_most_of(&folded), Rule::Impersonal)];
    judged
        .into_iter()
        .filter(|(broken, _)| *broken)
        .fold(Rules::default(), |rules, (_, rule)| rules.with(rule))
}

/// Whether it is, as a whole, one of the commonest passwords or a single word, one thing again and again, or
/// a row of the keyboard or alphabet.
fn is_common(folded: &str) -> bool {
    if folded.chars().count() > LONGEST_COMMON {
        return false;
    }
    let estimate = zxcvbn(folded, &[]);
    let [whole] = estimate.sequence() else { return false };
    match &whole.pattern {
        // Backwards too, and with digits for letters: as the whole of a password it is tried as early.
        MatchPattern::Dictionary(_) | MatchPattern::Sequence(_) | MatchPattern::Spatial(_) => true,
        MatchPattern::Repeat(repeat) => repeat.base_token.chars().count() <= LONGEST_REPEATED,
        MatchPattern::Regex(_) | MatchPattern::Date(_) | MatchPattern::BruteForce => false,
    }
}

/// What others know a person by, folded.
#[derive(Default)]
pub(crate) struct OwnWords(Vec<String>);

impl OwnWords {
    /// The username, names and addresses of somebody.
    pub(crate) fn of(username: Option<&str>, attributes: &BTreeMap<AttributeName, String>) -> Self {
        let mut words = Self::default();
        words.add(username.unwrap_or_default());
        for name in NAMES {
            words.add(attributes.get(&name.into()).map_or("", String::as_str));
        }
        if let Some(number) = attributes.get(&Standard::PhoneNumber.into()) {
            words.0.push(number.trim_start_matches('+').to_owned());
        }
        words
    }

    /// One name or address, as it was typed.
    pub(crate) fn typed(name: &str) -> Self {
        Self::of(Some(name), &BTreeMap::new())
    }

    /// Those of an account.
    pub(crate) async fn of_user(conn: &mut Conn, user: &User) -> Result<Self, StoreError> {
        let account = profile::load(conn, user.id).await?;
        let attributes = account.map(|account| account.attributes).unwrap_or_default();
        Ok(Self::of(Some(&user.username), &attributes))
    }

    /// A text, the part of it before an `@`, and every word in it.
    fn add(&mut self, text: &str) {
        let text = fold(text.trim());
        let local = text.split_once('@').map_or(text.as_str(), |(local, _)| local).to_owned();
        let joined: String = local.chars().filter(|c| c.is_alphanumeric()).collect();
        let words = local.split(|c: char| !c.is_alphanumeric()).map(ToOwned::to_owned);
        self.0.extend(
            words.chain([joined, local.clone(), text]).filter(|it| it.chars().count() >= SHORTEST_WORD),
        );
    }

    /// Whether one of them is the password, or more than half of it.
    fn are_most_of(&self, folded: &str) -> bool {
        let length = folded.chars().count();
        let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
        self.0.iter().any(|word| {
            let is_most = 2 * word.chars().count() > length && folded.contains(word.as_str());
            // A phone number, with its country or as it is dialled at home.
            let dialled = digits.trim_start_matches('0');
            is_most || (2 * digits.len() > length && dialled.len() >= 6 && word.ends_with(dialled))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(password: &str) -> Vec<Rule> {
        let attributes = [
            ("email", "Jane.Dawson@example.com"),
            ("phone_number", "+4915123456789"),
            ("given_name", "Jane"),
            ("family_name", "Dawson"),
            ("nickname", "Al"),
        ];
        let attributes =
            attributes.map(|(name, value)| (name.parse().unwrap(), value.to_owned())).into_iter().collect();
        broken(password, &OwnWords::of(Some("jdawson77"), &attributes)).iter().collect()
    }

    #[test]
    fn broken_with_common_password_is_uncommon() {
        for common in [
            "password",
            "PASSWORD",
            "Password1",
            "12345678",
            "aaaaaaaa",
            "qwertyuiop",
            "iloveyou",
            "trustno1",
            "abcdefgh",
            "11111111",
            "1q2w3e4r",
            "ｐａｓｓｗｏｒｄ",
            "00000000",
            "sunshine",
            "football",
            "qwerty123",
            "abababab",
            "987654321",
            "letmein",
            "motdepasse",
        ] {
            assert_eq!(judge(common), [Rule::Uncommon], "{common}");
        }
    }

    #[test]
    fn broken_with_password_that_contains_a_common_one_is_empty() {
        for good in [
            "mysecurerandompassword#123",
            "correct horse battery staple",
            "password for my shop",
            "my-own-password-at-last",
            "hunter2hunter2",
            "xK3$password",
            "Tr0ub4dor&3",
            "hunter22 is taken",
            "ein gutes Passwort",
        ] {
            assert_eq!(judge(good), [], "{good}");
        }
    }

    #[test]
    fn broken_with_own_name_or_address_is_impersonal() {
        for own in [
            "jdawson77",
            "JDAWSON77",
            "jdawson77!",
            "dawsonjane",
            "janedawson",
            "jane.dawson@example.com",
            "Jane.Dawson",
            "dawson1",
            "Dawson2020",
            "4915123456789",
            "15123456789",
            "015123456789",
            "+49 151 23456789",
        ] {
            assert_eq!(judge(own), [Rule::Impersonal], "{own}");
        }
    }

    #[test]
    fn broken_with_own_word_in_a_longer_password_is_empty() {
        for good in ["dawson likes green tea", "jane and the beanstalk", "al dente al forno", "janejump"] {
            assert_eq!(judge(good), [], "{good}");
        }
    }
}
