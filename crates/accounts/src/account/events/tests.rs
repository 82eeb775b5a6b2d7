use super::*;
use crate::account::events;
use crate::account::feed::Feed;
use crate::attributes::delete;
use crate::testing::{self, TestPool};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

async fn next(feed: &mut Receiver<News>) -> News {
    timeout(Duration::from_secs(20), feed.recv()).await.expect("in time").unwrap()
}

#[tokio::test]
#[ignore = "PostgreSQL only: scripts/test-rust"]
async fn listen_on_two_nodes_hears_the_other_ones_events_once() {
    let here = TestPool::new().await;
    let viewer = here.signed_in("jdoe", "me@domain.com").await;
    let there = here.another(2).await;
    let stop = CancellationToken::new();
    for node in [here.handle(), there.clone()] {
        let (mut feed, stop) = (events::subscribe(&node), stop.clone());
        let listening = node.clone();
        tokio::spawn(async move { listen(&listening, stop).await });
        assert_eq!(next(&mut feed).await, News::Anybody, "nobody listened before");
    }
    let (mut feed_here, mut feed_there) = (events::subscribe(&here), events::subscribe(&there));
    here.update(&viewer, &[("nickname", "Jo")]).await.unwrap();
    assert_eq!(next(&mut feed_there).await, News::Of(viewer.user));
    assert_eq!(next(&mut feed_here).await, News::Of(viewer.user));
    let seen = events::after(&there, &viewer, 0, 100).await.unwrap();
    assert_eq!(seen.last().unwrap().event.name(), "updateUserAttributes");
    // Something of the other node's, which comes after whatever of ours came back.
    delete::delete(&there, &viewer, vec!["nickname".into()], &testing::origin()).await.unwrap();
    assert_eq!(next(&mut feed_here).await, News::Of(viewer.user));
    assert!(feed_here.is_empty());
    stop.cancel();
}

#[tokio::test]
async fn pass_on_of_a_malformed_note_announces_nothing() {
    let feed = Feed::new(&nameplate_core::entropy::SystemEntropy);
    let mut listener = feed.sender.subscribe();
    for note in ["", " ", "nonsense", "node x", "node 99999999999999999999", &feed.note(UserId(7))] {
        feed.pass_on(note);
        assert!(listener.is_empty(), "{note:?}");
    }
    feed.pass_on("another-node 7");
    assert_eq!(listener.try_recv(), Ok(News::Of(UserId(7))));
}

#[tokio::test]
async fn listen_on_a_file_announces_what_a_command_of_another_process_did() {
    let here =
        TestPool::at(crate::testing::TestStore::sqlite(), nameplate_core::settings::Settings::default())
            .await;
    let viewer = here.signed_in("jdoe", "me@domain.com").await;
    // It has a feed of its own, as a command has.
    let command = here.another(2).await;
    let (mut feed, stop) = (events::subscribe(&here), CancellationToken::new());
    let (node, stopping) = (here.handle(), stop.clone());
    tokio::spawn(async move { listen(&node, stopping).await });
    assert_eq!(next(&mut feed).await, News::Anybody, "nobody looked before");
    // What visitors do is announced where it is done.
    delete::delete(&command, &viewer, vec!["nickname".into()], &testing::origin()).await.unwrap();
    tokio::time::sleep(3 * LOOK).await;
    assert!(feed.is_empty());
    crate::admin::disable_user(&command, "jdoe").await.unwrap();
    assert_eq!(next(&mut feed).await, News::Of(viewer.user));
    stop.cancel();
}
