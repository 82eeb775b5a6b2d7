//! What can be wrong with keys.

/// A key can't be had, or doesn't fit.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum KeyError {
    #[error("the key file can't be read or written: {path}")]
    File {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("line {line} of the keys is not a key (32 bytes as base64url)")]
    Malformed { line: usize },
    #[error("there is no key among the keys")]
    Empty,
    #[error(
        "the key {0} is accepted already and waits to be used: restart every node with it, then run nameplate keys rotate"
    )]
    Accepted(String),
}
