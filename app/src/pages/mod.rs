//! The pages: one file per screen, with its thin server functions. The table below is every page there is.

pub mod account;
pub mod activity;
pub mod confirm;
pub mod forgot_password;
pub mod hub;
pub mod new_password;
pub mod profile;
pub mod reset_password;
pub mod security;
pub mod sign_in;
pub mod sign_in_code;
pub mod sign_out;
pub mod sign_up;
pub mod theme;
pub mod verify_contact;

#[cfg(feature = "ssr")]
mod fault;
#[cfg(feature = "ssr")]
pub use fault::error_page;

#[cfg(feature = "ssr")]
mod table {
    use super::{
        account, activity, confirm, forgot_password, new_password, profile, reset_password, security,
        sign_in, sign_in_code, sign_out, sign_up, verify_contact,
    };
    use crate::visit::{Answer, Visit};
    use model::paths;
    use std::future::Future;
    use std::pin::Pin;

    type Loading = Pin<Box<dyn Future<Output = Result<Answer, pool::Unavailable>> + Send>>;
    /// Loads what a page shows. Status and redirect are decided here, before the first byte.
    pub type Load = fn(Visit) -> Loading;

    /// Address and page. A page with a second form stands at that form's address too, so that a refused post
    /// without scripts has a page to come back to.
    pub const PAGES: &[(&str, Load)] = &[
        (paths::START, |visit| Box::pin(start(visit))),
        (paths::SIGN_IN, |visit| Box::pin(sign_in::page(visit))),
        (paths::SIGN_IN_CODE, |visit| Box::pin(sign_in_code::page(visit))),
        (paths::SIGN_IN_CODE_RESEND, |visit| Box::pin(sign_in_code::page(visit))),
        (paths::SIGN_IN_CODE_CHOOSE, |visit| Box::pin(sign_in_code::page(visit))),
        (paths::SIGN_IN_CODE_RECOVERY, |visit| Box::pin(sign_in_code::page(visit))),
        (paths::SIGN_IN_NEW_PASSWORD, |visit| Box::pin(new_password::page(visit))),
        (paths::SIGN_IN_PASSKEY, |visit| Box::pin(sign_in::page(visit))),
        (paths::SIGN_UP, |visit| Box::pin(sign_up::page(visit))),
        (paths::CONFIRM, |visit| Box::pin(confirm::page(visit))),
        (paths::CONFIRM_RESEND, |visit| Box::pin(confirm::page(visit))),
        (paths::CONFIRM_ADDRESS, |visit| Box::pin(confirm::page(visit))),
        (paths::CONFIRM_PASSWORD, |visit| Box::pin(confirm::page(visit))),
        (paths::CONFIRM_NEW_PASSWORD, |visit| Box::pin(confirm::page(visit))),
        (paths::FORGOT_PASSWORD, |visit| Box::pin(forgot_password::page(visit))),
        (paths::RESET_PASSWORD, |visit| Box::pin(reset_password::page(visit))),
        (paths::RESET_PASSWORD_RESEND, |visit| Box::pin(reset_password::page(visit))),
        (paths::PROFILE, |visit| Box::pin(profile::page(visit))),
        (paths::PROFILE_REQUIRED, |visit| Box::pin(profile::required::page(visit))),
        (paths::PROFILE_DELETE, |visit| Box::pin(profile::page(visit))),
        (paths::PROFILE_EMAIL, |visit| Box::pin(profile::email::page(visit))),
        (paths::PROFILE_EMAIL_VERIFY, |visit| Box::pin(profile::email::page(visit))),
        (paths::PROFILE_EMAIL_RESEND, |visit| Box::pin(profile::email::page(visit))),
        (paths::PROFILE_EMAIL_CANCEL, |visit| Box::pin(profile::email::page(visit))),
        (paths::PROFILE_PHONE, |visit| Box::pin(profile::phone::page(visit))),
        (paths::PROFILE_PHONE_VERIFY, |visit| Box::pin(profile::phone::page(visit))),
        (paths::PROFILE_PHONE_RESEND, |visit| Box::pin(profile::phone::page(visit))),
        (paths::PROFILE_PHONE_CANCEL, |visit| Box::pin(profile::phone::page(visit))),
        (paths::VERIFY_CONTACT, |visit| Box::pin(verify_contact::page(visit))),
        (paths::VERIFY_CONTACT_SKIP, |visit| Box::pin(verify_contact::page(visit))),
        (paths::SECURITY, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_PASSWORD, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_PASSKEYS, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_PASSKEYS_REMOVE, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_SESSIONS_END, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_SESSIONS_OTHERS, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_SESSIONS_EVERYWHERE, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_FACTORS, |visit| Box::pin(security::page(visit))),
        (paths::SECURITY_APP, |visit| Box::pin(security::app::page(visit))),
        (paths::SECURITY_APP_NEW, |visit| Box::pin(security::app::page(visit))),
        (paths::SECURITY_RECOVERY, |visit| Box::pin(security::recovery_codes::page(visit))),
        (paths::SECURITY_RECOVERY_NEW, |visit| Box::pin(security::recovery_codes::page(visit))),
        (paths::ACTIVITY, |visit| Box::pin(activity::page(visit))),
        (paths::ACCOUNT, |visit| Box::pin(account::page(visit))),
        (paths::ACCOUNT_DOWNLOAD, |visit| Box::pin(account::page(visit))),
        (paths::ACCOUNT_DELETE, |visit| Box::pin(account::page(visit))),
        (paths::SIGN_OUT, |visit| Box::pin(sign_out::page(visit))),
    ];

    /// The start page only leads on.
    async fn start(visit: Visit) -> Result<Answer, pool::Unavailable> {
        Ok(Answer::go(if visit.viewer.is_some() { paths::PROFILE } else { paths::SIGN_IN }))
    }

    /// Where somebody goes who has to sign in before this page.
    pub(super) fn sign_in_first(visit: &Visit) -> Answer {
        match paths::next(&visit.path) {
            Some(next) => Answer::Go(format!("{}?next={next}", paths::SIGN_IN)),
            None => Answer::go(paths::SIGN_IN),
        }
    }
}

#[cfg(feature = "ssr")]
use table::sign_in_first;
#[cfg(feature = "ssr")]
pub use table::{Load, PAGES};
