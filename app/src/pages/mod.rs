//! The pages: one file per screen, with its thin server functions. [`model::Page`] lists them.

pub mod account;
pub mod activity;
mod error;
pub mod password;
pub mod profile;
pub mod security;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod theme;

pub use error::error_page;

use crate::layout::Answer;
use crate::request::{PageError, Visit};
use model::{Access, Page};
use std::future::Future;
use std::pin::Pin;

type Loading = Pin<Box<dyn Future<Output = Result<Answer, PageError>> + Send>>;

/// Loads what a page shows, for whoever may see it; others are led on. Status and redirect are decided here, before
/// the first byte.
pub async fn load(page: Page, visit: Visit) -> Result<Answer, pool::Unavailable> {
    match (page.access(), visit.account.is_some()) {
        (Access::SignedOut, true) => return Ok(Answer::go(visit.next().unwrap_or(Page::Profile))),
        (Access::SignedIn, false) => return Ok(Answer::sign_in_first(page)),
        (Access::Anyone, _) | (Access::SignedOut, false) | (Access::SignedIn, true) => {}
    }
    match loading(page, visit).await {
        Ok(answer) => Ok(answer),
        Err(PageError::SignedOut) => Ok(Answer::sign_in_first(page)),
        Err(PageError::Unavailable(error)) => Err(error),
    }
}

fn loading(page: Page, visit: Visit) -> Loading {
    match page {
        Page::Start => Box::pin(start(visit)),
        Page::SignIn => Box::pin(sign_in::start::page(visit)),
        Page::SignInCode => Box::pin(sign_in::code::page(visit)),
        Page::NewPassword => Box::pin(sign_in::new_password::page(visit)),
        Page::SignUp => Box::pin(sign_up::start::page(visit)),
        Page::Confirm => Box::pin(sign_up::confirm::page(visit)),
        Page::ForgotPassword => Box::pin(password::forgot::page(visit)),
        Page::ResetPassword => Box::pin(password::reset::page(visit)),
        Page::Profile => Box::pin(profile::overview::page(visit)),
        Page::RequiredDetails => Box::pin(profile::required::page(visit)),
        Page::UpdateEmail => Box::pin(profile::email::page(visit)),
        Page::UpdatePhone => Box::pin(profile::phone::page(visit)),
        Page::VerifyContact => Box::pin(profile::verify_contact::page(visit)),
        Page::Security | Page::ChangePassword | Page::AddPasskey => Box::pin(security::overview::page(visit)),
        Page::AuthenticatorApp => Box::pin(security::app::page(visit)),
        Page::RecoveryCodes => Box::pin(security::recovery_codes::page(visit)),
        Page::Activity => Box::pin(activity::page(visit)),
        Page::Account | Page::DeleteAccount => Box::pin(account::page(visit)),
        Page::SignOut => Box::pin(sign_out::page(visit)),
    }
}

/// The start only leads on.
async fn start(visit: Visit) -> Result<Answer, PageError> {
    Ok(Answer::go(if visit.account.is_some() { Page::Profile } else { Page::SignIn }))
}
