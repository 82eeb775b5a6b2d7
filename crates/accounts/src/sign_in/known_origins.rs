//! Where an account's owner has signed in from: what strangers ask for doesn't count there.

use crate::Context;
use crate::limits::{self, LimitName};
use crate::one_time_codes::Pace;
use crate::one_time_codes::requester::network;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{Origin, UserId};
use std::time::Duration;
use store::known_origins::{self, Kind, OriginDigest};
use store::{Conn, StoreError, Tx};

/// So many of each kind an account knows.
const MOST: u32 = 20;
/// How long a browser is known after a sign-in…
pub(crate) const BROWSERS: Duration = Duration::from_secs(180 * 24 * 60 * 60);
/// …and a network.
pub(crate) const NETWORKS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What the request tells of its origin.
fn told(ctx: &Context, origin: &Origin) -> Vec<(Kind, [u8; 32], Duration)> {
    let browser = origin.browser.as_ref().map(|it| (Kind::Browser, it.hash(), BROWSERS));
    browser.into_iter().chain([(Kind::Network, network(ctx, origin), NETWORKS)]).collect()
}

/// Notes that somebody has signed in to the account, with all that it asks for.
pub(crate) async fn note(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<(), StoreError> {
    let now = ctx.clock.now();
    for (kind, digest, _) in told(ctx, origin) {
        known_origins::note(tx, user, OriginDigest { kind, digest: &digest }, now, MOST).await?;
    }
    Ok(())
}

/// How soon a code is sent to the account's owner for a request from there. The statements are the same for
/// nobody.
pub(crate) async fn pace(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<Pace, StoreError> {
    let now: Timestamp = ctx.clock.now();
    let mut pace = Pace::Strangers;
    for (kind, digest, time) in told(ctx, origin).into_iter().rev() {
        let from = OriginDigest { kind, digest: &digest };
        if known_origins::is_known(tx, user, from, now.minus(time)).await? {
            let account = user.0.to_le_bytes();
            pace = Pace::Known(limits::key_of(
                ctx,
                LimitName::CodesForKnownOrigin,
                &[kind.as_str().as_bytes(), &account, &digest],
            ));
        }
    }
    Ok(pace)
}

/// Whether somebody has signed in to the account from there: with this browser, or from this network. The
/// statements are the same for nobody.
pub(crate) async fn is_known(
    conn: &mut Conn,
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<bool, StoreError> {
    let now: Timestamp = ctx.clock.now();
    let mut is_known = false;
    for (kind, digest, time) in told(ctx, origin) {
        let from = OriginDigest { kind, digest: &digest };
        is_known |= known_origins::is_known(conn, user, from, now.minus(time)).await?;
    }
    Ok(is_known)
}

/// Whether somebody has signed in to the account with this browser.
pub(crate) async fn knows_browser(
    conn: &mut Conn,
    ctx: &Context,
    user: UserId,
    origin: &Origin,
) -> Result<bool, StoreError> {
    let Some(browser) = &origin.browser else { return Ok(false) };
    let from = OriginDigest { kind: Kind::Browser, digest: &browser.hash() };
    known_origins::is_known(conn, user, from, ctx.clock.now().minus(BROWSERS)).await
}
