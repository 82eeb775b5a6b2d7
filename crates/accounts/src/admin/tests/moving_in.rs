use crate::admin::create_user::{self, FirstPassword, NewUser};
use crate::admin::import_users::arrival::{Arrival, Elsewhere};
use crate::admin::import_users::remarks::{Change, Obstacle, Remark};
use crate::admin::import_users::{
    self, ImportFault, ImportPlan, ImportRules, ImportUsersError, Unknown, Wrong, judge,
};
use crate::admin::record::{Moment, Record, Status};
use crate::admin::tests::{create, new_user};
use crate::admin::{browse, disable_user, update_user};
use crate::factors::app::shown_by;
use crate::factors::set_up_app::{self, Then};
use crate::maintenance::purge;
use crate::password::{confirm_forgot, forgot};
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_up::start;
use crate::testing::{self, Authenticator, PASSWORD, TestPool, origin};
use model::{ErrorCode, Password, SignInOptions, Standard};
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use std::time::Duration;

const RULES: ImportRules = ImportRules { unknown: Unknown::Refuse, skip_existing: false };

async fn everybody(pool: &TestPool) -> Vec<Record> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = browse::export_users(pool, after).await.unwrap();
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
        contested: record.contested,
        elsewhere: Elsewhere::default(),
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
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        verified: vec![ContactKind::Email],
        password_hash: None,
        temporary_password: false,
        contested: false,
        elsewhere: Elsewhere::default(),
    }
}

async fn plan<'a>(pool: &TestPool, arrivals: &'a [Arrival], rules: ImportRules) -> ImportPlan<'a> {
    judge::plan_import(pool, arrivals, rules).await.unwrap()
}

/// All of them, and how many that are.
async fn import(pool: &TestPool, arrivals: &[Arrival], rules: ImportRules) -> usize {
    let plan = plan(pool, arrivals, rules).await;
    assert_eq!(plan.faults(), []);
    import_users::import_users(pool, &plan, |_| {}).await.unwrap();
    plan.accounts()
}

fn faults(plan: &ImportPlan<'_>) -> Vec<(usize, String, Wrong)> {
    plan.faults()
        .iter()
        .map(|ImportFault { number, field, wrong, .. }| (*number, field.clone(), wrong.clone()))
        .collect()
}

fn remarks(plan: &ImportPlan<'_>) -> Vec<(usize, Remark)> {
    plan.remarks().iter().map(|it| (it.number, it.remark.clone())).collect()
}

#[tokio::test]
async fn what_was_taken_out_comes_in_elsewhere_as_it_was() {
    let pool = TestPool::new().await;
    for number in 0..4 {
        let attributes =
            [("email", format!("p{number}@domain.com")), ("address", "1 Street\n2: Town".to_owned())];
        let attributes = attributes.each_ref().map(|(name, value)| (*name, value.as_str()));
        create_user::create_user(&pool, new_user(&format!("Person{number}"), &attributes)).await.unwrap();
        pool.wait(61);
    }
    update_user::update_user(&pool, "person1", BTreeMap::from([("nickname".into(), "Jo".into())]), true)
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
async fn whoever_takes_accounts_out_hears_how_many_leave_second_factors_or_passkeys_behind() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    create(&pool, "other", "other@domain.com").await.unwrap();
    let guarded = async || browse::export_users(&pool, None).await.unwrap().guarded;
    assert_eq!(guarded().await, 0);
    pool.give_passkey(&viewer, &mut Authenticator::at("http://localhost:3000")).await;
    assert_eq!(guarded().await, 1);
    assert_eq!(browse::find_user(&pool, "jdoe").await.unwrap().passkeys, 1);
    let secret = set_up_app::set_up_app(&pool, &pool.fresh(&viewer)).await.unwrap().text;
    let code = shown_by(&secret, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &pool.fresh(&viewer), &code, Then::AskForIt, &origin()).await.unwrap();
    assert_eq!(guarded().await, 1, "both are one person's");
}

#[tokio::test]
async fn every_fault_names_its_place_and_field() {
    let pool = TestPool::new().await;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    let costly =
        "$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$GpZ3sK/oH9p7VIiV56G/64Zo/8GaUw434IimaPqxwCo";
    let arrivals = [
        stranger(1, "good", &[("email", "good@domain.com")]),
        stranger(2, "j doe", &[("email", "me"), ("nope", "x"), ("birthdate", "soon")]),
        stranger(3, "JDOE", &[("email", "new@domain.com")]),
        stranger(4, "other", &[("email", "ME@domain.com")]),
        stranger(5, "GOOD", &[("email", "fresh@domain.com")]),
        Arrival {
            sub: Some("1".into()),
            password_hash: Some("$2b$10$abc".into()),
            ..stranger(6, "six", &[("email", "six@domain.com")])
        },
        Arrival {
            password_hash: Some(costly.into()),
            ..stranger(7, "seven", &[("email", "seven@domain.com")])
        },
    ];
    let planned = plan(&pool, &arrivals, RULES).await;
    let said: Vec<_> = planned
        .faults()
        .iter()
        .map(|ImportFault { place, field, wrong, .. }| (place.as_str(), field.as_str(), wrong.clone()))
        .collect();
    assert_eq!(
        said,
        [
            ("line 2", "username", Wrong::Told(ErrorCode::BadUsername)),
            ("line 2", "birthdate", Wrong::Told(ErrorCode::NotADate)),
            ("line 2", "email", Wrong::Told(ErrorCode::NotAnEmail)),
            ("line 2", "nope", Wrong::Told(ErrorCode::UnknownAttribute)),
            ("line 3", "username", Wrong::Taken),
            ("line 4", "email", Wrong::Taken),
            ("line 5", "username", Wrong::Same("line 1".into())),
            ("line 6", "sub", Wrong::NotASub),
            ("line 6", "password_hash", Wrong::NotAHash),
            ("line 7", "password_hash", Wrong::CostlyHash),
        ]
    );
    assert_eq!(planned.accounts(), 1, "the others could come in without them");
    assert_eq!(everybody(&pool).await.len(), 1);
}

#[tokio::test]
async fn who_brings_no_password_chooses_one_with_a_code() {
    let pool = TestPool::new().await;
    let unproven = Arrival { verified: Vec::new(), ..stranger(2, "lost", &[("email", "lost@domain.com")]) };
    let arrivals = [stranger(1, "jdoe", &[("email", "me@domain.com"), ("custom:old", "x")]), unproven];
    let rules = ImportRules { unknown: Unknown::Drop, ..RULES };
    let planned = plan(&pool, &arrivals, rules).await;
    assert_eq!(
        remarks(&planned),
        [
            (0, Remark::CanNotSignIn(Obstacle::NoPassword)),
            (0, Remark::Changed(Change::Dropped { attribute: "custom:old".into() })),
            (1, Remark::CanNotSignIn(Obstacle::Unreachable)),
        ]
    );
    assert_eq!(import(&pool, &arrivals, rules).await, 2);
    assert!(matches!(pool.try_sign_in("jdoe", "").await, Err(SignInError::Missing(_))));
    forgot::forgot(&pool, "me@domain.com", &origin()).await.unwrap();
    let form = crate::password::confirm_forgot::PasswordReset {
        username: "me@domain.com".into(),
        code: pool.code_for("me@domain.com").await,
        password: model::Password::new(PASSWORD),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(&pool, form, &origin()).await.unwrap();
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_ok());
}

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn an_unconfirmed_account_waits_from_its_import_on_and_not_from_its_creation() {
    let mut settings = Settings::default();
    settings.accounts.keep_unconfirmed = Duration::from_secs(10 * DAY);
    let pool = TestPool::with(settings).await;
    pool.wait(400 * DAY);
    let created_at = Moment(Timestamp(1_500_000_000_000));
    let waiting = Arrival {
        status: Status::Unconfirmed,
        created_at: Some(created_at),
        verified: Vec::new(),
        ..stranger(1, "late", &[("email", "late@domain.com")])
    };
    assert_eq!(import(&pool, &[waiting], RULES).await, 1);
    purge::purge_expired(&pool).await.unwrap();
    pool.wait(10 * DAY - 1);
    purge::purge_expired(&pool).await.unwrap();
    assert_eq!(
        browse::find_user(&pool, "late").await.unwrap().record.created_at,
        created_at,
        "what is shown is the day of its creation"
    );
    pool.wait(1);
    purge::purge_expired(&pool).await.unwrap();
    assert!(browse::find_user(&pool, "late").await.is_err());
}

#[tokio::test]
async fn a_new_attempt_at_an_imported_sign_up_waits_its_own_time() {
    let pool = TestPool::new().await;
    let waiting =
        Arrival { status: Status::Unconfirmed, ..stranger(1, "late", &[("email", "late@domain.com")]) };
    import(&pool, &[waiting], RULES).await;
    pool.wait(29 * DAY);
    pool.sign_up("late", "late@domain.com").await;
    pool.wait(29 * DAY);
    purge::purge_expired(&pool).await.unwrap();
    assert!(browse::find_user(&pool, "late").await.is_ok());
}

#[tokio::test]
async fn a_username_that_is_a_contact_becomes_the_contact_and_the_sub_takes_its_place() {
    let pool = TestPool::new().await;
    let arrivals = [
        stranger(1, "Ann@Domain.com", &[("email", "ann@domain.com")]),
        stranger(2, "ben@domain.com", &[]),
        Arrival { verified: vec![ContactKind::PhoneNumber], ..stranger(3, "+12128601234", &[]) },
        Arrival { username: None, ..stranger(4, "", &[("email", "cleo@domain.com")]) },
    ];
    let planned = plan(&pool, &arrivals, RULES).await;
    let changed: Vec<_> =
        remarks(&planned).into_iter().filter(|(_, remark)| matches!(remark, Remark::Changed(_))).collect();
    let new = |number, from: &str| (number, Remark::Changed(Change::NewUsername { from: from.into() }));
    let contact = |number, attribute| (number, Remark::Changed(Change::ContactFromUsername { attribute }));
    assert_eq!(
        changed,
        [
            new(0, "Ann@Domain.com"),
            contact(1, "email"),
            new(1, "ben@domain.com"),
            contact(2, "phone_number"),
            new(2, "+12128601234"),
            new(3, "")
        ]
    );
    assert!(
        remarks(&planned).contains(&(2, Remark::CanNotSignIn(Obstacle::NoContactToSignInWith))),
        "phone numbers sign nobody in here"
    );
    assert_eq!(import(&pool, &arrivals, RULES).await, 4);
    for email in ["ann@domain.com", "ben@domain.com", "cleo@domain.com"] {
        let record = browse::find_user(&pool, email).await.unwrap().record;
        assert_eq!(
            (&record.username, record.contact(ContactKind::Email)),
            (&record.sub, Some((email, true)))
        );
    }

    // They bring no sub, and are found again all the same.
    let again = plan(&pool, &arrivals, ImportRules { skip_existing: true, ..RULES }).await;
    assert_eq!((again.accounts(), again.skipped().len(), again.faults().len()), (0, 4, 0));
}

#[tokio::test]
async fn where_people_have_no_usernames_the_contact_is_the_name() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let sub = "7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f001";
    let arrivals = [
        stranger(1, "ann@domain.com", &[("email", "ann@domain.com")]),
        stranger(2, "ben@domain.com", &[]),
        Arrival { sub: Some(sub.to_ascii_uppercase()), ..stranger(3, sub, &[("email", "cleo@domain.com")]) },
        stranger(4, "dora", &[("email", "dora@domain.com")]),
        Arrival { verified: Vec::new(), ..stranger(5, "eve", &[("email", "eve@domain.com")]) },
    ];
    let planned = plan(&pool, &arrivals, RULES).await;
    let told = remarks(&planned);
    assert!(
        told.contains(&(1, Remark::Changed(Change::ContactFromUsername { attribute: "email" }))),
        "{told:?}"
    );
    assert!(told.contains(&(2, Remark::Changed(Change::Sub { from: sub.to_ascii_uppercase() }))), "{told:?}");
    assert!(told.contains(&(3, Remark::Changed(Change::NoUsername { from: "dora".into() }))), "{told:?}");
    assert!(told.contains(&(4, Remark::CanNotSignIn(Obstacle::NoContactToSignInWith))), "{told:?}");
    assert_eq!(told.iter().filter(|(_, it)| matches!(it, Remark::Changed(_))).count(), 4, "{told:?}");
    assert_eq!(import(&pool, &arrivals, RULES).await, 5);
    assert_eq!(browse::find_user(&pool, "cleo@domain.com").await.unwrap().record.sub, sub);
}

#[tokio::test]
async fn who_signed_in_through_another_provider_comes_in_and_yields_a_shared_contact() {
    let pool = TestPool::new().await;
    let external = |number, username: &str, email: &str| Arrival {
        elsewhere: Elsewhere { provider: Some("Google".into()), second_factor: false },
        ..stranger(number, username, &[("email", email)])
    };
    let arrivals = [
        external(1, "google_1234567890", "ann@domain.com"),
        stranger(2, "ann", &[("email", "ann@domain.com")]),
        external(3, "google_1234567891", "ben@domain.com"),
        external(4, "ADFS_cleo@domain.com", "cleo@domain.com"),
    ];
    let planned = plan(&pool, &arrivals, RULES).await;
    assert_eq!(
        remarks(&planned),
        [
            (0, Remark::CanNotSignIn(Obstacle::Unreachable)),
            (0, Remark::Changed(Change::NotVerified { attribute: "email" })),
            (1, Remark::CanNotSignIn(Obstacle::NoPassword)),
            (2, Remark::CanNotSignIn(Obstacle::OtherProvider("Google".into()))),
            (3, Remark::CanNotSignIn(Obstacle::OtherProvider("Google".into()))),
            (3, Remark::Changed(Change::NewUsername { from: "ADFS_cleo@domain.com".into() })),
        ]
    );
    assert_eq!(import(&pool, &arrivals, RULES).await, 4);
    assert_eq!(browse::find_user(&pool, "ann@domain.com").await.unwrap().record.username, "ann");
}

#[tokio::test]
async fn values_of_other_services_are_rewritten_and_said_to_be() {
    let pool = TestPool::new().await;
    let arrivals = [stranger(
        1,
        "ann",
        &[("email", "ann@domain.com"), ("birthdate", "02/01/1985"), ("phone_number", "+1 212 860-1234")],
    )];
    let planned = plan(&pool, &arrivals, RULES).await;
    let value = |attribute: &str, from: &str, to: &str| {
        (0, Remark::Changed(Change::Value { attribute: attribute.into(), from: from.into(), to: to.into() }))
    };
    assert_eq!(
        remarks(&planned)[1..],
        [
            value("birthdate", "02/01/1985", "1985-02-01"),
            value("phone_number", "+1 212 860-1234", "+12128601234")
        ]
    );
    import(&pool, &arrivals, RULES).await;
    let attributes = browse::find_user(&pool, "ann").await.unwrap().record.attributes;
    assert_eq!(attributes[&Standard::Birthdate.into()], "1985-02-01");
    let wrong = [stranger(1, "ben", &[("birthdate", "31/12/1985")])];
    assert_eq!(
        faults(&plan(&pool, &wrong, RULES).await),
        [(0, "birthdate".into(), Wrong::Told(ErrorCode::NotADate))]
    );
}

#[tokio::test]
async fn an_account_that_is_there_with_another_sub_is_skipped_and_told_apart() {
    let pool = TestPool::new().await;
    let made = create(&pool, "ann", "ann@domain.com").await.unwrap();
    let brought = Some("7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f001".to_owned());
    let arrivals = [
        Arrival { sub: brought, ..stranger(1, "ANN", &[("email", "other@domain.com")]) },
        stranger(2, "ann", &[("email", "x@domain.com")]),
    ];
    let planned = plan(&pool, &arrivals, ImportRules { skip_existing: true, ..RULES }).await;
    let skipped: Vec<_> =
        planned.skipped().iter().map(|it| (it.number, it.there.sub.as_str(), it.other_sub)).collect();
    assert_eq!(skipped, [(0, made.sub.as_str(), true), (1, made.sub.as_str(), false)]);
}

#[tokio::test]
async fn what_was_taken_since_the_plan_ends_the_import_and_leaves_what_came_before() {
    let pool = TestPool::new().await;
    let arrivals: Vec<_> = (0..5)
        .map(|number| {
            let (name, email) = (format!("person{number}"), format!("p{number}@domain.com"));
            stranger(number, &name, &[("email", &email)])
        })
        .collect();
    let planned = plan(&pool, &arrivals, RULES).await;
    create(&pool, "person4", "other@domain.com").await.unwrap();
    let overtaken = import_users::import_users(&pool, &planned, |_| {}).await;
    assert!(
        matches!(overtaken, Err(ImportUsersError::Overtaken { ref place }) if place == "line 4"),
        "{overtaken:?}"
    );
    assert_eq!(everybody(&pool).await.len(), 4, "one batch, and the one that was in the way");
    let rules = ImportRules { skip_existing: true, ..RULES };
    assert_eq!(import(&pool, &arrivals, rules).await, 1);
}

#[tokio::test]
async fn export_and_import_keep_every_sign_up_that_waits_under_a_name() {
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
