use crate::error::CommonError;
use crate::password::forgot::{self, ForgotPasswordError};
use crate::sign_up::confirmation::Who;
use crate::sign_up::start::{self, SignUpError, SignedUp};
use crate::sign_up::{confirm, resend};
use crate::testing::{TestPool, entering, form, origin, origin_at};
use model::{SignInOptions, Standard};
use nameplate_core::identity::{BrowserId, Origin};
use nameplate_core::settings::Settings;

async fn sign_up(pool: &TestPool, name: &str, email: &str, from: &Origin) -> Result<SignedUp, SignUpError> {
    start::start(pool, &pool.client(), form(name, &[("email", email)]), from).await
}

fn waits<T>(answer: &Result<T, SignUpError>) -> bool {
    matches!(answer, Err(SignUpError::Common(CommonError::Wait { .. })))
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
        let wait = matches!(told, Err(ForgotPasswordError::Common(CommonError::Wait { seconds: 3600 })));
        assert!(wait, "{name}: {told:?}");
    }
    assert!(waits(&sign_up(&pool, "new", "new@domain.com", &stranger(4)).await));
    assert!(forgot(&pool, "jdoe", &owner).await);
}
