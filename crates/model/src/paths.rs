//! Every address of a page or form, once. Which page is where says [`crate::page`].

pub const START: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_IN_CODE: &str = "/sign-in/code";
pub const SIGN_IN_CODE_RESEND: &str = "/sign-in/code/resend";
pub const SIGN_IN_CODE_CHOOSE: &str = "/sign-in/code/choose";
pub const SIGN_IN_CODE_RECOVERY: &str = "/sign-in/code/recovery";
pub const SIGN_IN_NEW_PASSWORD: &str = "/sign-in/new-password";
pub const SIGN_IN_PASSKEY: &str = "/sign-in/passkey";
/// What a passkey is asked, for the page's script.
pub const SIGN_IN_PASSKEY_OPTIONS: &str = "/sign-in/passkey/options";
pub const SIGN_UP: &str = "/sign-up";
pub const CONFIRM: &str = "/confirm";
pub const CONFIRM_RESEND: &str = "/confirm/resend";
pub const CONFIRM_ADDRESS: &str = "/confirm/address";
pub const CONFIRM_PASSWORD: &str = "/confirm/password";
pub const CONFIRM_NEW_PASSWORD: &str = "/confirm/new-password";
pub const FORGOT_PASSWORD: &str = "/forgot-password";
pub const RESET_PASSWORD: &str = "/reset-password";
pub const RESET_PASSWORD_RESEND: &str = "/reset-password/resend";
pub const PROFILE: &str = "/profile";
pub const PROFILE_REQUIRED: &str = "/profile/required";
pub const PROFILE_DELETE: &str = "/profile/delete";
pub const PROFILE_REFRESH: &str = "/profile/refresh";
pub const PROFILE_JSON: &str = "/profile/attributes.json";
pub const PROFILE_EMAIL: &str = "/profile/email";
pub const PROFILE_EMAIL_VERIFY: &str = "/profile/email/verify";
pub const PROFILE_EMAIL_RESEND: &str = "/profile/email/resend";
pub const PROFILE_EMAIL_CANCEL: &str = "/profile/email/cancel";
pub const PROFILE_PHONE: &str = "/profile/phone";
pub const PROFILE_PHONE_VERIFY: &str = "/profile/phone/verify";
pub const PROFILE_PHONE_RESEND: &str = "/profile/phone/resend";
pub const PROFILE_PHONE_CANCEL: &str = "/profile/phone/cancel";
pub const VERIFY_CONTACT: &str = "/verify-contact";
pub const VERIFY_CONTACT_SKIP: &str = "/verify-contact/skip";
pub const SECURITY: &str = "/security";
pub const SECURITY_PASSWORD: &str = "/security/password";
pub const SECURITY_PASSKEYS: &str = "/security/passkeys";
pub const SECURITY_PASSKEYS_OPTIONS: &str = "/security/passkeys/options";
pub const SECURITY_PASSKEYS_REMOVE: &str = "/security/passkeys/remove";
pub const SECURITY_SESSIONS_END: &str = "/security/sessions/end";
pub const SECURITY_SESSIONS_OTHERS: &str = "/security/sessions/others";
pub const SECURITY_SESSIONS_EVERYWHERE: &str = "/security/sessions/everywhere";
pub const SECURITY_FACTORS: &str = "/security/factors";
pub const SECURITY_APP: &str = "/security/app";
pub const SECURITY_APP_NEW: &str = "/security/app/new";
pub const SECURITY_RECOVERY: &str = "/security/recovery-codes";
pub const SECURITY_RECOVERY_NEW: &str = "/security/recovery-codes/new";
pub const ACTIVITY: &str = "/activity";
pub const ACCOUNT: &str = "/account";
pub const ACCOUNT_DOWNLOAD: &str = "/account/download";
pub const ACCOUNT_JSON: &str = "/account/data.json";
pub const ACCOUNT_DELETE: &str = "/account/delete";
pub const SIGN_OUT: &str = "/sign-out";
pub const THEME: &str = "/theme";
pub const EVENTS: &str = "/events";
pub const MAILBOX: &str = "/dev/mailbox";
pub const MAILBOX_JSON: &str = "/dev/mailbox.json";
pub const HEALTHZ: &str = "/healthz";
pub const READYZ: &str = "/readyz";
/// The keys that tokens are verified with, and what else applications ask for under a user pool's id.
pub const POOL_KEYS: &str = "/{pool}/.well-known/jwks.json";
pub const POOL_CONFIGURATION: &str = "/{pool}/.well-known/openid-configuration";

/// What an access token stands for (OpenID Connect).
pub const USER_INFO: &str = "/oauth2/userInfo";

/// Where the keys of this user pool are.
pub fn pool_keys(id: &str) -> String {
    POOL_KEYS.replace("{pool}", id)
}

/// Whether this is an address of some user pool.
pub fn is_of_a_pool(path: &str) -> bool {
    let id = |known: &str| {
        path.strip_suffix(known.trim_start_matches("/{pool}")).and_then(|rest| rest.strip_prefix('/'))
    };
    [POOL_KEYS, POOL_CONFIGURATION].into_iter().filter_map(id).any(|id| !id.is_empty() && !id.contains('/'))
}
