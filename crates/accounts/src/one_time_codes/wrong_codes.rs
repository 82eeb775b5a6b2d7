//! Wrong codes of a network and of a site, whatever proves who enters them: so nobody goes through many sign-ups
//! or accounts instead of many codes.

use crate::Context;
use crate::limits::rate::Wait;
use crate::limits::{self, LimitName};
use nameplate_core::identity::Origin;
use store::{StoreError, Tx, retried};

const COUNTERS: [LimitName; 2] = [LimitName::WrongCodes, LimitName::WrongCodesOfSite];

/// Counts an attempt before it is known to be wrong. After a [`Wait`] drop the transaction.
pub(crate) async fn count(
    tx: &mut Tx,
    ctx: &Context,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    for name in COUNTERS {
        if let Err(wait) = limits::count_from_network(tx, ctx, name, origin).await? {
            return Ok(Err(wait));
        }
    }
    Ok(Ok(()))
}

/// A right code spends nothing.
pub(crate) async fn give_back(ctx: &Context, origin: &Origin) -> Result<(), StoreError> {
    if origin.tally.is_paid() {
        return Ok(());
    }
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        for name in COUNTERS {
            limits::give_network_back(&mut tx, ctx, name, origin).await?;
        }
        tx.commit().await
    })
    .await
}
