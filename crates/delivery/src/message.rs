//! What there is to tell people outside the pages: one variant for each message.

use model::Factor;
use model::code::DeliveryMedium;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::device::Device;
use nameplate_core::identifiers::ContactKind;
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
    /// When it was asked for.
    pub at: Timestamp,
    /// From which address, or network of IPv6.
    pub network: IpAddr,
    /// As the browser sent it. Only the names in [`Device`] ever reach a message.
    pub user_agent: String,
    /// How whoever gets this message can undo it. `None`: they can't.
    #[serde(default)]
    pub undo: Option<UndoLink>,
}

/// Leads to the page that undoes a change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoLink {
    /// What the link proves. Readable here alone, and sealed with the message.
    pub secret: String,
    /// Until when it works.
    pub until: Timestamp,
}

/// What became of a contact of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ContactChange {
    /// The account had none of that kind.
    Added,
    /// It took the place of another one.
    Replaced,
    /// It is gone.
    Removed,
}

secretive!(Asked, UndoLink);

impl Asked {
    /// What was asked for by this browser.
    pub fn new(username: Option<&str>, at: Timestamp, origin: &Origin) -> Self {
        Self {
            username: username.map(str::to_owned),
            at,
            network: origin.network,
            user_agent: origin.user_agent.clone(),
            undo: None,
        }
    }

    /// The same with a link that undoes it, which only mails carry: phone numbers are given to other people.
    #[must_use]
    pub fn undone_by(self, link: Option<&UndoLink>, to: &Contact) -> Self {
        let undo = link.filter(|_| to.kind == ContactKind::Email).cloned();
        Self { undo, ..self }
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

/// Declares the messages: what each is called, whether it carries a code, and what else it says.
///
/// Every message has whom it is for (`to`) and what was asked; one with a code also has how long that lasts.
macro_rules! messages {
    (
        $(#[$meta:meta])*
        pub enum Message {
            $(
                $(#[$doc:meta])*
                $Kind:ident = $name:literal $(with $code:ident)? $(about $other:ident)?
                $({ $($(#[$rule:meta])* $field:ident: $Type:ty),+ $(,)? })?
            );+ $(;)?
        }
    ) => {
        $(#[$meta])*
        pub enum Message {
            $(
                $(#[$doc])*
                $Kind {
                    /// Whom it is for.
                    to: Contact,
                    $(
                        /// The contact that it tells about.
                        $other: Contact,
                    )?
                    $(
                        /// The digits to enter.
                        $code: String,
                        /// Until when they can be entered.
                        expires_at: Timestamp,
                    )?
                    /// Who asked for what it is about.
                    asked: Asked,
                    $($($(#[$rule])* $field: $Type),+)?
                }
            ),+
        }

        model::closed_set! {
            /// Which message it is, whatever it says.
            #[derive(PartialOrd, Ord)]
            pub enum MessageKind { $($(#[$doc])* $Kind = $name),+ }
        }

        impl MessageKind {
            /// Whether messages of this kind carry a code.
            pub fn carries_code(self) -> bool {
                let codes: &[&str] = match self {
                    $(Self::$Kind => &[$(stringify!($code))?]),+
                };
                !codes.is_empty()
            }
        }

        impl Message {
            /// Which of them it is.
            pub const fn kind(&self) -> MessageKind {
                match self {
                    $(Self::$Kind { .. } => MessageKind::$Kind),+
                }
            }

            /// Whom it is for.
            pub const fn to(&self) -> &Contact {
                match self {
                    $(Self::$Kind { to, .. })|+ => to,
                }
            }

            /// Every contact in it.
            pub(crate) fn contacts_mut(&mut self) -> Vec<&mut Contact> {
                match self {
                    $(Self::$Kind { to, $($other,)? .. } => vec![to, $($other)?]),+
                }
            }

            /// The code that it carries, if it carries one.
            pub fn code(&self) -> Option<&str> {
                let codes: &[&String] = match self {
                    $(Self::$Kind { $($code,)? .. } => &[$($code)?]),+
                };
                codes.first().map(|code| code.as_str())
            }

            /// Who asked.
            pub const fn asked_mut(&mut self) -> &mut Asked {
                match self {
                    $(Self::$Kind { asked, .. })|+ => asked,
                }
            }
        }
    };
}

messages! {
    /// A message, with what it says. Closed: each has its templates under `templates/<language>/`, and a new one
    /// doesn't compile without them.
    ///
    /// It waits in the outbox in this shape, so an upgrade finds those of the version before: a field that is
    /// added needs `#[serde(default)]`, and none is renamed.
    #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub enum Message {
        /// To the contact of a new account: confirm it with this code. `before` is when somebody signed up
        /// with this contact already.
        SignUpCode = "sign_up_code" with code {
            /// When somebody signed up with this contact before.
            #[serde(default)]
            before: Option<Timestamp>,
        };
        /// The same to a contact that belongs to an account already: its owner learns that somebody signs up
        /// with it, and whoever proves it is told that it is taken.
        SignUpCodeAddressTaken = "sign_up_code_address_taken" with code;
        /// To the new contact: it is added once this code is entered.
        ChangeCode = "change_code" with code;
        /// To a contact that the account has already, but that nobody has proved.
        VerifyCode = "verify_code" with code;
        /// To the contact in force: what was asked, that nothing has changed yet, and how to stop it.
        ChangeRequested = "change_requested" about new {
            /// Until when the new contact can be confirmed.
            expires_at: Timestamp,
        };
        /// To the contact that was replaced.
        ChangeDone = "change_done" about new;
        /// To the contact that was removed.
        AddressDeleted = "address_deleted";
        /// To another verified contact: what became of this one.
        ContactChanged = "contact_changed" about new {
            /// What happened to it.
            change: ContactChange,
        };
        /// To every contact from before and after an undo: contacts and second factors are as they were.
        ChangesUndone = "changes_undone" {
            /// Until when a second factor is asked for that was turned on since. `None`: there is none.
            factor_until: Option<Timestamp>,
        };
        /// To a proven contact: a new password is set with this code.
        ResetCode = "reset_code" with code;
        /// The same because the operator wants it so: to somebody who asked for nothing, and has no page open.
        ResetCodeByOperator = "reset_code_by_operator" with code;
        /// To a proven contact: the password was right, and this code is asked for beside it.
        SignInCode = "sign_in_code" with code;
        /// To a proven contact: somebody who is signed in changes what protects the account, and is asked for it.
        StepUpCode = "step_up_code" with code;
        /// To every proven contact: sign-in asks for this from now on.
        SecondFactorOn = "second_factor_on" {
            /// Which one.
            factor: Factor,
        };
        /// To every proven contact: another app or device takes the place of the one before.
        SecondFactorReplaced = "second_factor_replaced" {
            /// Which one.
            factor: Factor,
        };
        /// To every proven contact: sign-in asks for it no longer.
        SecondFactorOff = "second_factor_off" {
            /// Which one.
            factor: Factor,
        };
        /// To every proven contact: a recovery code was used, and so many are left.
        RecoveryCodeUsed = "recovery_used" {
            /// How many codes are left.
            left: u32,
            /// By somebody who was signed in, for a change of what protects the account. Otherwise to sign in.
            #[serde(default)]
            for_change: bool,
        };
        /// To every proven contact: the account has another password now.
        PasswordChanged = "password_changed";
        /// To every proven contact: the password was set with a code to where the codes of the second step go too.
        SignInPaused = "sign_in_paused" {
            /// When such codes count as a second step again.
            until: Timestamp,
        };
        /// To every proven contact: somebody can sign in with one more passkey.
        PasskeyAdded = "passkey_added";
        /// To every proven contact: a passkey is worth nothing any more.
        PasskeyRemoved = "passkey_removed";
        /// To every proven contact of an account that is gone, by its owner's wish.
        AccountDeleted = "account_deleted";
    }
}

impl Message {
    /// What its templates are called.
    pub const fn name(&self) -> &'static str {
        self.kind().as_str()
    }

    /// How it travels.
    pub const fn medium(&self) -> DeliveryMedium {
        self.to().medium()
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
    fn shown_is_false_for_a_username_that_looks_like_a_link() {
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
    fn debug_of_a_message_shows_neither_address_nor_code() {
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
