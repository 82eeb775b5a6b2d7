//! What somebody hears for whom there is no connection.

use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// So many are answered at the same time; further ones are closed without a word.
const AT_ONCE: usize = 64;
const PATIENCE: Duration = Duration::from_secs(1);
/// No more of a request is read than this.
const LARGEST: u64 = 64 * 1024;

const ANSWER: &str = "HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain; charset=utf-8\r\n\
    content-length: 56\r\n\
    retry-after: 5\r\n\
    cache-control: no-store\r\n\
    x-content-type-options: nosniff\r\n\
    connection: close\r\n\
    \r\n\
    There are too many connections. Try again in 5 seconds.\n";

/// Answers connections that aren't served.
#[derive(Debug)]
pub struct Refusals(Arc<Semaphore>);

impl Default for Refusals {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Refusals {
    /// Answers it with 503, whatever it asks for.
    pub fn refuse(&self, stream: TcpStream) {
        let Ok(permit) = self.0.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            // Whoever is not answered in time went away.
            _ = timeout(PATIENCE, answer(stream)).await;
            drop(permit);
        });
    }
}

/// Reads what was asked, too: closed with something unread, a connection is reset, and the answer lost with it.
async fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(ANSWER.as_bytes()).await?;
    stream.shutdown().await?;
    let mut rest = stream.take(LARGEST);
    let mut asked = [0; 4096];
    while rest.read(&mut asked).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_answer_has_the_right_content_length() {
        let (head, body) = ANSWER.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())), "{}", body.len());
    }
}
