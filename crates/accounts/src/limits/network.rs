//! What everybody behind one address, or one IPv6 /64, may do together.

use crate::Context;
use crate::limits::counters::{self, Key, key};
use crate::limits::names::LimitName;
use crate::limits::rate::Wait;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use store::{StoreError, Tx};

/// Counts one more for the network. What the operator trusts isn't counted by network (`limits.trusted_networks`),
/// only by account and contact. After a [`Wait`] drop the transaction: a refusal is not counted.
pub(crate) async fn count_from_network(
    tx: &mut Tx,
    ctx: &Context,
    name: LimitName,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    if is_trusted(ctx, origin) {
        return Ok(Ok(()));
    }
    counters::count(tx, &of_network(ctx, name, origin), name.rate(&ctx.settings), ctx.clock.now()).await
}

/// Takes one back, where it turns out that somebody has proven something.
pub(crate) async fn give_network_back(
    tx: &mut Tx,
    ctx: &Context,
    name: LimitName,
    origin: &Origin,
) -> Result<(), StoreError> {
    counters::give_back(tx, &of_network(ctx, name, origin)).await
}

/// What a message is counted as that somebody asks for who has proven nothing.
pub(crate) const fn message(kind: ContactKind) -> LimitName {
    match kind {
        ContactKind::Email => LimitName::MailsAskedFor,
        ContactKind::PhoneNumber => LimitName::TextsAskedFor,
    }
}

fn of_network(ctx: &Context, name: LimitName, origin: &Origin) -> Key {
    let network = if name.is_of_site() { origin.site() } else { origin.household() };
    key(ctx, name, &[&network.to_string()])
}

fn is_trusted(ctx: &Context, origin: &Origin) -> bool {
    ctx.settings.limits.trusted_networks.iter().any(|it| it.contains(&origin.network))
}

#[cfg(test)]
mod tests;
