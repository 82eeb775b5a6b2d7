//! Connections: taken until the service stops, and then drained.

use super::signals::StopSignals;
use crate::connection_limits::ConnectionLimits;
use crate::layers::client_ip::Peer;
use crate::router::{self, AppState};
use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// Takes connections until the first signal; what it returns waits for those that are open.
pub async fn accept(
    state: &AppState,
    listener: TcpListener,
    stop: &mut StopSignals,
) -> impl Future<Output = ()> + use<> {
    let router = router::build(state.clone());
    let connections = GracefulShutdown::new();
    let limits = ConnectionLimits::new(&state.config.server);
    loop {
        let room = tokio::select! {
            Some(room) = limits.room() => room,
            () = stop.next() => break,
        };
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
            () = stop.next() => break,
        };
        let proxy = state.config.server.trusts(peer.ip().to_canonical());
        // Without a word: a client that holds so many would only be told so often.
        let Some(permit) = limits.admit(room, peer.ip(), proxy) else { continue };
        let connection = connections.watch(connection(state, &router, stream, peer));
        tokio::spawn(async move {
            _ = connection.await; // a browser that went away is no fault
            drop(permit);
        });
    }
    drop(listener);
    tracing::info!("stopping: open requests may finish");
    state.shutdown.cancel();
    connections.shutdown()
}

/// What a request may have before its body. Browsers send a few kilobytes.
const LARGEST_HEAD: usize = 64 * 1024;

type Io = TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>>;

fn connection(
    state: &AppState,
    router: &Router,
    stream: TcpStream,
    peer: SocketAddr,
) -> http1::Connection<
    Io,
    impl hyper::service::HttpService<
        hyper::body::Incoming,
        ResBody = axum::body::Body,
        Error = std::convert::Infallible,
        Future: Send,
    > + use<>,
> {
    // Without it small answers wait for the client's delayed acknowledgement: 20 times slower.
    _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(state.config.server.write_timeout));
    let router = router.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request.map(axum::body::Body::new) as Request)
    });
    let mut http = http1::Builder::new();
    http.max_buf_size(LARGEST_HEAD)
        .timer(TokioTimer::new())
        .header_read_timeout(state.config.server.header_timeout);
    http.serve_connection(TokioIo::new(Box::pin(stream)), service)
}
