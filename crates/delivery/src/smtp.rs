//! Mail through an SMTP server (RFC 5321), with lettre.

mod headers;
mod refusal;

use crate::parcel::{Lease, Parcel, Reason, SendError, Step};
use headers::{AutoSubmitted, NoAnswers};
use lettre::address::{Address, Envelope};
use lettre::message::{Mailbox as Sender, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use model::code::DeliveryMedium;
use nameplate_core::secretive;
use refusal::refusal;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;
use url::{Host, Url};

/// From the first packet to being signed in.
const CONNECT: Duration = Duration::from_secs(30);
/// The same for somebody who only looks whether it works.
const GREETING: Duration = Duration::from_secs(10);
/// From `MAIL` to the answer to the whole message. RFC 5321, section 4.5.3.2, would wait up to 10 minutes for
/// that answer; a second copy with the same `Message-ID` is the smaller evil for a code that somebody is
/// waiting for.
const TRANSFER: Duration = Duration::from_secs(120);
/// For the good-bye, which nobody waits for.
const QUIT: Duration = Duration::from_secs(5);

/// How to reach the mail server.
#[derive(Clone, Default)]
pub struct SmtpSettings {
    /// `smtp://user:password@host:587?tls=required` (STARTTLS, RFC 3207) or `smtps://user:password@host` (RFC
    /// 8314). Without `tls` an `smtp://` connection is not encrypted; with `tls=opportunistic` it is if the
    /// server can.
    pub url: String,
    /// The sender, `Nameplate <no-reply@id.example.com>`.
    pub from: String,
    /// The public address: its host introduces itself to the server and stands in `Message-ID`.
    pub public_url: String,
    /// Certificates (PEM) to trust besides those of the system.
    pub extra_roots: Option<Vec<u8>>,
}

secretive!(SmtpSettings);

/// What is wrong with the settings. Shown, it never repeats the URL, which has a password in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum SmtpFault {
    #[error(
        "it is no URL; right would be smtp://user:password@host:587?tls=required or smtps://user:password@host"
    )]
    Url,
    #[error("it starts with neither smtp:// nor smtps://")]
    Scheme,
    #[error("the host is missing")]
    Host,
    #[error("of parameters it takes tls=required or tls=opportunistic, and those with smtp:// only")]
    Parameter,
    #[error("the password would travel unencrypted; add ?tls=required, or begin with smtps://")]
    ClearPassword,
    #[error("user and password belong together, percent-encoded")]
    Credentials,
    #[error("the sender is no address; right would be Nameplate <no-reply@id.example.com>")]
    From,
    #[error("encryption can not be set up: {0}")]
    Tls(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encryption {
    None,
    Opportunistic,
    StartTls,
    FromTheStart,
}

struct Server {
    host: String,
    port: u16,
    encryption: Encryption,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    from: Sender,
    id_host: String,
}

/// A mail server. Cheap to clone.
///
/// Each message has a connection of its own: it can be cut off anywhere without the next one inheriting half
/// a conversation (lettre's pool recycles such connections), and a server that came back is noticed at once.
#[derive(Clone)]
pub struct Smtp(Arc<Server>);

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.0.host, self.0.port)
    }
}

impl Smtp {
    /// # Errors
    /// [`SmtpFault`] says which setting is wrong and what would be right.
    pub fn new(settings: &SmtpSettings) -> Result<Self, SmtpFault> {
        let url = Url::parse(&settings.url).map_err(|_| SmtpFault::Url)?;
        let encryption = encryption(&url)?;
        // A literal IPv6 address has brackets in a URL and none in a certificate.
        let host =
            url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpFault::Host)?.trim_matches(['[', ']']);
        let credentials = credentials(&url)?;
        if credentials.is_some() && encryption == Encryption::None && !is_here(host) {
            return Err(SmtpFault::ClearPassword);
        }
        let default_port = match encryption {
            Encryption::None => 25,
            Encryption::Opportunistic | Encryption::StartTls => 587,
            Encryption::FromTheStart => 465,
        };
        let (hello, id_host) = own_name(&settings.public_url);
        Ok(Self(Arc::new(Server {
            port: url.port().unwrap_or(default_port),
            encryption,
            tls: tls(host, settings.extra_roots.as_deref())?,
            host: host.to_owned(),
            credentials,
            hello,
            from: settings.from.parse().map_err(|_| SmtpFault::From)?,
            id_host,
        })))
    }

    /// Hands one mail over.
    ///
    /// # Errors
    /// [`SendError::Never`] where the server says that there is no such recipient; everything else may pass,
    /// or be mended.
    pub async fn send(&self, parcel: &Parcel) -> Result<(), SendError> {
        let (envelope, mail) = self.mail(parcel)?;
        let mut connection = self.connected(CONNECT).await?;
        let sent = timeout(TRANSFER, self.hand_over(&mut connection, &envelope, &mail, &parcel.lease)).await;
        let sent = sent.map_err(|_| SendError::Later(Reason::Silence))?;
        // What becomes of the good-bye must not make us send again what is theirs now.
        tokio::spawn(async move { timeout(QUIT, connection.abort()).await });
        sent
    }

    /// Connects, signs in, names our sender as for a mail and says good-bye, without one.
    ///
    /// # Errors
    /// What the mail server, or the way to it, has against that.
    pub async fn check(&self) -> Result<(), SendError> {
        let mut connection = self.connected(GREETING).await?;
        let named = timeout(GREETING, self.name_sender(&mut connection, vec![])).await;
        _ = timeout(QUIT, async {
            _ = connection.command("RSET\r\n").await;
            connection.abort().await;
        })
        .await;
        named.unwrap_or(Err(SendError::Later(Reason::Silence)))
    }

    /// The address that mails are from, as the mail server is told.
    pub fn sender(&self) -> &str {
        self.0.from.email.as_ref()
    }

    async fn connected(&self, limit: Duration) -> Result<AsyncSmtpConnection, SendError> {
        match timeout(limit, self.connect()).await {
            Ok(connected) => connected.map_err(|error| refusal(Step::Connect, &error, self.sender(), "")),
            Err(_) => Err(SendError::Later(Reason::Connection("no connection in time".to_owned()))),
        }
    }

    /// The conversation about one mail. lettre's own `send` doesn't tell what it was that was refused.
    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        envelope: &Envelope,
        mail: &[u8],
        lease: &Lease,
    ) -> Result<(), SendError> {
        let can = |extension| connection.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        let beyond_ascii = envelope.to().iter().any(|to| !AsRef::<str>::as_ref(to).is_ascii());
        if beyond_ascii && !can(Extension::SmtpUtfEight) {
            return Err(SendError::Never(Reason::Address(
                "the mail server takes no addresses beyond ASCII (RFC 6531)",
            )));
        }
        if beyond_ascii {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !mail.is_ascii() {
            if !can(Extension::EightBitMime) {
                return Err(SendError::AboutUs(Reason::Address(
                    "the mail server takes nothing beyond ASCII (RFC 6152)",
                )));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        self.name_sender(connection, parameters).await?;
        for to in envelope.to() {
            let refused = |step| move |error: SmtpError| refusal(step, &error, self.sender(), to.as_ref());
            connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(refused(Step::Recipient))?;
        }
        let to = envelope.to().first().map_or("", AsRef::as_ref);
        let refused = |error: SmtpError| refusal(Step::Message, &error, self.sender(), to);
        connection.command(Data).await.map_err(refused)?;
        // Until here a server that is left alone forgets all of it.
        if !lease.is_held() {
            return Err(SendError::Later(Reason::Lost));
        }
        connection.message(mail).await.map_err(refused)?;
        Ok(())
    }

    async fn name_sender(
        &self,
        connection: &mut AsyncSmtpConnection,
        mut parameters: Vec<MailParameter>,
    ) -> Result<(), SendError> {
        let sender = &self.0.from.email;
        if !self.sender().is_ascii() {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(SendError::AboutUs(Reason::Address(
                    "the mail server takes no sender beyond ASCII (RFC 6531)",
                )));
            }
            if !parameters.iter().any(|it| matches!(it, MailParameter::SmtpUtfEight)) {
                parameters.push(MailParameter::SmtpUtfEight);
            }
        }
        let named = connection.command(Mail::new(Some(sender.clone()), parameters)).await;
        named.map(drop).map_err(|error| refusal(Step::Sender, &error, self.sender(), ""))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let server = &*self.0;
        let from_the_start = (server.encryption == Encryption::FromTheStart).then(|| server.tls.clone());
        let address = (server.host.as_str(), server.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT), &server.hello, from_the_start, None)
                .await?;
        let upgrade = match server.encryption {
            Encryption::None | Encryption::FromTheStart => false,
            Encryption::Opportunistic => connection.can_starttls(),
            Encryption::StartTls => true,
        };
        if upgrade {
            connection.starttls(server.tls.clone(), &server.hello).await?;
        }
        if let Some(credentials) = &server.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// The mail as it travels (RFC 5322), with both parts.
    fn mail(&self, parcel: &Parcel) -> Result<(Envelope, Vec<u8>), SendError> {
        let server = &*self.0;
        let written = &parcel.written;
        if written.medium != DeliveryMedium::Email {
            return Err(SendError::Never(Reason::Address("a mail server carries no text messages")));
        }
        let malformed = || SendError::Never(Reason::Address("the address is malformed"));
        let to = address(&written.to).ok_or_else(malformed)?;
        let mail = lettre::Message::builder()
            .from(server.from.clone())
            .to(Sender::new(None, to.clone()))
            .subject(written.subject.clone())
            .date(
                SystemTime::UNIX_EPOCH
                    + Duration::from_millis(parcel.at.millis().try_into().unwrap_or_default()),
            )
            .message_id(Some(format!("<{}@{}>", parcel.id, server.id_host)))
            .header(AutoSubmitted)
            .header(NoAnswers)
            .multipart(MultiPart::alternative_plain_html(written.text.clone(), written.html.clone()))
            .map_err(|_| malformed())?;
        let envelope = Envelope::new(Some(server.from.email.clone()), vec![to]).map_err(|_| malformed())?;
        Ok((envelope, mail.formatted()))
    }
}

/// The address with its domain in ASCII (RFC 5891), so that only names before the `@` need a server with
/// SMTPUTF8.
fn address(typed: &str) -> Option<Address> {
    let (local, domain) = typed.rsplit_once('@')?;
    Address::new(local, idna::domain_to_ascii(domain).ok()?).ok()
}

fn encryption(url: &Url) -> Result<Encryption, SmtpFault> {
    let mut parameters = url.query_pairs();
    let parameter = parameters.next();
    if parameters.next().is_some() || !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(SmtpFault::Parameter);
    }
    match (url.scheme(), parameter.as_ref().map(|(key, value)| (key.as_ref(), value.as_ref()))) {
        ("smtp", None) => Ok(Encryption::None),
        ("smtp", Some(("tls", "required"))) => Ok(Encryption::StartTls),
        ("smtp", Some(("tls", "opportunistic"))) => Ok(Encryption::Opportunistic),
        ("smtps", None) => Ok(Encryption::FromTheStart),
        ("smtp" | "smtps", Some(_)) => Err(SmtpFault::Parameter),
        _ => Err(SmtpFault::Scheme),
    }
}

fn credentials(url: &Url) -> Result<Option<Credentials>, SmtpFault> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .map(String::from)
            .map_err(|_| SmtpFault::Credentials)
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) | (_, None) => Err(SmtpFault::Credentials),
        (user, Some(password)) => Ok(Some(Credentials::new(decode(user)?, decode(password)?))),
    }
}

/// Whether a host is this machine: what goes there is on no wire.
pub fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn tls(host: &str, extra_roots: Option<&[u8]>) -> Result<TlsParameters, SmtpFault> {
    let fault = |error: SmtpError| SmtpFault::Tls(error.to_string());
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(pem) = extra_roots {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem).map_err(fault)?);
    }
    parameters.build().map_err(fault)
}

/// What we are called in `EHLO` (RFC 5321, section 4.1.3: literal addresses stand in brackets) and in
/// `Message-ID`.
fn own_name(public_url: &str) -> (ClientId, String) {
    match Url::parse(public_url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => (ClientId::Domain(name.to_owned()), name.to_owned()),
        Some(Host::Ipv4(address)) => (ClientId::Ipv4(address), format!("[{address}]")),
        Some(Host::Ipv6(address)) => (ClientId::Ipv6(address), format!("[IPv6:{address}]")),
        None => (ClientId::Domain("localhost".to_owned()), "localhost".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Asked, Message, Service, write};
    use mail_parser::MessageParser;
    use nameplate_core::clock::Timestamp;
    use nameplate_core::contact::Contact;
    use nameplate_core::identity::Origin;
    use std::sync::LazyLock;
    use tokio::time::Instant;

    static SMTP: LazyLock<Smtp> = LazyLock::new(|| {
        let (url, from, public_url) =
            ("smtp://127.0.0.1".into(), "Nameplate <a@b.example>".into(), "https://b.example".into());
        Smtp::new(&SmtpSettings { url, from, public_url, extra_roots: None }).unwrap()
    });

    proptest::proptest! {
        #[test]
        fn mail_with_any_typed_text_has_our_headers_and_two_parts(name in "(?s).{0,80}", username in "(?s).{0,300}", local in "(?s).{0,20}") {
            let service = Service { name, url: "https://b.example".into(), host: "b.example".into() };
            let asked = Asked::new(Some(&username), Timestamp(0), &Origin::new("192.0.2.7".parse().unwrap(), "Firefox"));
            let to = Contact::email(format!("{local}@domain.com"));
            let written = write(&service, &Message::AddressDeleted { to, asked }).unwrap();
            let lease = Lease::taken(Instant::now(), CONNECT);
            let Ok((envelope, mail)) = SMTP.mail(&Parcel { id: "1".into(), at: Timestamp(0), written, lease }) else { return Ok(()) };
            assert_eq!(envelope.to().len(), 1);
            let mail = MessageParser::default().parse(&mail).unwrap();
            let names: Vec<_> = mail.headers().iter().map(|header| header.name().to_ascii_lowercase()).collect();
            assert_eq!(names, [
                "from", "to", "subject", "date", "message-id", "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type",
            ]);
            assert_eq!((mail.text_body_count(), mail.html_body_count(), mail.attachment_count()), (1, 1, 0));
        }
    }
}
