//! The connections that are open: whose they are, which of them idle and for how long, and which of them make room
//! for others when they run short.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use tokio_util::sync::CancellationToken;

/// What a connection is called here.
pub(super) type Id = u64;

/// A browser has so many connections to one host: however short they are, a network may have as many.
const OF_A_BROWSER: usize = 8;

#[derive(Debug)]
struct Connection {
    /// `None`: a trusted proxy's, which speaks for many.
    network: Option<IpAddr>,
    /// Requests that are being answered.
    requests: usize,
    /// Where it stands among those that idle.
    idle: Option<u64>,
    /// Closes it.
    close: CancellationToken,
}

/// Why there is no room for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoRoom {
    /// Its network has what it may have, all of it busy.
    Network,
    /// All are busy.
    Any,
}

/// How room was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    Free,
    /// By closing one that idled.
    Made,
}

#[derive(Debug)]
pub(super) struct Table {
    most: usize,
    most_of_network: usize,
    /// Counts connections, and moments at which one began to idle.
    next: u64,
    open: HashMap<Id, Connection>,
    /// Those that idle, the longest idle first.
    idle: BTreeMap<u64, Id>,
    networks: HashMap<IpAddr, usize>,
}

impl Table {
    pub(super) fn new(most: usize, most_of_network: usize) -> Self {
        Self {
            most,
            most_of_network,
            next: 0,
            open: HashMap::new(),
            idle: BTreeMap::new(),
            networks: HashMap::new(),
        }
    }

    /// How many one network may have now. Of what is left when they run short it gets no more than half, so that
    /// however many networks take all that they get, there is something left for the next one.
    fn share(&self) -> usize {
        let left = self.most.saturating_sub(self.open.len());
        if left * 4 >= self.most {
            return self.most_of_network;
        }
        let least = (self.most / 16).clamp(1, OF_A_BROWSER);
        (left / 2).max(least).min(self.most_of_network)
    }

    fn taken(&self, network: Option<IpAddr>) -> usize {
        network.and_then(|network| self.networks.get(&network)).copied().unwrap_or_default()
    }

    /// Takes one more, which idles until it asks for something. It is told by `close` to make room for another one.
    pub(super) fn admit(
        &mut self,
        network: Option<IpAddr>,
        close: CancellationToken,
    ) -> Result<(Id, Room), NoRoom> {
        let share = self.share();
        let room = if network.is_some() && self.taken(network) >= share {
            let own = self.longest_idle(|it| it.network == network).ok_or(NoRoom::Network)?;
            self.evict(own);
            Room::Made
        } else if self.open.len() >= self.most {
            let greedy = self.longest_idle(|it| self.taken(it.network) > share);
            let one = greedy.or_else(|| self.longest_idle(|_| true)).ok_or(NoRoom::Any)?;
            self.evict(one);
            Room::Made
        } else {
            Room::Free
        };
        let id = self.number();
        self.open.insert(id, Connection { network, requests: 0, idle: None, close });
        if let Some(network) = network {
            *self.networks.entry(network).or_default() += 1;
        }
        self.set_idle(id);
        Ok((id, room))
    }

    fn longest_idle(&self, is_meant: impl Fn(&Connection) -> bool) -> Option<Id> {
        self.idle.values().copied().find(|id| self.open.get(id).is_some_and(&is_meant))
    }

    fn evict(&mut self, id: Id) {
        if let Some(connection) = self.remove(id) {
            connection.close.cancel();
        }
    }

    /// A request came in on it. `false`: it has made room for another one, and answers nothing any more.
    pub(super) fn begin(&mut self, id: Id) -> bool {
        let Some(connection) = self.open.get_mut(&id) else { return false };
        connection.requests += 1;
        if let Some(place) = connection.idle.take() {
            self.idle.remove(&place);
        }
        true
    }

    /// The answer is out.
    pub(super) fn end(&mut self, id: Id) {
        let Some(connection) = self.open.get_mut(&id) else { return };
        connection.requests = connection.requests.saturating_sub(1);
        if connection.requests == 0 {
            self.set_idle(id);
        }
    }

    fn set_idle(&mut self, id: Id) {
        let place = self.number();
        if let Some(connection) = self.open.get_mut(&id) {
            connection.idle = Some(place);
            self.idle.insert(place, id);
        }
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// It is closed.
    pub(super) fn close(&mut self, id: Id) {
        self.remove(id);
    }

    fn remove(&mut self, id: Id) -> Option<Connection> {
        let connection = self.open.remove(&id)?;
        if let Some(place) = connection.idle {
            self.idle.remove(&place);
        }
        if let Some(network) = connection.network {
            match self.taken(Some(network)) {
                0 | 1 => self.networks.remove(&network),
                more => self.networks.insert(network, more - 1),
            };
        }
        Some(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, number]))
    }

    fn admit(table: &mut Table, network: Option<IpAddr>) -> Result<(Id, CancellationToken), NoRoom> {
        let close = CancellationToken::new();
        table.admit(network, close.clone()).map(|(id, _)| (id, close))
    }

    /// All that the networks get who do nothing with it, each in its turn.
    fn hoard(table: &mut Table, networks: std::ops::Range<u8>, busy: bool) {
        for _ in 0..table.most {
            for number in networks.clone() {
                if let Ok((id, _)) = admit(table, network(number))
                    && busy
                {
                    table.begin(id);
                }
            }
        }
    }

    #[test]
    fn admit_beyond_the_network_share_closes_its_longest_idle() {
        let mut table = Table::new(100, 2);
        let (first, closed_first) = admit(&mut table, network(1)).unwrap();
        let (second, closed_second) = admit(&mut table, network(1)).unwrap();
        // The first was used later than the second.
        assert!(table.begin(first));
        table.end(first);
        let (third, _) = admit(&mut table, network(1)).unwrap();
        assert!(closed_second.is_cancelled() && !closed_first.is_cancelled());
        assert!(!table.begin(second), "what has made room answers nothing");
        assert!(table.begin(first) && table.begin(third));
        assert_eq!(admit(&mut table, network(1)).unwrap_err(), NoRoom::Network);
        admit(&mut table, network(2)).unwrap();
        table.close(first);
        admit(&mut table, network(1)).unwrap();
    }

    #[test]
    fn admit_with_many_idle_connections_of_few_networks_has_room() {
        let mut table = Table::new(4096, 512);
        hoard(&mut table, 0..8, false);
        assert!(table.open.len() <= 4096);
        for number in 8..=255 {
            for _ in 0..6 {
                let (id, _) = admit(&mut table, network(number)).unwrap();
                table.begin(id);
            }
        }
    }

    #[test]
    fn admit_with_many_busy_connections_of_few_networks_has_room() {
        let mut table = Table::new(4096, 512);
        hoard(&mut table, 0..8, true);
        assert!(table.most - table.open.len() > 400, "{}", table.open.len());
        hoard(&mut table, 8..40, true);
        assert!(table.most > table.open.len(), "{}", table.open.len());
        for _ in 0..6 {
            admit(&mut table, network(255)).unwrap();
        }
    }

    #[test]
    fn admit_to_a_full_table_closes_the_idle_of_the_largest_network() {
        let mut table = Table::new(32, 20);
        let (_, oldest) = admit(&mut table, network(1)).unwrap();
        let proxy: Vec<_> = (0..15).map(|_| admit(&mut table, None).unwrap()).collect();
        let greedy: Vec<_> = (0..8).map(|_| admit(&mut table, network(2)).unwrap()).collect();
        for number in 3..11 {
            admit(&mut table, network(number)).unwrap();
        }
        assert_eq!(table.open.len(), 32);
        for (other, (_, close)) in (20..).zip(&greedy[..6]) {
            admit(&mut table, network(other)).unwrap();
            assert!(close.is_cancelled(), "{other}");
        }
        assert!(!oldest.is_cancelled() && proxy.iter().all(|(_, close)| !close.is_cancelled()));
    }

    #[test]
    fn admit_to_a_table_full_of_busy_connections_is_refused() {
        let mut table = Table::new(4, 4);
        for number in 0..4 {
            let (id, _) = admit(&mut table, network(number)).unwrap();
            table.begin(id);
        }
        assert_eq!(admit(&mut table, network(9)).unwrap_err(), NoRoom::Any);
        assert_eq!(admit(&mut table, None).unwrap_err(), NoRoom::Any);
    }

    #[test]
    fn close_of_every_connection_leaves_an_empty_table() {
        let mut table = Table::new(64, 16);
        hoard(&mut table, 0..20, false);
        for id in table.open.keys().copied().collect::<Vec<_>>() {
            table.begin(id);
            table.close(id);
            table.end(id);
            table.close(id);
        }
        assert!(table.open.is_empty() && table.idle.is_empty() && table.networks.is_empty());
    }
}
