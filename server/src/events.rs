//! `GET /events`: what happens to the account, as server-sent events (HTML, section 9.2).
//!
//! The events table is the truth: the feed only says "look". Subscribing comes before looking, so nothing
//! falls between; ids come from the table, so a page resumes by its last id across restarts and nodes.

use crate::router::AppState;
use app::request::cookies::{self, CookieName};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream, StreamExt as _};
use pool::events::{News, Recorded};
use pool::{Pool, SessionToken, Unavailable, UserId, Viewer};
use serde::Deserialize;
use serde_json::json;
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
pub fn routes(state: &AppState) -> Router {
    let live = Live {
        pool: state.pool.clone(),
        secure: state.config.server.public_url.is_https(),
        most: state.config.server.event_streams_per_account,
        open: Arc::default(),
        shutdown: state.shutdown.clone(),
    };
    Router::new().route(model::paths::EVENTS, get(follow).with_state(live))
}

#[derive(Clone)]
struct Live {
    pool: Pool,
    secure: bool,
    most: usize,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
    shutdown: CancellationToken,
}

/// The browser's own reconnect says `Last-Event-ID`; a page that woke up again says `?after=`.
#[derive(Deserialize)]
struct Resume {
    after: Option<i64>,
}

async fn follow(State(live): State<Live>, Query(resume): Query<Resume>, headers: HeaderMap) -> Response {
    let token = cookies::read(&headers, CookieName::Session, live.secure)
        .and_then(|value| SessionToken::parse(&value));
    let Some(token) = token else { return StatusCode::UNAUTHORIZED.into_response() };
    let viewer = match live.pool.viewer(&token).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Some(seat) = Seat::take(&live, viewer.user) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let told = headers.get(&LAST_EVENT_ID).and_then(|id| id.to_str().ok()?.parse().ok()).or(resume.after);
    // Known before the answer: what happens after it is heard.
    let last = match told {
        Some(last) => last,
        None => match live.pool.profile(&viewer).await {
            Ok(profile) => profile.latest_event,
            Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    };
    respond(live, viewer, token, last, seat).into_response()
}

/// One of the streams that an account may have open.
struct Seat(Arc<Mutex<HashMap<UserId, usize>>>, UserId);

impl Seat {
    fn take(live: &Live, user: UserId) -> Option<Self> {
        let mut open = live.open.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = open.entry(user).or_default();
        (*taken < live.most).then(|| *taken += 1)?;
        Some(Self(live.open.clone(), user))
    }
}

impl Drop for Seat {
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

fn respond(live: Live, viewer: Viewer, token: SessionToken, last: i64, seat: Seat) -> impl IntoResponse {
    // A browser that reads slowly fills this and is cut off by its own connection, not by others' events.
    let (out, events) = mpsc::channel::<Result<Sent, Infallible>>(16);
    let feed = live.pool.feed();
    tokio::spawn(async move {
        let follower = Follower { live, viewer, token, out, _seat: seat };
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
    _seat: Seat,
}

impl Follower {
    async fn run(self, mut feed: broadcast::Receiver<News>, mut last: i64) -> Result<(), Unavailable> {
        loop {
            // The session is asked for after the events were read: what is sent happened while it lived. The
            // other way round, a page whose session ends in between would hear what happened after.
            let events = self.live.pool.events_after(&self.viewer, last, BATCH).await?;
            if !self.live.pool.is_alive(&self.token).await? {
                _ = self.out.send(Ok(Sent::default().event("signed-out").data("{}"))).await;
                return Ok(());
            }
            if let Some(newest) = events.last() {
                last = newest.id;
                for recorded in &events {
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

/// The Hub's payload, and the sentence that a page says about it.
fn written(recorded: &Recorded) -> Sent {
    let mut payload = serde_json::to_value(&recorded.event).unwrap_or_default();
    payload["text"] = app::text::event(&recorded.event).map_or(serde_json::Value::Null, |text| json!(text));
    Sent::default().id(recorded.id.to_string()).data(payload.to_string())
}
