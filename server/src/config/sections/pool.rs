//! `[pool]`: what this installation is called, and how people sign in.

use crate::config::problems::Problems;
use model::SignInOptions;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use words::Language;

/// What this installation is called, and how people sign in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoolSection {
    /// The name on pages and in mails.
    pub name: String,
    /// What people may sign in with. An email address or phone number signs in once it is verified.
    pub sign_in: Vec<SignInWith>,
    /// The calling code that is chosen beside a phone number, unless somebody chooses another. A number without a
    /// country, as people sign in with it, is one of this country's.
    pub country_code: String,
    /// The language of the pages: `"en"`. `"en-XA"` is English that is longer, accented and in brackets: what it
    /// shows plain is not translated, and what it cuts off doesn't fit.
    pub language: PageLanguage,
}

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub enum PageLanguage {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "en-XA")]
    Pseudo,
}

impl From<PageLanguage> for Language {
    fn from(language: PageLanguage) -> Self {
        match language {
            PageLanguage::English => Self::En,
            PageLanguage::Pseudo => Self::Pseudo,
        }
    }
}

/// One thing that people sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum SignInWith {
    Username,
    Email,
    PhoneNumber,
}

impl Default for PoolSection {
    fn default() -> Self {
        Self {
            name: "Nameplate".into(),
            sign_in: vec![SignInWith::Username, SignInWith::Email],
            country_code: "+1".into(),
            language: PageLanguage::English,
        }
    }
}

const NAME_MAX: usize = 60;

impl PoolSection {
    pub fn check(&self, problems: &mut Problems<'_>) {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            // It stands in the subject of mails.
            problems.add(
                "pool.name",
                "this can't be a name",
                format!("one line of 1 to {NAME_MAX} characters, such as \"Nameplate\""),
            );
        }
        if !app::lists::is_country_code(&self.country_code) {
            let problem = format!("\"{}\" is no country's calling code", self.country_code);
            problems.add("pool.country_code", problem, "one such as \"+1\" or \"+49\"");
        }
        if self.sign_in.is_empty() {
            problems.add(
                "pool.sign_in",
                "nobody could sign in",
                "at least one of \"username\", \"email\", \"phone_number\"",
            );
        }
    }

    pub fn options(&self) -> SignInOptions {
        let has = |with| self.sign_in.contains(&with);
        SignInOptions {
            username: has(SignInWith::Username),
            email: has(SignInWith::Email),
            phone_number: has(SignInWith::PhoneNumber),
        }
    }
}
