//! Accounts that can't be signed in to at once.

use super::{RULES, import, plan, remarks, stranger};
use crate::admin::browse;
use crate::admin::import_users::arrival::{Arrival, Elsewhere};
use crate::admin::import_users::remarks::{Change, Obstacle, Remark};
use crate::admin::import_users::{ImportRules, Unknown};
use crate::password::{confirm_forgot, forgot};
use crate::sign_in::outcome::SignInError;
use crate::testing::{PASSWORD, TestPool, origin};

#[tokio::test]
async fn import_users_without_a_password_lets_a_code_set_one() {
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

#[tokio::test]
async fn import_users_of_another_provider_yields_a_shared_contact() {
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
