use super::*;
use crate::error::CommonError;
use crate::testing::{TestPool, origin};
use nameplate_core::settings::Settings;

async fn resend(pool: &TestPool, who: &Who) -> Result<Resent, ResendError> {
    crate::sign_up::resend::resend(pool, who, &origin()).await
}

#[tokio::test]
async fn resend_with_the_ticket_waits_longer_each_time() {
    let pool = TestPool::new().await;
    let who = Who::Ticket(pool.sign_up("jdoe", "me@domain.com").await.ticket);
    pool.wait(1);
    assert!(matches!(resend(&pool, &who).await, Err(ResendError::Common(CommonError::Wait { seconds: 29 }))));
    for (sent, (waited, next)) in [(29, 60), (60, 120), (120, 300), (300, 600)].into_iter().enumerate() {
        pool.wait(waited);
        let resent = resend(&pool, &who).await.unwrap();
        assert_eq!(resent.resend_at, pool.time().plus(std::time::Duration::from_secs(next)));
        assert_eq!(pool.codes_due_to("me@domain.com").await.len(), sent + 2);
    }
}

#[tokio::test]
async fn resend_with_a_redeemed_ticket_is_refused() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "me@domain.com").await.ticket;
    let code = pool.code_for("me@domain.com").await;
    pool.confirm(ticket.clone(), &code).await.unwrap();
    pool.wait(60);
    assert!(matches!(resend(&pool, &Who::Ticket(ticket)).await, Err(ResendError::NoPending)));
}

#[tokio::test]
async fn resend_by_name_waits_alike_for_every_name() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    for name in ["jdoe", "nobody", "nobody@domain.com"] {
        let who = Who::Typed(name.into());
        for wait in [30, 60, 120, 300, 600, 900, 900] {
            assert!(resend(&pool, &who).await.is_ok(), "{name}");
            let refused = resend(&pool, &who).await;
            assert!(
                matches!(refused, Err(ResendError::Common(CommonError::Wait { seconds })) if seconds == wait),
                "{name}: {refused:?}"
            );
            pool.wait(u64::from(wait));
        }
    }
}

#[tokio::test]
async fn resend_by_name_sends_a_code_that_works() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let old = pool.code_for("me@domain.com").await;
    pool.wait(30);
    resend(&pool, &Who::Typed("jdoe".into())).await.unwrap();
    pool.wait_until_sent().await;
    let new = pool.code_for("me@domain.com").await;
    assert_ne!(old, new);
    assert!(pool.confirm_by_name("jdoe", &new).await.is_ok());
}

#[tokio::test]
async fn resend_beyond_the_network_limit_has_to_wait() {
    let mut settings = Settings::default();
    settings.limits.code_requests_per_network_an_hour = 2;
    let pool = TestPool::with(settings).await;
    resend(&pool, &Who::Typed("a".into())).await.unwrap();
    resend(&pool, &Who::Typed("b".into())).await.unwrap();
    assert!(matches!(
        resend(&pool, &Who::Typed("c".into())).await,
        Err(ResendError::Common(CommonError::Wait { seconds: 3600 }))
    ));
}
