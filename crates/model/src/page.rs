//! Every page there is: its address, the addresses of its forms, and who may see it.

use crate::{closed_set, paths};

closed_set! {
    /// Who may see a page.
    pub enum Access {
        /// Signed in or not.
        Anyone,
        /// Whoever is signed in is led on.
        SignedOut,
        /// Whoever isn't is asked to sign in, and led back.
        SignedIn,
    }
}

/// Declares the pages, each with who may see it, its address, and the addresses that its forms post to, as
/// far as they are others.
macro_rules! pages {
    (
        $(#[$meta:meta])*
        pub enum Page {
            $(
                $(#[$doc:meta])*
                $Page:ident = $access:ident $path:ident $(, forms: [$($form:ident),+ $(,)?])?
            );+ $(;)?
        }
    ) => {
        closed_set! {
            $(#[$meta])*
            pub enum Page {
                $(
                    $(#[$doc])*
                    #[doc = ""]
                    #[doc = concat!("Stands at [`", stringify!($path), "`](paths::", stringify!($path), ").")]
                    $Page
                ),+
            }
        }

        impl Page {
            /// Who may see it.
            pub const fn access(self) -> Access {
                match self {
                    $(Self::$Page => Access::$access),+
                }
            }

            /// Its own address.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$Page => paths::$path),+
                }
            }

            /// The other addresses that its forms post to. The page stands at each of them, too, so that a
            /// refused post without scripts has a page to come back to.
            pub const fn forms(self) -> &'static [&'static str] {
                match self {
                    $(Self::$Page => &[$($(paths::$form),+)?]),+
                }
            }
        }
    };
}

pages! {
    /// A page.
    #[derive(PartialOrd, Ord, Hash)]
    pub enum Page {
        /// Only leads on.
        Start = Anyone START;
        SignIn = SignedOut SIGN_IN, forms: [SIGN_IN_PASSKEY];
        SignInCode = SignedOut SIGN_IN_CODE,
            forms: [SIGN_IN_CODE_RESEND, SIGN_IN_CODE_CHOOSE, SIGN_IN_CODE_RECOVERY];
        NewPassword = SignedOut SIGN_IN_NEW_PASSWORD;
        SignUp = SignedOut SIGN_UP;
        Confirm = SignedOut CONFIRM,
            forms: [CONFIRM_RESEND, CONFIRM_ADDRESS, CONFIRM_PASSWORD, CONFIRM_NEW_PASSWORD, CONFIRM_TAKE_BACK, CONFIRM_ANEW];
        ForgotPassword = Anyone FORGOT_PASSWORD;
        ResetPassword = Anyone RESET_PASSWORD, forms: [RESET_PASSWORD_RESEND];
        Undo = Anyone UNDO;
        Profile = SignedIn PROFILE, forms: [PROFILE_DELETE];
        RequiredDetails = SignedIn PROFILE_REQUIRED;
        UpdateEmail = SignedIn PROFILE_EMAIL,
            forms: [PROFILE_EMAIL_VERIFY, PROFILE_EMAIL_RESEND, PROFILE_EMAIL_CANCEL];
        UpdatePhone = SignedIn PROFILE_PHONE,
            forms: [PROFILE_PHONE_VERIFY, PROFILE_PHONE_RESEND, PROFILE_PHONE_CANCEL];
        VerifyContact = SignedIn VERIFY_CONTACT, forms: [VERIFY_CONTACT_SKIP];
        Security = SignedIn SECURITY,
            forms: [
                SECURITY_FACTORS,
                SECURITY_PASSKEYS_REMOVE,
                SECURITY_PASSKEYS_KEEP,
                SECURITY_SESSIONS_END,
                SECURITY_SESSIONS_OTHERS,
                SECURITY_SESSIONS_EVERYWHERE,
            ];
        /// [`Page::Security`] with the form for another password.
        ChangePassword = SignedIn SECURITY_PASSWORD;
        /// [`Page::Security`] with the form for another passkey.
        AddPasskey = SignedIn SECURITY_PASSKEYS;
        /// Asks again who it is, on the way to what asks for it.
        Reauthenticate = SignedIn SECURITY_CONFIRM,
            forms: [SECURITY_CONFIRM_PASSKEY, SECURITY_CONFIRM_SEND, SECURITY_CONFIRM_CODE];
        AuthenticatorApp = SignedIn SECURITY_APP, forms: [SECURITY_APP_NEW];
        RecoveryCodes = SignedIn SECURITY_RECOVERY, forms: [SECURITY_RECOVERY_NEW];
        Activity = SignedIn ACTIVITY;
        Account = SignedIn ACCOUNT, forms: [ACCOUNT_DOWNLOAD];
        /// [`Page::Account`] with the form that deletes it.
        DeleteAccount = SignedIn ACCOUNT_DELETE;
        /// Whoever is signed out already has no need of it, and is not led back here.
        SignOut = Anyone SIGN_OUT;
    }
}

impl Page {
    /// Its own address, and those of its forms.
    pub fn addresses(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.path()).chain(self.forms().iter().copied())
    }

    /// The page at an address, and the address as the list has it. Nothing but the list's own addresses is
    /// ever put into a `Location`.
    pub fn at(address: &str) -> Option<(Self, &'static str)> {
        let known = |page: Self| page.addresses().map(move |path| (page, path));
        Self::ALL.into_iter().flat_map(known).find(|(_, path)| *path == address)
    }

    /// Its address as a step on the way to another page, which it names if that is one that asks for a
    /// sign-in.
    pub fn on_the_way_to(self, next: Option<Self>) -> String {
        match next.filter(|next| next.access() == Access::SignedIn) {
            Some(next) => format!("{}?next={}", self.path(), next.path()),
            None => self.path().to_owned(),
        }
    }

    /// The page to go to after a sign-in that was asked for at an address, if that is one of ours. At the
    /// address of a form that is the form's page.
    pub fn after_sign_in(address: &str) -> Option<Self> {
        let (page, _) = Self::at(address)?;
        (page.access() == Access::SignedIn).then_some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn page_at_every_address_is_exactly_one() {
        let all: Vec<_> = Page::ALL.into_iter().flat_map(Page::addresses).collect();
        assert_eq!(BTreeSet::from_iter(&all).len(), all.len());
        for page in Page::ALL {
            for address in page.addresses() {
                assert_eq!(Page::at(address), Some((page, address)));
            }
        }
    }

    #[test]
    fn after_sign_in_leads_only_to_pages_that_require_it() {
        for page in Page::ALL {
            let asks = page.access() == Access::SignedIn;
            for address in page.addresses() {
                assert_eq!(Page::after_sign_in(address), asks.then_some(page), "{address}");
            }
        }
    }

    #[test]
    fn after_sign_in_with_a_hostile_address_is_none() {
        for page in Page::ALL {
            let path = page.path();
            for hostile in [
                format!("/{path}"),
                format!("//evil.example{path}"),
                format!("/\\evil.example{path}"),
                format!("https://evil.example{path}"),
                format!("{path}/../x"),
                format!("{path}?x"),
                format!("{path}\n"),
                format!(" {path}"),
                format!("{path}/"),
            ] {
                assert_eq!(Page::after_sign_in(&hostile), None, "{hostile:?}");
            }
        }
        for hostile in ["javascript:alert(1)", "", "evil.example"] {
            assert_eq!(Page::at(hostile), None, "{hostile:?}");
        }
    }
}
