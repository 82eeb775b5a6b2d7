use super::*;
use crate::account::download;
use crate::error::CommonError;
use crate::sign_in::for_tokens;
use crate::sign_in::password::SignIn;
use crate::testing::{PASSWORD, TestPool, origin};
use model::Password;
use nameplate_core::settings::{AppClient, Limits, Settings};

#[tokio::test]
async fn personal_data_holds_all_that_is_stored_but_no_secrets() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    pool.update(&viewer, &[("family_name", "Doe"), ("email", "jane@new.example")]).await.unwrap();
    let data =
        serde_json::to_string_pretty(&download::personal_data(&pool, &viewer, &origin()).await.unwrap())
            .unwrap();
    for held in [
        "\"jane\"",
        "jane@example.com",
        "jane@new.example",
        "Doe",
        "confirmSignUp",
        "downloadUserData",
        &origin().network.to_string(),
    ] {
        assert!(data.contains(held), "{held} is not in {data}");
    }
    let code = pool.code_for("jane@new.example").await;
    for secret in ["argon2", "password_hash", code.as_str()] {
        assert!(!data.contains(secret), "{secret} is in {data}");
    }
}

#[tokio::test]
async fn personal_data_with_many_events_holds_them_all() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    let before = download::personal_data(&pool, &viewer, &origin()).await.unwrap().events.len();
    let mut tx = pool.store().begin().await.unwrap();
    for _ in 0..2 * PAGE {
        let event = Event::SignInFailure { username: "jane".into() };
        events::record(&mut tx, viewer.user, &event, pool.time(), &origin()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let events = download::personal_data(&pool, &viewer, &origin()).await.unwrap().events;
    assert_eq!(events.len(), before + 2 * usize::try_from(PAGE).unwrap() + 1);
}

#[tokio::test]
async fn personal_data_for_a_stale_sign_in_is_refused() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    pool.wait(15 * 60);
    assert!(matches!(download::may_have_data(&pool, &viewer).await, Err(DownloadError::NotFresh(_))));
    assert!(matches!(
        download::personal_data(&pool, &viewer, &origin()).await,
        Err(DownloadError::NotFresh(_))
    ));
    assert!(!pool.event_names(&viewer).await.contains(&"downloadUserData"));
}

#[tokio::test]
async fn personal_data_asked_for_too_often_has_to_wait() {
    let settings = Settings::default();
    let limits = Limits { changes_per_account_an_hour: 3, ..settings.limits.clone() };
    let pool = TestPool::with(Settings { limits, ..settings }).await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    for _ in 0..3 {
        // To ask whether one may is not counted.
        download::may_have_data(&pool, &viewer).await.unwrap();
        download::personal_data(&pool, &viewer, &origin()).await.unwrap();
    }
    assert!(matches!(
        download::may_have_data(&pool, &viewer).await,
        Err(DownloadError::Common(CommonError::Wait { .. }))
    ));
    assert!(matches!(
        download::personal_data(&pool, &viewer, &origin()).await,
        Err(DownloadError::Common(CommonError::Wait { .. }))
    ));
}

#[tokio::test]
async fn personal_data_records_an_event_for_every_download() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    let traces =
        async || pool.event_names(&viewer).await.iter().filter(|name| **name == "downloadUserData").count();
    download::may_have_data(&pool, &viewer).await.unwrap();
    assert_eq!(traces().await, 0);
    for number in 1..=2 {
        let data = download::personal_data(&pool, &viewer, &origin()).await.unwrap();
        assert_eq!(traces().await, number);
        assert!(
            matches!(data.events.last().unwrap().event, Event::DownloadUserData { .. }),
            "the file tells of itself"
        );
    }
}

#[tokio::test]
async fn personal_data_names_the_client_of_every_session() {
    let settings = Settings::default();
    let application = AppClient { id: ClientId("mobile".into()), ..settings.clients[0].clone() };
    let clients = [settings.clients.clone(), vec![application]].concat();
    let pool = TestPool::with(Settings { clients, ..settings }).await;
    let viewer = pool.signed_in("jane", "jane@example.com").await;
    let form = SignIn { username: "jane".into(), password: Password::new(PASSWORD) };
    for_tokens::for_tokens(&pool, &ClientId("mobile".into()), &form, &origin()).await.unwrap();
    let data = download::personal_data(&pool, &viewer, &origin()).await.unwrap();
    let named: Vec<_> = data.sessions.iter().map(|it| it.client.clone()).collect();
    assert_eq!(named, [pool.client(), ClientId("mobile".into())]);
    assert_eq!(serde_json::to_value(&data).unwrap()["sessions"][1]["client"], "mobile");
}
