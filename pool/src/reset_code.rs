//! The code that sets a new password: whom it is for, where it goes, and what counts for a name that was only typed.

use crate::Inner;
use crate::clock::Timestamp;
use crate::codes::{self, CodePurpose, Issued, Slot, Waiting};
use crate::delivery::{self, About, Asked, Contact, Message};
use crate::identifiers::{ContactKind, Identifier};
use crate::keys::Purpose;
use crate::limits::{self, Key, Wait};
use crate::sessions::{Origin, UserId};
use crate::settings::Settings;
use crate::sign_up_code;
use crate::store::profile::Account;
use crate::store::{Conn, StoreError, Tx, profile, users};
use model::CodeDeliveryDetails;

/// Whom somebody names who has proved nothing.
pub(crate) struct Named {
    typed: String,
    /// `None`: it can't be anybody.
    pub(crate) who: Option<Identifier>,
    /// In canonical form, where it has one: what limits are counted for.
    pub(crate) name: String,
}

impl Named {
    /// `None`: nothing was typed.
    pub(crate) fn read(inner: &Inner, typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let name = who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key);
        Some(Self { typed: typed.to_owned(), who, name })
    }

    /// The confirmed account of that name. Another has proved no contact, and has its code from sign-up; to one that is
    /// disabled a new password opens nothing.
    pub(crate) async fn account(&self, conn: &mut Conn) -> Result<Option<UserId>, StoreError> {
        let Some(who) = &self.who else { return Ok(None) };
        Ok(users::by_identifier(conn, who).await?.filter(|user| user.confirmed && !user.disabled).map(|user| user.id))
    }

    /// Where the code of a sign-up of that name went, while it waits to be entered.
    pub(crate) async fn waiting_contact(&self, conn: &mut Conn) -> Result<Option<Contact>, StoreError> {
        let Some(who) = &self.who else { return Ok(None) };
        let user = users::unconfirmed_by_identifier(conn, who).await?;
        // The same statements for nobody: no account has this number.
        let code = sign_up_code::current(conn, user.map_or(UserId(0), |user| user.id)).await?;
        Ok(code.map(|(_, target)| target.contact()))
    }

    /// Where a code for that name goes, whatever it is for, as far as callers are told.
    pub(crate) async fn shown(&self, inner: &Inner, conn: &mut Conn) -> Result<CodeDeliveryDetails, StoreError> {
        let waiting = self.waiting_contact(conn).await?;
        let user = self.account(conn).await?;
        let account = profile::load(conn, user.unwrap_or(UserId(0))).await?;
        let proven = account.and_then(|account| self.contact(&inner.settings, &account));
        Ok(self.delivery(inner, proven.or(waiting).as_ref()))
    }

    /// When a code for this name was last asked for, and when the next one may be.
    pub(crate) fn cooldown(&self, inner: &Inner) -> Key {
        limits::key(inner, &["reset code cooldown of", &self.name])
    }

    /// How many were asked for.
    pub(crate) fn asked(&self, inner: &Inner) -> Key {
        limits::key(inner, &["reset codes asked for", &self.name])
    }

    /// How often one was tried. The same for names that are nobody's.
    pub(crate) fn tries(&self, inner: &Inner) -> Key {
        limits::key(inner, &["reset code tries for", &self.name])
    }

    /// The proven contact that a code goes to: the one that was named, or else the address before the number. One that
    /// messages don't reach any more is none.
    pub(crate) fn contact(&self, settings: &Settings, account: &Account) -> Option<Contact> {
        let named = match &self.who {
            Some(Identifier::Contact(kind, _)) => Some(*kind),
            _ => None,
        };
        let mut kinds = named.into_iter().chain([ContactKind::Email, ContactKind::PhoneNumber]).filter(|kind| settings.reaches(*kind));
        kinds.find_map(|kind| Some(Contact { kind, value: account.proven_contact(kind)?.to_owned() }))
    }

    /// Where the code went, as far as callers are told. A contact that was named is masked as it was typed. For a
    /// username that is nobody's an address is made up, the same one each time.
    pub(crate) fn delivery(&self, inner: &Inner, contact: Option<&Contact>) -> CodeDeliveryDetails {
        match (&self.who, contact) {
            (Some(Identifier::Contact(kind, _)), _) => kind.delivery(&self.typed),
            (_, Some(contact)) => contact.kind.delivery(&contact.value),
            (_, None) => ContactKind::Email.delivery(&self.made_up_address(inner)),
        }
    }

    fn made_up_address(&self, inner: &Inner) -> String {
        // About as often as people's names and their mail providers begin so.
        const NAMES: &[u8] = b"aaabbccddeefghiijjjkkllmmmmnoprrsssttvw";
        const PROVIDERS: &[u8] = b"ggggggggghhhooyyimpwtacdefns";
        // Under the oldest key: one that is added changes no answer.
        let digests = inner.keys.digests(Purpose::Limits, &[b"address made up for", self.name.as_bytes()]);
        let digest = digests.last().copied().unwrap_or_default();
        let pick = |letters: &[u8], at: u8| char::from(letters[usize::from(at) % letters.len()]);
        format!("{}@{}", pick(NAMES, digest[0]), pick(PROVIDERS, digest[1]))
    }
}

/// The place of the code that was sent to this contact of the account.
pub(crate) fn slot(user: UserId, kind: ContactKind) -> Slot {
    Slot::new(user, CodePurpose::Reset, kind.attribute())
}

/// The newest code for a new password, used and expired ones included.
pub(crate) async fn current(conn: &mut Conn, user: UserId) -> Result<Option<Waiting>, StoreError> {
    let by_mail = codes::waiting(conn, &slot(user, ContactKind::Email)).await?;
    let by_text = codes::waiting(conn, &slot(user, ContactKind::PhoneNumber)).await?;
    Ok(by_mail.into_iter().chain(by_text).max_by_key(|code| code.sent_at))
}

/// Whether the account may have a code sent to this contact now.
pub(crate) async fn admit(tx: &mut Tx, inner: &Inner, user: UserId, contact: &Contact) -> Result<Result<(), Wait>, StoreError> {
    if let Err(wait) = limits::count_code_of(tx, inner, user).await? {
        return Ok(Err(wait));
    }
    let key = contact.kind.key(&contact.value).unwrap_or_else(|| contact.value.clone());
    limits::count_code_to(tx, inner, contact.kind, &key).await
}

/// Makes a code; one that went to the other contact is worth nothing from then on.
pub(crate) async fn issue(tx: &mut Tx, inner: &Inner, user: UserId, contact: &Contact) -> Result<Issued, StoreError> {
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if kind != contact.kind {
            codes::cancel(tx, &slot(user, kind)).await?;
        }
    }
    codes::issue(tx, inner, &slot(user, contact.kind), &contact.value).await
}

/// Makes a code and promises to send it.
pub(crate) async fn send(
    tx: &mut Tx,
    inner: &Inner,
    (user, account): (UserId, &Account),
    contact: &Contact,
    origin: &Origin,
) -> Result<(), StoreError> {
    let issued = issue(tx, inner, user, contact).await?;
    let asked = Asked::new(account.chosen_username(), issued.sent_at, origin);
    let message = Message::ResetCode { to: contact.clone(), code: issued.code.clone(), expires_at: issued.expires_at, asked };
    delivery::queue(tx, inner, &message, About::Code(&issued)).await
}

/// When the next code may be asked for.
pub(crate) fn resend_at(inner: &Inner, sent_at: Timestamp) -> Timestamp {
    sent_at.plus(inner.settings.codes.resend_after)
}
