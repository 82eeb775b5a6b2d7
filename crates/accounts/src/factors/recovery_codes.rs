//! Recovery codes, as their owner sees them.

use crate::account::events;
use crate::error::CommonError;
use crate::factors::error::FactorError;
use crate::factors::recovery;
use crate::factors::step_up::{self, Asked};
use crate::sign_in::freshness::require_fresh;
use crate::{Context, limits};
use model::Event;
use nameplate_core::identity::{Origin, Viewer};
use nameplate_core::keys::Purpose;
use store::{LockedAccount, StoreError, factors, retried};

/// Makes new recovery codes for somebody who has a second factor; the old ones are worth nothing from
/// then on.
///
/// They take the place of any factor, so it takes a code of one that was on before, or an old one of these, to have
/// them: `typed`.
pub async fn make_recovery_codes(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    origin: &Origin,
) -> Result<(), FactorError> {
    require_fresh(ctx, viewer)?;
    let step = step_up::judge(ctx, viewer, Asked::Settled, typed, origin).await?;
    let done = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
        let user = locked.user();
        limits::count_change(&mut tx, ctx, user.id).await??;
        step.spend(&mut tx, ctx, &locked, origin).await?;
        let stored = factors::of_user(&mut tx, user.id).await?;
        if !stored.iter().any(|it| it.enabled) {
            return Err(FactorError::NotAtHand(model::Factor::SoftwareToken));
        }
        recovery::renew(&mut tx, ctx, user.id).await?;
        let event = Event::CreateRecoveryCodes { username: user.username.clone() };
        events::record(&mut tx, user.id, &event, ctx.now(), origin).await?;
        events::commit(ctx, tx, user.id).await?;
        Ok(())
    })
    .await;
    if let Err(FactorError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    done
}

/// The codes that were made just now, for as long as nobody has said that they are written down.
pub async fn recovery_codes(ctx: &Context, viewer: &Viewer) -> Result<Vec<String>, FactorError> {
    require_fresh(ctx, viewer)?;
    let mut conn = ctx.store.read().await?;
    let sealed = factors::readable_codes(&mut conn, viewer.user, ctx.now().minus(recovery::READABLE)).await?;
    let open = |sealed: &Vec<u8>| {
        let code = ctx
            .keys
            .open(Purpose::Factors, sealed, &recovery::context(viewer.user))
            .map_err(StoreError::unreadable)?;
        Ok(recovery::grouped(std::str::from_utf8(&code).map_err(StoreError::unreadable)?))
    };
    sealed.iter().map(open).collect()
}

/// They are written down: nobody, the service included, can read them any more.
pub async fn hide_recovery_codes(ctx: &Context, viewer: &Viewer) -> Result<(), FactorError> {
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        factors::hide_codes(&mut tx, viewer.user).await?;
        tx.commit().await
    })
    .await?;
    Ok(())
}
