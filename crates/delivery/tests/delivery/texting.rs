//! Text messages on their way through a real gateway.

use crate::bench::{Log, ended, outcomes, pool, server};
use crate::gateway::{Gateway, Whim};
use crate::sending::certificate;
use accounts::contacts;
use accounts::testing::{TestPool, origin};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use delivery::{About, Asked, Message, Sms, SmsFault, SmsProvider, SmsSettings, Transport, queue, worker};
use hmac::{Hmac, KeyInit as _, Mac as _};
use model::Standard;
use nameplate_core::contact::Contact;
use nameplate_core::settings::Settings;
use sha2::Sha256;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

const NUMBER: &str = "+12128601234";
const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

fn twilio(base: &str, from: &str) -> SmsProvider {
    let (base, from) = (base.to_owned(), from.to_owned());
    SmsProvider::Twilio { base, account: ACCOUNT.to_owned(), api_key: None, token: "tok:en".to_owned(), from }
}

fn webhook(url: &str, token: Option<&str>, secret: Option<&str>) -> SmsProvider {
    SmsProvider::Webhook {
        url: url.to_owned(),
        token: token.map(str::to_owned),
        secret: secret.map(str::to_owned),
    }
}

fn sms(provider: SmsProvider) -> Sms {
    Sms::new(&SmsSettings { provider, extra_roots: None }).unwrap()
}

/// The way to a gateway, beside a mail server that is not there.
fn only_texts(sms: Sms) -> Transport {
    Transport::MailboxAndSms(delivery::Mailbox::new(|_| {}), sms)
}

/// The way to a webhook at this address.
fn posting_to(address: SocketAddr) -> Transport {
    only_texts(sms(webhook(&format!("http://{address}/send?x=1"), None, None)))
}

/// Promises a text message that carries no code.
async fn promise(pool: &TestPool) {
    let asked = Asked::new(Some("jdoe"), pool.now(), &origin());
    let mut tx = pool.store().begin().await.unwrap();
    queue(
        &mut tx,
        pool.delivery(),
        &Message::AddressDeleted { to: Contact::phone(NUMBER), asked },
        About::Farewell,
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn twilio_request_carries_the_code_in_its_form() {
    let pool = pool().await;
    let gateway = Gateway::start(None).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", NUMBER)]).await.unwrap();
    let code = pool.code_for(NUMBER).await;
    let base = format!("http://{}", gateway.address());
    assert_eq!(
        worker::deliver_due(pool.delivery(), &only_texts(sms(twilio(&base, "+12125550123"))))
            .await
            .unwrap()
            .given_up,
        0
    );

    let [asked] = gateway.asked().try_into().ok().unwrap();
    assert_eq!(asked.what, format!("POST /2010-04-01/Accounts/{ACCOUNT}/Messages.json"));
    assert_eq!(
        asked.header("authorization"),
        format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:tok:en")))
    );
    assert_eq!(asked.header("content-type"), "application/x-www-form-urlencoded");
    let [to, from, body] = asked.form().try_into().unwrap();
    assert_eq!((to.0.as_str(), to.1.as_str()), ("To", NUMBER));
    assert_eq!((from.0.as_str(), from.1.as_str()), ("From", "+12125550123"));
    assert!(body.0 == "Body" && body.1.starts_with(&format!("{code} is the code")), "{}", body.1);
    assert!(
        body.1.ends_with(&format!("@id.example.com #{code}")),
        "phones fill it in by this line: {}",
        body.1
    );
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
}

#[tokio::test]
async fn twilio_request_uses_a_messaging_service_and_an_api_key() {
    let pool = pool().await;
    let gateway = Gateway::start(None).await;
    let service = "MG0123456789abcdef0123456789abcdef";
    let SmsProvider::Twilio { base, account, token, from, .. } =
        twilio(&format!("http://{}/", gateway.address()), service)
    else {
        panic!()
    };
    let provider = SmsProvider::Twilio { base, account, api_key: Some("SK1".to_owned()), token, from };
    promise(&pool).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &only_texts(sms(provider))).await.unwrap().sent, 1);
    let [asked] = gateway.asked().try_into().ok().unwrap();
    assert!(asked.form().contains(&("MessagingServiceSid".to_owned(), service.to_owned())));
    assert_eq!(asked.header("authorization"), format!("Basic {}", STANDARD.encode("SK1:tok:en")));
    assert!(asked.what.contains(ACCOUNT));
}

#[tokio::test]
async fn webhook_request_is_signed_json() {
    let pool = pool().await;
    let gateway = Gateway::start(None).await;
    let key = [7_u8; 32];
    let secret = format!("whsec_{}", STANDARD.encode(key));
    let provider = webhook(&format!("http://{}/send", gateway.address()), Some("token"), Some(&secret));
    promise(&pool).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &only_texts(sms(provider))).await.unwrap().sent, 1);

    let [asked] = gateway.asked().try_into().ok().unwrap();
    assert_eq!((asked.what.as_str(), asked.header("content-type")), ("POST /send", "application/json"));
    assert_eq!(asked.header("authorization"), "Bearer token");
    let (json, id) = (asked.json(), asked.header("webhook-id"));
    assert_eq!(json.as_object().unwrap().len(), 3);
    assert_eq!((&json["to"], &json["id"]), (&NUMBER.into(), &id.into()));
    assert!(json["text"].as_str().unwrap().contains(&format!("{NUMBER} was removed")));
    assert_eq!(asked.header("idempotency-key"), id);
    assert_eq!(asked.header("webhook-timestamp"), pool.time().secs().to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{}.{}", pool.time().secs(), asked.body).as_bytes());
    assert_eq!(
        asked.header("webhook-signature"),
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    );
}

#[tokio::test]
async fn deliver_text_after_gateway_faults_tries_again_and_sends_once() {
    let pool = pool().await;
    let gateway = Gateway::start(None).await;
    let transport = posting_to(gateway.address());
    promise(&pool).await;
    for whim in [
        Whim::Answer(500),
        Whim::Answer(429),
        Whim::Answer(503),
        Whim::HangUp,
        Whim::Answer(401),
        Whim::Answer(302),
    ] {
        gateway.next(whim);
        let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        assert_eq!((progress.sent, progress.failed, progress.given_up), (0, 1, 0));
        assert!(progress.next_due.is_some_and(|due| due > pool.time()), "it is not asked without a pause");
        assert_eq!(
            worker::deliver_due(pool.delivery(), &transport).await.unwrap().failed,
            0,
            "not before it is due"
        );
        pool.wait(60);
    }
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 1);
    pool.wait(600);
    assert_eq!(worker::deliver_due(pool.delivery(), &transport).await.unwrap().sent, 0);
    let asked = gateway.asked();
    assert_eq!(asked.len(), 7);
    assert!(
        asked.iter().all(|it| it.header("idempotency-key") == asked[0].header("idempotency-key")),
        "one message, one key"
    );
    assert_eq!(outcomes(&pool).await, [ended("sent")]);
}

#[tokio::test]
async fn deliver_text_refused_for_good_gives_up_and_logs_no_number() {
    let pool = pool().await;
    let (log, _listening) = Log::listen();
    let gateway = Gateway::start(None).await;
    for status in [400, 422] {
        gateway.next(Whim::Answer(status));
        promise(&pool).await;
        assert_eq!(
            worker::deliver_due(pool.delivery(), &posting_to(gateway.address())).await.unwrap().given_up,
            1
        );
    }
    assert_eq!(gateway.asked().len(), 2);
    assert_eq!(outcomes(&pool).await, [ended("given_up"), ended("given_up")]);
    assert!(log.text().contains("the provider answered 422"), "{}", log.text());
    assert!(!log.text().contains("2128601234") && !log.text().contains("jdoe"), "{}", log.text());
}

#[tokio::test]
async fn deliver_text_refused_for_our_settings_is_kept_and_logged_once() {
    let pool = pool().await;
    let (log, _listening) = Log::listen();
    let gateway = Gateway::start(None).await;
    let ours = r#"{"code": 21606, "message": "+15005550006 may not send to +12128601234", "status": 400}"#;
    let theirs = r#"{"code": 21211, "message": "+12128601234 is no number", "status": 400}"#;
    let base = format!("http://{}", gateway.address());
    let twilio = || only_texts(sms(twilio(&base, "+12125550123")));
    let rows = [
        (Whim::Answer(401), posting_to(gateway.address()), (1, 0)),
        (Whim::Answer(403), posting_to(gateway.address()), (1, 0)),
        (Whim::Refuse(403, "no"), twilio(), (1, 0)),
        (Whim::Refuse(400, ours), twilio(), (1, 0)),
        (Whim::Refuse(400, ours), twilio(), (1, 0)),
        (Whim::Refuse(400, theirs), twilio(), (0, 1)),
    ];
    promise(&pool).await;
    for (whim, transport, expected) in rows {
        gateway.next(whim);
        let progress = worker::deliver_due(pool.delivery(), &transport).await.unwrap();
        assert_eq!((progress.failed, progress.given_up), expected);
        pool.wait(60);
    }
    let loud = |words: &str| {
        log.text().lines().filter(|line| line.contains("ERROR") && line.contains(words)).count()
    };
    for words in [
        "the provider answered 401",
        "the provider answered 403",
        "answered 400: 21606 +… may not send to +…",
    ] {
        assert_eq!(loud(words), 1, "{words}: {}", log.text());
    }
    assert!(!log.text().contains("2128601234"), "{}", log.text());
}

#[tokio::test]
async fn deliver_text_while_the_gateway_is_down_or_silent_loses_nothing() {
    let pool = pool().await;
    let down = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = down.local_addr().unwrap();
    drop(down);
    promise(&pool).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &posting_to(address)).await.unwrap().failed, 1);

    let (log, _listening) = Log::listen();
    let up = Gateway::start_at(address, None).await;
    let impatient = only_texts(
        sms(webhook(&format!("http://{address}/"), None, None)).with_patience(Duration::from_millis(300)),
    );
    up.next(Whim::Wait(Duration::from_secs(60)));
    pool.wait(2);
    assert_eq!(worker::deliver_due(pool.delivery(), &impatient).await.unwrap().failed, 1);
    assert!(log.text().contains("did not answer in time"), "{}", log.text());

    // Slow, but not too slow.
    up.next(Whim::Wait(Duration::from_millis(500)));
    pool.wait(10);
    assert_eq!(worker::deliver_due(pool.delivery(), &posting_to(address)).await.unwrap().sent, 1);
    pool.wait(600);
    assert_eq!(worker::deliver_due(pool.delivery(), &posting_to(address)).await.unwrap().sent, 0);
    assert_eq!(up.asked().len(), 2);
}

#[tokio::test]
async fn deliver_text_to_an_untrusted_gateway_sends_no_token_or_message() {
    let pool = pool().await;
    let (root, tls) = certificate();
    let gateway = Gateway::start(Some(tls)).await;
    let provider = || webhook(&format!("https://{}/", gateway.address()), Some("secret-token"), None);
    let (log, _listening) = Log::listen();
    promise(&pool).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &only_texts(sms(provider()))).await.unwrap().failed, 1);
    assert!(gateway.asked().is_empty());
    assert!(log.text().contains("certificate") && !log.text().contains("secret-token"), "{}", log.text());

    let trusting = Sms::new(&SmsSettings { provider: provider(), extra_roots: Some(root) }).unwrap();
    pool.wait(2);
    assert_eq!(worker::deliver_due(pool.delivery(), &only_texts(trusting)).await.unwrap().sent, 1);
    assert_eq!(gateway.asked()[0].header("authorization"), "Bearer secret-token");
}

#[tokio::test]
async fn deliver_sends_mail_to_smtp_and_texts_to_the_gateway() {
    let pool = pool().await;
    let (mails, transport) = server().await;
    let Transport::Smtp(smtp) = transport else { panic!("a mail server") };
    let gateway = Gateway::start(None).await;
    let both =
        Transport::SmtpAndSms(smtp, sms(webhook(&format!("http://{}/", gateway.address()), None, None)));
    pool.sign_up("jdoe", "me@domain.com").await;
    promise(&pool).await;
    assert_eq!(worker::deliver_due(pool.delivery(), &both).await.unwrap().sent, 2);
    assert_eq!((mails.received().len(), gateway.asked().len()), (1, 1));
}

#[test]
fn sms_settings_that_are_wrong_name_the_fault_without_secrets() {
    let fault = |provider| Sms::new(&SmsSettings { provider, extra_roots: None }).unwrap_err();
    for (url, expected) in [
        ("", SmsFault::Url),
        ("ftp://secret.example.com", SmsFault::Url),
        ("https://me:secret@sms.example.com", SmsFault::NotAnOrigin),
        ("http://sms.example.com/secret", SmsFault::ClearToken),
    ] {
        let fault = fault(webhook(url, Some("token"), None));
        assert!(
            fault == expected
                && !fault.to_string().contains("secret.")
                && !fault.to_string().contains("token\""),
            "{url}: {fault}"
        );
    }
    for url in ["http://sms.example.com/send", "http://10.0.0.7/send", "http://sms-bridge:8080/send"] {
        assert_eq!(fault(webhook(url, None, None)), SmsFault::Unsigned, "{url}");
    }
    for secret in ["secret", "whsec_c2hvcnQ=", "?"] {
        assert_eq!(fault(webhook("https://sms.example.com", None, Some(secret))), SmsFault::Secret);
    }
    assert_eq!(fault(webhook("https://sms.example.com", Some("to\nken"), None)), SmsFault::Token);
    assert_eq!(fault(twilio("https://api.example.com/path", "+1")), SmsFault::NotAnOrigin);
    assert_eq!(fault(twilio("https://api.example.com", " ")), SmsFault::From);
    let odd = SmsProvider::Twilio {
        base: "https://a.b".into(),
        account: "AC/../x".into(),
        api_key: None,
        token: "t".into(),
        from: "x".into(),
    };
    assert_eq!(fault(odd), SmsFault::Account);
    assert!(
        Sms::new(&SmsSettings {
            provider: webhook("http://sms-bridge:8080/send", None, Some(&STANDARD.encode([7; 32]))),
            extra_roots: None
        })
        .is_ok()
    );
    assert_eq!(format!("{:?}", sms(twilio("https://api.twilio.com", "+1"))), "Sms(api.twilio.com)");
}

/// No gateway, and no mailbox of development.
async fn without_texts() -> TestPool {
    TestPool::with(Settings { texts: false, ..Settings::default() }).await
}

#[tokio::test]
async fn update_number_without_a_gateway_stores_it_unverified() {
    let pool = without_texts().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let outcome = pool.update(&viewer, &[("phone_number", NUMBER)]).await.unwrap();
    assert!(outcome[&Standard::PhoneNumber.into()].is_updated);
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumber).await.as_deref(), Some(NUMBER));
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("false"));
    assert!(contacts::resend(&pool, &viewer, &Standard::PhoneNumber.into(), &origin()).await.is_err());
    assert!(pool.messages_to(NUMBER).await.is_empty());
    assert!(
        pool.try_sign_up("john", &[("phone_number", "+12128605678")]).await.is_err(),
        "no code could confirm it"
    );
}

#[tokio::test]
async fn update_number_after_the_gateway_is_gone_is_unverified() {
    let mut pool = pool().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", NUMBER)]).await.unwrap();
    let code = pool.code_for(NUMBER).await;
    pool.verify(&viewer, Standard::PhoneNumber, &code).await.unwrap();
    let before = pool.messages_to(NUMBER).await.len();

    pool.settings.texts = false;
    let pool = pool.restart().await;
    pool.update(&viewer, &[("phone_number", "+442079460000")]).await.unwrap();
    assert_eq!(pool.shown(&viewer, Standard::PhoneNumberVerified).await.as_deref(), Some("false"));
    assert_eq!(pool.messages_to(NUMBER).await.len(), before);
    assert!(pool.messages_to("+442079460000").await.is_empty());
}
