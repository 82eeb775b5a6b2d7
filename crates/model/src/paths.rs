//! Every address of a page or form, once. Which page is where says [`crate::page`].

/// Page: leads to the profile, or to the sign-in.
pub const START: &str = "/";
/// Page and form: signs in with a username and a password.
pub const SIGN_IN: &str = "/sign-in";
/// Page and form: the second factor of a sign-in.
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// Form: sends another code.
pub const SIGN_IN_CODE_RESEND: &str = "/sign-in/code/resend";
/// Form: another second factor instead (`SELECT_MFA_TYPE`).
pub const SIGN_IN_CODE_CHOOSE: &str = "/sign-in/code/choose";
/// Form: a recovery code instead.
pub const SIGN_IN_CODE_RECOVERY: &str = "/sign-in/code/recovery";
/// Page and form: replaces the password that an administrator set (`NEW_PASSWORD_REQUIRED`).
pub const SIGN_IN_NEW_PASSWORD: &str = "/sign-in/new-password";
/// Form: signs in with what the passkey answered.
pub const SIGN_IN_PASSKEY: &str = "/sign-in/passkey";
/// What a passkey is asked, for the page's script.
pub const SIGN_IN_PASSKEY_OPTIONS: &str = "/sign-in/passkey/options";
/// Page and form: creates an account and sends its code.
pub const SIGN_UP: &str = "/sign-up";
/// Page and form: confirms a new account with its code.
pub const CONFIRM: &str = "/confirm";
/// Form: sends another code for a new account.
pub const CONFIRM_RESEND: &str = "/confirm/resend";
/// Form: signs up with another address instead.
pub const CONFIRM_ADDRESS: &str = "/confirm/address";
/// Form: the password from sign-up, where the code alone doesn't say who signed up.
pub const CONFIRM_PASSWORD: &str = "/confirm/password";
/// Form: another first password instead of that one.
pub const CONFIRM_NEW_PASSWORD: &str = "/confirm/new-password";
/// Form: takes back the account that had the contact before.
pub const CONFIRM_TAKE_BACK: &str = "/confirm/take-back";
/// Form: makes a new account with a contact that another one had before.
pub const CONFIRM_ANEW: &str = "/confirm/anew";
/// Page and form: sends a code for a new password.
pub const FORGOT_PASSWORD: &str = "/forgot-password";
/// Page and form: sets a new password with that code.
pub const RESET_PASSWORD: &str = "/reset-password";
/// Form: sends another code for a new password.
pub const RESET_PASSWORD_RESEND: &str = "/reset-password/resend";
/// Page and form: takes changes of contacts and second factors back, for whoever has the link from a mail.
pub const UNDO: &str = "/undo";
/// Page and form: shows the attributes, and updates them.
pub const PROFILE: &str = "/profile";
/// Page and form: attributes that the schema requires and the account lacks.
pub const PROFILE_REQUIRED: &str = "/profile/required";
/// Form: deletes optional attributes.
pub const PROFILE_DELETE: &str = "/profile/delete";
/// For scripts: the live parts of an open page, read again.
pub const PROFILE_REFRESH: &str = "/profile/refresh";
/// The attributes as JSON.
pub const PROFILE_JSON: &str = "/profile/attributes.json";
/// Page and form: asks for a new email address.
pub const PROFILE_EMAIL: &str = "/profile/email";
/// Form: verifies the new address with its code.
pub const PROFILE_EMAIL_VERIFY: &str = "/profile/email/verify";
/// Form: sends another code to the new address.
pub const PROFILE_EMAIL_RESEND: &str = "/profile/email/resend";
/// Form: gives the new address up.
pub const PROFILE_EMAIL_CANCEL: &str = "/profile/email/cancel";
/// Page and form: asks for a new phone number.
pub const PROFILE_PHONE: &str = "/profile/phone";
/// Form: verifies the new number with its code.
pub const PROFILE_PHONE_VERIFY: &str = "/profile/phone/verify";
/// Form: sends another code to the new number.
pub const PROFILE_PHONE_RESEND: &str = "/profile/phone/resend";
/// Form: gives the new number up.
pub const PROFILE_PHONE_CANCEL: &str = "/profile/phone/cancel";
/// Page and form: after a sign-in, which of the unverified contacts to send a code to.
pub const VERIFY_CONTACT: &str = "/verify-contact";
/// Form: none of them for now.
pub const VERIFY_CONTACT_SKIP: &str = "/verify-contact/skip";
/// Page: password, second factors, passkeys and sessions.
pub const SECURITY: &str = "/security";
/// Page and form: changes the password.
pub const SECURITY_PASSWORD: &str = "/security/password";
/// Page and form: adds a passkey.
pub const SECURITY_PASSKEYS: &str = "/security/passkeys";
/// For scripts: what an authenticator is asked for a new passkey.
pub const SECURITY_PASSKEYS_OPTIONS: &str = "/security/passkeys/options";
/// Form: removes a passkey.
pub const SECURITY_PASSKEYS_REMOVE: &str = "/security/passkeys/remove";
/// Form: keeps a passkey that was added lately, whatever resets the password.
pub const SECURITY_PASSKEYS_KEEP: &str = "/security/passkeys/keep";
/// Page and form: the password once more, before what a stolen session must not change.
pub const SECURITY_CONFIRM: &str = "/security/confirm";
/// Form: a passkey instead.
pub const SECURITY_CONFIRM_PASSKEY: &str = "/security/confirm/passkey";
/// For scripts: what an authenticator is asked for that.
pub const SECURITY_CONFIRM_PASSKEY_OPTIONS: &str = "/security/confirm/passkey/options";
/// Form: sends a code, where there is neither password nor passkey.
pub const SECURITY_CONFIRM_SEND: &str = "/security/confirm/send";
/// Form: that code.
pub const SECURITY_CONFIRM_CODE: &str = "/security/confirm/code";
/// Form: signs one other browser out.
pub const SECURITY_SESSIONS_END: &str = "/security/sessions/end";
/// Form: signs every other browser out.
pub const SECURITY_SESSIONS_OTHERS: &str = "/security/sessions/others";
/// Form: signs every browser out, this one included.
pub const SECURITY_SESSIONS_EVERYWHERE: &str = "/security/sessions/everywhere";
/// Form: turns a second factor on or off, or has it asked for first.
pub const SECURITY_FACTORS: &str = "/security/factors";
/// Page and form: the first code of an authenticator app turns it on.
pub const SECURITY_APP: &str = "/security/app";
/// Form: makes the secret for an authenticator app.
pub const SECURITY_APP_NEW: &str = "/security/app/new";
/// Page and form: shows new recovery codes until they are said to be written down.
pub const SECURITY_RECOVERY: &str = "/security/recovery-codes";
/// Form: makes new recovery codes in the place of the old ones.
pub const SECURITY_RECOVERY_NEW: &str = "/security/recovery-codes/new";
/// Page: what happened to the account.
pub const ACTIVITY: &str = "/activity";
/// Page: downloads or deletes everything that is held about the person.
pub const ACCOUNT: &str = "/account";
/// Form: leads to [`ACCOUNT_JSON`], once the password was entered lately.
pub const ACCOUNT_DOWNLOAD: &str = "/account/download";
/// Everything that is held about the person, as a file.
pub const ACCOUNT_JSON: &str = "/account/data.json";
/// Page and form: deletes the account.
pub const ACCOUNT_DELETE: &str = "/account/delete";
/// Page and form: ends this browser's session.
pub const SIGN_OUT: &str = "/sign-out";
/// Form: light or dark, remembered in this browser.
pub const THEME: &str = "/theme";
/// A stream of the account's [events](crate::Event) (`text/event-stream`).
pub const EVENTS: &str = "/events";
/// The mails and text messages that a development service sends nowhere.
pub const MAILBOX: &str = "/dev/mailbox";
/// The same as JSON.
pub const MAILBOX_JSON: &str = "/dev/mailbox.json";
/// Answers while the process runs, whatever the state of the database.
pub const HEALTHZ: &str = "/healthz";
/// Answers 200 while the service can do its work, or else 503.
pub const READYZ: &str = "/readyz";
/// The keys that a user pool's tokens are verified with (RFC 7517).
pub const POOL_KEYS: &str = "/{pool}/.well-known/jwks.json";
/// What applications read of a user pool first (OpenID Connect Discovery 1.0).
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
