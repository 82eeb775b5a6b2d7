//! Whether an installation was ever served for real: `store::production` says what follows from it.

use crate::{Context, Unavailable};
use store::production;

/// Notes that it is served for real. Called before anyone is served.
///
/// # Errors
/// The store did not answer.
pub async fn mark_production(ctx: &Context) -> Result<(), Unavailable> {
    Ok(production::mark_production(&ctx.store, ctx.now()).await?)
}

/// Whether it was ever served for real.
///
/// # Errors
/// The store did not answer.
pub async fn is_production(ctx: &Context) -> Result<bool, Unavailable> {
    Ok(production::is_production(&ctx.store).await?)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use delivery::{Mailbox, Progress, Transport};
    use store::meta;
    use tokio_util::sync::CancellationToken;

    #[tokio::test]
    async fn mark_production_twice_keeps_the_first_time_over_a_restart() {
        let pool = TestPool::new().await;
        assert!(!super::is_production(&pool).await.unwrap());
        super::mark_production(&pool).await.unwrap();
        let first = meta::get(&mut pool.store().read().await.unwrap(), meta::PRODUCTION).await.unwrap();
        assert_eq!(first, Some(pool.time().millis().to_string()));
        pool.wait(60);
        super::mark_production(&pool).await.unwrap();
        assert_eq!(
            meta::get(&mut pool.store().read().await.unwrap(), meta::PRODUCTION).await.unwrap(),
            first
        );
        assert!(super::is_production(&*pool.restart().await).await.unwrap());
    }

    #[tokio::test]
    async fn mailbox_of_a_production_store_takes_nothing_and_closes() {
        let pool = TestPool::new().await;
        let mailbox = Mailbox::new(|_| {});
        let transport = Transport::Mailbox(mailbox.clone());
        pool.sign_up("early", "early@domain.com").await;
        assert_eq!(delivery::worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);

        // Another node begins to serve the same store for real.
        super::mark_production(&pool.another(2).await).await.unwrap();
        pool.sign_up("jdoe", "me@domain.com").await;
        let progress = delivery::worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        assert_eq!(
            (progress.sent, progress.next_due),
            (0, Some(pool.time())),
            "the message waits for the other node"
        );
        assert_eq!(mailbox.letters().len(), 1);

        // The worker doesn't wait for its end: it has nothing to do here any more.
        delivery::worker::run(pool.delivery(), transport, CancellationToken::new()).await;
        assert!(mailbox.is_closed() && mailbox.letters().is_empty());
        let real = Mailbox::new(|_| {});
        assert_eq!(
            delivery::worker::deliver_due(pool.delivery(), &Transport::Mailbox(real)).await.unwrap(),
            Progress { next_due: Some(pool.time()), ..Progress::default() }
        );
    }
}
