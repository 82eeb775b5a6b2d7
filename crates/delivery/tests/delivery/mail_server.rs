//! A mail server for the tests: RFC 5321 as far as a client can notice, strict where clients go wrong.
//!
//! Looked at first: `mailin-embedded` (can't be stopped, wants a second crypto library), `samotop` (on the
//! abandoned async-std), `smtp-server` (first release, years ago), `mailcrab` and `mailtutan` (programs, not
//! libraries).

use std::collections::VecDeque;
use std::io::{Error, Result};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A mail that was taken.
#[derive(Clone)]
pub(crate) struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub data: Vec<u8>,
    pub encrypted: bool,
    pub signed_in: bool,
}

/// Where in a conversation something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    Greeting,
    Sender,
    Recipient,
    /// After the mail itself.
    Mail,
}

/// What the server does with the next mail, instead of taking it.
#[derive(Clone, Copy)]
pub(crate) enum Whim {
    RefuseRecipient(u16),
    RefuseMail(u16),
    /// These words, of as many lines as they have.
    Say(At, &'static str),
    /// Takes the mail, then hangs up without a word.
    HangUp,
    /// Takes the mail, then says nothing for as long as the connection lasts.
    SayNothing,
}

/// What the server can do and wants.
#[derive(Clone, Default)]
pub(crate) struct Manners {
    /// `user:password` that AUTH PLAIN must give (RFC 4616).
    pub login: Option<&'static str>,
    pub tls: Option<TlsAcceptor>,
    /// TLS from the first byte instead of after STARTTLS.
    pub tls_from_the_start: bool,
    /// Addresses beyond ASCII (RFC 6531).
    pub utf8: bool,
}

#[derive(Default)]
struct State {
    manners: Manners,
    received: Mutex<Vec<Received>>,
    whims: Mutex<VecDeque<Whim>>,
    /// Who wants to know that the next mail is about to come, and what that one waits for.
    held: Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>,
    arrived: Notify,
}

pub(crate) struct MailServer {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl MailServer {
    pub(crate) async fn start(manners: Manners) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), manners).await
    }

    pub(crate) async fn start_at(address: SocketAddr, manners: Manners) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State { manners, ..State::default() });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                // A client that goes away in the middle is the client's business.
                tokio::spawn(async move { Conversation::hold(&state, Box::new(stream)).await });
            }
        });
        Self { address, state, task }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    /// Waits until so many mails have come.
    pub(crate) async fn wait_for(&self, mails: usize) {
        loop {
            let arrived = self.state.arrived.notified();
            if self.received().len() >= mails {
                return;
            }
            arrived.await;
        }
    }

    /// The next `DATA` is told of, and answered only once that is asked for.
    pub(crate) fn hold_at_data(&self) -> (oneshot::Receiver<()>, oneshot::Sender<()>) {
        let ((reached, is_reached), (go_on, wait)) = (oneshot::channel(), oneshot::channel());
        *self.state.held.lock().unwrap() = Some((reached, wait));
        (is_reached, go_on)
    }

    pub(crate) fn next(&self, whim: Whim) {
        self.state.whims.lock().unwrap().push_back(whim);
    }
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

struct Conversation<'a> {
    state: &'a State,
    wire: BufReader<Box<dyn Wire>>,
    encrypted: bool,
    signed_in: bool,
    greeted: bool,
    from: Option<String>,
    to: Vec<String>,
}

impl<'a> Conversation<'a> {
    async fn hold(state: &'a State, wire: Box<dyn Wire>) -> Result<()> {
        let wire = BufReader::new(wire);
        let mut this = Self {
            state,
            wire,
            encrypted: false,
            signed_in: false,
            greeted: false,
            from: None,
            to: Vec::new(),
        };
        if state.manners.tls_from_the_start {
            this.encrypt().await?;
        }
        match this.said_at(At::Greeting) {
            Some(words) => this.say(words).await?,
            None => this.say("220 test.invalid ESMTP").await?,
        }
        loop {
            let line = String::from_utf8(this.line().await?).map_err(Error::other)?;
            let (verb, rest) = line.split_at(line.find(' ').unwrap_or(line.len()));
            let answer = match (verb.to_ascii_uppercase().as_str(), rest.trim()) {
                ("EHLO", name) if !name.is_empty() => this.introduce(),
                ("STARTTLS", "") if this.offers_tls() => {
                    this.say("220 go ahead").await?;
                    this.encrypt().await?;
                    continue;
                }
                ("AUTH", how) => this.sign_in(how),
                ("MAIL", path) => this.mail(path),
                ("RCPT", path) => this.rcpt(path),
                ("DATA", "") if !this.to.is_empty() => match this.data().await? {
                    Some(answer) => answer,
                    None => return Ok(()),
                },
                ("RSET", "") => {
                    (this.from, this.to) = (None, Vec::new());
                    "250 ok".to_owned()
                }
                ("QUIT", _) => return this.say("221 bye").await,
                ("DATA" | "STARTTLS", _) => "503 bad sequence of commands".to_owned(),
                _ => "500 what?".to_owned(),
            };
            this.say(&answer).await?;
        }
    }

    fn offers_tls(&self) -> bool {
        self.state.manners.tls.is_some() && !self.encrypted
    }

    fn offers_login(&self) -> bool {
        self.state.manners.login.is_some() && !self.offers_tls()
    }

    fn introduce(&mut self) -> String {
        self.greeted = true;
        let extensions = [
            ("STARTTLS", self.offers_tls()),
            ("AUTH PLAIN", self.offers_login()),
            ("SMTPUTF8", self.state.manners.utf8),
        ];
        let mut answer = "250-test.invalid\r\n".to_owned();
        for (extension, _) in extensions.iter().filter(|(_, offered)| *offered) {
            answer.push_str(&format!("250-{extension}\r\n"));
        }
        answer + "250 8BITMIME"
    }

    fn sign_in(&mut self, how: &str) -> String {
        use base64::Engine as _;
        let wanted = self.state.manners.login.map(|login| format!("\0{}", login.replace(':', "\0")));
        let given = how
            .strip_prefix("PLAIN ")
            .and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
        self.signed_in = self.offers_login() && given.is_some() && given == wanted.map(String::into_bytes);
        if self.signed_in { "235 welcome" } else { "535 no" }.to_owned()
    }

    fn mail(&mut self, rest: &str) -> String {
        if self.state.manners.login.is_some() && !self.signed_in {
            return "530 sign in first".to_owned();
        }
        if let Some(words) = self.said_at(At::Sender) {
            return words.to_owned();
        }
        match rest.strip_prefix("FROM:").and_then(path) {
            Some(from) if self.greeted && self.from.is_none() => self.from = Some(from),
            _ => return "503 bad sequence of commands".to_owned(),
        }
        "250 ok".to_owned()
    }

    fn rcpt(&mut self, rest: &str) -> String {
        if let Some(words) = self.said_at(At::Recipient) {
            return words.to_owned();
        }
        let whim = self.whim(|whim| matches!(whim, Whim::RefuseRecipient(_)));
        match (rest.strip_prefix("TO:").and_then(path), whim) {
            (Some(to), Some(Whim::RefuseRecipient(status))) => return format!("{status} <{to}>: not here"),
            (Some(to), _) if self.from.is_some() => self.to.push(to),
            _ => return "503 bad sequence of commands".to_owned(),
        }
        "250 ok".to_owned()
    }

    /// The mail itself. `None`: the conversation is over.
    async fn data(&mut self) -> Result<Option<String>> {
        let held = self.state.held.lock().unwrap().take();
        if let Some((reached, wait)) = held {
            _ = reached.send(());
            _ = wait.await;
        }
        self.say("354 go ahead").await?;
        let mut data = Vec::new();
        loop {
            let line = self.line().await?;
            match line.strip_prefix(b".") {
                Some(b"") => break,
                // Section 4.5.2: the client doubled the dot.
                Some(rest) => data.extend_from_slice(rest),
                None => data.extend_from_slice(&line),
            }
            data.extend_from_slice(b"\r\n");
        }
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        if let Some(words) = self.said_at(At::Mail) {
            return Ok(Some(words.to_owned()));
        }
        let whim = self.whim(|whim| !matches!(whim, Whim::RefuseRecipient(_) | Whim::Say(..)));
        if let Some(Whim::RefuseMail(status)) = whim {
            return Ok(Some(format!("{status} <{}>: not this one", to.concat())));
        }
        let received = Received { from, to, data, encrypted: self.encrypted, signed_in: self.signed_in };
        self.state.received.lock().unwrap().push(received);
        self.state.arrived.notify_waiters();
        match whim {
            Some(Whim::HangUp) => Ok(None),
            Some(Whim::SayNothing) => std::future::pending().await,
            _ => Ok(Some("250 taken".to_owned())),
        }
    }

    fn said_at(&self, at: At) -> Option<&'static str> {
        match self.whim(|whim| matches!(whim, Whim::Say(there, _) if *there == at))? {
            Whim::Say(_, words) => Some(words),
            Whim::RefuseRecipient(_) | Whim::RefuseMail(_) | Whim::HangUp | Whim::SayNothing => None,
        }
    }

    fn whim(&self, wanted: impl Fn(&Whim) -> bool) -> Option<Whim> {
        let mut whims = self.state.whims.lock().unwrap();
        if whims.front().is_some_and(wanted) { whims.pop_front() } else { None }
    }

    /// One line without its end. Section 2.3.8: a line ends with CR and LF; 4.5.3.1.6: it has 1000 octets at
    /// most.
    async fn line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        self.wire.read_until(b'\n', &mut line).await?;
        match line.strip_suffix(b"\r\n") {
            Some(line) if line.len() <= 998 && !line.contains(&b'\r') => Ok(line.to_vec()),
            _ => Err(Error::other("no proper line")),
        }
    }

    async fn say(&mut self, answer: &str) -> Result<()> {
        self.wire.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
        self.wire.get_mut().flush().await
    }

    async fn encrypt(&mut self) -> Result<()> {
        let tls = self.state.manners.tls.clone().ok_or_else(|| Error::other("no certificate"))?;
        let nothing: Box<dyn Wire> = Box::new(tokio::io::empty());
        let plain = std::mem::replace(&mut self.wire, BufReader::new(nothing)).into_inner();
        self.wire = BufReader::new(Box::new(tls.accept(plain).await?));
        (self.encrypted, self.greeted) = (true, false);
        Ok(())
    }
}

/// `<me@domain.com> BODY=8BITMIME` without its parameters.
fn path(text: &str) -> Option<String> {
    let (path, _) = text.strip_prefix('<')?.split_once('>')?;
    (!path.contains(['<', ' '])).then(|| path.to_owned())
}
