//! What pages are called, in the tab and in the navigation.

use super::contacts::{EMAIL_WORDS, PHONE_WORDS, VERIFY_CONTACT_TITLE};
use super::factors::{APP, RECOVERY_CODES, SIGN_IN_CODE_TITLE};
use super::pages::{
    ACCOUNT, ACTIVITY, CHANGE_PASSWORD_HEADING, CONFIRM_IDENTITY, CONFIRM_TITLE, PROFILE, REQUIRED_HEADING,
    RESET_PASSWORD, SECURITY, SIGN_IN_TITLE, SIGN_OUT, SIGN_UP_TITLE,
};
use super::undo::UNDO_TITLE;
use model::Page;

/// The title of a page.
pub const fn title(page: Page) -> &'static str {
    match page {
        // The start leads on to it.
        Page::Start | Page::SignIn => SIGN_IN_TITLE,
        Page::SignInCode => SIGN_IN_CODE_TITLE,
        Page::NewPassword => CHANGE_PASSWORD_HEADING,
        Page::SignUp => SIGN_UP_TITLE,
        Page::Confirm => CONFIRM_TITLE,
        Page::ForgotPassword | Page::ResetPassword => RESET_PASSWORD,
        Page::Undo => UNDO_TITLE,
        Page::Profile => PROFILE,
        Page::RequiredDetails => REQUIRED_HEADING,
        Page::UpdateEmail => EMAIL_WORDS.heading,
        Page::UpdatePhone => PHONE_WORDS.heading,
        Page::VerifyContact => VERIFY_CONTACT_TITLE,
        Page::Security | Page::ChangePassword | Page::AddPasskey => SECURITY,
        Page::Reauthenticate => CONFIRM_IDENTITY,
        Page::AuthenticatorApp => APP,
        Page::RecoveryCodes => RECOVERY_CODES,
        Page::Activity => ACTIVITY,
        Page::Account | Page::DeleteAccount => ACCOUNT,
        Page::SignOut => SIGN_OUT,
    }
}
