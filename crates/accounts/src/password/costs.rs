//! What the passwords that are stored cost to compare, so that a name that is nobody's costs the same.
//!
//! Hashes that are old, or come from elsewhere, take another time than those of today. How many there are of each cost
//! is counted once a day and kept in the store; for a name without a hash one of these costs is chosen by a keyed
//! digest of the name, each as often as it is in use.

use crate::password::hasher::Cost;
use crate::{Context, Unavailable};
use nameplate_core::clock::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use store::users::{self, HashOfUser};
use store::{Conn, StoreError, meta, retried};

/// So long they are taken for what is in use.
const COUNTED_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// So many hashes are read at once.
const PAGE: u32 = 500;

/// Whose hash is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Among {
    Accounts,
    WaitingSignUps,
    Both,
}

/// How many hashes there are of a cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Share {
    cost: Cost,
    accounts: u64,
    waiting: u64,
}

/// The costs in use.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Costs {
    counted_at: i64,
    shares: Vec<Share>,
}

/// As they were counted last; the statement is the same for every name.
pub(crate) async fn in_use(conn: &mut Conn) -> Result<Costs, StoreError> {
    let text = meta::get(conn, meta::PASSWORD_COSTS).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

impl Costs {
    /// The cost for a name that has no hash, always the same one while the shares are: of all the one with the least
    /// score (weighted rendezvous hashing), so that a change of one share moves few names. `None`: nothing was
    /// counted.
    pub(crate) fn for_nobody(&self, ctx: &Context, name: &str, among: Among) -> Option<Cost> {
        let weighed = self.shares.iter().filter_map(|share| {
            let count = share.count(among);
            (count > 0).then(|| (score(ctx, name, share.cost, count), share.cost))
        });
        weighed.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, cost)| cost)
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let counted = Timestamp(self.counted_at);
        counted.plus(COUNTED_FOR) <= now || counted > now
    }
}

impl Share {
    const fn count(&self, among: Among) -> u64 {
        match among {
            Among::Accounts => self.accounts,
            Among::WaitingSignUps => self.waiting,
            Among::Both => self.accounts + self.waiting,
        }
    }
}

/// Of several costs each has the least score as often as its count says.
#[expect(clippy::cast_precision_loss, reason = "that is as exact as shares need to be")]
fn score(ctx: &Context, name: &str, cost: Cost, count: u64) -> f64 {
    let Cost { memory_kib, iterations, parallelism } = cost;
    let numbers = [memory_kib, iterations, parallelism].map(u32::to_le_bytes).concat();
    let digest = ctx.keys.made_up(&[b"cost of a hash for", name.as_bytes(), &numbers]);
    let drawn = digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)) >> 11;
    -((drawn as f64 + 1.0) / (1_u64 << 53) as f64).ln() / count as f64
}

/// Counts them, if that was not done within a day: by the node that comes first.
pub(crate) async fn count(ctx: &Context) -> Result<(), Unavailable> {
    if !retried(|| take_up(ctx)).await? {
        return Ok(());
    }
    let (mut counted, mut last) = (BTreeMap::new(), None);
    loop {
        let page = users::hashes_after(&mut ctx.store.read().await?, last, PAGE).await?;
        for HashOfUser { hash, confirmed, .. } in &page {
            let Some(cost) = Cost::of_hash(hash) else { continue };
            let share = counted.entry(cost).or_insert(Share { cost, accounts: 0, waiting: 0 });
            let count = if *confirmed { &mut share.accounts } else { &mut share.waiting };
            *count += 1;
        }
        last = page.last().map(|it| it.user);
        if page.len() < PAGE as usize {
            break;
        }
    }
    let costs = Costs { counted_at: ctx.now().0, shares: counted.into_values().collect() };
    retried(|| keep(ctx, &costs)).await?;
    Ok(())
}

/// Says that this node counts. `false`: it isn't time, or another node does.
async fn take_up(ctx: &Context) -> Result<bool, StoreError> {
    let mut tx = ctx.store.begin().await?;
    // Nodes come one after the other.
    let text = meta::set_once(&mut tx, meta::PASSWORD_COSTS, "{}").await?;
    let before: Costs = serde_json::from_str(&text).unwrap_or_default();
    if !before.is_due(ctx.now()) {
        return Ok(false);
    }
    let taken = Costs { counted_at: ctx.now().0, ..before };
    meta::set(&mut tx, meta::PASSWORD_COSTS, &written(&taken)?).await?;
    tx.commit().await.map(|()| true)
}

async fn keep(ctx: &Context, costs: &Costs) -> Result<(), StoreError> {
    let mut tx = ctx.store.begin().await?;
    meta::set(&mut tx, meta::PASSWORD_COSTS, &written(costs)?).await?;
    tx.commit().await
}

fn written(costs: &Costs) -> Result<String, StoreError> {
    serde_json::to_string(costs).map_err(StoreError::unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PASSWORD, TestPool};
    use model::SignInOptions;
    use nameplate_core::settings::{Hashing, Settings};

    const OLD: Cost = Cost { memory_kib: 16, iterations: 1, parallelism: 1 };

    /// A pool with one account of today, and three whose hashes are older.
    async fn pool(settings: Settings) -> TestPool {
        let pool = TestPool::with(settings).await;
        for number in 0..4 {
            pool.signed_in(&format!("user{number}"), &format!("u{number}@domain.com")).await;
        }
        let hash = "$argon2id$v=19$m=16,t=1,p=1$c29tZXNhbHQwMTIz$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";
        let mut tx = pool.store.begin().await.unwrap();
        let query = tx.query("UPDATE users SET password_hash = $1 WHERE id > 1");
        query.bind(hash.to_owned()).run().await.unwrap();
        tx.commit().await.unwrap();
        count(&pool).await.unwrap();
        pool
    }

    async fn computed(pool: &TestPool, name: &str) -> Vec<Cost> {
        pool.passwords.take_computed();
        _ = pool.try_sign_in(name, "nobodys+Password-1").await;
        pool.passwords.take_computed()
    }

    #[tokio::test]
    async fn sign_in_as_nobody_costs_what_accounts_cost_by_their_shares() {
        let pool = pool(Settings::default()).await;
        assert_eq!(computed(&pool, "user3").await, [OLD], "an old hash");
        let mut old = 0;
        for number in 0..400 {
            let costs = in_use(&mut pool.store.read().await.unwrap()).await.unwrap();
            let cost = costs.for_nobody(&pool, &format!("username:nobody{number}"), Among::Both).unwrap();
            old += usize::from(cost == OLD);
        }
        assert!((260..340).contains(&old), "three of four: {old} of 400");
        let of_nobody = computed(&pool, "nobody7").await;
        assert_eq!(of_nobody.len(), 1);
        pool.wait(3600);
        assert_eq!(computed(&pool, "NOBODY7").await, of_nobody, "always the same");
    }

    #[tokio::test]
    async fn sign_in_as_nobody_by_address_costs_an_account_and_a_waiting_sign_up() {
        let sign_in = SignInOptions { username: false, email: true, phone_number: false };
        let pool = pool(Settings { sign_in, ..Settings::default() }).await;
        pool.sign_up("", "waits@domain.com").await;
        pool.wait(24 * 3600);
        count(&pool).await.unwrap();
        let Hashing { memory_kib, iterations, parallelism, .. } = pool.settings.hashing;
        let today = Cost { memory_kib, iterations, parallelism };
        let mut first = Vec::new();
        for name in ["u3@domain.com", "waits@domain.com", "n1@domain.com", "n2@domain.com", "n3@domain.com"] {
            let costs = computed(&pool, name).await;
            assert_eq!(costs[1..], [today], "{name}: what waits is of today");
            first.push(costs[0]);
        }
        assert_eq!(first[0], OLD);
    }

    #[tokio::test]
    async fn costs_are_counted_once_a_day_and_by_one_node() {
        let pool = pool(Settings::default()).await;
        let shares =
            async |pool: &TestPool| in_use(&mut pool.store.read().await.unwrap()).await.unwrap().shares.len();
        assert_eq!(shares(&pool).await, 2);
        pool.try_sign_in("user0", PASSWORD).await.unwrap();
        let mut tx = pool.store.begin().await.unwrap();
        tx.query("UPDATE users SET password_hash = '' WHERE id = 1").run().await.unwrap();
        tx.commit().await.unwrap();
        pool.wait(24 * 3600 - 1);
        count(&pool).await.unwrap();
        assert_eq!(shares(&pool).await, 2);
        pool.wait(1);
        assert!(take_up(&pool).await.unwrap() && !take_up(&pool).await.unwrap(), "one node counts");
        pool.wait(24 * 3600);
        count(&pool).await.unwrap();
        assert_eq!(shares(&pool).await, 1);
    }
}
