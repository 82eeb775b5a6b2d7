//! The words of the pages, in the order in which people meet them.

use crate::request::Theme;
use model::{AttributeName, DeliveryMedium, FieldName, SignInOptions};

pub const SKIP: &str = "Skip to content";
pub const REQUIRED: &str = "required";
pub const FOOT: &str = "Your details stay on this server.";
pub const THEME: &str = "Theme";
pub const OR_CHANGE: &str = "Cancel";

pub const fn theme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    }
}

// Sign in, create account.
pub const SIGN_IN_TABS: &str = "Sign in or create an account";
pub const SIGN_IN_TAB: &str = "Sign In";
pub const CREATE_ACCOUNT: &str = "Create Account";
pub const SIGN_IN_TITLE: &str = "Sign in";
pub const SIGN_IN_HEADING: &str = "Sign in to your account";
pub const SIGN_IN: &str = "Sign in";
pub const SIGN_IN_WITH_PASSKEY: &str = "Sign in with a passkey";
pub const SIGN_UP_TITLE: &str = "Create account";
pub const SIGN_UP_HEADING: &str = "Create your account";
pub const HOW_YOU_SIGN_IN: &str = "How you sign in";
pub const ABOUT_YOU: &str = "About you";
pub const ALL_OPTIONAL: &str = "All optional. You can add or remove these at any time.";
pub const HAVE_AN_ACCOUNT: &str = "Have an account?";
pub const USERNAME: &str = "Username";
pub const EMAIL: &str = "Email";
pub const PHONE_NUMBER: &str = "Phone Number";
pub const COUNTRY_CODE: &str = "Country code";
pub const PASSWORD: &str = "Password";
pub const CONFIRM_PASSWORD: &str = "Confirm Password";
pub const NEW_USERNAME_HINT: &str = "Letters, digits and . _ - are fine. It can’t be changed later.";
pub const NEW_EMAIL_HINT: &str = "We send a code here to make sure it’s yours.";

/// The label of the field that says who is signing in.
pub const fn identifier_label(options: SignInOptions) -> &'static str {
    match (options.username, options.email, options.phone_number) {
        (true, ..) => USERNAME,
        (false, true, _) => EMAIL,
        _ => PHONE_NUMBER,
    }
}

/// What else may be typed there.
pub const fn identifier_hint(options: SignInOptions) -> Option<&'static str> {
    match (options.username, options.email, options.phone_number) {
        (true, true, false) => Some("Your username, or an email address you have confirmed."),
        (true, false, true) => {
            Some("Your username, or a phone number you have confirmed, like +12125550123.")
        }
        (true, true, true) => Some("Your username, or an email address or phone number you have confirmed."),
        (false, false, true) => Some("With its country code, like +12125550123."),
        (false, true, true) => Some("Or a phone number you have confirmed, like +12125550123."),
        _ => None,
    }
}

/// "At least 8 characters", before anything is typed.
pub fn policy_hint(policy: &model::Policy) -> String {
    let extras: Vec<_> = [
        (policy.require_lowercase, "lower case"),
        (policy.require_uppercase, "upper case"),
        (policy.require_numbers, "a number"),
        (policy.require_symbols, "a special character"),
    ]
    .into_iter()
    .filter(|(asked, _)| *asked)
    .map(|(_, words)| words)
    .collect();
    let length = format!("At least {} characters", policy.min_length);
    let needed = if extras.is_empty() { length } else { format!("{length}, with {}", extras.join(", ")) };
    format!("{needed}. Spaces are fine. No common password, and not your own name or address.")
}

/// Beside a new password, from easy to guess to hard.
pub const PASSWORD_STRENGTH: [&str; 4] = ["Weak", "Fair", "Good", "Strong"];

// Confirm.
pub const CONFIRM_TITLE: &str = "Confirm your account";
pub const WE_EMAILED_YOU: &str = "We Emailed You";
pub const WE_TEXTED_YOU: &str = "We Texted You";
pub const CONFIRM_HEADING: &str = "Confirm your account";
pub const CONFIRM_ANYWHERE: &str = "Enter your username and the code we sent you when you signed up.";
pub const CONFIRMATION_CODE: &str = "Confirmation Code";
pub const CONFIRM: &str = "Confirm";
pub const RESEND_CODE: &str = "Resend Code";
pub const BACK_TO_SIGN_IN: &str = "Back to Sign In";
pub const WRONG_ADDRESS: &str = "Wrong address? Change it";
pub const NEW_ADDRESS: &str = "New email address";
pub const NEW_ADDRESS_HINT: &str = "We send a new code here. Enter your password again with it.";
pub const SEND_NEW_CODE: &str = "Send a new code";

pub const NEW_USERNAME: &str = "New username";

/// Why another username is asked for.
pub fn username_was_taken(taken: &str) -> String {
    format!(
        "Someone else has confirmed the username {taken} since you signed up. Everything else you entered is kept."
    )
}

// The password after the code.
pub const CHOOSE_PASSWORD: &str = "Choose your password";
pub const PASSWORD_AFTER_CODE: &str =
    "That’s the right code. Enter the password you chose when you signed up.";
pub const PASSWORD_AFTER_CONTESTED_CODE: &str = "That’s the right code. Someone else tried to sign up with the same details, so we kept none of the passwords. Choose one now.";
pub const PASSWORD_FROM_SIGN_UP: &str = "Password from sign-up";
pub const CONTINUE: &str = "Continue";
pub const OR_NEW_PASSWORD: &str = "Or choose a new password";
pub const OR_NEW_PASSWORD_TEXT: &str = "Do this if you don’t remember it, or if someone else signed up with your address. Other details from sign-up aren’t kept.";
pub const SET_PASSWORD: &str = "Set password";

/// The heading above a code.
pub const fn code_heading(medium: DeliveryMedium) -> &'static str {
    match medium {
        DeliveryMedium::Email => WE_EMAILED_YOU,
        DeliveryMedium::Sms => WE_TEXTED_YOU,
    }
}

/// The two halves of the sentence around the masked destination.
pub const fn code_on_its_way(medium: DeliveryMedium) -> (&'static str, &'static str) {
    match medium {
        DeliveryMedium::Email => (
            "Your code is on the way. To log in, enter the code we emailed to ",
            ". It may take a minute to arrive.",
        ),
        DeliveryMedium::Sms => (
            "Your code is on the way. To log in, enter the code we texted to ",
            ". It may take a minute to arrive.",
        ),
    }
}

pub fn works_until(when: &str) -> String {
    format!("It works until {when}.")
}

// A forgotten password.
pub const FORGOT_YOUR_PASSWORD: &str = "Forgot your password?";
pub const RESET_PASSWORD: &str = "Reset Password";
pub const CODE_TO_CONTACT: &str =
    "We send a code to an email address or phone number that you have confirmed.";
pub const SEND_RESET_CODE: &str = "Send code";
pub const RESET_ANYWHERE: &str = "Enter your username, the code we sent you, and the new password.";
pub const NO_CODE_YET: &str = "No code yet? Ask for one";
pub const CODE: &str = "Code";
pub const NEW_PASSWORD: &str = "New Password";
pub const SUBMIT: &str = "Submit";
pub const ANOTHER_NAME: &str = "Is that not you? Enter another name";
pub const NO_RESET_CODE: &str = "No message? Look in your spam folder, and check the name above for typing mistakes. If you never confirmed an email address or phone number, only the people who run this site can help.";

/// The two halves of the sentence around the name that was typed: it says the same whosever name it is.
pub const RESET_ON_ITS_WAY: (&str, &str) = (
    "If ",
    " belongs to an account with a confirmed email address or phone number, a code is on its way there. It may take a minute to arrive.",
);

/// The label of the field that says whose password was forgotten.
pub const fn whose_password(options: SignInOptions) -> &'static str {
    match (options.username, options.email, options.phone_number) {
        (true, ..) => "Enter your username",
        (false, true, _) => "Enter your email",
        _ => "Enter your phone number",
    }
}

// A password of one's own.
pub const CHANGE_PASSWORD_HEADING: &str = "Change Password";
pub const OWN_PASSWORD_TEXT: &str =
    "Whoever runs this service gave you the password that you just entered. Choose one that only you know.";

// Profile.
pub const PROFILE: &str = "Profile";
pub const NOT_FILLED_IN: &str = "Not filled in";
pub const REFRESH: &str = "Refresh";
pub const YOUR_ACCOUNT: &str = "Your account";
pub const PROFILE_OF: &str = "Profile of ";
pub const SIGN_OUT: &str = "Sign out";
pub const EDIT: &str = "Edit";
pub const SAVE: &str = "Save changes";
pub const CANCEL: &str = "Cancel";
pub const DELETE: &str = "Delete";
pub const DELETE_HEADING: &str = "Delete what you don’t want stored";
pub const VERIFIED: &str = "Verified";
pub const UNVERIFIED: &str = "Unverified";
pub const VERIFY: &str = "Verify";
pub const WAITING: &str = "Waiting for your code";
pub const ENTER_THE_CODE: &str = "Enter the code";
pub const NOT_SET: &str = "Not set";
pub const PREFERRED_USERNAME_HINT: &str = "Shown to other people. It doesn’t change how you sign in.";
pub const AS_JSON: &str = "Your attributes as JSON";
pub const OPEN_JSON: &str = "Open attributes.json";
pub const SET_BY_SERVICE: &str = "Set by this service";
pub const CANT_CHANGE: &str = "Can’t be changed here";
pub const YES: &str = "Yes";
pub const NO: &str = "No";

// What has become required.
pub const REQUIRED_HEADING: &str = "A few details are missing";
pub const REQUIRED_TEXT: &str = "This service has come to need them since you were here last.";

// Update a contact; what differs for email and phone is in contacts.rs.
pub const BACK_TO_PROFILE: &str = "Back to profile";
pub const IN_USE_NOW: &str = "In use now";
pub const WILL_BECOME: &str = "Will become";
pub const CHANGE: &str = "Change";
pub const SEND_CODE: &str = "Send Code";
pub const CANCEL_CHANGE: &str = "Cancel change";
pub const ENTER_DIGITS: &str = "Enter the code we sent to ";
pub const VERIFY_NOW: &str = "Send me a code";
pub const NONE_YET: &str = "None yet";
pub const NOT_NOW: &str = "Not now";

pub fn badge_until(when: &str) -> String {
    format!("Works until {when}")
}

pub const CODE_EXPIRED: &str = "The code has expired";

// Security.
pub const SECURITY: &str = "Security";
pub const SECURITY_TEXT: &str = "How you prove it’s you, and where you are signed in.";
pub const PASSWORD_TEXT: &str = "To set another one you need the one you have now.";
pub const CHANGE_PASSWORD: &str = "Change password";
pub const CURRENT_PASSWORD: &str = "Current Password";
/// Beside the password that a dangerous form asks for once more.
pub const PASSWORD_AGAIN: &str = "You signed in a while ago. To be safe, we ask once more.";
/// Where the account has no password to ask for: before a link, and the link.
pub const CONFIRM_FIRST: &str = "You signed in a while ago. Before you change this, ";
pub const CONFIRM_FIRST_LINK: &str = "confirm that it’s you";
pub const PASSKEY_INSTEAD: &str = "Use a passkey instead";
pub const IS_CONFIRMED: &str = "You confirmed a moment ago that it’s you, so we don’t ask for your password.";
pub const CONFIRM_IDENTITY: &str = "Confirm that it’s you";
pub const CONFIRM_IDENTITY_TEXT: &str =
    "You signed in a while ago. We ask again before anything changes that protects your account.";
pub const CONFIRM_BUTTON: &str = "Confirm";
pub const CONFIRM_WITH_PASSKEY: &str = "Confirm with a passkey";
pub const PASSKEY_NEEDS_SCRIPTS: &str = "Passkeys need JavaScript, and a browser that has them.";
pub const CONFIRM_CODE_TEXT: &str = "Your account has no password and no passkey. We can send a code to ";
pub const NO_WAY_TO_CONFIRM: &str = "Your account has no password, no passkey, and no contact that was verified more than 3 days ago, so there is nothing to confirm with.";
pub const NO_WAY_TO_CONFIRM_HELP: &str = " and come back, or wait until a verified contact is 3 days old.";
pub const CHOOSE_A_PASSWORD: &str = "Choose a password";
pub const SIGNS_OTHERS_OUT: &str = "Every other browser is signed out, and a message about it goes to your confirmed email address or phone number.";
pub const PASSKEYS: &str = "Passkeys";
pub const PASSKEYS_TEXT: &str = "Sign in with your fingerprint, your face or your screen lock instead of a password. No second step is asked for then.";
pub const ADD_PASSKEY: &str = "Add a passkey";
pub const PASSKEY_NAME: &str = "Name";
pub const PASSKEY_NAME_HINT: &str = "To tell it from others. Your device asks you next.";
pub const REMOVE: &str = "Remove";
/// The browser has asked, and nobody answered.
pub const NO_PASSKEY_USED: &str = "No passkey was used. You can try again.";
pub const NO_PASSKEY_MADE: &str = "No passkey was made. You can try again.";
pub const HAS_A_PASSKEY: &str = "This device has a passkey for your account already.";
pub const PASSKEY_ADDED: &str = "Your passkey is added. You can sign in with it from now on.";
pub const PASSKEY_REMOVED: &str = "The passkey is removed. Delete it on your device as well.";

/// Below a passkey that was added in the last 7 days, by somebody who hadn’t passed the second step.
pub const GOES_WITH_RESET: &str =
    "Added in the last 7 days without your second step, so a password reset removes it.";
pub const KEEP: &str = "Keep";
pub const PASSKEY_KEPT: &str = "This passkey now stays after a password reset.";

/// When a passkey was added, and used.
pub fn passkey_dates(added: &str, used: Option<&str>) -> String {
    match used {
        Some(used) => format!("added {added}, last used {used}"),
        None => format!("added {added}, not used yet"),
    }
}

pub const SIGNED_IN_AT: &str = "Where you’re signed in";
pub const THIS_BROWSER: &str = "This browser";
pub const ACTIVE_NOW: &str = "active now";
pub const SIGN_OUT_OTHERS: &str = "Sign out all others";
pub const SIGN_OUT_EVERYWHERE: &str = "Sign out everywhere";
pub const WHAT_HAPPENED: &str = "What happened to your account";

// Activity.
pub const ACTIVITY: &str = "Activity";
pub const NOT_YOU: &str = "Something you didn’t do? ";
pub const NOT_YOU_LINK: &str = "Change your password";
pub const NOT_YOU_THEN: &str = ": every other browser is signed out by it. Times are in UTC.";
pub const REFUSED: &str = "Refused";
pub const TODAY: &str = "Today";
pub const MORE_ACTIVITY: &str = "More activity";
pub const OLDER: &str = "Older";
pub const NEWER: &str = "Newer";

/// How far back the trail goes.
pub fn kept_for(days: u64) -> String {
    format!("Everything that happened to this account in the last {days} days, newest first. ")
}

// Sign out.
pub const SIGN_OUT_HEADING: &str = "Sign out?";
pub const SIGN_OUT_TEXT: &str = "You will need your password to come back.";

// What just happened.
pub const SIGNED_OUT: &str = "You are signed out.";
pub const SAVED: &str = "Your changes are saved.";
pub const DELETED: &str = "It is deleted.";

/// Which attributes are different now, by their labels.
pub fn saved(labels: &[String]) -> String {
    format!("Saved: {}.", labels.join(", "))
}

pub fn deleted(labels: &[String]) -> String {
    format!("Deleted: {}.", labels.join(", "))
}

pub const CODE_SENT: &str = "We sent a new code. Earlier codes no longer work.";
pub const CHANGE_CANCELLED: &str = "The change is cancelled. Your address stays as it is.";
pub const CONFIRMED: &str = "Your account is confirmed. You can sign in now.";
pub const WELCOME: &str = "Your account is confirmed. Welcome!";
pub const NOT_CONFIRMED_YET: &str = "Your account isn’t confirmed yet. Enter the code we sent you.";

pub const RESET_CODE_ASKED: &str =
    "If the name is right, a new code is on its way. Earlier codes no longer work.";
pub const PASSWORD_RESET: &str =
    "Your password was changed, and every browser was signed out. Sign in with the new one.";

pub const PASSWORD_CHANGED: &str = "Your password was changed. Every other browser was signed out.";
pub const SESSION_ENDED: &str = "That browser is signed out.";
pub const OTHERS_ENDED: &str = "All other browsers are signed out.";
pub const SIGNED_OUT_EVERYWHERE: &str = "You are signed out everywhere.";

pub const ACCOUNT: &str = "Account";
pub const YOUR_DATA: &str = "Your data";
pub const YOUR_DATA_TEXT: &str = "Everything we keep about you, as a JSON file.";
pub const DOWNLOAD: &str = "Download my data";
pub const DELETE_ACCOUNT: &str = "Delete account";
pub const DELETE_ACCOUNT_TEXT: &str =
    "Removes everything we keep about you, at once and for good. Nobody can bring it back.";
pub const DELETE_FOR_GOOD: &str = "Delete my account for good";
pub const ACCOUNT_DELETED: &str = "Your account is deleted, with everything that was in it.";

pub fn type_to_confirm(word: &str) -> String {
    format!("Type “{word}” to confirm")
}

pub fn code_sent_to(address: &str) -> String {
    format!("We sent a code to {address}.")
}

pub fn new_code_sent_to(address: &str) -> String {
    format!("We sent a new code to {address}. Earlier codes no longer work.")
}

/// What a field is called above the form.
pub fn field_label(name: &FieldName) -> String {
    match name {
        FieldName::Username => USERNAME.into(),
        FieldName::NewUsername => NEW_USERNAME.into(),
        FieldName::Email => EMAIL.into(),
        FieldName::Password => PASSWORD.into(),
        FieldName::ConfirmPassword => CONFIRM_PASSWORD.into(),
        FieldName::CurrentPassword => CURRENT_PASSWORD.into(),
        FieldName::Confirmation => "Confirmation".into(),
        FieldName::Code => "Code".into(),
        FieldName::StepCode => super::factors::STEP_CODE.into(),
        FieldName::CountryCode => COUNTRY_CODE.into(),
        FieldName::PasskeyName => PASSKEY_NAME.into(),
        FieldName::Next
        | FieldName::OldIsLost
        | FieldName::Names
        | FieldName::Session
        | FieldName::Factor
        | FieldName::Wish
        | FieldName::Passkey
        | FieldName::Token
        | FieldName::Theme => "Form".into(),
        FieldName::Attribute(AttributeName::Standard(standard)) => {
            super::attributes::standard_label(*standard).into()
        }
        FieldName::Attribute(AttributeName::Other(other)) => other.clone(),
    }
}
