//! Which second factors sign-in asks for, and which one first (operation SetUserMFAPreference).

use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::error::CommonError;
use crate::factors::error::FactorError;
use crate::factors::second_factors::{contact_kind, forget_codes_without_factors, reachable};
use crate::factors::set_up_app::{AccountFactor, turn_on};
use crate::factors::step_up::{self, Asked, StepUp};
use crate::sessions::alive::require_alive;
use crate::sign_in::freshness::require_fresh;
use crate::{Context, limits};
use model::{Event, Factor};
use nameplate_core::identity::{Origin, UserId, Viewer};
use store::{StoreError, Tx, factors, profile, retried};

/// What somebody wants of a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Sign-in asks for it from now on.
    On,
    /// It is asked for no longer. An app that was set up can be turned on again.
    Off,
    /// The same, and nothing of it is kept.
    Removed,
    /// It is asked for before the others.
    First,
    /// No longer before the others.
    NotFirst,
}

/// Does all that is wished, or nothing. `true`: the account has its first second factor, and recovery
/// codes with it.
pub async fn change(
    ctx: &Context,
    viewer: &Viewer,
    wishes: &[(Factor, Wish)],
    origin: &Origin,
) -> Result<bool, FactorError> {
    change_with_code(ctx, viewer, wishes, "", origin).await
}

/// The same with what a browser needs for it, where sign-in asks for a factor: to turn one off a code of that one, for
/// anything else a code of one that was on before; or a recovery code.
pub async fn change_with_code(
    ctx: &Context,
    viewer: &Viewer,
    wishes: &[(Factor, Wish)],
    typed: &str,
    origin: &Origin,
) -> Result<bool, FactorError> {
    if wishes.iter().any(|(_, wish)| matches!(wish, Wish::On | Wish::Off | Wish::Removed)) {
        require_fresh(ctx, viewer)?;
    }
    let off = wishes.iter().find(|(_, wish)| matches!(wish, Wish::Off | Wish::Removed));
    let asked = off.map_or(Asked::Settled, |(factor, _)| Asked::Factor(*factor));
    let step = step_up::judge(ctx, viewer, asked, typed, origin).await?;
    let done = retried(|| apply_wishes(ctx, viewer, wishes, &step, origin)).await;
    if let Err(FactorError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    done
}

async fn apply_wishes(
    ctx: &Context,
    viewer: &Viewer,
    wishes: &[(Factor, Wish)],
    step: &StepUp,
    origin: &Origin,
) -> Result<bool, FactorError> {
    let user = viewer.user;
    let mut tx = ctx.store.begin().await?;
    let locked = limits::count_change_and_load(&mut tx, ctx, user, profile::Part::All)
        .await??
        .ok_or(CommonError::SignedOut)?;
    step.spend(&mut tx, ctx, &locked, origin).await?;
    if wishes.iter().any(|(_, wish)| matches!(wish, Wish::On | Wish::Off | Wish::Removed)) {
        require_alive(&mut tx, viewer).await?;
    }
    let mut with_codes = false;
    for &(factor, wish) in wishes {
        let stored = factors::of_user(&mut tx, user).await?;
        let factor = AccountFactor { locked: &locked, factor, stored: &stored };
        with_codes |= apply_wish(ctx, &mut tx, factor, wish, ChangedBy::viewer(viewer, origin)).await?;
    }
    forget_codes_without_factors(&mut tx, user).await?;
    events::commit(ctx, tx, user).await?;
    Ok(with_codes)
}

async fn apply_wish(
    ctx: &Context,
    tx: &mut Tx,
    of: AccountFactor<'_>,
    wish: Wish,
    by: ChangedBy<'_>,
) -> Result<bool, FactorError> {
    let AccountFactor { locked, factor, .. } = of;
    let (user, kept) = (locked.id(), of.kept());
    let enabled = kept.is_some_and(|it| it.enabled);
    match wish {
        Wish::On if enabled => {}
        Wish::On => {
            let at_hand = match contact_kind(factor) {
                None => kept.is_some_and(|it| it.secret.is_some()),
                Some(kind) => reachable(&ctx.settings, locked.account(), kind).is_some(),
            };
            if !at_hand {
                return Err(FactorError::NotAtHand(factor));
            }
            return Ok(turn_on(tx, ctx, of, by).await?);
        }
        Wish::Off | Wish::Removed => {
            if enabled {
                protection::changes(tx, ctx, locked, ProtectionChange::FactorOff(factor), by).await?;
            }
            if wish == Wish::Off {
                factors::disable(tx, user, factor).await?;
            } else {
                factors::remove(tx, user, factor).await?;
            }
        }
        Wish::First if !enabled => return Err(FactorError::NotAtHand(factor)),
        Wish::First if kept.is_some_and(|it| it.preferred) => {}
        Wish::First => prefer(ctx, tx, user, Some(factor), by.origin).await?,
        Wish::NotFirst if kept.is_some_and(|it| it.preferred) => {
            prefer(ctx, tx, user, None, by.origin).await?;
        }
        Wish::NotFirst => {}
    }
    Ok(false)
}

async fn prefer(
    ctx: &Context,
    tx: &mut Tx,
    user: UserId,
    factor: Option<Factor>,
    origin: &Origin,
) -> Result<(), StoreError> {
    factors::prefer(tx, user, factor).await?;
    events::record(tx, user, &Event::PreferMfa { factor }, ctx.now(), origin).await
}
