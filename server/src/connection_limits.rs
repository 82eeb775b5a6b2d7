//! How many connections there may be: in all, and of one network, so that no network takes all of them.

use crate::config::ServerConfig;
use accounts::Origin;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// File descriptors for everything that is no connection: the store, the log, mail on its way.
const RESERVED: u64 = 128;

/// How many connections each network has.
type Taken = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The connections that the service allows.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    all: Arc<Semaphore>,
    taken: Taken,
    most: usize,
}

/// Leave for one connection; dropping it makes room for another.
#[derive(Debug)]
pub struct ConnectionPermit {
    _one: OwnedSemaphorePermit,
    network: Option<(IpAddr, Taken)>,
}

impl ConnectionLimits {
    /// As many as the configuration says, or as the system has file descriptors for.
    pub fn new(config: &ServerConfig) -> Self {
        let wanted = config.connections as u64 + RESERVED;
        let granted = rlimit::increase_nofile_limit(wanted).unwrap_or(wanted);
        if granted < wanted {
            tracing::warn!(
                granted,
                wanted,
                "the system allows fewer open files than server.connections asks for"
            );
        }
        let all = usize::try_from(granted.saturating_sub(RESERVED))
            .unwrap_or(usize::MAX)
            .clamp(1, config.connections);
        Self {
            all: Arc::new(Semaphore::new(all)),
            taken: Arc::default(),
            most: config.connections_per_network,
        }
    }

    /// Waits until there is room for one more.
    pub async fn room(&self) -> Option<OwnedSemaphorePermit> {
        self.all.clone().acquire_owned().await.ok()
    }

    /// Lets a connection in, unless its network has its share. A trusted proxy speaks for many.
    pub fn admit(
        &self,
        one: OwnedSemaphorePermit,
        address: IpAddr,
        is_proxy: bool,
    ) -> Option<ConnectionPermit> {
        if is_proxy {
            return Some(ConnectionPermit { _one: one, network: None });
        }
        let network = Origin::new(address, "").household();
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.entry(network).or_default();
        (*taken < self.most).then(|| *taken += 1)?;
        drop(all);
        Some(ConnectionPermit { _one: one, network: Some((network, self.taken.clone())) })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let Some((network, all)) = &self.network else { return };
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let left = all.get(network).map_or(0, |taken| taken.saturating_sub(1));
        if left == 0 {
            all.remove(network);
        } else {
            all.insert(*network, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Environment};

    #[tokio::test]
    async fn network_with_its_share_is_refused_and_others_connect() {
        let config = Config::from_text(
            "[server]\nconnections = 5\nconnections_per_network = 2\n",
            &Environment::default(),
        )
        .unwrap();
        let limits = ConnectionLimits::new(&config.server);
        let admit =
            async |address: &str, proxy| limits.admit(limits.room().await?, address.parse().unwrap(), proxy);
        let first = admit("192.0.2.7", false).await.unwrap();
        let _second = admit("192.0.2.7", false).await.unwrap();
        assert!(admit("192.0.2.7", false).await.is_none());
        let _other = admit("2001:db8::1", false).await.unwrap();
        let _same_network = admit("2001:db8::2", false).await.unwrap();
        assert!(admit("2001:db8::3", false).await.is_none());
        drop(first);
        let again = admit("192.0.2.7", false).await;
        assert!(again.is_some());
        let _proxy = admit("192.0.2.7", true).await.unwrap();
    }
}
