//! `GET /events`: what happens to the account, as server-sent events (HTML, section 9.2).
//!
//! The events table is the truth: the feed only says "look". Subscribing comes before looking, so nothing
//! falls between; ids come from the table, so a page resumes by its last id across restarts and nodes.

use crate::config::ServerConfig;
use accounts::account::{News, Recorded};
use accounts::{Context, SessionToken, Unavailable, UserId, Viewer};
use app::request::cookies::{self, CookieName};
use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream, StreamExt as _};
use model::Event;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// How often a silent stream says that it lives, and looks whether its session does.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How many events are read at once.
const BATCH: u32 = 100;

/// nginx keeps an answer back until it is whole or its buffer is full, unless the answer says otherwise;
/// others do so in order to compress it (RFC 9111, section 5.2.2.6). It is about one person: no cache keeps
/// it.
const UNBUFFERED: [(HeaderName, &str); 2] =
    [(HeaderName::from_static("x-accel-buffering"), "no"), (CACHE_CONTROL, "no-store, no-transform")];

/// The route of the live events.
pub fn routes(pool: Context, config: &ServerConfig, shutdown: CancellationToken) -> Router {
    let live = Live {
        pool,
        secure: config.public_url.is_https(),
        most: config.event_streams_per_account,
        open: Arc::default(),
        shutdown,
    };
    Router::new().route(model::paths::EVENTS, get(follow).with_state(live))
}

#[derive(Clone)]
struct Live {
    pool: Context,
    secure: bool,
    most: usize,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    shutdown: CancellationToken,
}

fn query<'a>(uri: &'a Uri, wanted: &'static str) -> impl Iterator<Item = Cow<'a, str>> {
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.filter(move |(name, _)| name == wanted).map(|(_, value)| value)
}

/// The browser's own reconnect says `Last-Event-ID`; a page that woke up again says `?after=`.
fn resume_after(headers: &HeaderMap, uri: &Uri) -> Option<i64> {
    let reconnect = headers.get_all(&LAST_EVENT_ID).iter();
    reconnect
        .filter_map(|id| std::str::from_utf8(id.as_bytes()).ok()?.trim().parse().ok())
        .next()
        .or_else(|| query(uri, "after").find_map(|id| id.parse().ok()))
}

fn unavailable() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, HeaderValue::from_static("2"))]).into_response()
}

async fn follow(State(live): State<Live>, uri: Uri, headers: HeaderMap) -> Response {
    let token = cookies::read_as(&headers, CookieName::Session, live.secure, SessionToken::parse);
    let Some(token) = token else { return StatusCode::UNAUTHORIZED.into_response() };
    let viewer = match accounts::sessions::viewer(&live.pool, &token).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => return unavailable(),
    };
    if query(&uri, "account").any(|it| !accounts::sessions::is_account_digest(&live.pool, &viewer, &it)) {
        // Whose page it is has signed out.
        return (UNBUFFERED, Sse::new(stream::iter([Ok::<_, Infallible>(signed_out())]))).into_response();
    }
    let Some(permit) = StreamPermit::take(&live, viewer.user) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let told = resume_after(&headers, &uri);
    // Known before the answer: what happens after it is heard.
    let last = match told {
        Some(last) => last,
        None => match accounts::attributes::profile(&live.pool, &viewer).await {
            Ok(profile) => profile.latest_event,
            Err(_) => return unavailable(),
        },
    };
    respond(live, viewer, token, last, permit).into_response()
}

fn signed_out() -> Sent {
    Sent::default().event("signed-out").data("{}")
}

/// One of the streams that an account may have open.
struct StreamPermit(Arc<Mutex<HashMap<UserId, usize>>>, UserId);

impl StreamPermit {
    fn take(live: &Live, user: UserId) -> Option<Self> {
        let mut open = live.open.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = open.entry(user).or_default();
        (*taken < live.most).then(|| *taken += 1)?;
        Some(Self(live.open.clone(), user))
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = open.get(&self.1).map_or(0, |taken| taken.saturating_sub(1));
        if left == 0 {
            open.remove(&self.1);
        } else {
            open.insert(self.1, left);
        }
    }
}

fn respond(
    live: Live,
    viewer: Viewer,
    token: SessionToken,
    last: i64,
    permit: StreamPermit,
) -> impl IntoResponse {
    // A browser that reads slowly fills this and is cut off by its own connection, not by others' events.
    let (out, events) = mpsc::channel::<Result<Sent, Infallible>>(16);
    let feed = accounts::account::subscribe(&live.pool);
    tokio::spawn(async move {
        let follower = Follower { live, viewer, token, out, _permit: permit };
        if let Err(error) = follower.run(feed, last).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "a live stream ended early");
        }
    });
    let beating = KeepAlive::new().interval(HEARTBEAT);
    (UNBUFFERED, Sse::new(into_stream(events)).keep_alive(beating))
}

/// A comment comes first, which `EventSource` ignores: the answer begins at once, though nothing may happen
/// for long.
fn into_stream(
    events: mpsc::Receiver<Result<Sent, Infallible>>,
) -> impl Stream<Item = Result<Sent, Infallible>> {
    let opened = stream::once(async { Ok(Sent::default().comment("open")) });
    opened.chain(ReceiverStream::new(events))
}

struct Follower {
    live: Live,
    viewer: Viewer,
    token: SessionToken,
    out: mpsc::Sender<Result<Sent, Infallible>>,
    _permit: StreamPermit,
}

impl Follower {
    async fn run(self, mut feed: broadcast::Receiver<News>, mut last: i64) -> Result<(), Unavailable> {
        loop {
            // The session is asked for after the events were read: what is sent happened while it lived. The
            // other way round, a page whose session ends in between would hear what happened after.
            let found = accounts::account::stretch_after(&self.live.pool, &self.viewer, last, BATCH).await?;
            if !accounts::sessions::is_alive(&self.live.pool, &self.token).await? {
                _ = self.out.send(Ok(signed_out())).await;
                return Ok(());
            }
            if let Some(newest) = found.last {
                last = newest;
                for recorded in &found.events {
                    if self.out.send(Ok(written(recorded))).await.is_err() {
                        return Ok(());
                    }
                }
                continue;
            }
            tokio::select! {
                () = self.live.shutdown.cancelled() => return Ok(()),
                () = self.out.closed() => return Ok(()),
                () = tokio::time::sleep(HEARTBEAT) => {}
                () = news(&mut feed, self.viewer.user) => {}
            }
        }
    }
}

/// Returns when something may have happened to the account, or when so much happened to others that looking
/// is cheaper.
async fn news(feed: &mut broadcast::Receiver<News>, user: UserId) {
    loop {
        match feed.recv().await {
            Ok(News::Of(other)) if other != user => {}
            Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

/// What pages are sent: the event as `Hub` has it, and the sentence about it.
#[derive(Serialize)]
struct Payload<'a> {
    #[serde(flatten)]
    event: &'a Event,
    text: Option<String>,
}

fn written(recorded: &Recorded) -> Sent {
    let payload = Payload { event: &recorded.event, text: app::text::event(&recorded.event) };
    let json = serde_json::to_string(&payload).unwrap_or_default();
    Sent::default().id(recorded.id.to_string()).data(json)
}
