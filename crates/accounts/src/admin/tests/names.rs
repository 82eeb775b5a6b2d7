//! Usernames and subs are one space of names.

use crate::account::delete::{self, AccountDeletion};
use crate::admin::browse::{self, ShowUserError};
use crate::admin::create_user::{self, CreateUserError};
use crate::admin::import_users::arrival::{Arrival, Elsewhere};
use crate::admin::import_users::{self, ImportRules, ImportUsersError, Unknown, Wrong, judge};
use crate::admin::record::Status;
use crate::admin::selection::{NotSelected, SelectBy, UserSelector};
use crate::admin::tests::{create, new_user};
use crate::admin::{Vouching, delete_user, disable_user, reset_user_password, update_user};
use crate::maintenance::purge;
use crate::sign_in::srp;
use crate::sign_up::start::SignUpError;
use crate::testing::{PASSWORD, SrpClient, TestPool, origin};
use model::{ErrorCode, FieldName, FormErrors, Password};
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;

const RULES: ImportRules = ImportRules { unknown: Unknown::Refuse, skip_existing: false };
const SUB: &str = "7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f001";

fn arrival(number: usize, username: &str, sub: Option<&str>) -> Arrival {
    Arrival {
        place: format!("line {number}"),
        username: Some(username.into()),
        sub: sub.map(str::to_owned),
        status: Status::Confirmed,
        created_at: None,
        updated_at: None,
        confirmed_at: None,
        disabled_at: None,
        attributes: [("email".to_owned(), format!("p{number}@domain.com"))].into(),
        verified: vec![ContactKind::Email],
        verified_at: BTreeMap::new(),
        password_hash: None,
        temporary_password: false,
        contested: false,
        elsewhere: Elsewhere::default(),
    }
}

/// The same name to whoever reads it: in capitals, in full width, with letters of other scripts.
fn spellings(sub: &str) -> Vec<String> {
    let wide = |c: char| char::from_u32(u32::from(c) + 0xFEE0).unwrap();
    vec![
        sub.to_owned(),
        sub.to_ascii_uppercase(),
        sub.chars().map(wide).collect(),
        sub.replace('a', "а").replace('e', "е"),
    ]
}

/// At every door.
async fn is_taken(pool: &TestPool, sub: &str) {
    is_taken_as(pool, sub, &Wrong::SubOfAnother(None)).await;
}

async fn is_taken_as(pool: &TestPool, id: &str, wrong: &Wrong) {
    for name in spellings(id) {
        let signed_up = pool.try_sign_up(&name, &[("email", "stranger@domain.com")]).await;
        assert!(matches!(signed_up, Err(SignUpError::UsernameTaken)), "{name}: {signed_up:?}");
        let created =
            create_user::create_user(pool, new_user(&name, &[("email", "stranger@domain.com")])).await;
        let taken = FormErrors::field(FieldName::Username, ErrorCode::UsernameTaken);
        assert!(
            matches!(&created, Err(CreateUserError::Refused(refusal)) if *refusal == taken),
            "{name}: {created:?}"
        );
        let arrivals = [arrival(1, &name, None)];
        let plan = judge::plan_import(pool, &arrivals, RULES).await.unwrap();
        let faults: Vec<_> = plan.faults().iter().map(|fault| (fault.field.as_str(), &fault.wrong)).collect();
        assert_eq!(faults, [("username", wrong)], "{name}");
    }
}

#[tokio::test]
async fn username_with_the_mark_of_srp_ids_is_taken_at_every_door() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    let client = SrpClient::new(7);
    for address in ["me@domain.com", "nobody@domain.com"] {
        let from = origin();
        let asked = srp::challenge(&pool, &pool.client(), address, &client.public(), &from).await.unwrap();
        is_taken_as(&pool, &asked.user_id, &Wrong::Taken).await;
    }
}

#[tokio::test]
async fn create_user_with_the_sub_of_a_live_account_is_refused() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    is_taken(&pool, &browse::find_user(&pool, "jdoe").await.unwrap().record.sub).await;
    let waiting = pool.sign_up("waiting", "waiting@domain.com").await;
    is_taken(&pool, &waiting.sub).await;
    pool.try_sign_up("7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f00f", &[("email", "free@domain.com")]).await.unwrap();
}

#[tokio::test]
async fn create_user_with_the_sub_of_a_deleted_account_is_refused() {
    let pool = TestPool::new().await;
    let mut subs = vec![create(&pool, "jane", "jane@domain.com").await.unwrap().sub];
    delete_user::delete_user(&pool, "jane").await.unwrap();

    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    subs.push(browse::find_user(&pool, "jdoe").await.unwrap().record.sub);
    let form = AccountDeletion { password: Password::new(PASSWORD), confirmation: "delete".into() };
    delete::delete(&pool, &viewer, form, &origin()).await.unwrap();

    let viewer = pool.signed_in("other", "other@domain.com").await;
    subs.push(browse::find_user(&pool, "other").await.unwrap().record.sub);
    delete::delete_own_user(&pool, &viewer, &origin()).await.unwrap();

    subs.push(pool.sign_up("makes-way", "makes-way@domain.com").await.sub);
    create(&pool, "makes-way", "other@domain.com").await.unwrap();

    subs.push(pool.sign_up("abandoned", "abandoned@domain.com").await.sub);
    pool.wait(31 * 24 * 60 * 60);
    purge::purge_expired(&pool).await.unwrap();

    let pool = pool.restart().await;
    for sub in subs {
        assert!(browse::find_user(&pool, &sub).await.is_err(), "it is gone");
        is_taken(&pool, &sub).await;
        let brought = [arrival(1, &sub, Some(&sub))];
        let plan = judge::plan_import(&pool, &brought, RULES).await.unwrap();
        assert_eq!((plan.accounts(), plan.faults().len()), (1, 0), "the same account may come back");
    }
}

#[tokio::test]
async fn import_users_with_the_own_sub_as_username_is_allowed() {
    let pool = TestPool::new().await;
    let waiting =
        Arrival { status: Status::Unconfirmed, ..arrival(2, "b4b1c7de-1111-4222-8333-944445555666", None) };
    let waiting = Arrival { sub: waiting.username.clone(), ..waiting };
    let arrivals = [arrival(1, &SUB.to_ascii_uppercase(), Some(SUB)), waiting];
    let plan = judge::plan_import(&pool, &arrivals, RULES).await.unwrap();
    assert_eq!(plan.faults(), []);
    import_users::import_users(&pool, &plan, |_| {}).await.unwrap();
    assert_eq!(browse::find_user(&pool, SUB).await.unwrap().record.sub, SUB);
    reset_user_password::set_user_password(&pool, SUB, &Password::new(PASSWORD), true).await.unwrap();
    assert!(pool.try_sign_in(SUB, PASSWORD).await.is_ok());
    let again = pool.try_sign_up("b4b1c7de-1111-4222-8333-944445555666", &[("email", "p2@domain.com")]).await;
    assert!(again.is_ok(), "a new attempt at a sign-up that waits: {again:?}");
}

#[tokio::test]
async fn plan_import_with_the_sub_equal_to_another_username_is_refused() {
    let pool = TestPool::new().await;
    create(&pool, SUB, "me@domain.com").await.unwrap();
    let arrivals = [
        arrival(1, "ann", Some(SUB)),
        arrival(2, "b4b1c7de-1111-4222-8333-944445555666", None),
        arrival(3, "ben", Some("b4b1c7de-1111-4222-8333-944445555666")),
        arrival(4, "cleo", Some("c4b1c7de-1111-4222-8333-944445555666")),
        arrival(5, "c4b1c7de-1111-4222-8333-944445555666", None),
    ];
    let plan = judge::plan_import(&pool, &arrivals, RULES).await.unwrap();
    let faults: Vec<_> =
        plan.faults().iter().map(|it| (it.place.as_str(), it.field.as_str(), it.wrong.clone())).collect();
    assert_eq!(
        faults,
        [
            ("line 1", "sub", Wrong::UsernameOfAnother(None)),
            ("line 3", "sub", Wrong::UsernameOfAnother(Some("line 2".into()))),
            ("line 5", "username", Wrong::SubOfAnother(Some("line 4".into()))),
        ]
    );
}

#[tokio::test]
async fn confirm_sign_up_named_as_an_imported_sub_needs_another_name() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up(SUB, "stranger@domain.com").await.ticket;
    let arrivals = [arrival(1, "ann", Some(SUB))];
    let plan = judge::plan_import(&pool, &arrivals, RULES).await.unwrap();
    import_users::import_users(&pool, &plan, |_| {}).await.unwrap();
    assert_eq!(browse::find_user(&pool, SUB).await.unwrap().record.username, "ann");
    let code = pool.code_for("stranger@domain.com").await;
    let refused = pool.confirm(ticket, &code).await;
    assert!(
        matches!(refused, Err(crate::sign_up::confirm_error::ConfirmSignUpError::Username(_))),
        "{refused:?}"
    );
}

/// As versions before this rule let it come about.
async fn two_with_one_name(pool: &TestPool) -> (String, String) {
    let ann = create(pool, "ann", "ann@domain.com").await.unwrap().sub;
    let ben = create(pool, "ben", "ben@domain.com").await.unwrap().sub;
    let mut tx = pool.store.begin().await.unwrap();
    let query = tx.query("UPDATE users SET username = $1, username_key = $1 WHERE sub = $2");
    query.bind(ann.clone()).bind(ben.clone()).run().await.unwrap();
    tx.commit().await.unwrap();
    (ann, ben)
}

#[tokio::test]
async fn find_user_by_an_ambiguous_name_is_refused_until_one_is_picked() {
    let pool = TestPool::new().await;
    let (ann, ben) = two_with_one_name(&pool).await;
    let refused = disable_user::disable_user(&pool, &ann).await.unwrap_err().to_string();
    for named in ["ann (sub ", &ben, "--by sub or --by username"] {
        assert!(refused.contains(named), "{refused}");
    }
    assert!(matches!(
        browse::find_user(&pool, &ann).await,
        Err(ShowUserError::NotSelected(NotSelected::Ambiguous { .. }))
    ));
    assert!(
        delete_user::delete_user(&pool, &ann).await.is_err()
            && reset_user_password::reset_user_password(&pool, &ann).await.is_err()
    );
    assert!(
        update_user::update_user(&pool, &ann, [("nickname".into(), "Jo".into())].into(), Vouching::NONE)
            .await
            .is_err()
    );

    let by = |by| UserSelector { text: &ann, by: Some(by) };
    assert_eq!(browse::find_user(&pool, by(SelectBy::Sub)).await.unwrap().record.username, "ann");
    assert_eq!(browse::find_user(&pool, by(SelectBy::Username)).await.unwrap().record.sub, ben);
    assert!(browse::find_user(&pool, by(SelectBy::Contact)).await.is_err());
    assert_eq!(
        browse::find_user(&pool, "ann").await.unwrap().record.sub,
        ann,
        "what names one account still does"
    );
    let deleted = delete_user::delete_user(&pool, by(SelectBy::Username)).await.unwrap();
    assert_eq!(deleted.sub, ben);
    assert_eq!(browse::find_user(&pool, &ann).await.unwrap().record.username, "ann");
}

#[tokio::test]
async fn import_and_create_with_one_sub_at_once_lets_one_win() {
    let pool = TestPool::new().await;
    for round in 0..10 {
        let sub = format!("7f0e3c52-6d0e-4a8e-9b1f-0a52a4a3f{round:03}");
        let (serving, name) = (pool.handle(), sub.clone());
        let created = tokio::spawn(async move {
            create_user::create_user(&serving, new_user(&name, &[("email", &format!("c{name}@domain.com"))]))
                .await
        });
        let arrivals = [Arrival {
            attributes: [("email".to_owned(), format!("i{round}@domain.com"))].into(),
            ..arrival(1, &format!("person{round}"), Some(&sub))
        }];
        let plan = judge::plan_import(&pool, &arrivals, RULES).await.unwrap();
        let imported = match plan.accounts() {
            0 => false,
            _ => match import_users::import_users(&pool, &plan, |_| {}).await {
                Ok(()) => true,
                Err(ImportUsersError::Overtaken { .. }) => false,
                Err(error) => panic!("{error}"),
            },
        };
        let created = created.await.unwrap().is_ok();
        assert!(created != imported, "round {round}: created {created}, imported {imported}");
    }
}
