//! An authenticator app for an account (operations AssociateSoftwareToken and VerifySoftwareToken).

use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::error::CommonError;
use crate::factors::app::{App, AppSecret};
use crate::factors::error::FactorError;
use crate::factors::recovery;
use crate::factors::step_up::{self, Asked};
use crate::one_time_codes;
use crate::sessions::alive::require_alive;
use crate::sign_in::freshness::require_fresh;
use crate::{Context, limits};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, UserId, Viewer};
use std::time::Duration;
use store::factors::{self, NewApp, Stored};
use store::profile::{self, Account};
use store::{Conn, LockedAccount, StoreError, retried};

/// So long a secret waits for its first code.
const PENDING: Duration = Duration::from_secs(60 * 60);

/// Whether sign-in asks for the app from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// As on the pages: whoever sets it up wants it.
    AskForIt,
    /// As on the wire: SetUserMFAPreference says so.
    Wait,
}

/// Makes a secret for another app. One that is in use stays in use until the first code of the new one is
/// right.
pub async fn set_up_app(ctx: &Context, viewer: &Viewer, origin: &Origin) -> Result<AppSecret, FactorError> {
    set_up_app_with_code(ctx, viewer, "", origin).await
}

/// The same with a code of the app in use, of another factor where there is none, or a recovery code, which a browser
/// needs for it.
pub async fn set_up_app_with_code(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    origin: &Origin,
) -> Result<AppSecret, FactorError> {
    require_fresh(ctx, viewer)?;
    let asked = Asked::FactorOrSettled(Factor::SoftwareToken);
    let step = step_up::judge(ctx, viewer, asked, typed, origin).await?;
    let done = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = LockedAccount::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
        limits::count_change(&mut tx, ctx, viewer.user).await??;
        step.spend(&mut tx, ctx, &locked, origin).await?;
        let app = App::generate(&*ctx.entropy);
        factors::set_pending(&mut tx, viewer.user, &app.sealed(ctx, viewer.user), ctx.now()).await?;
        let secret = app.secret(&ctx.settings, name_of(locked.account()))?;
        events::commit(ctx, tx, viewer.user).await?;
        Ok(secret)
    })
    .await;
    if let Err(FactorError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    done
}

/// What waits for its first code; `None`: nothing was asked for lately.
pub async fn app_being_set_up(ctx: &Context, viewer: &Viewer) -> Result<Option<AppSecret>, FactorError> {
    require_fresh(ctx, viewer)?;
    let mut conn = ctx.store.read().await?;
    let Some(sealed) = pending(&mut conn, viewer.user, ctx.now()).await? else { return Ok(None) };
    let account = profile::load(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    Ok(Some(App::open(ctx, viewer.user, &sealed)?.secret(&ctx.settings, name_of(&account))?))
}

/// The first code of a new app proves that it was told its secret; only then does it count. That code is
/// spent.
///
/// Whoever has a second factor for the first time gets recovery codes too, to be read at
/// [`recovery_codes`](crate::factors::recovery_codes::recovery_codes); the answer says so.
pub async fn confirm_app(
    ctx: &Context,
    viewer: &Viewer,
    typed: &str,
    then: Then,
    origin: &Origin,
) -> Result<bool, FactorError> {
    require_fresh(ctx, viewer)?;
    let code = one_time_codes::read(typed).map_err(FactorError::NotACode)?;
    retried(|| adopt_app(ctx, viewer, &code, then, origin)).await
}

async fn adopt_app(
    ctx: &Context,
    viewer: &Viewer,
    code: &str,
    then: Then,
    origin: &Origin,
) -> Result<bool, FactorError> {
    let (user, now) = (viewer.user, ctx.now());
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?.ok_or(CommonError::SignedOut)?;
    limits::count_change(&mut tx, ctx, user).await??;
    let sealed = pending(&mut tx, user, now).await?.ok_or(FactorError::NotAtHand(Factor::SoftwareToken))?;
    let app = App::open(ctx, user, &sealed)?;
    let step = app.step_of(code, now).ok_or(FactorError::WrongAppCode)?;
    require_alive(&mut tx, viewer).await?;
    let before = factors::of_user(&mut tx, user).await?;
    let app = AccountFactor { locked: &locked, factor: Factor::SoftwareToken, stored: &before };
    let by = ChangedBy::viewer(viewer, origin);
    let mut with_codes = false;
    if app.kept().is_some_and(|it| it.enabled) {
        let change = ProtectionChange::FactorReplaced(Factor::SoftwareToken);
        protection::changes(&mut tx, ctx, &locked, change, by).await?;
    } else if then == Then::AskForIt {
        with_codes = turn_on(&mut tx, ctx, app, by).await?;
    }
    factors::adopt_pending(&mut tx, user, NewApp { sealed: &sealed, step, now }).await?;
    events::commit(ctx, tx, user).await?;
    Ok(with_codes)
}

/// A second factor of an account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountFactor<'a> {
    pub(crate) locked: &'a LockedAccount,
    pub(crate) factor: Factor,
    /// What the account has of this one and of others.
    pub(crate) stored: &'a [Stored],
}

impl<'a> AccountFactor<'a> {
    /// What it has of this one.
    pub(crate) fn kept(&self) -> Option<&'a Stored> {
        self.stored.iter().find(|it| it.factor == self.factor)
    }
}

/// Asks for the factor from now on. `true`: it is the first one, and there are recovery
/// codes now.
pub(crate) async fn turn_on(
    tx: &mut store::Tx,
    ctx: &Context,
    new: AccountFactor<'_>,
    by: ChangedBy<'_>,
) -> Result<bool, StoreError> {
    let AccountFactor { locked, factor, stored } = new;
    let user = locked.id();
    protection::changes(tx, ctx, locked, ProtectionChange::FactorOn(factor), by).await?;
    factors::enable(tx, user, factor, ctx.now()).await?;
    let first = !stored.iter().any(|it| it.enabled);
    if first {
        recovery::renew(tx, ctx, user).await?;
    }
    Ok(first)
}

async fn pending(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
    let stored = factors::of_user(conn, user).await?;
    let pending =
        stored.into_iter().filter(|it| it.factor == Factor::SoftwareToken).find_map(|it| it.pending);
    Ok(pending.filter(|(_, since)| since.plus(PENDING) > now).map(|(sealed, _)| sealed))
}

/// What people call their account: they may have several with one app.
fn name_of(account: &Account) -> &str {
    use nameplate_core::identifiers::ContactKind::{Email, PhoneNumber};
    let contact = || account.proven_contact(Email).or_else(|| account.proven_contact(PhoneNumber));
    account.chosen_username().or_else(contact).unwrap_or(&account.username)
}
