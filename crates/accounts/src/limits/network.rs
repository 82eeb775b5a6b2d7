//! What everybody behind one address, or one IPv6 /64, may do together, and behind one IPv6 /48; and everybody whom an application speaks for
//! that has proven its secret.

use crate::Context;
use crate::limits::counters::{self, Key, key};
use crate::limits::names::LimitName;
use crate::limits::rate::{Rate, Wait};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Origin;
use store::{StoreError, Tx};

/// Counts one more for the network, and for an application that has proven its secret. What the operator trusts
/// isn't counted by network (`limits.trusted_networks`), only by account and contact. After a [`Wait`] drop the
/// transaction: a refusal is not counted.
pub(crate) async fn count_from_network(
    tx: &mut Tx,
    ctx: &Context,
    name: LimitName,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    let now = ctx.clock.now();
    for Counted { key, rate } in counted(ctx, name, origin) {
        if let Err(wait) = counters::count(tx, &key, rate, now).await? {
            return Ok(Err(wait));
        }
    }
    Ok(Ok(()))
}

/// Takes one back, where it turns out that somebody has proven something.
pub(crate) async fn give_network_back(
    tx: &mut Tx,
    ctx: &Context,
    name: LimitName,
    origin: &Origin,
) -> Result<(), StoreError> {
    for Counted { key, .. } in counted(ctx, name, origin) {
        counters::give_back(tx, &key).await?;
    }
    Ok(())
}

/// What a message is counted as that somebody asks for who has proven nothing.
pub(crate) const fn message(kind: ContactKind) -> LimitName {
    match kind {
        ContactKind::Email => LimitName::MailsAskedFor,
        ContactKind::PhoneNumber => LimitName::TextsAskedFor,
    }
}

/// A counter of a request.
struct Counted {
    key: Key,
    rate: Rate,
}

/// The counters of a request, in an order in which no two wait for each other.
fn counted(ctx: &Context, name: LimitName, origin: &Origin) -> Vec<Counted> {
    let rate = name.rate(&ctx.settings);
    let application = origin.application.as_ref().map(|it| Counted {
        key: key(ctx, name, &["application", &it.id.0]),
        rate: Rate { times: rate.times.saturating_mul(ctx.settings.limits.networks_per_application), ..rate },
    });
    let is_free = is_trusted(ctx, origin) || is_free_by_secret(name, origin);
    let networks = [Some(name), name.of_site()].into_iter().flatten().filter(|_| !is_free).map(|name| {
        let network = if name.is_of_site() { origin.site() } else { origin.household() };
        Counted { key: key(ctx, name, &[&network.to_string()]), rate: name.rate(&ctx.settings) }
    });
    application.into_iter().chain(networks).collect()
}

/// Whether the application's secret proves enough: then only its own counter counts. The address of an application
/// that doesn't say who its visitor is stands for all of them.
fn is_free_by_secret(name: LimitName, origin: &Origin) -> bool {
    origin.application.as_ref().is_some_and(|it| {
        let is_of_strangers = matches!(name, LimitName::SignUps | LimitName::TextsAskedFor);
        name == LimitName::MailsAskedFor || (is_of_strangers && !it.names_visitor)
    })
}

fn is_trusted(ctx: &Context, origin: &Origin) -> bool {
    ctx.settings.limits.trusted_networks.iter().any(|it| it.contains(&origin.network))
}

#[cfg(test)]
mod tests;
