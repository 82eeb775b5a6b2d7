//! A transaction that lost a race is begun anew.

use crate::engine::StoreError;
use std::error::Error;
use std::time::Duration;

/// So often in all; after that many lost races the caller is told that the service can't do this now.
pub(super) const TRIES: u32 = 12;
/// Before the second try; it doubles…
const FIRST_WAIT: Duration = Duration::from_millis(4);
/// …up to this.
const LONGEST_WAIT: Duration = Duration::from_millis(250);

/// Does the work of one transaction, from its begin to its commit, and does it again when the database undid
/// it in favour of another one (a deadlock, or two that can't be put in an order). Nothing of such a try has
/// happened, so the work must keep nothing of it either.
pub async fn retried<T, E, F>(mut work: impl FnMut() -> F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: Error + 'static,
{
    let mut wait = FIRST_WAIT;
    for _ in 1..TRIES {
        match work().await {
            Err(error) if has_lost_a_race(&error) => {
                tracing::debug!(error = &error as &dyn Error, "a transaction lost a race");
            }
            done => return done,
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
    work().await
}

/// Whether that is the cause, however deep.
fn has_lost_a_race(error: &(dyn Error + 'static)) -> bool {
    let chain = std::iter::successors(Some(error), |it| (*it).source());
    chain.filter_map(|it| it.downcast_ref::<StoreError>()).any(StoreError::is_lost_race)
}
