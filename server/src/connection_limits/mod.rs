//! How many connections there may be: in all, and of one network, so that no network takes all of them. When they
//! run short, those that idle the longest make room, and each network may have fewer.

mod refusal;
mod table;

use crate::config::ServerConfig;
use crate::log_text::OnceAMinute;
use accounts::Origin;
use axum::body::{Body, HttpBody};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use table::{Id, NoRoom, Room, Table};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

pub use refusal::Refusals;

/// File descriptors for everything that is no connection: the store, the log, mail on its way, refusals.
const RESERVED: u64 = 256;

type Shared = Arc<Mutex<Table>>;

/// The connections that the service allows.
#[derive(Debug)]
pub struct ConnectionLimits {
    table: Shared,
    refusals: Refusals,
    refused: OnceAMinute,
    made_room: OnceAMinute,
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
            table: Arc::new(Mutex::new(Table::new(all, config.connections_per_network))),
            refusals: Refusals::default(),
            refused: OnceAMinute::default(),
            made_room: OnceAMinute::default(),
        }
    }

    /// Lets a connection in, or answers it that there is no room. A trusted proxy speaks for many, so its
    /// connections aren't counted as those of one network. `close` is cancelled when this one has to make room.
    pub fn admit(
        &self,
        stream: TcpStream,
        address: IpAddr,
        is_proxy: bool,
        close: CancellationToken,
    ) -> Option<(TcpStream, ConnectionPermit)> {
        let network = (!is_proxy).then(|| Origin::new(address, "").household());
        // Not in the `match`, where the lock would be held on.
        let admitted = locked(&self.table).admit(network, close);
        match admitted {
            Ok((id, room)) => {
                if room == Room::Made
                    && let Some(connections) = self.made_room.happened()
                {
                    tracing::info!(connections, "connections run short: idle ones were closed for new ones");
                }
                Some((stream, ConnectionPermit { id, table: self.table.clone() }))
            }
            Err(why) => {
                self.tell(address, why);
                self.refusals.refuse(stream);
                None
            }
        }
    }

    fn tell(&self, address: IpAddr, why: NoRoom) {
        let Some(connections) = self.refused.happened() else { return };
        match why {
            NoRoom::Network => tracing::warn!(
                connections,
                latest = %address,
                "connections were refused (503): their network has as many as it may have at the moment \
                 (server.connections_per_network); if it is your proxy's, name that in server.trusted_proxies"
            ),
            NoRoom::Any => tracing::warn!(
                connections,
                latest = %address,
                "connections were refused (503): there are as many as server.connections allows, all of them busy"
            ),
        }
    }
}

fn locked(table: &Shared) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Leave for one connection; dropping it makes room for another.
#[derive(Debug)]
pub struct ConnectionPermit {
    id: Id,
    table: Shared,
}

impl ConnectionPermit {
    /// A request came in on the connection. `None`: it has made room for another one, and answers nothing any more.
    pub fn request(&self) -> Option<RequestPermit> {
        locked(&self.table).begin(self.id).then(|| RequestPermit { id: self.id, table: self.table.clone() })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        locked(&self.table).close(self.id);
    }
}

/// A request that is being answered. Its connection idles from when this is dropped.
#[derive(Debug)]
pub struct RequestPermit {
    id: Id,
    table: Shared,
}

impl RequestPermit {
    /// Holds it until the whole answer is out.
    pub fn until_answered(self, answer: Response) -> Response {
        answer.map(|body| Body::new(Answering { body, _permit: self }))
    }
}

impl Drop for RequestPermit {
    fn drop(&mut self) {
        locked(&self.table).end(self.id);
    }
}

/// The body of an answer, which ends a request with itself.
struct Answering {
    body: Body,
    _permit: RequestPermit,
}

impl HttpBody for Answering {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
