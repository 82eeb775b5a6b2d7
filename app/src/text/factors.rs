//! Second steps to sign in, in words.

use model::Factor;

pub const SECOND_STEP: &str = "Second step";
pub const SECOND_STEP_TEXT: &str =
    "Beside your password, a code that only you can have. Then a stolen password is not enough to get in.";
pub const ON: &str = "On";
pub const ASKED_FIRST: &str = "Asked first";
pub const TURN_ON: &str = "Turn on";
pub const TURN_OFF: &str = "Turn off";
pub const ASK_FIRST: &str = "Ask first";
pub const SET_UP: &str = "Set up";
pub const SET_UP_AGAIN: &str = "Set up again";
pub const NEVER_USED: &str = "not used yet";
pub const APP_TEXT: &str = "Works without reception, and is the safest of these.";
pub const CONFIRM_PHONE_FIRST: &str = "Confirm a phone number first";
pub const CONFIRM_EMAIL_FIRST: &str = "Confirm an email address first";

// The app.
pub const APP: &str = "Authenticator app";
pub const APP_BEFORE: &str = "You need an app on your phone that shows codes, such as Aegis, 2FAS, Google Authenticator or your password manager.";
pub const APP_SHOW: &str = "Show the QR code";
pub const APP_SCAN: &str =
    "Scan this with your authenticator app, or type the key. Then enter the 6 digits the app shows.";
pub const APP_REPLACES: &str = "The app that you use now goes on working until then.";
pub const APP_KEY: &str = "Key";
pub const APP_QR: &str = "QR code for your authenticator app; the key beside it says the same";
pub const OPEN_IN_APP: &str = "On this phone? Open it in your app";

// Recovery codes.
pub const RECOVERY_CODES: &str = "Recovery codes";
pub const RECOVERY_TEXT: &str = "For when your phone is lost: each takes the place of the second step once. Keep them where you keep other important papers. This is the only time we can show them.";
pub const RECOVERY_NEW_TEXT: &str =
    "Ten codes, each takes the place of the second step once. The codes that you have now stop working.";
pub const RECOVERY_DONE: &str = "I have saved them";
pub const RECOVERY_DOWNLOAD: &str = "Download as a text file";
pub const MAKE_NEW_CODES: &str = "Make new codes";
pub const RECOVERY_NEEDS_STEP: &str = "Recovery codes come with a second step. Turn one on first.";

// At sign-in.
pub const SIGN_IN_CODE_TITLE: &str = "Confirm it’s you";
pub const APP_SHOWS: &str = "Enter the 6 digits that your authenticator app shows.";
pub const NO_PHONE: &str = "Can’t get a code?";
pub const USE_RECOVERY_CODE: &str = "Use a recovery code";
pub const RECOVERY_CODE: &str = "Recovery code";
pub const RECOVERY_CODE_HINT: &str = "Ten letters and digits, like abcde-fghij.";
pub const SIGN_IN_OVER: &str =
    "This sign-in took too long, or something changed meanwhile. Your password is safe; please start again.";

pub const SIGN_IN_PAUSED: &str = "Signing in waits after your password was reset";
pub const SIGN_IN_PAUSED_WAYS: &str =
    "A recovery code or a passkey signs you in at once. You find your passkey on the sign-in page.";

pub fn sign_in_paused_until(at: &str) -> String {
    format!(
        "The code for your new password went where the codes of your second step go, so for now those don’t count. They count again from {at}."
    )
}

// For a change that a stolen session must not make.
pub const STEP_CODE: &str = "Second-step code";
pub const STEP_CODE_HINT: &str = "6 digits, or a recovery code like abcde-fghij. We ask for it before we change how your account is protected.";

// What just happened.
pub const FACTOR_ON: &str = "Signing in takes a second step from now on. You’re signed out everywhere else.";
pub const FACTOR_OFF: &str = "It is turned off.";
pub const FACTOR_FIRST: &str = "It is asked for first from now on.";
pub const RECOVERY_PUT_AWAY: &str = "Your recovery codes can’t be shown any more. Keep them safe.";

/// What a second step is called in a list.
pub const fn factor_label(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => APP,
        Factor::Sms => "Text message",
        Factor::Email => "Email",
    }
}

/// The same within a sentence.
pub const fn second_step(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "the code of an authenticator app",
        Factor::Sms => "a code in a text message",
        Factor::Email => "a code in an email",
    }
}

/// The heading above the code, as the Authenticator has it.
pub const fn confirm_code(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "Confirm TOTP Code",
        Factor::Sms => "Confirm SMS Code",
        Factor::Email => "Confirm Email Code",
    }
}

/// The button that asks for this one instead.
pub const fn instead(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "Use your authenticator app",
        Factor::Sms => "Get a code by text message",
        Factor::Email => "Get a code by email",
    }
}

pub fn last_used(when: &str) -> String {
    format!("last used {when}")
}

/// As the beginning of a line.
pub fn capitalised(words: &str) -> String {
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

pub fn codes_left(left: u32) -> String {
    match left {
        0 => "None left".into(),
        1 => "1 left".into(),
        _ => format!("{left} left"),
    }
}

/// The file that people keep.
pub fn codes_file(service: &str, url: &str, username: &str, codes: &[String]) -> String {
    format!("Recovery codes of {username} at {service}, {url}\nEach works once.\n\n{}\n", codes.join("\n"))
}
