//! What there is to tell people outside the pages: one variant for each message.

use model::Factor;
use model::code::DeliveryMedium;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::device::Device;
use nameplate_core::identity::Origin;
use nameplate_core::secretive;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;

/// Who asked for what the message is about, when, and from where.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// As typed; `None` where people have no username.
    pub username: Option<String>,
    /// When they asked.
    pub at: Timestamp,
    /// The address they asked from ([`Origin::network`]).
    pub network: IpAddr,
    /// As the browser sent it. Only the names in [`Device`] ever reach a message.
    pub user_agent: String,
}

secretive!(Asked);

impl Asked {
    /// What is told about a request from this origin.
    pub fn new(username: Option<&str>, at: Timestamp, origin: &Origin) -> Self {
        Self {
            username: username.map(str::to_owned),
            at,
            network: origin.network,
            user_agent: origin.user_agent.clone(),
        }
    }

    /// What was asked with.
    pub fn device(&self) -> Device {
        Device::of(&self.user_agent)
    }

    /// The username for a message to somebody who may never have heard of this service: not if a mail program
    /// would turn it into a link, or sign-up could be used to send strangers advertisements in our name.
    pub fn presentable_username(&self) -> Option<&str> {
        self.username.as_deref().filter(|name| !looks_like_a_link(name))
    }
}

fn looks_like_a_link(name: &str) -> bool {
    let ends_like_a_host = |part: &str| {
        part.rsplit_once('.').is_some_and(|(before, end)| {
            !before.is_empty() && end.chars().count() > 1 && end.chars().all(char::is_alphabetic)
        })
    };
    name.contains(['/', ':', '\\']) || name.to_lowercase().starts_with("www.") || ends_like_a_host(name)
}

/// A message, with what it says. Closed: each has its templates under `templates/<language>/`, and a new one
/// doesn't compile without them.
///
/// It waits in the outbox in this shape, so an upgrade finds those of the version before: a field that is
/// added needs `#[serde(default)]`, and none is renamed.
///
/// In each of them:
/// - `to` is the contact that it is sent to
/// - `code` is to be entered before `expires_at`; without a code, what was asked for is forgotten by then
/// - `asked` is whoever caused it, so that its reader can tell whether that was them
/// - `new` is the contact that takes the place of `to`
#[expect(missing_docs, reason = "the fields are explained together")]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// To the contact of a new account: confirm it with this code. `before` is when somebody signed up with
    /// this contact already.
    SignUpCode {
        to: Contact,
        code: String,
        expires_at: Timestamp,
        asked: Asked,
        #[serde(default)]
        before: Option<Timestamp>,
    },
    /// The same to a contact that belongs to an account already: its owner learns that somebody signs up with
    /// it, and whoever proves it is told that it is taken.
    SignUpCodeAddressTaken { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// To the new contact: it is added once this code is entered.
    ChangeCode { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// To a contact that the account has already, but that nobody has proved.
    VerifyCode { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// To the contact in force: what was asked, that nothing has changed yet, and how to stop it.
    ChangeRequested { to: Contact, new: Contact, expires_at: Timestamp, asked: Asked },
    /// To the contact that was replaced.
    ChangeDone { to: Contact, new: Contact, asked: Asked },
    /// To the contact that was removed.
    AddressDeleted { to: Contact, asked: Asked },
    /// To a proven contact: a new password is set with this code.
    ResetCode { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// The same because the operator wants it so: to somebody who asked for nothing, and has no page open.
    ResetCodeByOperator { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// To a proven contact: the password was right, and this code is asked for beside it.
    SignInCode { to: Contact, code: String, expires_at: Timestamp, asked: Asked },
    /// To every proven contact: sign-in asks for this from now on.
    SecondFactorOn { to: Contact, factor: Factor, asked: Asked },
    /// To every proven contact: sign-in asks for it no longer.
    SecondFactorOff { to: Contact, factor: Factor, asked: Asked },
    /// To every proven contact: somebody signed in with a recovery code, and so many are left.
    RecoveryCodeUsed { to: Contact, left: u32, asked: Asked },
    /// To every proven contact: the account has another password now.
    PasswordChanged { to: Contact, asked: Asked },
    /// To every proven contact: somebody can sign in with one more passkey.
    PasskeyAdded { to: Contact, asked: Asked },
    /// To every proven contact: a passkey is worth nothing any more.
    PasskeyRemoved { to: Contact, asked: Asked },
    /// To every proven contact of an account that is gone, by its owner's wish.
    AccountDeleted { to: Contact, asked: Asked },
}

impl Message {
    /// Whom it is for.
    pub const fn to(&self) -> &Contact {
        match self {
            Self::SignUpCode { to, .. }
            | Self::SignUpCodeAddressTaken { to, .. }
            | Self::ChangeCode { to, .. }
            | Self::VerifyCode { to, .. }
            | Self::ChangeRequested { to, .. }
            | Self::ChangeDone { to, .. }
            | Self::AddressDeleted { to, .. }
            | Self::ResetCode { to, .. }
            | Self::ResetCodeByOperator { to, .. }
            | Self::SignInCode { to, .. }
            | Self::SecondFactorOn { to, .. }
            | Self::SecondFactorOff { to, .. }
            | Self::RecoveryCodeUsed { to, .. }
            | Self::PasswordChanged { to, .. }
            | Self::PasskeyAdded { to, .. }
            | Self::PasskeyRemoved { to, .. }
            | Self::AccountDeleted { to, .. } => to,
        }
    }

    /// How it travels.
    pub const fn medium(&self) -> DeliveryMedium {
        self.to().medium()
    }

    /// The code that it carries, if it carries one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::SignUpCode { code, .. }
            | Self::SignUpCodeAddressTaken { code, .. }
            | Self::ChangeCode { code, .. }
            | Self::VerifyCode { code, .. }
            | Self::ResetCode { code, .. }
            | Self::ResetCodeByOperator { code, .. }
            | Self::SignInCode { code, .. } => Some(code),
            Self::ChangeRequested { .. }
            | Self::ChangeDone { .. }
            | Self::AddressDeleted { .. }
            | Self::SecondFactorOn { .. }
            | Self::SecondFactorOff { .. }
            | Self::RecoveryCodeUsed { .. }
            | Self::PasswordChanged { .. }
            | Self::PasskeyAdded { .. }
            | Self::PasskeyRemoved { .. }
            | Self::AccountDeleted { .. } => None,
        }
    }

    /// The same naming nobody: more than one asked for what it carries.
    #[must_use]
    pub fn without_username(mut self) -> Self {
        self.asked_mut().username = None;
        self
    }

    /// The same for one more who asks for what it carries: with the code of theirs, and when somebody signed
    /// up before them.
    #[must_use]
    pub fn joined_by(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::SignUpCode { to, expires_at, asked, before, .. },
                Self::SignUpCode { code, before: theirs, .. },
            ) => Self::SignUpCode { to, code, expires_at, asked, before: before.or(theirs) },
            (Self::ResetCode { to, expires_at, asked, .. }, Self::ResetCode { code, .. }) => {
                Self::ResetCode { to, code, expires_at, asked }
            }
            (this, _) => this,
        }
    }

    /// Who asked.
    pub const fn asked_mut(&mut self) -> &mut Asked {
        match self {
            Self::SignUpCode { asked, .. }
            | Self::SignUpCodeAddressTaken { asked, .. }
            | Self::ChangeCode { asked, .. }
            | Self::VerifyCode { asked, .. }
            | Self::ChangeRequested { asked, .. }
            | Self::ChangeDone { asked, .. }
            | Self::AddressDeleted { asked, .. }
            | Self::ResetCode { asked, .. }
            | Self::ResetCodeByOperator { asked, .. }
            | Self::SignInCode { asked, .. }
            | Self::SecondFactorOn { asked, .. }
            | Self::SecondFactorOff { asked, .. }
            | Self::RecoveryCodeUsed { asked, .. }
            | Self::PasswordChanged { asked, .. }
            | Self::PasskeyAdded { asked, .. }
            | Self::PasskeyRemoved { asked, .. }
            | Self::AccountDeleted { asked, .. } => asked,
        }
    }

    /// What its templates are called.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignUpCode { .. } => "sign_up_code",
            Self::SignUpCodeAddressTaken { .. } => "sign_up_code_address_taken",
            Self::ChangeCode { .. } => "change_code",
            Self::VerifyCode { .. } => "verify_code",
            Self::ChangeRequested { .. } => "change_requested",
            Self::ChangeDone { .. } => "change_done",
            Self::AddressDeleted { .. } => "address_deleted",
            Self::ResetCode { .. } => "reset_code",
            Self::ResetCodeByOperator { .. } => "reset_code_by_operator",
            Self::SignInCode { .. } => "sign_in_code",
            Self::SecondFactorOn { .. } => "second_factor_on",
            Self::SecondFactorOff { .. } => "second_factor_off",
            Self::RecoveryCodeUsed { .. } => "recovery_used",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasskeyAdded { .. } => "passkey_added",
            Self::PasskeyRemoved { .. } => "passkey_removed",
            Self::AccountDeleted { .. } => "account_deleted",
        }
    }
}

/// Neither the code nor the address can slip into a log.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {})", self.name(), self.medium().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(username: &str) -> bool {
        let origin = Origin::new([192, 0, 2, 7].into(), "");
        Asked::new(Some(username), Timestamp(0), &origin).presentable_username().is_some()
    }

    #[test]
    fn a_username_that_would_become_a_link_is_not_sent_to_strangers() {
        for name in
            ["evil.example/win", "https:evil", "www.evil", "WWW.evil", "evil.example", "evil.рф", "a\\b"]
        {
            assert!(!shown(name), "{name}");
        }
        for name in ["jdoe", "j.d", "v1.2", "用户", "first_last", ".x"] {
            assert!(shown(name), "{name}");
        }
    }

    #[test]
    fn a_message_in_a_log_shows_neither_address_nor_code() {
        let origin = Origin::new([192, 0, 2, 7].into(), "");
        let asked = Asked::new(Some("jdoe"), Timestamp(0), &origin);
        let message = Message::SignUpCode {
            to: Contact::email("me@domain.com"),
            code: "418207".into(),
            expires_at: Timestamp(0),
            asked,
            before: None,
        };
        assert_eq!(format!("{message:?}"), "Message(sign_up_code, EMAIL)");
        assert_eq!(format!("{:?}", message.to()), "Email(…)");
    }
}
