//! Whose account something happened to, told to open pages and other nodes.

use nameplate_core::entropy::Entropy;
use nameplate_core::identity::UserId;
use tokio::sync::broadcast;

/// What the operator's commands call themselves in the trail.
pub(crate) const COMMAND: &str = "nameplate user";

/// Where to look, after it was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Something happened to this account: an event, or a session that ended.
    Of(UserId),
    /// Something may have happened to anybody.
    Anybody,
}

/// Tells listeners whose account something happened to, and this node's news from others'.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    pub(crate) sender: broadcast::Sender<News>,
    /// What this node calls itself, for as long as it runs.
    pub(crate) node: String,
}

impl Feed {
    pub(crate) fn new(entropy: &dyn Entropy) -> Self {
        Self { sender: broadcast::channel(1024).0, node: entropy.uuid_v4() }
    }

    pub(crate) fn announce(&self, news: News) {
        let _ = self.sender.send(news); // nobody listens: nothing to tell
    }

    /// The same for the other nodes, as a text.
    pub(crate) fn note(&self, user: UserId) -> String {
        format!("{} {}", self.node, user.0)
    }

    /// Passes on what another node's note says. Our own come back too, and were announced before.
    pub(crate) fn pass_on(&self, note: &str) {
        if let Some((node, user)) = note.split_once(' ')
            && let (true, Ok(user)) = (node != self.node, user.parse())
        {
            self.announce(News::Of(UserId(user)));
        }
    }
}
