//! `[pool]`: what this installation is called, and how people sign in.

use super::faults::Faults;
use super::file::File;
use model::{AttributeName, SignInOptions, Standard};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What this installation is called, and how people sign in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PoolSection {
    /// The name on pages and in mails.
    pub name: String,
    /// What people may sign in with. An email address or phone number signs in once it is verified.
    pub sign_in: Vec<SignInWith>,
    /// The calling code that is chosen beside a phone number, unless somebody chooses another.
    pub country_code: String,
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
        }
    }
}

const NAME_MAX: usize = 60;

impl PoolSection {
    pub(super) fn check(&self, file: &File, faults: &mut Faults<'_>) {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
            // It stands in the subject of mails.
            faults.add(
                "pool.name",
                "this can't be a name",
                format!("one line of 1 to {NAME_MAX} characters, such as \"Nameplate\""),
            );
        }
        if !app::lists::is_country_code(&self.country_code) {
            let fault = format!("\"{}\" is no country's calling code", self.country_code);
            faults.add("pool.country_code", fault, "one such as \"+1\" or \"+49\"");
        }
        if self.sign_in.is_empty() {
            faults.add(
                "pool.sign_in",
                "nobody could sign in",
                "at least one of \"username\", \"email\", \"phone_number\"",
            );
        }
        let contacts = [(SignInWith::Email, "email"), (SignInWith::PhoneNumber, "phone_number")];
        // Next to a username an address is one more way in, for those who have given one.
        for (with, attribute) in
            contacts.into_iter().filter(|_| !self.sign_in.contains(&SignInWith::Username))
        {
            if self.sign_in.contains(&with) && !file.attributes.required.iter().any(|name| name == attribute)
            {
                faults.add(
                    "pool.sign_in",
                    format!("\"{attribute}\" signs people in, who have no username, but they need not give one when they sign up"),
                    format!("\"{attribute}\" in attributes.required, or \"username\" in sign_in, or a sign_in without \"{attribute}\""),
                );
            }
        }
        if self.sign_in.contains(&SignInWith::PhoneNumber) && !file.sends_texts() {
            faults.add(
                "pool.sign_in",
                "there is no gateway for text messages, so no code would ever reach a phone number",
                "\"username\" or \"email\", or a gateway in [sms]",
            );
        }
    }

    /// A new account is confirmed by a code: one of the addresses that can get it must be asked for.
    pub(super) fn check_code_can_be_sent(
        &self,
        file: &File,
        asked: &[AttributeName],
        faults: &mut Faults<'_>,
    ) {
        let required = file.attributes.required.iter().any(|name| name == "email");
        if !file.sends_texts() && !required {
            faults.add(
                "attributes.required",
                "people could sign up without an email address, and there is no gateway for text messages that could reach them otherwise",
                "\"email\" in the list, or a gateway in [sms]",
            );
        }
        if !asked.iter().any(|name| *name == Standard::Email || *name == Standard::PhoneNumber) {
            faults.add(
                "attributes.sign_up",
                "sign-up asks for no address that a confirmation code could be sent to",
                "\"email\" in attributes.required or in attributes.sign_up",
            );
        }
    }

    pub(super) fn options(&self) -> SignInOptions {
        let has = |with| self.sign_in.contains(&with);
        SignInOptions {
            username: has(SignInWith::Username),
            email: has(SignInWith::Email),
            phone_number: has(SignInWith::PhoneNumber),
        }
    }
}
