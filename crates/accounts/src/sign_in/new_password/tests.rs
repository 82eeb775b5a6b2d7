use super::*;
use crate::admin::create_user::{self, FirstPassword, NewUser};
use crate::admin::{disable_user, reset_user_password};
use crate::factors::change;
use crate::password::{confirm_forgot, forgot};
use crate::sign_in::for_tokens::{self, Entered};
use crate::sign_in::new_password;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::password::SignIn;
use crate::sign_in::second_factor::answer;
use crate::testing::{PASSWORD, TestPool, origin};
use crate::tokens::issue;
use model::Standard;
use nameplate_core::settings::Settings;

const OWN: &str = "anothersecurerandompassword#456";

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.schema.get_mut(&Standard::GivenName.into()).unwrap().required = true;
    settings
}

/// An account that the operator made, without the name that is required.
async fn made(pool: &TestPool) {
    let new = NewUser {
        username: Some("jdoe".into()),
        password: FirstPassword::Temporary(Password::new(PASSWORD)),
        attributes: BTreeMap::from([("email".into(), "me@domain.com".into())]),
        verified: true,
    };
    create_user::create_user(pool, new).await.unwrap();
}

fn form(password: &str, attributes: &[(&str, &str)]) -> OwnPassword {
    let attributes =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    OwnPassword { password: Password::new(password), confirmation: None, attributes }
}

async fn asked(pool: &TestPool) -> NewPasswordAsked {
    match pool.try_sign_in("jdoe", PASSWORD).await {
        Ok(SignedIn::NewPassword(asked)) => asked,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn new_password_after_a_temporary_one_needs_missing_attributes_too() {
    let pool = TestPool::with(settings()).await;
    made(&pool).await;
    let asked = asked(&pool).await;
    assert_eq!((asked.username.as_str(), &asked.missing[..]), ("jdoe", &[Standard::GivenName.into()][..]));
    let (username, missing) = new_password::pending(&pool, &asked.token).await.unwrap().unwrap();
    assert_eq!((username.as_str(), missing.len()), ("jdoe", 1));
    let set = async |form: OwnPassword| new_password::set(&pool, &asked.token, form, &origin()).await;
    let refused: FormErrors = set(form("short", &[("nickname", "J")])).await.unwrap_err().into();
    assert!(matches!(refused.on(&FieldName::Password), Some(ErrorCode::PasswordPolicy { .. })));
    assert_eq!(refused.on(&AttributeName::from(Standard::GivenName).into()), Some(ErrorCode::Missing));
    assert_eq!(refused.on(&AttributeName::from(Standard::Nickname).into()), Some(ErrorCode::NotWritable));
    let refused: FormErrors = set(form(PASSWORD, &[("given_name", "Jane")])).await.unwrap_err().into();
    assert_eq!(refused.on(&FieldName::Password), Some(ErrorCode::SameAsNow));

    let (_, session) = set(form(OWN, &[("given_name", "Jane")])).await.unwrap();
    let viewer = pool.viewer_of(&session.token).await;
    assert_eq!(pool.shown(&viewer, Standard::GivenName).await.as_deref(), Some("Jane"));
    assert!(matches!(set(form(OWN, &[])).await, Err(NewPasswordError::Over)), "once");
    assert!(pool.try_sign_in("jdoe", PASSWORD).await.is_err());
    assert!(matches!(pool.try_sign_in("jdoe", OWN).await, Ok(SignedIn::Session { .. })));
    assert_eq!(
        pool.event_names(&viewer).await,
        ["adminCreateUser", "changePassword", "signIn", "signIn_failure", "signIn"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn new_password_set_several_times_at_once_succeeds_once() {
    let pool = TestPool::new().await;
    made(&pool).await;
    // In two browsers, and twice in the same one.
    let (here, there) = (asked(&pool).await.token, asked(&pool).await.token);
    let mut tasks = tokio::task::JoinSet::new();
    for (token, password) in
        [(here.clone(), "first-own-password"), (there, "second-own-password"), (here, "third-own-password")]
    {
        let pool = pool.handle();
        tasks.spawn(async move {
            new_password::set(&pool, &token, form(password, &[]), &origin()).await.map(|_| password)
        });
    }
    let results = tasks.join_all().await;
    let winners: Vec<_> = results.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    assert!(matches!(pool.try_sign_in("jdoe", winners[0]).await, Ok(SignedIn::Session { .. })));
}

#[tokio::test]
async fn new_password_set_by_an_application_returns_tokens() {
    let pool = TestPool::with(settings()).await;
    made(&pool).await;
    let sign_in = SignIn { username: "jdoe".into(), password: Password::new(PASSWORD) };
    let Ok(Entered::NewPassword(asked)) =
        for_tokens::for_tokens(&pool, &pool.client(), &sign_in, &origin()).await
    else {
        panic!()
    };
    assert_eq!(asked.attributes[&Standard::Email.into()], "me@domain.com");
    let form = form(OWN, &[("given_name", "Jane")]);
    let tokens =
        new_password::set_for_tokens(&pool, &pool.client(), &asked.token, form, &origin()).await.unwrap();
    assert_eq!(issue::viewer_of_access_token(&pool, &tokens.access).await.unwrap().username, "jdoe");
}

#[tokio::test]
async fn new_password_after_a_reset_by_code_is_no_longer_asked_for() {
    let pool = TestPool::new().await;
    made(&pool).await;
    let overtaken = asked(&pool).await;
    forgot::forgot(&pool, "jdoe", &origin()).await.unwrap();
    let code = pool.code_for("me@domain.com").await;
    let reset = crate::password::confirm_forgot::PasswordReset {
        username: "jdoe".into(),
        code,
        password: Password::new(OWN),
        confirmation: None,
    };
    confirm_forgot::confirm_forgot(&pool, reset, &origin()).await.unwrap();
    assert!(matches!(pool.try_sign_in("jdoe", OWN).await, Ok(SignedIn::Session { .. })));
    let late =
        new_password::set(&pool, &overtaken.token, form("yetanothersecurepassword#789", &[]), &origin())
            .await;
    assert!(matches!(late, Err(NewPasswordError::Over)));
}

#[tokio::test]
async fn new_password_is_asked_for_only_after_a_temporary_one() {
    let pool = TestPool::new().await;
    pool.signed_in("jdoe", "me@domain.com").await;
    reset_user_password::set_user_password(&pool, "jdoe", &Password::new(OWN), true).await.unwrap();
    assert!(matches!(pool.try_sign_in("jdoe", OWN).await, Ok(SignedIn::Session { .. })));
    reset_user_password::set_user_password(&pool, "jdoe", &Password::new(PASSWORD), false).await.unwrap();
    let asked = asked(&pool).await;
    disable_user::disable_user(&pool, "jdoe").await.unwrap();
    let refused = new_password::set(&pool, &asked.token, form(OWN, &[]), &origin()).await;
    assert!(matches!(refused, Err(NewPasswordError::Disabled)));
}

#[tokio::test]
async fn new_password_is_asked_for_after_the_second_factor() {
    let pool = TestPool::new().await;
    let viewer = pool.signed_in("jdoe", "me@domain.com").await;
    let on = [(model::Factor::Email, crate::factors::change::Wish::On)];
    change::change(&pool, &viewer, &on, &origin()).await.unwrap();
    reset_user_password::set_user_password(&pool, "jdoe", &Password::new(OWN), false).await.unwrap();
    let Ok(SignedIn::Challenge(challenge)) = pool.try_sign_in("jdoe", OWN).await else { panic!() };
    assert!(new_password::pending(&pool, &challenge.token).await.unwrap().is_none());
    let early = new_password::set(&pool, &challenge.token, form(PASSWORD, &[]), &origin()).await;
    assert!(matches!(early, Err(NewPasswordError::Over)));
    let code = pool.code_for("me@domain.com").await;
    let Ok(SignedIn::NewPassword(asked)) = answer::answer(&pool, &challenge.token, &code, &origin()).await
    else {
        panic!()
    };
    new_password::set(&pool, &asked.token, form(PASSWORD, &[]), &origin()).await.unwrap();
}
