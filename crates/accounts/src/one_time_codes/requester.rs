//! Who asks for a code.

use crate::Context;
use nameplate_core::identity::{BrowserTicket, Origin};
use nameplate_core::keys::Purpose;
use std::fmt;

/// Whom a code belongs to: a browser, the holder of a ticket, or a network. The store knows a digest of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Requester([u8; 32]);

impl Requester {
    /// Who holds this ticket.
    pub(crate) fn ticket(ticket: &BrowserTicket) -> Self {
        Self(ticket.hash())
    }

    /// The browser, if it says which one it is; otherwise the network that the request comes from.
    pub(crate) fn of(ctx: &Context, origin: &Origin) -> Self {
        Self(origin.browser.as_ref().map_or_else(|| network(ctx, origin), |browser| browser.hash()))
    }

    /// Those who sign up: whoever holds the ticket, and where there is no browser to keep it, the network
    /// too, since applications don't send it back.
    pub(crate) fn of_sign_up(ctx: &Context, ticket: &BrowserTicket, origin: &Origin) -> Vec<Self> {
        let network = origin.browser.is_none().then(|| Self(network(ctx, origin)));
        std::iter::once(Self::ticket(ticket)).chain(network).collect()
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Requester(…)")
    }
}

/// What the store knows a network by.
pub(crate) fn network(ctx: &Context, origin: &Origin) -> [u8; 32] {
    ctx.keys.digest(Purpose::Limits, &[b"network", origin.household().to_string().as_bytes()])
}
