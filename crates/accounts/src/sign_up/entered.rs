//! What was entered at sign-up, sealed with its ticket.

use crate::Context;
use model::AttributeName;
use nameplate_core::contact::Contact;
use nameplate_core::identity::BrowserTicket;
use nameplate_core::keys::Purpose;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::waiting::Waiting;
use store::{StoreError, tickets};

/// What was entered with a ticket. Whoever has it is shown this, and not what waits, which somebody else may
/// have entered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entered {
    /// As it was answered: as typed; the `sub`, where people have no username.
    pub(crate) username: String,
    pub(crate) attributes: BTreeMap<AttributeName, String>,
}

impl Entered {
    /// The sign-up with its contact as whoever has the ticket writes it.
    pub(crate) fn written(&self, waiting: Waiting) -> Waiting {
        let own = waiting.target.as_ref().and_then(|target| {
            let own = Contact::new(target.kind, self.attributes.get(&target.kind.attribute().into())?)?;
            (own.key == target.key).then_some(own.value)
        });
        match own {
            Some(value) => waiting.spelt(&value),
            None => waiting,
        }
    }
}

/// What was entered stays with the ticket: whoever changes the address afterwards need not enter it again.
pub(crate) fn seal(ctx: &Context, ticket: &BrowserTicket, entered: &Entered) -> Result<Vec<u8>, StoreError> {
    let text = serde_json::to_vec(entered).map_err(StoreError::unreadable)?;
    Ok(ctx.keys.seal(Purpose::SignUps, &text, &ticket.hash(), &*ctx.entropy))
}

/// What was entered with this ticket. `None`: it comes from an earlier version, or the key is gone.
pub(crate) fn unseal(ctx: &Context, ticket: &BrowserTicket, stored: &tickets::Stored) -> Option<Entered> {
    let text = ctx.keys.open(Purpose::SignUps, stored.attributes.as_deref()?, &ticket.hash()).ok()?;
    serde_json::from_slice(&text).ok()
}
