//! From start to stop: open, announce, serve, drain.

use crate::config::{Config, Secret, ServerConfig, is_mailbox_token};
use crate::layers::client::Peer;
use crate::mailbox::{self, DevMailbox};
use crate::router::{self, AppState};
use crate::seats::Seats;
use crate::site;
use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use pool::delivery::{Arrival, Mailbox, Sms, Smtp, SmtpSettings, Transport};
use pool::keys::KeyError;
use pool::store::StoreError;
use pool::store::transfer::checkup::is_production;
use pool::{Entropy, Keys, Parts, Pool, Store, SystemClock, SystemEntropy};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Why the service did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Fatal {
    #[error("the folder {0} can't be used: {1}")]
    Folder(String, std::io::Error),
    #[error("the database can't be used")]
    Store(#[from] StoreError),
    #[error("the keys can't be used")]
    Keys(#[from] KeyError),
    #[error(
        "{0} holds data, but the keys that it was written with are missing: put the file back (or set NAMEPLATE_KEYS)"
    )]
    KeysMissing(String),
    #[error("the user pool can't be opened")]
    Pool(#[from] pool::Unavailable),
    #[error("mail.smtp_url: {0}")]
    Smtp(#[from] pool::delivery::SmtpFault),
    #[error("sms: {0}")]
    Sms(#[from] pool::delivery::SmsFault),
    #[error("{0} can't be listened on: {1}")]
    Listen(String, std::io::Error),
    #[error(
        "the store at {0} was served with a mail server or at a public address, so it has no development mailbox: {1}"
    )]
    Production(String, &'static str),
    #[error(
        "{path} can't hold the token of the development mailbox ({fault}): let us write there, or set NAMEPLATE_MAILBOX_TOKEN"
    )]
    MailboxToken { path: String, fault: std::io::Error },
    #[error("{0} holds no token of a development mailbox: remove it, and a new one is made")]
    NoMailboxToken(String),
    #[error("this program was built without its pages: build it with `make build`")]
    NoSite,
    #[error("signals can't be received: {0}")]
    Signals(std::io::Error),
}

/// Runs the service until it is told to stop.
pub async fn serve(mut config: Config) -> Result<(), Fatal> {
    if !cfg!(debug_assertions) && !site::is_complete() {
        return Err(Fatal::NoSite);
    }
    let listener = listen(&config.server.listen).await?;
    if let Ok(address) = listener.local_addr() {
        config.listening_on(address.port());
    }
    let pool = open_to_serve(&config).await?;
    let (transport, mailbox) = transport(&config)?;
    let mailbox = match mailbox {
        Some(mailbox) => Some(DevMailbox { mailbox, token: mailbox_token(&config)? }),
        None => None,
    };
    let shutdown = CancellationToken::new();
    let state =
        AppState { pool: pool.clone(), config: Arc::new(config), mailbox, shutdown: shutdown.clone() };
    // Before anybody knows the address, so that whoever reads it may send a signal.
    let mut stop = Stop::new()?;
    announce(&state);

    let delivery = tokio::spawn({
        let (pool, stop) = (pool.clone(), shutdown.clone());
        async move { pool.deliver(transport, stop).await }
    });
    tokio::spawn(tidy_hourly(pool.clone(), shutdown.clone()));
    tokio::spawn({
        let (pool, stop) = (pool.clone(), shutdown.clone());
        async move { pool.listen(stop).await }
    });
    let drained = accept(&state, listener, &mut stop).await;
    let grace = state.config.server.drain;
    tokio::select! {
        _ = timeout(grace, async { drained.await; _ = delivery.await; }) => {}
        () = stop.again() => tracing::warn!("stopping at once"),
    }
    pool.store().close().await;
    Ok(())
}

/// Nothing grows for ever: what has run its course goes, once at the start and then every hour.
async fn tidy_hourly(pool: Pool, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = pool.tidy().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what has run its course could not be removed"
            );
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(Duration::from_secs(3600)) => {}
        }
    }
}

/// Opens the store as who serves from it must: a store that was served for real has no development mailbox,
/// and one that is served for real from now on remembers it before anyone comes.
async fn open_to_serve(config: &Config) -> Result<Pool, Fatal> {
    let production = || Fatal::Production(whereabouts(config), instead_of_a_mailbox(&config.server));
    // Before it is brought to shape: a developer's newer version would lock out the nodes that serve. What
    // can't be looked at is named when it is opened.
    if !config.is_production() && is_production(&config.server.place()).await.is_ok_and(|it| it) {
        return Err(production());
    }
    let pool = open(config).await?;
    let refused = match config.is_production() {
        true => pool.mark_production().await.err().map(Fatal::Pool),
        false => match pool.is_production().await {
            Ok(is_production) => is_production.then(production),
            Err(error) => Some(Fatal::Pool(error)),
        },
    };
    match refused {
        None => Ok(pool),
        Some(refused) => {
            pool.store().close().await;
            Err(refused)
        }
    }
}

/// What to do where there can't be a development mailbox.
pub(crate) const fn instead_of_a_mailbox(server: &ServerConfig) -> &'static str {
    match server.store_url {
        Some(_) => "set mail.smtp_url (NAMEPLATE_SMTP_URL), or use another database (NAMEPLATE_STORE_URL)",
        None => "set mail.smtp_url (NAMEPLATE_SMTP_URL), or use another data folder (NAMEPLATE_DATA)",
    }
}

/// The token of the development mailbox: the configured one, else the one in the data folder, which is made
/// if it is not there.
fn mailbox_token(config: &Config) -> Result<Secret, Fatal> {
    if let Some(token) = &config.mail.mailbox_token {
        return Ok(token.clone());
    }
    let path = config.server.mailbox_token_file();
    let text = mailbox::kept_token(&path, || (&SystemEntropy as &dyn Entropy).token());
    let text = text.map_err(|fault| Fatal::MailboxToken { path: path.display().to_string(), fault })?;
    let token = text.trim();
    if is_mailbox_token(token) {
        Ok(Secret::new(token))
    } else {
        Err(Fatal::NoMailboxToken(path.display().to_string()))
    }
}

/// Opens the store and its keys. A store that is refused is left as it was found.
pub async fn open(config: &Config) -> Result<Pool, Fatal> {
    make_folder(&config.server.data)?;
    let store = match &config.server.store_url {
        Some(url) => Store::postgres(url).await?,
        None => Store::sqlite(&config.server.database()).await?,
    };
    let opened = unlock(config, store.clone()).await;
    if opened.is_err() {
        store.close().await;
    }
    opened
}

/// A new key is made only for a store that holds nothing yet.
async fn unlock(config: &Config, store: Store) -> Result<Pool, Fatal> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys =
        match &config.server.keys {
            Some(text) => Keys::from_text(text.reveal())?,
            None => Keys::for_store(&config.server.key_file(), &store, &*entropy).await.map_err(|error| {
                match error {
                    KeyError::Store(StoreError::KeyMissing) => Fatal::KeysMissing(whereabouts(config)),
                    other => Fatal::Keys(other),
                }
            })?,
        };
    Ok(Pool::open(Parts {
        store,
        clock: Arc::new(SystemClock),
        entropy,
        keys,
        settings: config.pool.clone(),
    })
    .await?)
}

/// For its owner alone.
pub(crate) fn make_folder(data: &Path) -> Result<(), Fatal> {
    use std::os::unix::fs::DirBuilderExt;
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|error| Fatal::Folder(data.display().to_string(), error))
}

fn transport(config: &Config) -> Result<(Transport, Option<Mailbox>), Fatal> {
    let sms = config.mail.sms.as_ref().map(Sms::new).transpose()?;
    let Some(url) = &config.mail.smtp_url else {
        let mailbox = Mailbox::new(|Arrival { to, subject, medium }| {
            say(&format!("{} to {to}: {subject}", medium.as_str()))
        });
        let transport = match sms {
            Some(sms) => Transport::MailboxAndSms(mailbox.clone(), sms),
            None => Transport::Mailbox(mailbox.clone()),
        };
        return Ok((transport, Some(mailbox)));
    };
    let settings = SmtpSettings {
        url: url.reveal().to_owned(),
        from: config.pool.mail.from.clone(),
        public_url: config.pool.public_url.clone(),
        extra_roots: None,
    };
    let smtp = Smtp::new(&settings)?;
    Ok((
        sms.map_or_else(|| Transport::Smtp(smtp.clone()), |sms| Transport::SmtpAndSms(smtp.clone(), sms)),
        None,
    ))
}

async fn listen(address: &str) -> Result<TcpListener, Fatal> {
    TcpListener::bind(address).await.map_err(|error| Fatal::Listen(address.to_owned(), error))
}

/// What whoever started the program needs to know.
fn announce(state: &AppState) {
    let config = &state.config;
    say(&format!("{} is at {}", config.pool.name, config.server.public_url));
    if let Some(mailbox) = &state.mailbox {
        let token = mailbox.token.reveal();
        say(&format!(
            "DEVELOPMENT MAILBOX: {}{}?token={token} (no mail is sent)",
            config.server.public_url,
            model::paths::MAILBOX
        ));
    }
    say(&format!("data: {}", whereabouts(config)));
    say(&format!("user pool {}, app client {}", state.pool.id(), state.pool.pages_client()));
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
}

/// Where the data is, in words.
fn whereabouts(config: &Config) -> String {
    match &config.server.store_url {
        Some(url) => format!("PostgreSQL at {url}"),
        None => std::path::absolute(&config.server.data)
            .unwrap_or_else(|_| config.server.data.clone())
            .display()
            .to_string(),
    }
}

/// To standard output, which is for people; the log is on standard error.
fn say(line: &str) {
    _ = writeln!(std::io::stdout(), "{line}");
}

/// The signals that end the service: the first drains, the second quits.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn new() -> Result<Self, Fatal> {
        let listen = |kind| signal(kind).map_err(Fatal::Signals);
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn again(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Takes connections until the first signal; what it returns waits for those that are open.
async fn accept(
    state: &AppState,
    listener: TcpListener,
    stop: &mut Stop,
) -> impl Future<Output = ()> + use<> {
    let router = router::build(state.clone());
    let connections = GracefulShutdown::new();
    let seats = Seats::new(&state.config.server);
    loop {
        let seat = tokio::select! {
            Some(seat) = seats.free() => seat,
            () = stop.again() => break,
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
            () = stop.again() => break,
        };
        let proxy = state.config.server.trusts(peer.ip().to_canonical());
        // Without a word: whoever holds so many would only be told so often.
        let Some(seat) = seats.give(seat, peer.ip(), proxy) else { continue };
        let connection = connections.watch(connection(state, &router, stream, peer));
        tokio::spawn(async move {
            _ = connection.await; // a browser that went away is no fault
            drop(seat);
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
