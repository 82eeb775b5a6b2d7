//! What pages are called, in the tab and in the navigation.

use super::words;
use model::Page;

/// The title of a page.
pub fn title(page: Page) -> &'static str {
    match page {
        // The start leads on to it.
        Page::Start | Page::SignIn => words().sign_in_title(),
        Page::SignInCode => words().sign_in_code_title(),
        Page::NewPassword => words().change_password_heading(),
        Page::SignUp => words().sign_up_title(),
        Page::Confirm => words().confirm_title(),
        Page::ForgotPassword | Page::ResetPassword => words().reset_password(),
        Page::Undo => words().undo_title(),
        Page::Profile => words().profile(),
        Page::RequiredDetails => words().required_heading(),
        Page::UpdateEmail => words().update_email_heading(),
        Page::UpdatePhone => words().update_phone_heading(),
        Page::VerifyContact => words().verify_contact_title(),
        Page::Security | Page::ChangePassword | Page::AddPasskey => words().security(),
        Page::AuthenticatorApp => words().app(),
        Page::RecoveryCodes => words().recovery_codes(),
        Page::Activity => words().activity(),
        Page::Account | Page::DeleteAccount => words().account(),
        Page::Reauthenticate => words().confirm_identity(),
        Page::SignOut => words().sign_out(),
    }
}
