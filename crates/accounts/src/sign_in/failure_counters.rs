//! What counts the passwords that were wrong for a name.

use crate::Context;
use crate::limits::{self, Key, LimitName};
use nameplate_core::identity::Origin;
use store::{StoreError, Tx};

/// The counters of wrong passwords for a name (in canonical form, whether or not it has an account) that
/// somebody tries from somewhere.
#[derive(Debug, Clone)]
pub(crate) struct FailureCounters {
    /// From this network.
    pub(crate) network: Key,
    /// From this site, once none is free there.
    pub(crate) site: Key,
    /// From all networks.
    pub(crate) everywhere: Key,
}

impl FailureCounters {
    pub(crate) fn of(ctx: &Context, name: &str, origin: &Origin) -> Self {
        let (network, site) = (origin.household().to_string(), origin.site().to_string());
        Self {
            network: limits::key(ctx, LimitName::SignInFailures, &[name, &network]),
            site: limits::key(ctx, LimitName::SignInFailuresOfSite, &[name, &site]),
            everywhere: limits::key(ctx, LimitName::FailedSignInsOfName, &[name]),
        }
    }

    /// Forgets those of here: the password was right.
    pub(crate) async fn clear(&self, tx: &mut Tx) -> Result<(), StoreError> {
        limits::clear(tx, &self.network).await?;
        limits::clear(tx, &self.site).await
    }
}
