//! A code that is asked for without a sign-in, and how soon it is sent.

use crate::Context;
use crate::limits::Key;
use crate::one_time_codes::requester::{self, Requester};
use nameplate_core::code::CodePurpose;
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, UserId};
use store::requested_codes::{self, Place, Requested};
use store::{StoreError, Tx};

/// How soon a code is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Strangers ask: all of them together have one ladder for each contact and purpose.
    Strangers,
    /// Outside of it: an administrator asks, or the one notice of the day carries it.
    AtOnce,
    /// Outside of it within a budget of its own, by this counter, and else with the strangers.
    Known(Key),
    /// Not at all, and the code of theirs that was sent before stays what it is. Who asks is told nothing.
    Never,
}

/// A code that somebody asks for.
pub(crate) struct Request<'a> {
    pub(crate) user: UserId,
    pub(crate) purpose: CodePurpose,
    pub(crate) target: &'a Contact,
    /// Whose code it is.
    pub(crate) requesters: &'a [Requester],
    pub(crate) origin: &'a Origin,
    pub(crate) pace: Pace,
}

pub(crate) async fn write(
    tx: &mut Tx,
    ctx: &Context,
    request: &Request<'_>,
    code: &Requested,
) -> Result<(), StoreError> {
    let network = requester::network(ctx, request.origin);
    let place = Place { contact: &request.target.to_key(), network: &network };
    requested_codes::insert(tx, code, place).await
}
