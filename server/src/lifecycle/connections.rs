//! Connections: taken until the service stops, and then drained.

use super::host;
use super::signals::StopSignals;
use crate::connection_limits::{ConnectionLimits, ConnectionPermit};
use crate::layers::client_ip::Peer;
use crate::router::{self, AppState};
use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

/// How taking connections came to its end.
pub enum Accepted<F> {
    /// This waits for those that are open.
    Until(F),
    /// A second signal came before the first one had closed the port.
    StoppedAtOnce,
}

/// Takes connections until the first signal, and then for as long as a balancer may need to see that this node
/// is not ready any more.
pub async fn accept(
    state: &AppState,
    listener: TcpListener,
    stop: &mut StopSignals,
) -> Accepted<impl Future<Output = ()> + use<>> {
    let router = router::build(state.clone());
    let connections = TaskTracker::new();
    let limits = ConnectionLimits::new(&state.config.server);
    let mut lame_duck = pin!(async {
        state.stopping.cancelled().await;
        sleep(state.config.server.lame_duck).await;
    });
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: waiting is all that helps.
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stop.next() => {
                if state.stopping.is_cancelled() {
                    return Accepted::StoppedAtOnce;
                }
                tracing::info!("stopping soon: not ready any more");
                state.stopping.cancel();
                continue;
            }
            () = lame_duck.as_mut() => break,
        };
        let proxy = state.config.server.trusts(peer.ip().to_canonical());
        let close = state.shutdown.child_token();
        if let Some((stream, permit)) = limits.admit(stream, peer.ip(), proxy, close.clone()) {
            let connection = connection(state, &router, stream, Peer(peer), Arc::new(permit));
            connections.spawn(serve(connection, close, state.shutdown.clone()));
        }
    }
    drop(listener);
    tracing::info!("stopping: open requests may finish");
    state.shutdown.cancel();
    connections.close();
    Accepted::Until(async move { connections.wait().await })
}

/// What a request may have before its body. Browsers send a few kilobytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// How long a connection that has to make room may take to close: nothing is asked on it.
const CLOSING: Duration = Duration::from_secs(1);

/// Serves a connection until it is closed by the other end, or told to: then a request under way is answered.
async fn serve(
    connection: impl GracefulConnection<Error = hyper::Error>,
    close: CancellationToken,
    shutdown: CancellationToken,
) {
    let mut connection = pin!(connection);
    // A browser that went away is no fault.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = close.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    if shutdown.is_cancelled() {
        _ = connection.await;
    } else {
        _ = timeout(CLOSING, connection).await;
    }
}

/// On a connection that was closed for another one nothing is answered: a browser asks again on the next.
#[derive(Debug, thiserror::Error)]
#[error("the connection has made room for another one")]
struct Closed;

type Io = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;

fn connection(
    state: &AppState,
    router: &Router,
    stream: TcpStream,
    peer: Peer,
    permit: Arc<ConnectionPermit>,
) -> http1::Connection<
    Io,
    impl hyper::service::HttpService<
        hyper::body::Incoming,
        ResBody = axum::body::Body,
        Error = Closed,
        Future: Send,
    > + use<>,
> {
    // Without it small answers wait for the client's delayed acknowledgement: 20 times slower.
    _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(state.config.server.write_timeout));
    let router = router.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        let (router, request_permit) = (router.clone(), permit.request());
        request.extensions_mut().insert(peer);
        async move {
            let request_permit = request_permit.ok_or(Closed)?;
            if let Some(refused) = host::refusal(&request) {
                return Ok(request_permit.until_answered(refused));
            }
            let answer = router.oneshot(request.map(axum::body::Body::new) as Request).await;
            answer.map(|answer| request_permit.until_answered(answer)).map_err(|never| match never {})
        }
    });
    let mut http = http1::Builder::new();
    http.max_buf_size(LARGEST_HEAD)
        .timer(TokioTimer::new())
        .header_read_timeout(state.config.server.header_timeout);
    http.serve_connection(TokioIo::new(Box::pin(stream)), service)
}
