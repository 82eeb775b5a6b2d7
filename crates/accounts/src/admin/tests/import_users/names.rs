//! Usernames that aren't any here.

use super::{RULES, import, plan, remarks, stranger};
use crate::admin::browse;
use crate::admin::import_users::ImportRules;
use crate::admin::import_users::arrival::Arrival;
use crate::admin::import_users::remarks::{Change, Obstacle, Remark};
use crate::testing::TestPool;
use model::SignInOptions;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::settings::Settings;

#[tokio::test]
async fn import_users_with_a_contact_as_username_replaces_it_by_the_sub() {
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
async fn import_users_without_usernames_names_them_by_contact() {
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
