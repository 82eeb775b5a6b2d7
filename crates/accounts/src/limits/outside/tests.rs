use super::*;
use crate::limits::counted;
use crate::testing::TestPool;
use nameplate_core::settings::Settings;
use std::io::Write;
use std::sync::Arc;
use tracing::subscriber::DefaultGuard;

/// What was logged.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn begin() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        (log, tracing::subscriber::set_default(subscriber.finish()))
    }

    fn errors(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains("ERROR")).map(ToOwned::to_owned).collect()
    }
}

async fn pool(mails: u32) -> TestPool {
    let mut settings = Settings::default();
    settings.limits.mails_for_strangers_an_hour = mails;
    TestPool::with(settings).await
}

#[tokio::test]
async fn outside_messages_from_ten_ceilings_on_are_logged_and_not_refused() {
    let pool = pool(10).await;
    let (log, _guard) = Log::begin();
    for _ in 0..90 {
        count_apart(&pool, ContactKind::Email).await.unwrap();
    }
    assert_eq!(log.errors().len(), 0, "{:?}", log.errors());
    for _ in 0..100 {
        count_apart(&pool, ContactKind::Email).await.unwrap();
    }
    assert_eq!(log.errors().len(), 1, "{:?}", log.errors());
    assert!(log.errors()[0].contains("MailsForOthers") && log.errors()[0].contains("an_hour=100"));
    pool.wait(3600);
    for _ in 0..100 {
        count_apart(&pool, ContactKind::Email).await.unwrap();
    }
    assert_eq!(log.errors().len(), 2);
}

#[tokio::test]
async fn outside_messages_write_a_row_for_each_share_only() {
    let pool = pool(2000).await;
    let key = key(&pool, LimitName::MailsForOthers, &[]);
    let in_store = async || counted(&mut pool.store.read().await.unwrap(), &key).await.unwrap();
    for (messages, taken) in [(1, 1), (2, 3), (1, 7), (3, 7), (1, 15)] {
        for _ in 0..messages {
            count_apart(&pool, ContactKind::Email).await.unwrap();
        }
        assert_eq!(in_store().await, taken);
    }
    for _ in 0..10_000 {
        count_apart(&pool, ContactKind::Email).await.unwrap();
    }
    assert_eq!(in_store().await, 1023 + 9 * 1000);
}

#[tokio::test]
async fn contact_code_when_signed_in_counts_outside_of_the_ceiling() {
    let pool = pool(2000).await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let key = key(&pool, LimitName::MailsForOthers, &[]);
    assert_eq!(counted(&mut pool.store.read().await.unwrap(), &key).await.unwrap(), 0);
    pool.update(&viewer, &[("email", "new@domain.com")]).await.unwrap();
    assert_eq!(counted(&mut pool.store.read().await.unwrap(), &key).await.unwrap(), 1);
}
