//! Every page there is, by its address.

use super::{account, activity, password, profile, security, sign_in, sign_out, sign_up};
use crate::layout::Answer;
use crate::request::Visit;
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
    (paths::SIGN_IN, |visit| Box::pin(sign_in::start::page(visit))),
    (paths::SIGN_IN_CODE, |visit| Box::pin(sign_in::code::page(visit))),
    (paths::SIGN_IN_CODE_RESEND, |visit| Box::pin(sign_in::code::page(visit))),
    (paths::SIGN_IN_CODE_CHOOSE, |visit| Box::pin(sign_in::code::page(visit))),
    (paths::SIGN_IN_CODE_RECOVERY, |visit| Box::pin(sign_in::code::page(visit))),
    (paths::SIGN_IN_NEW_PASSWORD, |visit| Box::pin(sign_in::new_password::page(visit))),
    (paths::SIGN_IN_PASSKEY, |visit| Box::pin(sign_in::start::page(visit))),
    (paths::SIGN_UP, |visit| Box::pin(sign_up::start::page(visit))),
    (paths::CONFIRM, |visit| Box::pin(sign_up::confirm::page(visit))),
    (paths::CONFIRM_RESEND, |visit| Box::pin(sign_up::confirm::page(visit))),
    (paths::CONFIRM_ADDRESS, |visit| Box::pin(sign_up::confirm::page(visit))),
    (paths::CONFIRM_PASSWORD, |visit| Box::pin(sign_up::confirm::page(visit))),
    (paths::CONFIRM_NEW_PASSWORD, |visit| Box::pin(sign_up::confirm::page(visit))),
    (paths::FORGOT_PASSWORD, |visit| Box::pin(password::forgot::page(visit))),
    (paths::RESET_PASSWORD, |visit| Box::pin(password::reset::page(visit))),
    (paths::RESET_PASSWORD_RESEND, |visit| Box::pin(password::reset::page(visit))),
    (paths::PROFILE, |visit| Box::pin(profile::overview::page(visit))),
    (paths::PROFILE_REQUIRED, |visit| Box::pin(profile::required::page(visit))),
    (paths::PROFILE_DELETE, |visit| Box::pin(profile::overview::page(visit))),
    (paths::PROFILE_EMAIL, |visit| Box::pin(profile::email::page(visit))),
    (paths::PROFILE_EMAIL_VERIFY, |visit| Box::pin(profile::email::page(visit))),
    (paths::PROFILE_EMAIL_RESEND, |visit| Box::pin(profile::email::page(visit))),
    (paths::PROFILE_EMAIL_CANCEL, |visit| Box::pin(profile::email::page(visit))),
    (paths::PROFILE_PHONE, |visit| Box::pin(profile::phone::page(visit))),
    (paths::PROFILE_PHONE_VERIFY, |visit| Box::pin(profile::phone::page(visit))),
    (paths::PROFILE_PHONE_RESEND, |visit| Box::pin(profile::phone::page(visit))),
    (paths::PROFILE_PHONE_CANCEL, |visit| Box::pin(profile::phone::page(visit))),
    (paths::VERIFY_CONTACT, |visit| Box::pin(profile::verify_contact::page(visit))),
    (paths::VERIFY_CONTACT_SKIP, |visit| Box::pin(profile::verify_contact::page(visit))),
    (paths::SECURITY, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_PASSWORD, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_PASSKEYS, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_PASSKEYS_REMOVE, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_SESSIONS_END, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_SESSIONS_OTHERS, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_SESSIONS_EVERYWHERE, |visit| Box::pin(security::overview::page(visit))),
    (paths::SECURITY_FACTORS, |visit| Box::pin(security::overview::page(visit))),
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
