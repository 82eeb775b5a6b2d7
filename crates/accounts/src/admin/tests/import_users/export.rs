//! What was exported here.

use super::{RULES, arrival, everybody, faults, import, plan, remarks};
use crate::admin::create_user::{self, FirstPassword, NewUser};
use crate::admin::import_users::remarks::{Obstacle, Remark};
use crate::admin::import_users::{self, ImportRules, Wrong, judge};
use crate::admin::record::Record;
use crate::admin::tests::{create, new_user};
use crate::admin::{Vouching, browse, disable_user, update_user};
use crate::factors::app::shown_by;
use crate::factors::set_up_app::{self, Then};
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_up::start;
use crate::testing::{self, Authenticator, PASSWORD, TestPool, origin};
use model::Password;
use std::collections::BTreeMap;

#[tokio::test]
async fn import_users_of_an_export_restores_every_account() {
    let pool = TestPool::new().await;
    for number in 0..4 {
        let attributes =
            [("email", format!("p{number}@domain.com")), ("address", "1 Street\n2: Town".to_owned())];
        let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
        create_user::create_user(&pool, new_user(&format!("Person{number}"), &attributes)).await.unwrap();
        pool.wait(61);
    }
    update_user::update_user(
        &pool,
        "person1",
        BTreeMap::from([("nickname".into(), "Jo".into())]),
        Vouching::VERIFIED,
    )
    .await
    .unwrap();
    disable_user::disable_user(&pool, "person2").await.unwrap();
    pool.sign_up("waiting", "waiting@domain.com").await;
    let temporary = NewUser {
        password: FirstPassword::Temporary(Password::new(PASSWORD)),
        ..new_user("new", &[("email", "new@domain.com")])
    };
    create_user::create_user(&pool, temporary).await.unwrap();
    let taken_out = everybody(&pool).await;
    let lines: Vec<String> = taken_out.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    let read: Vec<Record> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(read == taken_out);

    let elsewhere = TestPool::new().await;
    let arrivals: Vec<_> =
        read.into_iter().enumerate().map(|(number, record)| arrival(number, record)).collect();
    let planned = plan(&elsewhere, &arrivals, RULES).await;
    assert_eq!((planned.accounts(), planned.unconfirmed(), planned.faults()), (6, 1, [].as_slice()));
    assert_eq!(
        remarks(&planned),
        [(2, Remark::CanNotSignIn(Obstacle::Disabled)), (4, Remark::CanNotSignIn(Obstacle::Unconfirmed))]
    );
    assert!(everybody(&elsewhere).await.is_empty(), "a plan writes nothing");
    let mut heard = Vec::new();
    import_users::import_users(&elsewhere, &planned, |done| heard.push(done)).await.unwrap();
    assert_eq!(heard, [3, 6]);
    assert!(everybody(&elsewhere).await == taken_out);

    assert!(matches!(elsewhere.try_sign_in("p0@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert!(matches!(elsewhere.try_sign_in("person2", PASSWORD).await, Err(SignInError::Disabled)));
    assert!(matches!(elsewhere.try_sign_in("new", PASSWORD).await, Ok(SignedIn::NewPassword(_))));
    elsewhere.wait(60);
    let Ok(SignedIn::Unconfirmed(ticket)) = elsewhere.try_sign_in("waiting", PASSWORD).await else {
        panic!("no way to the code")
    };
    let code = elsewhere.code_for("waiting@domain.com").await;
    assert!(elsewhere.confirm(ticket, &code).await.unwrap().session.is_some());

    // Begun anew: those who are there stay as they are.
    let twice = faults(&plan(&elsewhere, &arrivals, RULES).await);
    assert!(twice.len() == 6 && twice.iter().all(|(_, _, wrong)| *wrong == Wrong::Taken), "{twice:?}");
    let again = plan(&elsewhere, &arrivals, ImportRules { skip_existing: true, ..RULES }).await;
    assert_eq!((again.accounts(), again.skipped().len(), again.faults().len()), (0, 6, 0));
    assert!(again.skipped().iter().all(|it| !it.other_sub));
}

#[tokio::test]
async fn export_users_counts_accounts_with_factors_or_passkeys() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    create(&pool, "other", "other@domain.com").await.unwrap();
    let guarded = async || browse::export_users(&pool, None).await.unwrap().guarded;
    assert_eq!(guarded().await, 0);
    pool.give_passkey(&viewer, &mut Authenticator::at("http://localhost:3000")).await;
    assert_eq!(guarded().await, 1);
    assert_eq!(browse::find_user(&pool, "jdoe").await.unwrap().passkeys, 1);
    let secret = set_up_app::set_up_app(&pool, &pool.fresh(&viewer), &origin()).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &pool.fresh(&viewer), &code, Then::AskForIt, &origin()).await.unwrap();
    assert_eq!(guarded().await, 1, "both are one person's");
}

#[tokio::test]
async fn import_users_keeps_every_sign_up_that_waits_under_a_name() {
    let pool = TestPool::new().await;
    for email in ["one@domain.com", "two@domain.com"] {
        pool.sign_up("jdoe", email).await;
    }
    let mut other = testing::form("jdoe", &[("email", "two@domain.com")]);
    other.password = Password::new("another+Password-1");
    start::start(&pool.handle(), &pool.client(), other, &testing::origin()).await.unwrap();
    let records = browse::export_users(&pool, None).await.unwrap().records;
    assert_eq!(records.iter().map(|it| it.contested).collect::<Vec<_>>(), [false, true]);
    let lines: Vec<_> = records.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    let arrivals: Vec<_> =
        lines.iter().enumerate().map(|(at, line)| arrival(at, serde_json::from_str(line).unwrap())).collect();

    let there = TestPool::new().await;
    assert_eq!(import(&there, &arrivals, RULES).await, 2);
    assert_eq!(browse::export_users(&there, None).await.unwrap().records.len(), 2);
    let SignedIn::Unconfirmed(ticket) = there.try_sign_in("jdoe", PASSWORD).await.unwrap() else {
        panic!("not the code step")
    };
    let code = there.code_for("two@domain.com").await;
    let done = there.confirm(ticket, &code).await.unwrap();
    assert!(done.session.is_none() && done.next.is_some(), "it is contested still");
    let again = judge::plan_import(&there, &arrivals[..1], RULES).await.unwrap();
    assert_eq!(again.accounts(), 0, "it waits there already");
}
