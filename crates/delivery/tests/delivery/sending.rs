//! Mails on their way through a real mail server.

use crate::bench::{
    ADDRESS, Log, code_in, ended, outcomes, parse, pool, promise, server, settings, transport,
};
use crate::mail_server::{At, MailServer, Manners, Whim};
use delivery::{SendError, Smtp, SmtpFault, SmtpSettings, Transport, worker};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A certificate for 127.0.0.1 that vouches for itself, as PEM, and the server's side of it.
pub(crate) fn certificate() -> (Vec<u8>, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    (made.cert.pem().into_bytes(), TlsAcceptor::from(Arc::new(config)))
}

fn trusting(url: String, root: Vec<u8>) -> Transport {
    Transport::Smtp(Smtp::new(&SmtpSettings { extra_roots: Some(root), ..settings(url) }).unwrap())
}

#[tokio::test]
async fn mail_of_sign_up_has_both_parts_and_automatic_headers() {
    let pool = pool().await;
    let (server, transport) = server().await;
    pool.sign_up("jdoe", ADDRESS).await;
    let code = pool.code_for(ADDRESS).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);

    let [received] = server.received().try_into().ok().unwrap();
    assert_eq!(
        (received.from.as_str(), received.to.as_slice()),
        ("no-reply@id.example.com", [ADDRESS.to_owned()].as_slice())
    );
    let mail = parse(&received);
    assert_eq!(mail.subject(), Some("Confirm your Nameplate account"));
    let from = mail.from().and_then(|from| from.first()).unwrap();
    assert_eq!((from.name(), from.address()), (Some("Nameplate"), Some("no-reply@id.example.com")));
    assert_eq!(mail.to().and_then(|to| to.first()).and_then(|to| to.address()), Some(ADDRESS));
    assert_eq!(mail.date().unwrap().to_timestamp(), pool.time().secs());
    assert_eq!(mail.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
    assert_eq!((mail.text_body_count(), mail.html_body_count()), (1, 1));
    assert_eq!(code_in(&received), code);
    let html = mail.body_html(0).unwrap();
    assert!(html.contains(&format!(r#"<p class="digits">{code}</p>"#)) && html.contains("wasn’t"), "{html}");
}

#[tokio::test]
async fn mail_with_a_line_break_in_the_username_adds_no_header() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, ADDRESS, "jdoe\r\nBcc: everybody@domain.com\r\n.\r\nMAIL FROM:<x@y.z>\r\n").await;
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);
    let [received] = server.received().try_into().ok().unwrap();
    assert_eq!(received.to, [ADDRESS]);
    let mail = parse(&received);
    assert!(mail.bcc().is_none());
    assert!(mail.body_text(0).unwrap().contains("jdoe Bcc: everybody@domain.com . MAIL FROM:<x@y.z>"));
    assert!(mail.body_html(0).unwrap().contains("<bdi>jdoe Bcc: everybody@domain.com"));
}

#[tokio::test]
async fn mail_with_a_line_break_in_address_or_service_adds_no_header() {
    let mut pool = pool().await;
    let (server, transport) = server().await;
    pool.settings.name = "Name\r\nBcc: everybody@domain.com".to_owned();
    let pool = pool.restart().await;
    promise(&pool, "me@domain.com\r\nBcc: everybody@domain.com", "jdoe").await;
    promise(&pool, ADDRESS, "jdoe").await;
    let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
    assert_eq!((progress.sent, progress.given_up), (1, 1));
    let [received] = server.received().try_into().ok().unwrap();
    assert_eq!(
        parse(&received).subject(),
        Some("Your Name Bcc: everybody@domain.com email address was removed")
    );
    assert!(parse(&received).bcc().is_none());
}

#[tokio::test]
async fn deliver_with_login_and_tls_settings_uses_both() {
    let pool = pool().await;
    let (root, tls) = certificate();
    for tls_from_the_start in [false, true] {
        let login = Some("me@id.example.com:p@ss/word");
        let server =
            MailServer::start(Manners { login, tls: Some(tls.clone()), tls_from_the_start, utf8: false })
                .await;
        let (scheme, query) = if tls_from_the_start { ("smtps", "") } else { ("smtp", "?tls=required") };
        let url = format!("{scheme}://me%40id.example.com:p%40ss%2Fword@{}{query}", server.address());
        promise(&pool, ADDRESS, "jdoe").await;
        assert_eq!(worker::deliver_due(pool.delivery(), &trusting(url, root.clone())).await.unwrap().sent, 1);
        let [mail] = server.received().try_into().ok().unwrap();
        assert!(mail.encrypted && mail.signed_in);
    }
}

#[tokio::test]
async fn deliver_to_an_untrusted_server_sends_no_password_or_mail() {
    let pool = pool().await;
    let (_, tls) = certificate();
    let manners = Manners { login: Some("me:secret"), tls: Some(tls), ..Manners::default() };
    let server = MailServer::start(manners).await;
    let (log, _listening) = Log::listen();
    promise(&pool, ADDRESS, "jdoe").await;
    let url = format!("smtp://me:secret@{}?tls=required", server.address());
    assert_eq!(worker::deliver_due(pool.delivery(), &transport(url)).await.unwrap().failed, 1);
    assert!(server.received().is_empty());
    assert!(log.text().contains("certificate") && !log.text().contains("secret"), "{}", log.text());
}

#[tokio::test]
async fn deliver_with_tls_required_to_a_plain_server_sends_nothing() {
    let pool = pool().await;
    let server = MailServer::start(Manners::default()).await;
    promise(&pool, ADDRESS, "jdoe").await;
    let url = format!("smtp://{}?tls=required", server.address());
    assert_eq!(worker::deliver_due(pool.delivery(), &transport(url)).await.unwrap().failed, 1);
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn deliver_with_a_wrong_password_loses_no_mail() {
    let pool = pool().await;
    let server = MailServer::start(Manners { login: Some("me:right"), ..Manners::default() }).await;
    promise(&pool, ADDRESS, "jdoe").await;
    for url in ["smtp://me:wrong@", "smtp://"] {
        let progress = worker::deliver_due(pool.delivery(), &transport(format!("{url}{}", server.address())))
            .await
            .unwrap();
        assert_eq!((progress.failed, progress.given_up), (1, 0));
        pool.wait(10);
    }
    let right = transport(format!("smtp://me:right@{}", server.address()));
    assert_eq!(worker::deliver_due(pool.delivery(), &right).await.unwrap().sent, 1);
}

#[tokio::test]
async fn deliver_after_a_temporary_refusal_tries_again() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, ADDRESS, "jdoe").await;
    for whim in [Whim::RefuseRecipient(450), Whim::RefuseMail(451)] {
        server.next(whim);
        let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        assert_eq!((progress.sent, progress.failed), (0, 1));
        assert!(progress.next_due.is_some_and(|due| due > pool.time()));
        assert_eq!(
            worker::deliver_due(pool.delivery(), &transport).await.unwrap().failed,
            0,
            "not before it is due"
        );
        pool.wait(2);
    }
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);
}

#[tokio::test]
async fn deliver_after_a_permanent_refusal_gives_up_and_logs_no_address() {
    let pool = pool().await;
    let (server, transport) = server().await;
    let (log, _listening) = Log::listen();
    for whim in [Whim::RefuseRecipient(550), Whim::Say(At::Mail, "550 5.1.1 <me@domain.com> unknown")] {
        server.next(whim);
        promise(&pool, ADDRESS, "jdoe").await;
        assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().given_up, 1);
    }
    assert_eq!(outcomes(&pool).await, [ended("given_up"), ended("given_up")]);
    let log = log.text();
    assert!(log.contains("answered 550 to RCPT TO: (address) not here"), "{log}");
    assert!(log.contains("answered 550 to DATA: 5.1.1 (address) unknown"), "{log}");
    assert!(!log.contains(ADDRESS) && !log.contains("jdoe"), "{log}");
}

/// Answers as real servers give them, where they give them, and whether they are about the recipient.
const ANSWERS: [(At, &str, bool); 20] = [
    (At::Sender, "553 5.7.1 <no-reply@id.example.com>: Sender address rejected: not owned by user", false),
    (At::Sender, "550 5.1.8 domain of the sender not found", false),
    (At::Sender, "550 5.1.1 unknown", false),
    (At::Sender, "501 malformed", false),
    (At::Sender, "452 4.3.1 no room", false),
    (At::Greeting, "554 5.7.1 your address is on a list", false),
    (At::Recipient, "550 5.7.1 relaying denied", false),
    (At::Recipient, "550-5.7.26 Unauthenticated mail is not taken.\r\n550 5.7.26 See our page.", false),
    (At::Recipient, "553 5.1.8 domain of the sender not found", false),
    (At::Recipient, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", false),
    (At::Recipient, "550 relay not permitted", false),
    (At::Recipient, "554 5.3.0 something", false),
    (At::Recipient, "450 4.1.1 not now", false),
    (At::Mail, "550 5.7.1 refused by policy", false),
    (At::Mail, "554 5.6.0 we don't like it", false),
    (At::Mail, "554 not this one", false),
    (At::Recipient, "550 5.1.1 <me@domain.com>: Recipient address rejected: User unknown", true),
    (At::Recipient, "553 5.1.3 no such address", true),
    (At::Recipient, "550 no such user here", true),
    (At::Mail, "550 5.1.1 no such user", true),
];

#[tokio::test]
async fn deliver_gives_up_only_on_refusals_about_the_recipient() {
    for (at, words, is_final) in ANSWERS {
        let pool = pool().await;
        let (server, transport) = server().await;
        server.next(Whim::Say(at, words));
        promise(&pool, ADDRESS, "jdoe").await;
        let first = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        let (failed, given_up) = if is_final { (0, 1) } else { (1, 0) };
        assert_eq!((first.sent, first.failed, first.given_up), (0, failed, given_up), "{at:?} {words}");
        pool.wait(2);
        let second = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        assert_eq!(second.sent, failed, "{at:?} {words}");
    }
}

#[tokio::test]
async fn deliver_with_repeated_refusals_about_us_logs_them_once() {
    const MAILS: usize = 5;
    let pool = pool().await;
    let (server, transport) = server().await;
    let (log, _listening) = Log::listen();
    for number in 0..MAILS {
        promise(&pool, &format!("person{number}@domain.com"), "jdoe").await;
    }
    let loud = |log: &Log| log.text().lines().filter(|line| line.contains("ERROR")).count();
    let deliver = async |words: &'static str| {
        for _ in 0..MAILS {
            server.next(Whim::Say(At::Sender, words));
        }
        assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().failed, MAILS);
    };
    deliver("553 5.7.1 <no-reply@id.example.com>: not owned\u{1b}[31m by person0@domain.com, code 123456")
        .await;
    assert_eq!(loud(&log), 1, "{}", log.text());
    let words =
        "answered 553 to MAIL FROM: 5.7.1 <no-reply@id.example.com>: not owned [31m by (address) code …";
    assert!(log.text().contains(words), "{}", log.text());

    pool.wait(60);
    deliver("553 5.7.1 <no-reply@id.example.com>: not owned\u{1b}[31m by person0@domain.com, code 123456")
        .await;
    assert_eq!(loud(&log), 1, "the same again is no news: {}", log.text());
    pool.wait(600);
    deliver("550 5.1.8 we don't know your domain").await;
    assert_eq!(loud(&log), 2, "something else is: {}", log.text());
    pool.wait(600);
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, MAILS);
    assert!(!log.text().contains("person"), "{}", log.text());
}

#[tokio::test]
async fn check_smtp_stops_after_the_sender_and_sends_nothing() {
    let server = MailServer::start(Manners::default()).await;
    let smtp = Smtp::new(&settings(format!("smtp://{}", server.address()))).unwrap();
    smtp.check().await.unwrap();
    server.next(Whim::Say(At::Sender, "553 5.7.1 not your address"));
    let refused = smtp.check().await.unwrap_err();
    assert!(matches!(refused, SendError::AboutUs(_)), "{refused:?}");
    assert_eq!(refused.to_string(), "the provider answered 553 to MAIL FROM: 5.7.1 not your address");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn deliver_without_success_for_three_days_gives_up() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, ADDRESS, "jdoe").await;
    for (seconds, given_up) in [(0, 0), (3 * 24 * 60 * 60 - 1, 0), (600, 1)] {
        pool.wait(seconds);
        server.next(Whim::RefuseMail(451));
        assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().given_up, given_up);
    }
    assert_eq!(outcomes(&pool).await, [ended("given_up")]);
}

#[tokio::test]
async fn deliver_after_a_hang_up_repeats_the_mail_under_its_message_id() {
    let pool = pool().await;
    let (server, transport) = server().await;
    promise(&pool, ADDRESS, "jdoe").await;
    server.next(Whim::HangUp);
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().failed, 1);
    pool.wait(2);
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);
    let ids: Vec<_> =
        server.received().iter().map(|mail| parse(mail).message_id().unwrap().to_owned()).collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn deliver_to_a_non_ascii_address_depends_on_smtputf8() {
    let pool = pool().await;
    let plain = MailServer::start(Manners::default()).await;
    let able = MailServer::start(Manners { utf8: true, ..Manners::default() }).await;
    let way = |server: &MailServer| transport(format!("smtp://{}", server.address()));
    promise(&pool, "me@bücher.example", "jdoe").await;
    assert_eq!(worker::deliver_due(pool.delivery(), &way(&plain)).await.unwrap().sent, 1);
    assert_eq!(plain.received()[0].to, ["me@xn--bcher-kva.example"]);

    promise(&pool, "jürgen@bücher.example", "jdoe").await;
    assert_eq!(worker::deliver_due(pool.delivery(), &way(&plain)).await.unwrap().given_up, 1);
    promise(&pool, "jürgen@bücher.example", "jdoe").await;
    assert_eq!(worker::deliver_due(pool.delivery(), &way(&able)).await.unwrap().sent, 1);
    assert_eq!(able.received()[0].to, ["jürgen@xn--bcher-kva.example"]);
}

#[test]
fn smtp_settings_that_are_wrong_name_the_fault_without_the_password() {
    let fault = |url: &str| Smtp::new(&settings(url.to_owned())).unwrap_err();
    for (url, expected) in [
        ("mail.example.com", SmtpFault::Url),
        ("https://me:secret@mail.example.com", SmtpFault::Scheme),
        ("smtp://", SmtpFault::Host),
        ("smtp://me:secret@mail.example.com", SmtpFault::ClearPassword),
        ("smtp://me:secret@mail.example.com?tls=maybe", SmtpFault::Parameter),
        ("smtps://me:secret@mail.example.com?tls=required", SmtpFault::Parameter),
        ("smtp://mail.example.com?tls=required&x=1", SmtpFault::Parameter),
        ("smtp://mail.example.com/path", SmtpFault::Parameter),
        ("smtps://me@mail.example.com", SmtpFault::Credentials),
        ("smtps://me:%ff@mail.example.com", SmtpFault::Credentials),
    ] {
        assert_eq!(fault(url), expected, "{url}");
        assert!(!fault(url).to_string().contains("secret"));
    }
    let nobody = SmtpSettings { from: "nobody".to_owned(), ..settings("smtp://127.0.0.1".to_owned()) };
    assert_eq!(Smtp::new(&nobody).unwrap_err(), SmtpFault::From);
    let no_root = SmtpSettings {
        extra_roots: Some(b"-----BEGIN CERTIFICATE-----\n?".to_vec()),
        ..settings("smtps://[::1]".to_owned())
    };
    assert!(matches!(Smtp::new(&no_root), Err(SmtpFault::Tls(_))));
    assert_eq!(
        format!("{:?}", Smtp::new(&settings("smtps://me:secret@[::1]".to_owned())).unwrap()),
        "Smtp(::1:465)"
    );
}
