//! What the plan says, and what has changed by the time it is carried out.

use super::{RULES, everybody, faults, import, plan, remarks, stranger};
use crate::admin::browse;
use crate::admin::import_users::arrival::Arrival;
use crate::admin::import_users::remarks::{Change, Remark};
use crate::admin::import_users::{self, ImportFault, ImportRules, ImportUsersError, Wrong};
use crate::admin::tests::create;
use crate::testing::TestPool;
use model::{ErrorCode, Standard};

#[tokio::test]
async fn plan_import_names_place_and_field_of_every_fault() {
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
async fn plan_import_rewrites_foreign_values_and_says_so() {
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
async fn plan_import_of_an_existing_account_with_another_sub_skips_it() {
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
async fn import_users_overtaken_since_the_plan_ends_there() {
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
