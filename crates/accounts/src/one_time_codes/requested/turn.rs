//! When a code is sent that strangers ask for: all of them share one ladder for each contact.

use crate::Context;
use crate::limits::{Key, Turn};
use crate::one_time_codes::requested::admission::ladder;
use nameplate_core::code::CodeScope;
use store::requested_codes::{self, Requested};
use store::{StoreError, Tx};

/// From so many codes on that strangers ask of one contact within a day, codes are longer.
pub(crate) const SHORT_CODES: u32 = 5;

/// When a code is sent.
#[derive(Debug, Clone)]
pub(crate) enum Timing {
    /// At a time of its own.
    At(Turn),
    /// With this one, which waits to be sent to the same contact.
    With(Box<Requested>),
}

/// What strangers have asked for and wait for.
pub(crate) struct Queue<'a> {
    /// Counts what they ask for.
    pub(crate) counter: &'a Key,
    pub(crate) scope: CodeScope,
    /// In canonical form.
    pub(crate) contact: &'a str,
}

/// When it is the turn of one more request.
pub(crate) async fn take(tx: &mut Tx, ctx: &Context, queue: Queue<'_>) -> Result<Timing, StoreError> {
    let Queue { counter, scope, contact } = queue;
    let (now, ladder) = (ctx.clock.now(), ladder(ctx, scope.purpose));
    // The counter's row first: it decides which of several is the one that waits.
    ladder.hold(tx, counter, now).await?;
    let queued = requested_codes::queued(tx, scope, contact, now).await?;
    let turn = ladder.turn(tx, counter, queued.is_some(), now).await?;
    Ok(match (turn, queued) {
        (Some(turn), _) => Timing::At(turn),
        (None, Some(queued)) => Timing::With(Box::new(queued)),
        (None, None) => Timing::At(Turn { at: now, count: SHORT_CODES + 1 }),
    })
}
