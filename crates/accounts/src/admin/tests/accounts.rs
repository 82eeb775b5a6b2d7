use crate::admin::browse;
use crate::admin::confirm_user::{self, ConfirmUserError, Confirming};
use crate::admin::create_user::{self, CreateUserError, FirstPassword, NewUser};
use crate::admin::delete_user::{self, DeleteUserError};
use crate::admin::record::Status;
use crate::admin::selection::NotSelected;
use crate::admin::tests::{create, new_user};
use crate::admin::update_user::{self, UpdateUserError, Vouching};
use crate::attributes::profile;
use crate::password::confirm_forgot;
use crate::sessions::viewer;
use crate::sign_in::outcome::{SignInError, SignedIn};
use crate::sign_up::{pending, start};
use crate::testing::{self, PASSWORD, TestPool};
use model::{AttributeName, ErrorCode, FieldName, SignInOptions, Standard};
use nameplate_core::settings::Settings;
use store::attributes;

fn email() -> FieldName {
    AttributeName::from(Standard::Email).into()
}

#[tokio::test]
async fn create_user_lets_the_person_sign_in_by_every_name() {
    let pool = TestPool::new().await;
    let made = create(&pool, "JDoe", "Me@Domain.com").await.unwrap();
    for name in ["jdoe", "me@domain.com"] {
        assert!(matches!(pool.try_sign_in(name, PASSWORD).await, Ok(SignedIn::Session { .. })), "{name}");
    }
    for name in ["jdoe", "ME@domain.com", &made.sub] {
        let shown = browse::find_user(&pool, name).await.unwrap();
        assert_eq!(
            (shown.record.username.as_str(), shown.record.sub.as_str(), shown.sessions),
            ("JDoe", made.sub.as_str(), 2)
        );
        assert_eq!((shown.record.verified, shown.record.password_hash), (vec![Standard::Email.into()], None));
    }
    assert!(browse::find_user(&pool, "nobody").await.is_err());
}

#[tokio::test]
async fn create_user_against_the_sign_up_rules_is_refused_whole() {
    let pool = TestPool::new().await;
    let wrong = new_user("j doe", &[("email", "me"), ("birthdate", "soon"), ("sub", "1"), ("nope", "x")]);
    let wrong = NewUser { password: FirstPassword::Permanent(model::Password::new("short")), ..wrong };
    let Err(CreateUserError::Refused(refusal)) = create_user::create_user(&pool, wrong).await else {
        panic!("it was made")
    };
    let names: Vec<_> = refusal.fields.iter().map(|(field, _)| field.to_string()).collect();
    for culprit in [
        "username",
        "password",
        "attributes[email]",
        "attributes[birthdate]",
        "attributes[sub]",
        "attributes[nope]",
    ] {
        assert!(names.iter().any(|name| name == culprit), "{culprit}: {names:?}");
    }

    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    let Err(CreateUserError::Refused(taken)) = create(&pool, "JDOE", "other@domain.com").await else {
        panic!("made twice")
    };
    assert_eq!(taken.on(&FieldName::Username), Some(ErrorCode::UsernameTaken));
    let Err(CreateUserError::Refused(taken)) = create(&pool, "other", "ME@domain.com").await else {
        panic!("one address for two")
    };
    assert_eq!(taken.on(&email()), Some(ErrorCode::AliasExists));
    assert!(browse::find_user(&pool, "other").await.is_err(), "nothing of it stays");
    assert_eq!(browse::list_users(&pool, None).await.unwrap().records.len(), 1);
}

fn confirming(named: &str, verified: bool) -> Confirming<'_> {
    Confirming { user: named.into(), contact: None, verified }
}

#[tokio::test]
async fn create_user_takes_the_name_of_a_waiting_sign_up() {
    let pool = TestPool::new().await;
    let ticket = pool.sign_up("jdoe", "stranger@domain.com").await.ticket;
    create(&pool, "jdoe", "me@domain.com").await.unwrap();
    assert!(pending::pending(&pool, &ticket).await.unwrap().unwrap().is_name_taken);
    assert!(browse::find_user(&pool, "jdoe").await.unwrap().record.status == Status::Confirmed);
}

#[tokio::test]
async fn confirm_user_of_several_sign_ups_asks_for_the_contact() {
    let pool = TestPool::new().await;
    for email in ["one@domain.com", "two@domain.com"] {
        pool.sign_up("jdoe", email).await;
    }
    let refused = confirm_user::confirm_user(&pool, confirming("jdoe", true)).await.unwrap_err();
    assert!(matches!(&refused, ConfirmUserError::Several(contacts) if contacts.len() == 2), "{refused:?}");
    assert!(refused.to_string().contains("one@domain.com"), "{refused}");
    let of = |contact| Confirming { contact: Some(contact), ..confirming("jdoe", true) };
    assert!(matches!(
        confirm_user::confirm_user(&pool, of("three@domain.com")).await,
        Err(ConfirmUserError::NoSuchContact(_))
    ));
    assert!(confirm_user::confirm_user(&pool, of("ONE@domain.com")).await.unwrap().keeps_password);
    assert!(matches!(pool.try_sign_in("one@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
    let late = confirm_user::confirm_user(&pool, confirming("two@domain.com", true)).await;
    assert!(matches!(late, Err(ConfirmUserError::Refused(_))), "the name is taken: {late:?}");
}

#[tokio::test]
async fn confirm_user_of_a_contested_sign_up_needs_vouching() {
    let pool = TestPool::new().await;
    pool.try_sign_up("jdoe", &[("email", "me@domain.com"), ("nickname", "S")]).await.unwrap();
    let mut other = testing::form("jdoe", &[("email", "me@domain.com")]);
    other.password = model::Password::new("another+Password-1");
    start::start(&pool.handle(), &pool.client(), other, &testing::origin()).await.unwrap();
    assert!(matches!(
        confirm_user::confirm_user(&pool, confirming("jdoe", false)).await,
        Err(ConfirmUserError::Contested(_))
    ));
    assert!(!confirm_user::confirm_user(&pool, confirming("jdoe", true)).await.unwrap().keeps_password);
    // Whose password waited is told for a day why it opens nothing; the other one never was anybody's.
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Err(SignInError::ResetRequired)));
    assert!(matches!(
        pool.try_sign_in("jdoe", "another+Password-1").await,
        Err(SignInError::WrongCredentials)
    ));
    let shown = browse::find_user(&pool, "jdoe").await.unwrap().record;
    assert_eq!(shown.attributes.len(), 1, "{shown:?}");
}

#[tokio::test]
async fn create_user_without_usernames_needs_a_vouched_contact() {
    let sign_in = SignInOptions { username: false, email: true, phone_number: false };
    let pool = TestPool::with(Settings { sign_in, ..Settings::default() }).await;
    let unproven = NewUser { username: None, verified: false, ..new_user("", &[("email", "me@domain.com")]) };
    assert!(matches!(create_user::create_user(&pool, unproven.clone()).await, Err(CreateUserError::NoWayIn)));
    let made = create_user::create_user(&pool, NewUser { verified: true, ..unproven }).await.unwrap();
    assert_eq!(made.username, made.sub);
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_ok());

    pool.sign_up("", "late@domain.com").await;
    assert!(matches!(
        confirm_user::confirm_user(&pool, confirming("late@domain.com", false)).await,
        Err(ConfirmUserError::NoWayIn(_))
    ));
    confirm_user::confirm_user(&pool, confirming("late@domain.com", true)).await.unwrap();
    assert!(matches!(pool.try_sign_in("late@domain.com", PASSWORD).await, Ok(SignedIn::Session { .. })));
}

#[tokio::test]
async fn create_user_with_an_invitation_lets_the_code_set_the_password() {
    let pool = TestPool::new().await;
    let invited =
        NewUser { password: FirstPassword::Invitation, ..new_user("jdoe", &[("email", "me@domain.com")]) };
    let made = create_user::create_user(&pool, invited.clone()).await.unwrap();
    assert_eq!(made.invited.as_deref(), Some("me@domain.com"));
    assert_eq!(pool.message_names("me@domain.com").await, ["reset_code_by_operator"]);
    let form = crate::password::confirm_forgot::PasswordReset {
        username: "jdoe".into(),
        code: pool.code_for("me@domain.com").await,
        password: model::Password::new("another+Password-1"),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(&pool, form, &testing::origin()).await.unwrap();
    assert!(pool.try_sign_in("jdoe", "another+Password-1").await.is_ok());
    let unreachable = NewUser { verified: false, ..invited };
    assert!(matches!(
        create_user::create_user(&pool, NewUser { username: Some("x".into()), ..unreachable }).await,
        Err(CreateUserError::NobodyToInvite)
    ));
}

#[tokio::test]
async fn confirm_user_by_the_operator_makes_the_code_worthless() {
    let pool = TestPool::new().await;
    pool.sign_up("jdoe", "me@domain.com").await;
    let code = pool.code_for("me@domain.com").await;
    confirm_user::confirm_user(&pool, confirming("jdoe", false)).await.unwrap();
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Session { .. })));
    assert!(
        matches!(pool.try_sign_in("me@domain.com", PASSWORD).await, Err(SignInError::WrongCredentials)),
        "nobody vouched for it"
    );
    assert!(pool.confirm_by_name("jdoe", &code).await.is_err());
    assert!(matches!(
        confirm_user::confirm_user(&pool, confirming("jdoe", false)).await,
        Err(ConfirmUserError::Confirmed(_))
    ));
    assert!(matches!(
        confirm_user::confirm_user(&pool, confirming("nobody", false)).await,
        Err(ConfirmUserError::NotSelected(NotSelected::Nobody(_)))
    ));

    // A contact that is somebody's can't be vouched for twice.
    update_user::update_user(
        &pool,
        "jdoe",
        [("email".into(), "me@domain.com".into())].into(),
        Vouching::VERIFIED,
    )
    .await
    .unwrap();
    pool.sign_up("late", "me@domain.com").await;
    assert!(matches!(
        confirm_user::confirm_user(&pool, confirming("late", true)).await,
        Err(ConfirmUserError::Refused(_))
    ));
    assert!(
        browse::find_user(&pool, "late").await.unwrap().record.status == Status::Unconfirmed,
        "all or nothing"
    );
}

#[tokio::test]
async fn update_user_with_one_bad_attribute_changes_none() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let change = |list: &[(&str, &str)]| {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let refused = update_user::update_user(
        &pool,
        "jdoe",
        change(&[("nickname", "Jo"), ("birthdate", "soon"), ("email", "")]),
        Vouching::NONE,
    )
    .await;
    let Err(UpdateUserError::Refused(refusal)) = refused else { panic!("it was changed") };
    assert_eq!((refusal.fields.len(), refusal.on(&email())), (2, Some(ErrorCode::RequiredAttribute)));
    update_user::update_user(
        &pool,
        "jdoe",
        change(&[("nickname", "Jo"), ("family_name", "Doe")]),
        Vouching::NONE,
    )
    .await
    .unwrap();
    update_user::update_user(&pool, "jdoe", change(&[("family_name", "")]), Vouching::NONE).await.unwrap();
    let profile = profile::profile(&pool, &viewer).await.unwrap();
    assert_eq!(profile.attributes.get(&Standard::Nickname.into()).map(String::as_str), Some("Jo"));
    assert!(!profile.attributes.contains_key(&Standard::FamilyName.into()));
    assert_eq!(pool.event_names(&viewer).await.last().copied(), Some("updateUserAttributes"));
    pool.sign_up("late", "late@domain.com").await;
    assert!(matches!(
        update_user::update_user(&pool, "late", change(&[("nickname", "x")]), Vouching::VERIFIED).await,
        Err(UpdateUserError::Unconfirmed(_))
    ));
}

#[tokio::test]
async fn update_user_with_an_unvouched_contact_waits_for_its_code() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let change = || [("email".to_owned(), "new@domain.com".to_owned())].into();
    let outcome = update_user::update_user(&pool, "jdoe", change(), Vouching::NONE).await.unwrap().outcome;
    assert!(!outcome[&Standard::Email.into()].is_updated);
    assert!(pool.try_sign_in("me@domain.com", PASSWORD).await.is_ok(), "the old one stays in force");
    assert!(pool.message_names("new@domain.com").await.contains(&"change_code"));

    // Vouched for, it is in force at once, the code is worth nothing, and the old one hears of it.
    let code = pool.code_for("new@domain.com").await;
    assert!(
        update_user::update_user(&pool, "jdoe", change(), Vouching::VERIFIED).await.unwrap().outcome
            [&Standard::Email.into()]
            .is_updated
    );
    assert!(pool.try_sign_in("new@domain.com", PASSWORD).await.is_ok());
    assert!(matches!(pool.try_sign_in("me@domain.com", PASSWORD).await, Err(SignInError::WrongCredentials)));
    assert!(pool.message_names("me@domain.com").await.contains(&"change_done"));
    assert!(pool.verify(&viewer, Standard::Email, &code).await.is_err());

    create(&pool, "other", "other@domain.com").await.unwrap();
    let theirs = [("email".to_owned(), "other@domain.com".to_owned())].into();
    let Err(UpdateUserError::Refused(refusal)) =
        update_user::update_user(&pool, "jdoe", theirs, Vouching::VERIFIED).await
    else {
        panic!("one address for two")
    };
    assert_eq!(refusal.on(&email()), Some(ErrorCode::AliasExists));
    assert!(pool.try_sign_in("new@domain.com", PASSWORD).await.is_ok(), "what was in force still is");
}

#[tokio::test]
async fn delete_user_frees_the_names_and_leaves_nothing() {
    let pool = TestPool::new().await;
    let token = pool.signed_in_token("jdoe", "me@domain.com").await;
    delete_user::delete_user(&pool, "me@domain.com").await.unwrap();
    assert!(viewer::viewer(&pool, &token).await.unwrap().is_none());
    assert!(matches!(
        delete_user::delete_user(&pool, "jdoe").await,
        Err(DeleteUserError::NotSelected(NotSelected::Nobody(_)))
    ));
    for sql in [
        "SELECT COUNT(*) FROM users",
        "SELECT COUNT(*) FROM aliases",
        "SELECT COUNT(*) FROM codes",
        "SELECT COUNT(*) FROM sessions",
        "SELECT COUNT(*) FROM events",
    ] {
        let row = pool.store.read().await.unwrap().query(sql).optional().await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 0, "{sql}");
    }
    pool.signed_in("jdoe", "me@domain.com").await;
}

#[tokio::test]
async fn list_users_over_several_pages_lists_every_account_once() {
    let pool = TestPool::new().await;
    for number in 0..7 {
        create(&pool, &format!("person{number}"), &format!("person{number}@domain.com")).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = browse::list_users(&pool, after).await.unwrap();
        assert!(page.records.iter().all(|it| it.password_hash.is_none()));
        seen.extend(page.records.into_iter().map(|it| it.username));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..7).map(|number| format!("person{number}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn export_users_with_unreadable_accounts_names_them_and_keeps_others() {
    let pool = TestPool::new().await;
    for number in 0..7 {
        create(&pool, &format!("person{number}"), &format!("person{number}@domain.com")).await.unwrap();
    }
    let mut tx = pool.store.begin().await.unwrap();
    let spoilt = "UPDATE users SET attributes = 'nonsense' WHERE username IN ('person2', 'person5')";
    tx.query(spoilt).run().await.unwrap();
    tx.commit().await.unwrap();
    let (mut seen, mut unreadable, mut after) = (Vec::new(), 0, None);
    loop {
        let page = browse::export_users(&pool, after).await.unwrap();
        seen.extend(page.records.into_iter().map(|it| it.username));
        unreadable += page.unreadable.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.join(" "), unreadable), ("person0 person1 person3 person4 person6".to_owned(), 2));
    assert!(browse::find_user(&pool, "person2").await.is_err());
}

#[tokio::test]
async fn find_user_shows_unconfigured_attributes_as_hidden() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let mut tx = pool.store.begin().await.unwrap();
    attributes::set(&mut tx, viewer.user, "custom:team".parse().unwrap(), "blue: 7 of 9").await.unwrap();
    tx.commit().await.unwrap();
    let shown = browse::find_user(&pool, "jdoe").await.unwrap();
    let team: AttributeName = "custom:team".parse().unwrap();
    assert_eq!(shown.hidden, std::slice::from_ref(&team));
    assert_eq!(shown.record.attributes[&team], "blue: 7 of 9");
}
