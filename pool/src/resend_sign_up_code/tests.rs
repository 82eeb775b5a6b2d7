use super::*;
use crate::settings::Settings;
use crate::testing::{TestPool, origin};

async fn resend(pool: &TestPool, who: &Who) -> Result<Resent, ResendError> {
    pool.resend_sign_up_code(who, &origin()).await
}

#[tokio::test]
async fn a_code_is_sent_again_after_half_a_minute_and_five_times_a_day() {
    let pool = TestPool::new().await;
    let who = Who::Ticket(pool.sign_up("jdoe", "me@domain.com").await.ticket);
    pool.wait(1);
    assert!(matches!(resend(&pool, &who).await, Err(ResendError::Wait { seconds: 29 })));
    for sent in 2..=5 {
        pool.wait(30);
        let resent = resend(&pool, &who).await.unwrap();
        assert_eq!(resent.resend_at, pool.time().plus(std::time::Duration::from_secs(30)));
        assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), sent);
    }
    pool.wait(30);
    let refused = resend(&pool, &who).await;
    assert!(matches!(refused, Err(ResendError::Wait { seconds: 86249 })), "{refused:?}");
}

#[tokio::test]
async fn a_ticket_that_is_gone_has_nothing_to_resend() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.confirm(ticket.clone(), &code).await.unwrap();
    pool.wait(60);
    assert!(matches!(resend(&pool, &Who::Ticket(ticket)).await, Err(ResendError::NoPending)));
}

#[tokio::test]
async fn by_name_the_limits_are_the_same_for_everybodys_names() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    for name in ["jdoe", "nobody", "nobody@domain.com"] {
        let who = Who::Typed(name.into());
        for _ in 0..5 {
            pool.wait(30);
            assert!(resend(&pool, &who).await.is_ok(), "{name}");
            assert!(matches!(resend(&pool, &who).await, Err(ResendError::Wait { seconds: 30 })), "{name}");
        }
        pool.wait(30);
        assert!(matches!(resend(&pool, &who).await, Err(ResendError::Wait { seconds: 86250 })), "{name}");
    }
    assert_eq!(pool.codes_sent_to("me@domain.com").await.len(), 5, "the destination's own limit holds");
}

#[tokio::test]
async fn a_resend_by_name_brings_a_code_that_works() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let old = pool.code_for("me@domain.com").await;
    pool.wait(30);
    resend(&pool, &Who::Typed("jdoe".into())).await.unwrap();
    let new = pool.code_for("me@domain.com").await;
    assert_ne!(old, new);
    assert!(pool.confirm_by_name("jdoe", &new).await.is_ok());
}

#[tokio::test]
async fn one_network_may_ask_only_so_often() {
    let mut settings = Settings::default();
    settings.limits.code_requests_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    resend(&pool, &Who::Typed("a".into())).await.unwrap();
    resend(&pool, &Who::Typed("b".into())).await.unwrap();
    assert!(matches!(resend(&pool, &Who::Typed("c".into())).await, Err(ResendError::Wait { seconds: 3600 })));
}
