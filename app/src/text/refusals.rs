//! What a person is told when something is refused: a sentence to act on.

use model::{Rule, Why};

/// One rule of the password policy, as people read it.
pub fn rule(rule: Rule, min_length: Option<u8>) -> String {
    match rule {
        Rule::Length => format!("Password must have at least {} characters", min_length.unwrap_or(8)),
        Rule::Lowercase => "Password must have lower case letters".into(),
        Rule::Uppercase => "Password must have upper case letters".into(),
        Rule::Number => "Password must have numbers".into(),
        Rule::Symbol => "Password must have special characters".into(),
        Rule::Characters => "Password must have no spaces and at most 256 characters".into(),
    }
}

/// The sentence for a refusal. Several lines where several rules are broken.
pub fn sentence(why: Why) -> String {
    match why {
        Why::PasswordPolicy { broken, min_length } => {
            broken.iter().map(|it| rule(it, Some(min_length))).collect::<Vec<_>>().join("\n")
        }
        Why::TooLong { max } => format!("Use at most {max} characters."),
        Why::TooShort { min } => format!("Use at least {min} characters."),
        Why::OutOfRange { min, max } => format!("Enter a whole number from {min} to {max}."),
        Why::WrongCode { tries_left: 0 } => sentence(Why::WornOutCode),
        Why::WrongCode { tries_left: 1 } => {
            "That is not the code we sent. Check the newest message. 1 try left.".into()
        }
        Why::WrongCode { tries_left } => {
            format!("That is not the code we sent. Check the newest message. {tries_left} tries left.")
        }
        Why::Wait { seconds } => format!("Too many tries. Please wait {} and try again.", duration(seconds)),
        other => plain(other).into(),
    }
}

fn plain(why: Why) -> &'static str {
    match why {
        Why::Missing => "Please fill this in.",
        Why::NotAnEmail => "Enter an email address like name@example.com.",
        Why::NotAPhoneNumber => "Enter a phone number with its country code, like +1 212 555 0123.",
        Why::NotADate => "Enter a real date, like 1990-12-31.",
        Why::NotANumber => "Enter a whole number.",
        Why::NotABoolean => "Choose yes or no.",
        Why::ControlCharacters => "This has characters that can’t be seen. Please type it again.",
        Why::NotInList => "Choose one from the list.",
        Why::BadUsername => "Use a username without spaces, quotes, & or < >.",
        Why::UsernameLooksLikeContact => "A username can’t look like an email address or a phone number.",
        Why::PasswordsDiffer => "Your passwords must match",
        Why::SameAsNow => "You have this one already.",
        Why::UnknownAttribute => "There is no such attribute. Nothing was changed.",
        Why::NotWritable => "You can’t change this here. Nothing was changed.",
        Why::Immutable => "This can’t be changed once it is set. Nothing was changed.",
        Why::RequiredAttribute => "This is required. You can change it, but not remove it.",
        Why::SignsInWithIt => "You sign in with this. You can replace it, but not remove it.",
        Why::LastVerifiedContact => {
            "This is your only verified contact. You can replace it, but not remove it."
        }
        Why::NothingToDo => "Nothing was filled in, so nothing was changed.",
        Why::UsernameTaken => "This username is taken. Please choose another one.",
        Why::AliasExists => "An account with the given email or phone number already exists.",
        Why::WrongPassword => "This is not your current password.",
        Why::WrongFirstPassword => {
            "This isn’t the password from sign-up. Try again, or choose a new one below."
        }
        Why::ResetRequired => {
            "This account needs a new password. Choose one with “Forgot your password?” below."
        }
        Why::PasswordAgain => "You signed in a while ago. Enter your password to go on.",
        Why::NotConfirmed => "This is not the word.",
        Why::WrongCredentials => "Incorrect username or password.",
        Why::SignedOut => "You are signed out.",
        Why::SignInOver => {
            "This sign-in took too long, or something changed meanwhile. Please sign in again."
        }
        Why::Disabled => "This account is disabled. Ask whoever runs this service to enable it.",
        Why::WrongPasskey => "This passkey doesn’t work here. Please sign in another way.",
        Why::PasskeyFailed => "This passkey couldn’t be added. Please try again.",
        Why::TooManyPasskeys => "You have as many passkeys as there can be. Remove one first.",
        Why::ChallengeOver => "That took too long. Please try again.",
        Why::NotACode => "A code has 6 to 8 digits.",
        Why::ExpiredCode => "This code has expired. Ask for a new one.",
        Why::UsedCode => "This code has been used already.",
        Why::WornOutCode => "This code was tried too often. Ask for a new one.",
        Why::WrongAppCode => {
            "This is not the code that your app shows now. Wait for the next one, and check that your phone’s clock is right."
        }
        Why::WrongRecoveryCode => "This is none of your recovery codes.",
        Why::NoSuchFactor => {
            "This second step can’t be used: it isn’t set up, or has no confirmed address. Choose another one."
        }
        Why::NoCode => "No code is waiting here. Ask for a new one.",
        Why::BadRequest => "Something was wrong with this form. Please load the page again.",
        Why::CrossSite => "This form came from another site, so we did nothing. Please load the page again.",
        Why::TooLarge => "This is too much text. Please shorten it.",
        Why::Busy => "Many people are signing in just now. Please try again in a moment.",
        Why::Unavailable => {
            "Something went wrong, and we can’t tell whether this was done. Please look before you try again."
        }
        _ => "Something went wrong on our side. Please try again.",
    }
}

/// The same with the field's name where the sentence stands far from the field.
#[cfg(feature = "ssr")]
pub fn about(name: &model::FieldName, why: Why) -> String {
    let label = super::pages::field_label(name);
    format!("{label}: {}", sentence(why).replace('\n', "; "))
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
