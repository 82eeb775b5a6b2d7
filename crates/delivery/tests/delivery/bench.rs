//! What the tests of this folder share.

use crate::mail_server::{MailServer, Manners, Received};
use accounts::Context;
use accounts::testing::{TestPool, origin};
use delivery::{About, Asked, Message, Smtp, SmtpSettings, Transport, queue};
use mail_parser::MessageParser;
use nameplate_core::contact::Contact;
use nameplate_core::settings::Settings;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

pub(crate) const ADDRESS: &str = "me@domain.com";

/// A pool with a public address and a real name.
pub(crate) async fn pool() -> TestPool {
    TestPool::with(Settings { public_url: "https://id.example.com".to_owned(), ..Settings::default() }).await
}

pub(crate) fn settings(url: String) -> SmtpSettings {
    let from = "Nameplate <no-reply@id.example.com>".to_owned();
    SmtpSettings { url, from, public_url: "https://id.example.com".to_owned(), extra_roots: None }
}

pub(crate) fn transport(url: String) -> Transport {
    Transport::Smtp(Smtp::new(&settings(url)).unwrap())
}

/// A server that takes everything, and the way to it.
pub(crate) async fn server() -> (MailServer, Transport) {
    let server = MailServer::start(Manners::default()).await;
    let transport = transport(format!("smtp://{}", server.address()));
    (server, transport)
}

/// Promises a message that carries no code.
pub(crate) async fn promise(pool: &Context, to: &str, username: &str) {
    let asked = Asked::new(Some(username), pool.now(), &origin());
    let mut tx = pool.store().begin().await.unwrap();
    queue(
        &mut tx,
        pool.delivery(),
        &Message::AddressDeleted { to: Contact::email(to), asked },
        About::Farewell,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// `outcome` of every row, oldest first, and whether anything readable or sealed is left of it.
pub(crate) async fn outcomes(pool: &Context) -> Vec<(Option<String>, bool)> {
    let mut conn = pool.store().read().await.unwrap();
    let rows = conn
        .query("SELECT outcome, payload IS NOT NULL FROM outbox ORDER BY created_at, id")
        .all()
        .await
        .unwrap();
    rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
}

pub(crate) fn ended(outcome: &str) -> (Option<String>, bool) {
    (Some(outcome.to_owned()), false)
}

/// A mail as the person's program reads it.
pub(crate) fn parse(mail: &Received) -> mail_parser::Message<'_> {
    MessageParser::default().parse(&mail.data).unwrap()
}

/// The code in a mail's text.
pub(crate) fn code_in(mail: &Received) -> String {
    let text = parse(mail).body_text(0).unwrap().into_owned();
    text.lines()
        .find(|line| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap()
        .to_owned()
}

/// Everything that is logged on this thread, at every level, while it is held.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let subscriber =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
        let guard = tracing::subscriber::set_default(subscriber);
        (log, guard)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
