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
pub mod undo;

pub use error::error_page;

use crate::layout::PageResponse;
use crate::request::{PageError, PageRequest};
use model::{Access, Page};
use std::future::Future;
use std::pin::Pin;

type Loading = Pin<Box<dyn Future<Output = Result<PageResponse, PageError>> + Send>>;

/// Loads what a page shows, for whoever may see it; others are led on. Status and redirect are decided here,
/// before the first byte.
pub async fn load(page: Page, request: PageRequest) -> Result<PageResponse, accounts::Unavailable> {
    match (page.access(), request.account.is_some()) {
        (Access::SignedOut, true) => {
            return Ok(PageResponse::redirect(request.next().unwrap_or(Page::Profile)));
        }
        (Access::SignedIn, false) => return Ok(PageResponse::sign_in_first(page)),
        (Access::Anyone, _) | (Access::SignedOut, false) | (Access::SignedIn, true) => {}
    }
    let request = with_confirmation(page, request).await?;
    match loading(page, request).await {
        Ok(answer) => Ok(answer),
        Err(PageError::SignedOut) => Ok(PageResponse::sign_in_first(page)),
        Err(PageError::Unavailable(error)) => Err(error),
    }
}

/// What the page's forms ask for once more, where it has such forms.
async fn with_confirmation(page: Page, request: PageRequest) -> Result<PageRequest, accounts::Unavailable> {
    let Some(account) = &request.account else { return Ok(request) };
    let pool = &request.site.pool;
    let is_asked = match page {
        Page::UpdateEmail
        | Page::UpdatePhone
        | Page::Security
        | Page::ChangePassword
        | Page::AddPasskey
        | Page::AuthenticatorApp
        | Page::RecoveryCodes
        | Page::Account
        | Page::DeleteAccount => true,
        // Most of those who look at it change nothing.
        Page::Profile => request.replay.is_some() || !accounts::sign_in::is_fresh(pool, &account.viewer),
        Page::Start
        | Page::SignIn
        | Page::SignInCode
        | Page::NewPassword
        | Page::SignUp
        | Page::Confirm
        | Page::ForgotPassword
        | Page::ResetPassword
        | Page::Undo
        | Page::RequiredDetails
        | Page::VerifyContact
        | Page::Reauthenticate
        | Page::Activity
        | Page::SignOut => false,
    };
    if !is_asked {
        return Ok(request);
    }
    let ways = accounts::sign_in::confirmation_ways(pool, &account.viewer).await?;
    Ok(PageRequest { confirmation: Some(ways), ..request })
}

fn loading(page: Page, request: PageRequest) -> Loading {
    match page {
        Page::Start => Box::pin(start(request)),
        Page::SignIn => Box::pin(sign_in::start::page(request)),
        Page::SignInCode => Box::pin(sign_in::code::page(request)),
        Page::NewPassword => Box::pin(sign_in::new_password::page(request)),
        Page::SignUp => Box::pin(sign_up::start::page(request)),
        Page::Confirm => Box::pin(sign_up::confirm::page(request)),
        Page::ForgotPassword => Box::pin(password::forgot::page(request)),
        Page::ResetPassword => Box::pin(password::reset::page(request)),
        Page::Undo => Box::pin(undo::page(request)),
        Page::Profile => Box::pin(profile::overview::page(request)),
        Page::RequiredDetails => Box::pin(profile::required::page(request)),
        Page::UpdateEmail => Box::pin(profile::email::page(request)),
        Page::UpdatePhone => Box::pin(profile::phone::page(request)),
        Page::VerifyContact => Box::pin(profile::verify_contact::page(request)),
        Page::Security | Page::ChangePassword | Page::AddPasskey => {
            Box::pin(security::overview::page(request))
        }
        Page::Reauthenticate => Box::pin(security::confirm::page(request)),
        Page::AuthenticatorApp => Box::pin(security::app::page(request)),
        Page::RecoveryCodes => Box::pin(security::recovery_codes::page(request)),
        Page::Activity => Box::pin(activity::page(request)),
        Page::Account | Page::DeleteAccount => Box::pin(account::page(request)),
        Page::SignOut => Box::pin(sign_out::page(request)),
    }
}

/// The start only leads on.
async fn start(request: PageRequest) -> Result<PageResponse, PageError> {
    Ok(PageResponse::redirect(if request.account.is_some() { Page::Profile } else { Page::SignIn }))
}
