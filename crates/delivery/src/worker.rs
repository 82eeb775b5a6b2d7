//! The worker that keeps the promises of the outbox.

mod abandoned;
pub mod refusals;
pub mod timing;

use crate::Delivery;
use crate::letter::{self, Service};
use crate::outbox::{self, Claimed, Outcome};
use crate::parcel::{Lease, Parcel, Reason, SendError};
use crate::transport::Transport;
use abandoned::Watched;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;
use store::outbox::FURTHEST;
use store::production;
use store::{Store, StoreError, meta, retried};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// Messages on their way at the same time.
const AT_ONCE: usize = 8;
/// After the first failure; it doubles…
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// …up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// A message that could not be sent for so long is given up.
const PATIENCE: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What one pass over the outbox did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Handed over to a mail server, a gateway or the mailbox.
    pub sent: usize,
    /// Not sent: the code in it is no longer the one to enter.
    pub stale: usize,
    /// To be tried again.
    pub failed: usize,
    /// Refused for good, or failing for too long.
    pub given_up: usize,
    /// When there is something to do again; `None`: the outbox is empty.
    pub next_due: Option<Timestamp>,
}

enum End {
    Sent,
    Failed,
    GivenUp,
}

/// Sends what was promised until `shutdown`, then finishes what is on its way: some milliseconds, or
/// minutes where a mail server is slow; whoever doesn't wait for that loses nothing, but a mail may go
/// out twice.
///
/// Several processes may do this on one store: each message is claimed by one of them. The development
/// mailbox gets nothing from a store that is served for real, whoever came first: it closes.
pub async fn run(delivery: &Delivery, transport: Transport, shutdown: CancellationToken) {
    if let Err(error) = delivery.store.begin_sending(release_all(delivery)).await {
        // They are released all the same, once they have been watched for a while.
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "messages of an earlier run were not taken up"
        );
    }
    tokio::select! {
        () = send_all(delivery, transport, shutdown) => {}
        never = watch(delivery) => match never {},
    }
}

async fn release_all(delivery: &Delivery) -> Result<(), StoreError> {
    retried(async || {
        let mut tx = delivery.store.begin().await?;
        outbox::release_all(&mut tx).await?;
        tx.commit().await
    })
    .await
}

/// Frees, for ever, what workers that are gone had in hand.
async fn watch(delivery: &Delivery) -> Infallible {
    let mut watched = Watched::default();
    loop {
        sleep(delivery.timing.look).await;
        match free_abandoned(delivery, &mut watched).await {
            Ok(0) => {}
            Ok(freed) => {
                tracing::warn!(messages = freed, "messages of a worker that is gone are taken up");
                delivery.wake();
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "the outbox can't be watched");
            }
        }
    }
}

async fn free_abandoned(delivery: &Delivery, watched: &mut Watched) -> Result<usize, StoreError> {
    let leased = outbox::leased(&mut delivery.store.read().await?).await?;
    let abandoned = watched.look(leased, delivery.timing.abandoned, Instant::now());
    for one in &abandoned {
        retried(async || {
            let mut tx = delivery.store.begin().await?;
            outbox::release(&mut tx, one).await?;
            tx.commit().await
        })
        .await?;
    }
    Ok(abandoned.len())
}

async fn send_all(delivery: &Delivery, transport: Transport, shutdown: CancellationToken) {
    let look = delivery.timing.look;
    while !shutdown.is_cancelled() {
        if let Some(mailbox) = transport.mailbox()
            && production::is_production(&delivery.store).await.is_ok_and(|it| it)
        {
            mailbox.close();
            tracing::error!(
                "the store is served with real mail now: this node sends nothing, and its mailbox is closed; stop it"
            );
            return;
        }
        let wait = match pass(delivery, &transport, &shutdown).await {
            Ok(Progress { next_due, .. }) => {
                next_due.map_or(look, |due| due.since(delivery.clock.now())).min(look)
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the outbox can't be read; trying again"
                );
                FIRST_WAIT
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = delivery.wake.notified() => {}
            () = sleep(wait) => {}
        }
    }
}

/// Sends what is due now, and answers when nothing is left that is.
///
/// # Errors
/// The store did not answer. What had been claimed was still sent.
pub async fn deliver_due(delivery: &Delivery, transport: &Transport) -> Result<Progress, StoreError> {
    pass(delivery, transport, &CancellationToken::new()).await
}

async fn pass(
    delivery: &Delivery,
    transport: &Transport,
    stop: &CancellationToken,
) -> Result<Progress, StoreError> {
    let mut progress = Progress::default();
    let mut store = Ok(());
    // Tasks, not futures of this one: one that holds a transaction must go on while this one asks for the
    // next.
    let mut on_their_way = JoinSet::new();
    loop {
        let room = AT_ONCE - on_their_way.len();
        let wanted = room > 0 && store.is_ok() && !stop.is_cancelled();
        if wanted {
            match claim(delivery, room, transport.mailbox().is_some()).await {
                Ok((stale, claimed)) => {
                    progress.stale += stale;
                    for (claimed, lease) in claimed {
                        on_their_way.spawn(attempt(delivery.clone(), transport.clone(), claimed, lease));
                    }
                }
                // What is on its way must still be marked, or it would be sent again.
                Err(error) => store = Err(error),
            }
        }
        let waiting = !on_their_way.is_empty();
        tokio::select! {
            Some(end) = on_their_way.join_next() => match end {
                Ok(End::Sent) => progress.sent += 1,
                Ok(End::GivenUp) => progress.given_up += 1,
                // After a panic nobody renews the lease, and it is tried again.
                Ok(End::Failed) | Err(_) => progress.failed += 1,
            },
            // A new message doesn't wait for a slow one.
            () = delivery.wake.notified(), if wanted && waiting => {}
            else => break,
        }
    }
    store?;
    progress.next_due = outbox::due(&mut delivery.store.read().await?).await?.map(|due| due.next);
    Ok(progress)
}

/// A clock that was wrong keeps nobody waiting for a message.
async fn bring_forward(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    tracing::warn!(%now, "messages would be due only in hours: a clock was wrong, so they are sent now");
    retried(async || {
        let mut tx = store.begin().await?;
        store::outbox::bring_forward(&mut tx, now).await?;
        tx.commit().await
    })
    .await
}

/// Claims what is due, and drops what is stale. Costs one read where there is nothing.
async fn claim(
    delivery: &Delivery,
    most: usize,
    development: bool,
) -> Result<(usize, Vec<(Claimed, Lease)>), StoreError> {
    let (store, mut stale) = (&delivery.store, 0);
    loop {
        let now = delivery.clock.now();
        let Some(due) = outbox::due(&mut store.read().await?).await? else { return Ok((stale, Vec::new())) };
        if due.last > now.plus(FURTHEST) {
            bring_forward(store, now).await?;
        } else if due.next > now {
            return Ok((stale, Vec::new()));
        }
        let dropped = retried(async || {
            let mut tx = store.begin().await?;
            let dropped = outbox::drop_stale(&mut tx, now).await?;
            tx.commit().await.map(|()| dropped)
        })
        .await?;
        stale += usize::try_from(dropped).unwrap_or(usize::MAX);
        let (claimed, at) = retried(async || {
            let mut tx = store.begin().await?;
            let at = Instant::now();
            let claimed = outbox::claim(&mut tx, delivery, now, most, development).await?;
            tx.commit().await.map(|()| (claimed, at))
        })
        .await?;
        let lease = || Lease::taken(at, delivery.timing.held);
        let claimed: Vec<_> = claimed.into_iter().map(|it| (it, lease())).collect();
        // None, though some are due: another worker was there first, and there may be more; or none is
        // for us.
        if !claimed.is_empty()
            || (development && meta::get(&mut store.read().await?, meta::PRODUCTION).await?.is_some())
        {
            return Ok((stale, claimed));
        }
    }
}

/// Sends one message and writes down what became of it.
async fn attempt(delivery: Delivery, transport: Transport, claimed: Claimed, lease: Lease) -> End {
    let delivery = &delivery;
    let result = tokio::select! {
        result = send(delivery, &transport, &claimed, &lease) => result,
        never = keep(delivery, &claimed, &lease) => match never {},
    };
    let now = delivery.clock.now();
    let too_late = now.since(claimed.created_at) >= PATIENCE;
    let (id, attempts) = (&claimed.id, claimed.attempts);
    let end = match result {
        Ok(()) => End::Sent,
        Err(SendError::Later(reason)) if !too_late => {
            if attempts == 1 {
                tracing::warn!(%id, %reason, "a message could not be sent; trying again for three days");
            } else {
                tracing::debug!(%id, %reason, attempts, "a message could not be sent again");
            }
            End::Failed
        }
        Err(SendError::AboutUs(reason)) if !too_late => {
            if let Some(refused) = delivery.refusals.note(&reason.to_string(), now) {
                tracing::error!(
                    %id, %reason, refused,
                    "the provider has something against us, so messages wait; they are tried again for three days each"
                );
            } else {
                tracing::debug!(%id, %reason, attempts, "a message could not be sent");
            }
            End::Failed
        }
        Err(error) => {
            tracing::warn!(%id, %error, attempts, "a message is given up");
            End::GivenUp
        }
    };
    if let Err(error) = retried(|| write_down(delivery, &claimed, &end, now)).await {
        tracing::error!(%id, error = &error as &dyn std::error::Error, "what became of a message was not written down");
    }
    end
}

/// Renews the lease for as long as the attempt takes. It doesn't end it: what is on its way for good needs
/// the provider's answer, and the rest looks at the lease itself.
async fn keep(delivery: &Delivery, claimed: &Claimed, lease: &Lease) -> Infallible {
    loop {
        sleep(delivery.timing.renewal).await;
        let at = Instant::now();
        let renewed = async {
            let mut tx = delivery.store.begin().await?;
            let renewed = outbox::renew(&mut tx, claimed).await?;
            tx.commit().await.map(|()| renewed)
        };
        match renewed.await {
            Ok(true) => lease.renew(at),
            Ok(false) => {
                lease.lose();
                return pending().await;
            }
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "a lease was not renewed");
            }
        }
    }
}

async fn send(
    delivery: &Delivery,
    transport: &Transport,
    claimed: &Claimed,
    lease: &Lease,
) -> Result<(), SendError> {
    // Another process that shares this store may have the key, or the version, to read it.
    let message = outbox::open(delivery, claimed)
        .ok_or(SendError::Later(Reason::Unwritable("its key is gone, or another version wrote it")))?;
    let service = Service::of(&delivery.settings);
    let written =
        letter::write(&service, &message).map_err(|_| SendError::unwritable("its template failed"))?;
    let (id, at, lease) = (claimed.id.clone(), delivery.clock.now(), lease.clone());
    transport.send(&Parcel { id, at, written, lease }).await
}

async fn write_down(
    delivery: &Delivery,
    claimed: &Claimed,
    end: &End,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut tx = delivery.store.begin().await?;
    match end {
        End::Sent => outbox::end(&mut tx, &claimed.id, Outcome::Sent).await?,
        End::GivenUp => outbox::end(&mut tx, &claimed.id, Outcome::GivenUp).await?,
        End::Failed => {
            let due = now.plus(back_off(claimed.attempts, &*delivery.entropy));
            outbox::postpone(&mut tx, claimed, due).await?;
        }
    }
    tx.commit().await
}

/// How long to wait after so many attempts: up to a quarter less than the doubled time, or all messages that
/// failed together would come back together.
fn back_off(attempts: u32, entropy: &dyn Entropy) -> Duration {
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let whole = doubled.min(LONGEST_WAIT);
    let [chance] = entropy.bytes();
    whole - whole / 4 * u32::from(chance) / u32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nameplate_core::entropy::SeededEntropy;

    #[test]
    fn back_off_doubles_up_to_ten_minutes_with_jitter() {
        let entropy = SeededEntropy::new(7);
        for (attempts, seconds) in
            [(1, 1), (2, 2), (5, 16), (10, 512), (11, 600), (400, 600), (u32::MAX, 600)]
        {
            let whole = Duration::from_secs(seconds);
            let waits: Vec<_> = (0..20).map(|_| back_off(attempts, &entropy)).collect();
            assert!(
                waits.iter().all(|wait| *wait <= whole && *wait >= whole / 4 * 3),
                "{attempts}: {waits:?}"
            );
            assert!(waits.iter().any(|wait| *wait != waits[0]), "{attempts}");
        }
    }
}
