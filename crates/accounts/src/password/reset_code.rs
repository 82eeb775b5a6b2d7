//! The code that sets a new password: whom it is for, where it goes, and what counts for a name that was only
//! typed.

use crate::Context;
use crate::contacts::settled;
use crate::one_time_codes::{self, AskedBy, CodeMessage, CodeRequest, Recipient, Requesters, SentCode};
use crate::sign_in::typed_name::TypedName;
use crate::sign_up::code;
use model::CodeDeliveryDetails;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{ContactKind, Identifier};
use nameplate_core::identity::{Origin, UserId};
use nameplate_core::settings::Settings;
use store::profile::Account;
use store::users::{self, User};
use store::{Conn, StoreError, Tx};

/// Whom somebody names who has proved nothing.
pub(crate) struct Named {
    typed: TypedName,
    /// In canonical form, where it has one: what limits are counted for.
    pub(crate) name: String,
}

impl Named {
    /// `None`: nothing was typed.
    pub(crate) fn read(ctx: &Context, typed: &str) -> Option<Self> {
        let typed = TypedName::read(ctx, typed);
        let name = typed.key();
        (!typed.text.is_empty()).then_some(Self { typed, name })
    }

    /// What a sign-up of that name waits under.
    pub(crate) fn to_waiting_key(&self) -> String {
        self.typed.waiting_key()
    }

    /// The contact that was typed, where it is nothing else.
    pub(crate) fn contact_typed(&self) -> Option<Contact> {
        match &self.typed.who {
            Some(Identifier::Contact(kind, key)) => Some(Contact::stored(*kind, key.clone())),
            Some(Identifier::Number { .. } | Identifier::Username(_)) | None => None,
        }
    }

    /// What a message to it is counted as before anybody is looked up.
    pub(crate) fn medium(&self) -> ContactKind {
        match &self.typed.who {
            Some(Identifier::Contact(kind, _)) => *kind,
            Some(Identifier::Number { .. }) => ContactKind::PhoneNumber,
            Some(Identifier::Username(_)) | None => ContactKind::Email,
        }
    }

    /// The confirmed account of that name. Another has proved no contact, and has its code from sign-up; to
    /// one that is disabled a new password opens nothing.
    pub(crate) async fn account(&self, conn: &mut Conn) -> Result<Option<UserId>, StoreError> {
        Ok(self.owner(conn).await?.map(|user| user.id))
    }

    /// The same, with what is known of it.
    pub(crate) async fn owner(&self, conn: &mut Conn) -> Result<Option<User>, StoreError> {
        let Some(who) = &self.typed.who else { return Ok(None) };
        Ok(users::by_identifier(conn, who).await?.filter(|user| user.confirmed && !user.disabled))
    }

    /// The proven contact that a code goes to.
    pub(crate) fn contact(&self, settings: &Settings, account: &Account, now: Timestamp) -> Option<Contact> {
        let named = match &self.typed.who {
            Some(Identifier::Contact(kind, _)) => Some(*kind),
            Some(Identifier::Number { phone, .. }) => {
                account.proven_contact(ContactKind::PhoneNumber).and_then(|own| {
                    (ContactKind::PhoneNumber.key(own)? == *phone).then_some(ContactKind::PhoneNumber)
                })
            }
            Some(Identifier::Username(_)) | None => None,
        };
        settled::for_reset(settings, account, named, now)
    }

    /// Where the code went, as far as callers are told who have only named somebody: a contact that was named
    /// is masked as it was typed; for a username it is the same for everybody.
    #[expect(clippy::indexing_slicing, reason = "there is always a kind of contact")]
    pub(crate) fn delivery(&self, ctx: &Context) -> CodeDeliveryDetails {
        match &self.typed.who {
            Some(Identifier::Contact(kind, _)) => kind.delivery(&self.typed.text),
            _ => unknown_delivery(code::accepted_kinds(&ctx.settings)[0]),
        }
    }
}

/// Somewhere.
fn unknown_delivery(kind: ContactKind) -> CodeDeliveryDetails {
    let destination = match kind {
        ContactKind::Email => "***@***",
        ContactKind::PhoneNumber => "+***********",
    };
    CodeDeliveryDetails {
        attribute_name: kind.attribute().into(),
        delivery_medium: kind.medium(),
        destination: destination.to_owned(),
    }
}

/// A code for a new password that is asked for.
pub(crate) struct Asking<'a> {
    pub(crate) recipient: Recipient<'a>,
    pub(crate) contact: &'a Contact,
    pub(crate) message: CodeMessage,
    pub(crate) requesters: Requesters<'a>,
    pub(crate) origin: &'a Origin,
}

/// Sends a code that sets a new password.
pub(crate) async fn request(tx: &mut Tx, ctx: &Context, asking: Asking<'_>) -> Result<SentCode, StoreError> {
    let Asking { recipient, contact, message, requesters, origin } = asking;
    let target = Contact::new(contact.kind, &contact.value)
        .ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
    let asked_by = AskedBy::Requesters(requesters);
    let request = CodeRequest { recipient, message, target: &target, asked_by, origin };
    one_time_codes::request(tx, ctx, &request).await
}
