//! The code that confirms a new account: where it goes, and what the message says.

use crate::Context;
use crate::limits::rate::DAY;
use crate::limits::{self, LimitName};
use crate::one_time_codes::{
    self, AskedBy, CodeMessage, CodeRequest, Pace, Recipient, Requester, Requesters, SentCode,
};
use model::{AttributeName, ErrorCode, FieldName};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use store::users::User;
use store::{StoreError, Tx, aliases};

/// The kinds of contact that a new account may be confirmed with, the preferred one first.
pub(crate) fn accepted_kinds(settings: &Settings) -> Vec<ContactKind> {
    let options = settings.sign_in;
    match (options.username, options.email, options.phone_number) {
        // Without a username the account is found by the contact, so it must be one of those.
        (false, true, false) => vec![ContactKind::Email],
        (false, false, true) => vec![ContactKind::PhoneNumber],
        _ if !settings.texts => vec![ContactKind::Email],
        _ => vec![ContactKind::Email, ContactKind::PhoneNumber],
    }
}

/// Where the code of a new account goes. The error is the attribute that is missing.
#[expect(clippy::indexing_slicing, reason = "there is always a kind of contact")]
pub(crate) fn target(
    settings: &Settings,
    attributes: &BTreeMap<AttributeName, String>,
) -> Result<Contact, AttributeName> {
    let kinds = accepted_kinds(settings);
    let given = kinds.iter().find_map(|kind| Contact::new(*kind, attributes.get(&kind.attribute().into())?));
    given.ok_or_else(|| {
        let asked = |kind: &&ContactKind| settings.sign_up_attributes.contains(&kind.attribute().into());
        kinds.iter().find(asked).unwrap_or(&kinds[0]).attribute().into()
    })
}

/// Why the code can't go there: its country is none that strangers have text messages sent to.
pub(crate) fn no_texts(settings: &Settings, target: &Contact) -> Option<(FieldName, ErrorCode)> {
    let is_sent = settings.reaches_for_strangers(target.kind, &target.value);
    let field = || AttributeName::from(target.kind.attribute()).into();
    (!is_sent).then(|| (field(), ErrorCode::NoTextsToCountry))
}

/// The code of a sign-up that is asked for.
pub(crate) struct Asking<'a> {
    pub(crate) user: &'a User,
    pub(crate) target: &'a Contact,
    pub(crate) requesters: &'a [Requester],
    pub(crate) origin: &'a Origin,
    /// When someone signed up with this contact before, if that may have been another person.
    pub(crate) before: Option<Timestamp>,
}

/// Sends a code. The owner of a contact that is taken reads another message, once a day; the work is the
/// same.
pub(crate) async fn request(tx: &mut Tx, ctx: &Context, asking: &Asking<'_>) -> Result<SentCode, StoreError> {
    let Asking { user, target, requesters, origin, before } = *asking;
    let owner = aliases::owner(tx, target.kind, &target.key).await?;
    let notices = limits::key(ctx, LimitName::AccountNotices, &[&target.to_key()]);
    let (message, pace) = match owner {
        None => (CodeMessage::SignUp { before }, Pace::Strangers),
        Some(_) if limits::count_up(tx, &notices, DAY, ctx.clock.now()).await? == 1 => {
            (CodeMessage::SignUpAddressTaken, Pace::AtOnce)
        }
        Some(_) => (CodeMessage::SignUpAddressTaken, Pace::Never),
    };
    let request = CodeRequest {
        recipient: Recipient { user: user.id, username: user.chosen_username() },
        message,
        target,
        asked_by: AskedBy::Requesters(Requesters { all: requesters, pace }),
        origin,
    };
    one_time_codes::request(tx, ctx, &request).await
}
