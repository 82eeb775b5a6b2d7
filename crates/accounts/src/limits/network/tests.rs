use crate::attributes::update::UpdateAttributesError;
use crate::contacts;
use crate::error::CommonError;
use crate::password::forgot::{self, ForgotPasswordError};
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_up::confirmation::Who;
use crate::sign_up::resend::ResendError;
use crate::sign_up::start::{self, SignUpError, SignedUp};
use crate::sign_up::{confirm, resend};
use crate::testing::{PASSWORD, TestPool, entering, form, origin, origin_at};
use model::{ErrorCode, FieldName, FormErrors, SignInOptions, Standard};
use nameplate_core::identity::{BrowserId, Origin};
use nameplate_core::settings::Settings;

async fn sign_up(pool: &TestPool, name: &str, email: &str, from: &Origin) -> Result<SignedUp, SignUpError> {
    start::start(pool, &pool.client(), form(name, &[("email", email)]), from).await
}

fn waits<T>(answer: &Result<T, SignUpError>) -> bool {
    matches!(answer, Err(SignUpError::Common(CommonError::Wait { .. })))
}

fn is_full<T>(answer: &Result<T, SignUpError>) -> bool {
    matches!(answer, Err(SignUpError::Common(CommonError::NoMessagesNow { seconds: 3600 })))
}

async fn forgot(pool: &TestPool, name: &str, from: &Origin) -> bool {
    match forgot::forgot(pool, name, from).await {
        Ok(_) => true,
        Err(ForgotPasswordError::Common(CommonError::Wait { .. })) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn mail_limit_per_network_is_sixty_an_hour_over_all_operations() {
    let pool = TestPool::new().await;
    let (here, there) = (origin_at("198.51.100.1"), origin_at("198.51.100.2"));
    for n in 0..20 {
        let done = sign_up(&pool, &format!("jdoe{n}"), &format!("me{n}@domain.com"), &here).await.unwrap();
        assert!(forgot(&pool, &format!("nobody{n}"), &here).await);
        pool.wait(31);
        resend::resend(&pool, &Who::Ticket(done.ticket), &here).await.unwrap();
    }
    assert!(waits(&sign_up(&pool, "last", "last@domain.com", &here).await));
    assert!(!forgot(&pool, "nobody", &here).await);
    assert!(forgot(&pool, "nobody", &there).await);
    pool.wait(3600);
    sign_up(&pool, "last", "last@domain.com", &here).await.unwrap();
}

#[tokio::test]
async fn mail_limit_counts_no_confirmed_sign_up() {
    let mut settings = Settings::default();
    settings.limits.mails_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    for n in 0..10 {
        let (name, email) = (format!("jdoe{n}"), format!("me{n}@domain.com"));
        let done = sign_up(&pool, &name, &email, &origin()).await.unwrap();
        let form = entering(Who::Ticket(done.ticket), &pool.code_for(&email).await);
        confirm::confirm(&pool, &pool.client(), &form, &origin()).await.unwrap();
    }
}

#[tokio::test]
async fn text_limit_per_network_is_ten_an_hour() {
    let sign_in = SignInOptions { username: true, email: false, phone_number: true };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    let pool = TestPool::with(settings).await;
    let by_phone = async |n: u32| {
        let number = format!("+1212860{:04}", 1000 + n);
        let form = form(&format!("jdoe{n}"), &[("phone_number", &number)]);
        start::start(&pool, &pool.client(), form, &origin()).await
    };
    for n in 0..10 {
        by_phone(n).await.unwrap();
    }
    assert!(waits(&by_phone(10).await));
}

#[tokio::test]
async fn network_limit_excludes_trusted_networks() {
    let mut settings = Settings::default();
    settings.limits.mails_per_network_an_hour = 1;
    settings.limits.sign_ups_per_network_an_hour = 1;
    settings.limits.trusted_networks = vec!["198.51.100.0/24".parse().unwrap()];
    let pool = TestPool::with(settings).await;
    for n in 0..5 {
        let (name, email) = (format!("jdoe{n}"), format!("me{n}@domain.com"));
        sign_up(&pool, &name, &email, &origin_at("198.51.100.7")).await.unwrap();
    }
    sign_up(&pool, "other", "other@domain.com", &origin_at("198.51.101.7")).await.unwrap();
    assert!(waits(&sign_up(&pool, "more", "more@domain.com", &origin_at("198.51.101.7")).await));
}

#[tokio::test]
async fn sign_up_with_plus_tags_shares_the_gaps_of_one_mailbox() {
    let pool = TestPool::new().await;
    for n in 0..5 {
        sign_up(&pool, &format!("jdoe{n}"), &format!("me+{n}@domain.com"), &origin()).await.unwrap();
    }
    let mut at_once = 0;
    for n in 0..5 {
        at_once += pool.codes_due_to(&format!("me+{n}@domain.com")).await.len();
    }
    assert_eq!(at_once, 1, "the others are sent one after the other");
}

#[tokio::test]
async fn stranger_ceiling_answers_alike_and_admits_known_browsers() {
    let mut settings = Settings::default();
    settings.limits.mails_for_strangers_an_hour = 3;
    let pool = TestPool::with(settings).await;
    let browser = BrowserId::parse(&"A".repeat(43)).unwrap();
    let owner = origin_at("198.51.100.9").in_browser(browser);
    let done = sign_up(&pool, "jdoe", "me@domain.com", &owner).await.unwrap();
    let form = entering(Who::Ticket(done.ticket), &pool.code_for("me@domain.com").await);
    confirm::confirm(&pool, &pool.client(), &form, &owner).await.unwrap();
    let stranger = |n: u8| origin_at(&format!("203.0.113.{n}"));
    assert!(forgot(&pool, "nobody", &stranger(1)).await);
    assert!(forgot(&pool, "jdoe", &stranger(2)).await);
    for name in ["nobody", "jdoe", "me@domain.com"] {
        let told = forgot::forgot(&pool, name, &stranger(3)).await;
        let full = CommonError::NoMessagesNow { seconds: 3600 };
        assert_eq!(format!("{told:?}"), format!("Err(Common({full:?}))"), "{name}");
    }
    assert!(is_full(&sign_up(&pool, "new", "new@domain.com", &stranger(4)).await));
    assert!(forgot(&pool, "jdoe", &owner).await);
}

fn texts_an_hour(texts: u32) -> Settings {
    let sign_in = SignInOptions { username: true, email: false, phone_number: true };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    settings.limits.texts_for_strangers_an_hour = texts;
    settings
}

fn number(n: u32) -> String {
    format!("+1212860{:04}", 1000 + n)
}

async fn signs_up(pool: &TestPool, n: u32) -> Result<SignedUp, SignUpError> {
    let (number, form_of) = (number(n), format!("jdoe{n}"));
    let form = form(&form_of, &[("phone_number", &number)]);
    start::start(pool, &pool.client(), form, &origin_at(&format!("203.0.113.{n}"))).await
}

#[tokio::test]
async fn text_to_a_new_number_when_signed_in_counts_with_strangers() {
    let pool = TestPool::with(texts_an_hour(3)).await;
    let viewer = pool.signed_in("owner", "me@domain.com").await;
    pool.update(&viewer, &[("phone_number", &number(0))]).await.unwrap();
    // Of what is refused for another reason nothing is taken.
    for _ in 0..10 {
        assert!(pool.update(&viewer, &[("phone_number", &number(0))]).await.is_err(), "too soon");
        assert!(pool.update(&viewer, &[("phone_number", "+12128601009"), ("email", "")]).await.is_err());
    }
    signs_up(&pool, 1).await.unwrap();
    signs_up(&pool, 2).await.unwrap();
    assert!(is_full(&signs_up(&pool, 3).await));
    let fault =
        [(FieldName::Attribute(Standard::PhoneNumber.into()), ErrorCode::NoTextsNow { seconds: 3600 })];
    let refused = pool.update(&viewer, &[("phone_number", &number(4))]).await;
    let Err(UpdateAttributesError::Refused(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.fields, fault);
    let phone = Standard::PhoneNumber.into();
    let again = contacts::resend(&pool, &viewer, &phone, &origin()).await;
    assert!(matches!(again, Err(ResendError::NoTextsNow { seconds: 3600 })), "{again:?}");
    // Mails, and whatever isn't sent, are free of it.
    pool.update(&viewer, &[("email", "new@domain.com"), ("nickname", "J")]).await.unwrap();
    pool.wait(3600);
    pool.update(&pool.fresh(&viewer), &[("phone_number", &number(4))]).await.unwrap();
}

#[tokio::test]
async fn text_to_a_waiting_sign_up_counts_by_username_and_password() {
    let pool = TestPool::with(texts_an_hour(4)).await;
    signs_up(&pool, 0).await.unwrap();
    let sent = async || pool.codes_due_to(&number(0)).await.len();
    for _ in 0..2 {
        pool.wait(600);
        resend::resend_by_name(&pool, "jdoe0", &origin()).await.unwrap();
    }
    pool.wait(600);
    assert!(matches!(pool.try_sign_in("jdoe0", PASSWORD).await, Ok(SignedIn::Unconfirmed(_))));
    let before = sent().await;
    pool.wait(600);
    resend::resend_by_name(&pool, "jdoe0", &origin()).await.unwrap();
    assert_eq!(sent().await, before, "it is answered as always, and sends nothing");
    let told = pool.try_sign_in("jdoe0", PASSWORD).await;
    assert!(matches!(told, Err(SignInError::Common(CommonError::NoMessagesNow { .. }))), "{told:?}");
}

#[tokio::test]
async fn text_to_a_verified_number_is_outside_of_the_ceiling() {
    let pool = TestPool::with(texts_an_hour(1)).await;
    let ticket = signs_up(&pool, 0).await.unwrap().ticket;
    let form = entering(Who::Ticket(ticket), &pool.code_for(&number(0)).await);
    confirm::confirm(&pool, &pool.client(), &form, &origin()).await.unwrap();
    assert!(is_full(&signs_up(&pool, 1).await));
    let stranger = |n: u8| origin_at(&format!("203.0.113.{n}"));
    for n in 0..5 {
        assert!(forgot(&pool, &number(0), &stranger(n)).await);
        assert!(forgot(&pool, &number(9), &stranger(n)).await, "nobody's");
    }
}

#[tokio::test]
async fn network_limit_with_a_proven_secret_excludes_mails_only() {
    let mut settings = Settings::default();
    settings.limits.mails_per_network_an_hour = 2;
    settings.limits.sign_ups_per_network_an_hour = 2;
    settings.limits.code_requests_per_network_an_hour = 4;
    settings.limits.networks_per_application = 3;
    let pool = TestPool::with(settings).await;
    let visitor = |n: u8| Some(format!("203.0.113.{n}").parse().unwrap());
    let of = |visitor| origin().by_application(pool.client(), visitor);
    // Mails by no network, sign-ups by the visitor; six of each for all of them.
    for n in 0..3 {
        for again in 0..2 {
            let name = format!("jdoe{n}{again}");
            sign_up(&pool, &name, &format!("{name}@domain.com"), &of(visitor(n))).await.unwrap();
        }
        assert!(waits(&sign_up(&pool, "more", "more@domain.com", &of(visitor(n))).await));
    }
    assert!(waits(&sign_up(&pool, "more", "more@domain.com", &of(visitor(9))).await), "the ceiling");
    assert!(waits(&sign_up(&pool, "more", "more@domain.com", &of(None)).await), "the ceiling");
    pool.wait(3600);
    for n in 0..6 {
        sign_up(&pool, &format!("all{n}"), &format!("all{n}@domain.com"), &of(None)).await.unwrap();
    }
    assert!(waits(&sign_up(&pool, "more", "more@domain.com", &of(None)).await), "the ceiling");
    pool.wait(3600);
    // Requests for codes by the visitor, and by the address where there is none.
    for from in [of(visitor(1)), of(None)] {
        for n in 0..3 {
            assert!(forgot(&pool, &format!("nobody{n}"), &from).await);
        }
    }
    assert!(!forgot(&pool, "nobody", &of(visitor(2))).await, "six mails of the application");
    assert!(forgot(&pool, "nobody", &origin_at("203.0.113.2")).await, "the visitor without it");
}

#[tokio::test]
async fn mail_limit_of_a_site_is_ten_networks_over_all_of_its_own() {
    let mut settings = Settings::default();
    settings.limits.mails_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    let network = |n: u32| origin_at(&format!("2001:db8:1:{n:x}::1"));
    for n in 0..20 {
        assert!(forgot(&pool, &format!("nobody{n}"), &network(n)).await, "{n}");
    }
    assert!(!forgot(&pool, "nobody", &network(100)).await);
    assert!(waits(&sign_up(&pool, "jdoe", "me@domain.com", &network(101)).await));
    assert!(forgot(&pool, "nobody", &origin_at("2001:db8:2::1")).await, "another site");
    pool.wait(3600);
    assert!(forgot(&pool, "nobody", &network(100)).await);
}

/// What is refused to one network is not sent, and there for everybody else.
#[tokio::test]
async fn refused_requests_of_one_network_leave_the_ceiling_to_others() {
    let mut settings = Settings::default();
    settings.limits.mails_per_network_an_hour = 3;
    settings.limits.mails_for_strangers_an_hour = 5;
    let pool = TestPool::with(settings).await;
    let here = origin_at("198.51.100.1");
    let done = sign_up(&pool, "jdoe", "me@domain.com", &here).await.unwrap();
    for n in 0..10 {
        assert_eq!(forgot(&pool, &format!("nobody{n}"), &here).await, n < 2, "{n}");
    }
    pool.wait(31);
    for who in [Who::Ticket(done.ticket), Who::Typed("nobody".into())].iter().cycle().take(10) {
        let told = resend::resend(&pool, who, &here).await;
        assert!(matches!(told, Err(ResendError::Common(CommonError::Wait { .. }))), "{told:?}");
    }
    let there = origin_at("198.51.100.2");
    assert!(forgot(&pool, "nobody", &there).await);
}

#[tokio::test]
async fn message_beyond_the_ceiling_is_told_as_what_it_is() {
    let mut settings = Settings::default();
    settings.limits.mails_for_strangers_an_hour = 1;
    let pool = TestPool::with(settings).await;
    sign_up(&pool, "jdoe", "me@domain.com", &origin()).await.unwrap();
    let told = sign_up(&pool, "other", "other@domain.com", &origin_at("198.51.100.9")).await.unwrap_err();
    assert_eq!(FormErrors::from(told).form, Some(ErrorCode::NoMessagesNow { seconds: 3600 }));
}
