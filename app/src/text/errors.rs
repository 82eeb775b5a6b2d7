//! What a person is told when something is refused: a sentence to act on.

use model::{ErrorCode, NO_TEXTS_NOW, NO_TEXTS_TO_COUNTRY, Rule};

/// One rule of the password policy, as people read it.
pub fn rule(rule: Rule, min_length: Option<u8>) -> String {
    match rule {
        Rule::Length => format!("Password must have at least {} characters", min_length.unwrap_or(8)),
        Rule::Lowercase => "Password must have lower case letters".into(),
        Rule::Uppercase => "Password must have upper case letters".into(),
        Rule::Number => "Password must have numbers".into(),
        Rule::Symbol => "Password must have special characters".into(),
        Rule::Characters => {
            "Password must not begin or end with a space, and must have at most 256 characters".into()
        }
        Rule::Uncommon => {
            "This password is among the first that are guessed. Choose a less common one".into()
        }
        Rule::Impersonal => {
            "Password must not be your username, name or address, or consist mostly of it".into()
        }
    }
}

/// The sentence for an error. Several lines where several rules are broken.
#[expect(clippy::too_many_lines, reason = "a line for each code")]
pub fn sentence(code: ErrorCode) -> String {
    let words = match code {
        ErrorCode::PasswordPolicy { broken, min_length } => {
            return broken.iter().map(|it| rule(it, Some(min_length))).collect::<Vec<_>>().join("\n");
        }
        ErrorCode::TooLong { max } => return format!("Use at most {max} characters."),
        ErrorCode::TooShort { min } => return format!("Use at least {min} characters."),
        ErrorCode::OutOfRange { min, max } => return format!("Enter a whole number from {min} to {max}."),
        ErrorCode::WrongCode { tries_left: 0 } => return sentence(ErrorCode::WornOutCode),
        ErrorCode::WrongCode { tries_left: 1 } => {
            "That is not the code we sent. Check the newest message. 1 try left."
        }
        ErrorCode::WrongCode { tries_left } => {
            return format!(
                "That is not the code we sent. Check the newest message. {tries_left} tries left."
            );
        }
        ErrorCode::Wait { seconds } => {
            return format!("Too many tries. Please wait {} and try again.", duration(seconds));
        }
        ErrorCode::Missing => "Please fill this in.",
        ErrorCode::NotAnEmail => "Enter an email address like name@example.com.",
        ErrorCode::NotAPhoneNumber => "Enter a phone number with its country code, like +1 212 555 0123.",
        ErrorCode::NoSuchPhoneNumber => "No phone has this number. Check the digits and the country.",
        ErrorCode::NoTextsToCountry => NO_TEXTS_TO_COUNTRY,
        ErrorCode::NoTextsNow { .. } => NO_TEXTS_NOW,
        ErrorCode::NotADate => "Enter a real date, like 1990-12-31.",
        ErrorCode::NotANumber => "Enter a whole number.",
        ErrorCode::NotABoolean => "Choose yes or no.",
        ErrorCode::ControlCharacters => "This has characters that can’t be seen. Please type it again.",
        ErrorCode::NotInList => "Choose one from the list.",
        ErrorCode::BadUsername => "Use letters and digits, and . _ - + after the first character.",
        ErrorCode::UsernameLooksLikeContact => {
            "A username can’t look like an email address or a phone number."
        }
        ErrorCode::UsernameReserved => "This username is reserved. Please choose another one.",
        ErrorCode::PasswordsDiffer => "Your passwords must match",
        ErrorCode::SameAsNow => "You have this one already.",
        ErrorCode::UnknownAttribute => "There is no such attribute. Nothing was changed.",
        ErrorCode::NotWritable => "You can’t change this here. Nothing was changed.",
        ErrorCode::Immutable => "This can’t be changed once it is set. Nothing was changed.",
        ErrorCode::RequiredAttribute => "This is required. You can change it, but not remove it.",
        ErrorCode::SignsInWithIt => "You sign in with this. You can replace it, but not remove it.",
        ErrorCode::LastVerifiedContact => {
            "This is your only verified contact. You can replace it, but not remove it."
        }
        ErrorCode::IsSecondStep => {
            "We send the codes of your second step here. Turn off that second step on the security page first."
        }
        ErrorCode::NothingToDo => "Nothing was filled in, so nothing was changed.",
        ErrorCode::UsernameTaken => "This username is taken. Please choose another one.",
        ErrorCode::AliasExists => "An account with the given email or phone number already exists.",
        ErrorCode::WrongPassword => "This is not your current password.",
        ErrorCode::WrongFirstPassword => {
            "This isn’t the password from sign-up. Try again, or choose a new one below."
        }
        ErrorCode::ResetRequired => {
            "This account needs a new password. Choose one with “Forgot your password?” below."
        }
        ErrorCode::PasswordAgain => "You signed in a while ago. Confirm that it’s you to go on.",
        ErrorCode::AppCodeAgain => {
            "Enter the code that your authenticator app shows, or one of your recovery codes."
        }
        ErrorCode::SentCodeAgain => {
            "We sent you a code for your second step. Enter it, or one of your recovery codes."
        }
        ErrorCode::NotConfirmed => "This is not the word.",
        ErrorCode::WrongCredentials => "Incorrect username or password.",
        ErrorCode::SignedOut => "You are signed out.",
        ErrorCode::SignInOver => {
            "This sign-in took too long, or something changed meanwhile. Please sign in again."
        }
        ErrorCode::Disabled => "This account is disabled. Ask whoever runs this service to enable it.",
        ErrorCode::WrongPasskey => "This passkey doesn’t work here. Please sign in another way.",
        ErrorCode::PasskeyFailed => "This passkey couldn’t be added. Please try again.",
        ErrorCode::TooManyPasskeys => "You have as many passkeys as there can be. Remove one first.",
        ErrorCode::ChallengeOver => "That took too long. Please try again.",
        ErrorCode::NotACode => "A code has 6 to 8 digits.",
        ErrorCode::ExpiredCode => "This code has expired. Ask for a new one.",
        ErrorCode::UsedCode => "This code has been used already.",
        ErrorCode::WornOutCode => "This code was tried too often. Ask for a new one.",
        ErrorCode::WrongAppCode => {
            "This is not the code that your app shows now. Wait for the next one, and check that your phone’s clock is right."
        }
        ErrorCode::WrongRecoveryCode => "This is none of your recovery codes.",
        ErrorCode::NoSuchFactor => {
            "This second step can’t be used: it isn’t set up, or has no confirmed address. Choose another one."
        }
        ErrorCode::FactorTooNew => {
            "This takes a second step that has been on for 7 days, and you have none. Leave the box unticked to go on."
        }
        ErrorCode::NoCode => "No code is waiting here. Ask for a new one.",
        ErrorCode::BadRequest => "Something was wrong with this form. Please load the page again.",
        ErrorCode::UndoOver => "This link no longer works. The changes can’t be taken back with it.",
        ErrorCode::CrossSite => {
            "This form came from another site, so we did nothing. Please load the page again."
        }
        ErrorCode::OtherAccount => {
            "This browser has signed in to another account since this page was opened, so nothing was changed. Load the page again to go on."
        }
        ErrorCode::TooLarge => "This is too much text. Please shorten it.",
        ErrorCode::Busy => "Many people are signing in just now. Please try again in a moment.",
        ErrorCode::Unavailable => {
            "Something went wrong, and we can’t tell whether this was done. Please look before you try again."
        }
    };
    words.into()
}

/// The same with the field's name where the sentence stands far from the field.
#[cfg(feature = "ssr")]
pub fn about(name: &model::FieldName, code: ErrorCode) -> String {
    let label = super::pages::field_label(name);
    format!("{label}: {}", sentence(code).replace('\n', "; "))
}

/// The headline above several faults.
pub fn things_to_put_right(count: usize) -> String {
    if count == 1 { "One thing to put right".into() } else { format!("{count} things to put right") }
}

/// Beside a resend button that has to wait.
pub fn wait_for_code(seconds: u32) -> String {
    format!("You can ask for another code in {}.", duration(seconds))
}

fn duration(seconds: u32) -> String {
    match seconds {
        0 | 1 => "1 second".into(),
        2..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sentence_of_every_error_code_is_unique() {
        let sentences = ErrorCode::ALL.map(sentence);
        for words in &sentences {
            assert!(words.starts_with(char::is_uppercase) && words.len() > 10, "{words:?}");
        }
        assert_eq!(BTreeSet::from_iter(&sentences).len(), sentences.len());
    }

    #[test]
    fn sentence_of_a_password_policy_has_a_line_per_broken_rule() {
        let all = Rule::ALL.into_iter().fold(model::Rules::default(), model::Rules::with);
        let words = sentence(ErrorCode::PasswordPolicy { broken: all, min_length: 8 });
        assert_eq!(words.lines().count(), Rule::ALL.len());
        assert!(words.contains("at least 8 characters"), "{words}");
    }
}
