//! The words of taking changes back.

use model::{AttributeName, Factor};
use nameplate_core::identifiers::ContactKind;

pub const UNDO_TITLE: &str = "Take back changes";
pub const UNDO_HEADING: &str = "Take back these changes?";
pub const UNDO_ALSO: &str = "We’ll also:";
pub const UNDO_SIGNS_OUT: &str = "Sign out every browser and app";
pub const TAKE_BACK: &str = "Take them back";
pub const KEEP_CHANGES: &str = "Keep the changes";
pub const NO_CONTACT: &str = "None";
pub const UNDO_OVER: &str = "This link no longer works";
pub const UNDO_OVER_TEXT: &str = "It was used, its time is over, or an administrator ended it. If someone else controls your account, ask whoever runs this service for help.";
pub const CHANGES_UNDONE: &str =
    "The changes were taken back, and everyone was signed out. Set a new password with the code we sent you.";

pub const FORMER_CONTACT_HEADING: &str = "Is this your account?";
pub const FORMER_CONTACT: (&str, &str) = ("Until lately, ", " belonged to another account here.");
pub const WAS_MINE: &str = "Yes, it’s mine";
pub const WAS_MINE_TEXT: &str = "If someone else changed the address, take the account back. This signs everyone out, and asks you for a new password.";
pub const TAKE_ACCOUNT_BACK: &str = "Take the account back";
pub const WAS_NOT_MINE: &str = "No, I’m new here";
pub const WAS_NOT_MINE_TEXT: &str =
    "Create a new account with this address. Nobody can take the other account back with it any more.";
pub const CREATE_NEW_ACCOUNT: &str = "Create a new account";

/// Since when there are changes, in front of whose.
pub fn undo_since(since: &str) -> String {
    format!("Since {since}, contacts or second steps were changed in the account")
}

/// How long it can be done.
pub fn undo_until(until: &str) -> String {
    format!("You can do this until {until}. You can’t undo it.")
}

/// The labels of a contact as it is, and as it will be.
pub fn contact_now_and_after(kind: ContactKind) -> (String, String) {
    let label = super::label(&AttributeName::from(kind.attribute()), &model::Schema::standard());
    (format!("{label} now"), format!("{label} after taking it back"))
}

pub fn factor_comes_back(factor: Factor) -> String {
    format!("Ask for {} again when you sign in", second_step(factor))
}

pub fn factor_goes(factor: Factor) -> String {
    format!(
        "Stop asking for {} in 24 hours, unless someone signs in with it and the new password before",
        second_step(factor)
    )
}

const fn second_step(factor: Factor) -> &'static str {
    match factor {
        Factor::SoftwareToken => "a code from the authenticator app",
        Factor::Sms => "a code in a text message",
        Factor::Email => "a code in an email",
    }
}

pub fn passkey_goes(name: &str) -> String {
    format!("Remove the passkey “{name}”, which was added since")
}

pub fn undo_asks_for_password(code_to: &str) -> String {
    format!("Ask you for a new password, with a code that goes to {code_to}")
}
