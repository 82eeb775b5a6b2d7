use super::{create, new_user};
use crate::admin::create_user::{FirstPassword, NewUser};
use crate::admin::import_users::{Arrival, ImportFault, ImportRules, ImportUsersError, Imported, Unknown, Wrong};
use crate::admin::{Record, Status};
use crate::factors::set_up_app::Then;
use crate::factors::shown_by;
use crate::identifiers::ContactKind;
use crate::sign_in::{SignInError, SignedIn};
use crate::testing::{Authenticator, PASSWORD, TestPool, origin};
use model::{Password, Why};
use std::collections::BTreeMap;

const RULES: ImportRules = ImportRules { unknown: Unknown::Refuse, skip_existing: false };

async fn everybody(pool: &TestPool) -> Vec<Record> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = pool.export_users(after).await.unwrap();
        all.extend(page.records);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// As the command line reads what it wrote.
fn arrival(number: usize, record: Record) -> Arrival {
    let contact = |name: &model::AttributeName| ContactKind::of(name).unwrap();
    Arrival {
        place: format!("line {}", number + 1),
        username: Some(record.username),
        sub: Some(record.sub),
        status: record.status,
        created_at: Some(record.created_at),
        updated_at: Some(record.updated_at),
        confirmed_at: record.confirmed_at,
        disabled_at: record.disabled_at,
        attributes: record.attributes.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        verified: record.verified.iter().map(contact).collect(),
        password_hash: record.password_hash,
        temporary_password: record.temporary_password,
    }
}

/// Somebody from another service, without a password.
fn stranger(number: usize, username: &str, attributes: &[(&str, &str)]) -> Arrival {
    Arrival {
        place: format!("line {number}"),
        username: Some(username.into()),
        sub: None,
        status: Status::Confirmed,
        created_at: None,
        updated_at: None,
        confirmed_at: None,
        disabled_at: None,
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        verified: vec![ContactKind::Email],
        password_hash: None,
        temporary_password: false,
    }
}

#[tokio::test]
async fn what_was_taken_out_comes_in_elsewhere_as_it_was() {
    let pool = TestPool::new().await;
    for number in 0..4 {
        let attributes = [("email", format!("p{number}@domain.com")), ("address", "1 Street\n2: Town".to_owned())];
        let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
        pool.create_user(new_user(&format!("Person{number}"), &attributes)).await.unwrap();
        pool.wait(61);
    }
    pool.update_user("person1", BTreeMap::from([("nickname".into(), "Jo".into())]), true).await.unwrap();
    pool.disable_user("person2").await.unwrap();
    pool.sign_up("waiting", "waiting@domain.com").await;
    let temporary =
        NewUser { password: FirstPassword::Temporary(Password::new(PASSWORD)), ..new_user("new", &[("email", "new@domain.com")]) };
    pool.create_user(temporary).await.unwrap();
    let taken_out = everybody(&pool).await;
    let lines: Vec<String> = taken_out.iter().map(|record| serde_json::to_string(record).unwrap()).collect();
    let read: Vec<Record> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(read == taken_out);

    let elsewhere = TestPool::new().await;
    let arrivals: Vec<_> = read.into_iter().enumerate().map(|(number, record)| arrival(number, record)).collect();
    let expected = Imported { accounts: 6, ..Imported::default() };
    assert_eq!(elsewhere.check_import(&arrivals, RULES).await.unwrap(), expected);
    assert!(everybody(&elsewhere).await.is_empty(), "a check writes nothing");
    let mut heard = Vec::new();
    assert_eq!(elsewhere.import_users(&arrivals, RULES, |done| heard.push(done)).await.unwrap(), expected);
    assert_eq!(heard, [3, 6]);
    assert!(everybody(&elsewhere).await == taken_out);

    assert!(matches!(elsewhere.try_sign_in("p0@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert!(matches!(elsewhere.try_sign_in("person2", PASSWORD).await, Err(SignInError::Disabled)));
    assert!(matches!(elsewhere.try_sign_in("new", PASSWORD).await, Ok(SignedIn::NewPassword(_))));
    elsewhere.wait(60);
    let Ok(SignedIn::Unconfirmed(ticket)) = elsewhere.try_sign_in("waiting", PASSWORD).await else { panic!("no way to the code") };
    let code = elsewhere.code_for("waiting@domain.com").await;
    assert!(elsewhere.confirm(ticket, &code).await.unwrap().session.is_some());

    // Begun anew: those who are there stay as they are.
    let Err(ImportUsersError::Faults(faults)) = elsewhere.check_import(&arrivals, RULES).await else { panic!("twice") };
    assert!(faults.len() == 6 && faults.iter().all(|fault| fault.wrong == Wrong::Taken), "{faults:?}");
    let again = elsewhere.import_users(&arrivals, ImportRules { skip_existing: true, ..RULES }, |_| {}).await.unwrap();
    assert_eq!(again, Imported { skipped: 6, ..Imported::default() });
}

#[tokio::test]
async fn whoever_takes_accounts_out_hears_how_many_leave_second_factors_or_passkeys_behind() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    create(&pool, "other", "other@domain.com").await.unwrap();
    let guarded = async || pool.export_users(None).await.unwrap().guarded;
    assert_eq!(guarded().await, 0);
    pool.give_passkey(&viewer, &mut Authenticator::at("http://localhost:3000")).await;
    assert_eq!(guarded().await, 1);
    assert_eq!(pool.user("jdoe").await.unwrap().passkeys, 1);
    let secret = pool.set_up_app(&pool.fresh(&viewer)).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    pool.confirm_app(&pool.fresh(&viewer), &code, Then::AskForIt, &origin()).await.unwrap();
    assert_eq!(guarded().await, 1, "both are one person's");
}

#[tokio::test]
async fn every_fault_names_its_place_and_field_and_nothing_comes_in() {
    let pool = TestPool::new().await;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    let arrivals = [
        stranger(1, "good", &[("email", "good@domain.com")]),
        stranger(2, "j doe", &[("email", "me"), ("nope", "x"), ("birthdate", "soon")]),
        stranger(3, "JDOE", &[("email", "new@domain.com")]),
        stranger(4, "other", &[("email", "ME@domain.com")]),
        stranger(5, "GOOD", &[("email", "fresh@domain.com")]),
        Arrival { sub: Some("1".into()), password_hash: Some("$2b$10$abc".into()), ..stranger(6, "six", &[("email", "six@domain.com")]) },
    ];
    let Err(ImportUsersError::Faults(faults)) = pool.import_users(&arrivals, RULES, |_| {}).await else { panic!("it came in") };
    let said: Vec<_> = faults.iter().map(|ImportFault { place, field, wrong }| (place.as_str(), field.as_str(), wrong.clone())).collect();
    assert_eq!(
        said,
        [
            ("line 2", "username", Wrong::Told(Why::BadUsername)),
            ("line 2", "birthdate", Wrong::Told(Why::NotADate)),
            ("line 2", "email", Wrong::Told(Why::NotAnEmail)),
            ("line 2", "nope", Wrong::Told(Why::UnknownAttribute)),
            ("line 3", "username", Wrong::Taken),
            ("line 4", "email", Wrong::Taken),
            ("line 5", "username", Wrong::Same("line 1".into())),
            ("line 6", "sub", Wrong::NotASub),
            ("line 6", "password_hash", Wrong::NotAHash),
        ]
    );
    assert_eq!(everybody(&pool).await.len(), 1);
}

#[tokio::test]
async fn who_brings_no_password_chooses_one_with_a_code() {
    let pool = TestPool::new().await;
    let unproven = Arrival { verified: Vec::new(), ..stranger(2, "lost", &[("email", "lost@domain.com")]) };
    let arrivals = [stranger(1, "jdoe", &[("email", "me@domain.com"), ("custom:old", "x")]), unproven];
    let rules = ImportRules { unknown: Unknown::Drop, ..RULES };
    let done = pool.import_users(&arrivals, rules, |_| {}).await.unwrap();
    assert_eq!(done, Imported { accounts: 2, skipped: 0, without_password: 2, unreachable: 1 });
    assert!(matches!(pool.try_sign_in("jdoe", "").await, Err(SignInError::Missing(_))));
    pool.forgot_password("me@domain.com", &origin()).await.unwrap();
    let form = crate::confirm_forgot_password::PasswordReset {
        username: "me@domain.com".into(),
        code: pool.code_for("me@domain.com").await,
        password: model::Password::new(PASSWORD),
        confirmation: None,
    };
    pool.confirm_forgot_password(form, &origin()).await.unwrap();
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}
