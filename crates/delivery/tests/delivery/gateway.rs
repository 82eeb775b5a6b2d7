//! A gateway for text messages: an HTTP server on loopback that writes down what it is sent.

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request that came in whole, whatever was answered.
#[derive(Clone)]
pub(crate) struct Asked {
    pub what: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The fields of a posted form.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What the gateway does with the next request.
#[derive(Clone, Copy)]
pub(crate) enum Whim {
    Answer(u16),
    /// A refusal with a body.
    Refuse(u16, &'static str),
    /// Takes the message, and answers well after this.
    Wait(Duration),
    /// Takes the message, then closes the connection without a word.
    HangUp,
}

#[derive(Default)]
struct State {
    asked: Mutex<Vec<Asked>>,
    whims: Mutex<VecDeque<Whim>>,
}

pub(crate) struct Gateway {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Gateway {
    pub(crate) async fn start(tls: Option<TlsAcceptor>) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), tls).await
    }

    pub(crate) async fn start_at(address: SocketAddr, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (state, tls) = (Arc::clone(&shared), tls.clone());
                // A client that goes away in the middle is the client's business.
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => Self::serve(&state, tls.accept(stream).await.ok()).await,
                        None => Self::serve(&state, Some(stream)).await,
                    }
                });
            }
        });
        Self { address, state, task }
    }

    async fn serve(state: &Arc<State>, stream: Option<impl AsyncRead + AsyncWrite + Unpin + 'static>) {
        let Some(stream) = stream else { return };
        let service = service_fn(|request| Self::answer(Arc::clone(state), request));
        _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(
        state: Arc<State>,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, std::io::Error> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
        let what = format!("{} {}", parts.method, parts.uri);
        let asked = Asked { what, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() };
        state.asked.lock().unwrap().push(asked);
        let whim = state.whims.lock().unwrap().pop_front().unwrap_or(Whim::Answer(201));
        let (status, body) = match whim {
            Whim::Answer(status) => (status, ""),
            Whim::Refuse(status, body) => (status, body),
            Whim::Wait(time) => {
                tokio::time::sleep(time).await;
                (201, "")
            }
            Whim::HangUp => return Err(std::io::Error::other("no answer")),
        };
        Ok(Response::builder().status(status).body(Full::from(body)).unwrap())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }

    pub(crate) fn next(&self, whim: Whim) {
        self.state.whims.lock().unwrap().push_back(whim);
    }
}
