//! The code that confirms a new account: where it goes, and what the message says.

use crate::Context;
use crate::limits::rate::{DAY, Wait};
use crate::limits::{self, LimitName};
use crate::one_time_codes::request::{Pace, Request};
use crate::one_time_codes::requester::Requester;
use crate::one_time_codes::requests;
use delivery::{Asked, Message};
use model::AttributeName;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
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

/// One more code asked for or entered by this network for an account that it only named.
pub(crate) async fn count_network(
    tx: &mut Tx,
    ctx: &Context,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    let key = limits::key(ctx, LimitName::CodeRequests, &[&origin.household().to_string()]);
    let rate = LimitName::CodeRequests.rate(&ctx.settings);
    limits::count(tx, &key, rate, ctx.clock.now()).await
}

/// The code of a sign-up that is asked for.
pub(crate) struct Asking<'a> {
    pub(crate) user: &'a User,
    pub(crate) target: &'a Contact,
    pub(crate) requesters: &'a [Requester],
    pub(crate) origin: &'a Origin,
    /// When somebody signed up with this contact before, if that may have been somebody else.
    pub(crate) before: Option<Timestamp>,
}

/// Makes a code and promises to send it. The owner of a contact that is taken reads another message, once a
/// day; what is done here is the same.
pub(crate) async fn request(tx: &mut Tx, ctx: &Context, asking: &Asking<'_>) -> Result<bool, StoreError> {
    let Asking { user, target, requesters, origin, before } = asking;
    let owner = aliases::owner(tx, target.kind, &target.key).await?;
    let notices = limits::key(ctx, LimitName::AccountNotices, &[&target.to_key()]);
    let pace = match owner {
        None => Pace::Strangers,
        Some(_) if limits::count_up(tx, &notices, DAY, ctx.clock.now()).await? == 1 => Pace::AtOnce,
        Some(_) => Pace::Never,
    };
    let request = Request { user: user.id, purpose: CodePurpose::SignUp, target, requesters, origin, pace };
    let message = |code, expires_at, sent_at| {
        let (to, asked) = (Contact::clone(target), Asked::new(user.chosen_username(), sent_at, origin));
        match owner {
            None => Message::SignUpCode { to, code, expires_at, asked, before: *before },
            Some(_) => Message::SignUpCodeAddressTaken { to, code, expires_at, asked },
        }
    };
    requests::request(tx, ctx, &request, message).await
}
