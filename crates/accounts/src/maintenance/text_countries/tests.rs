use crate::sign_in::outcome::SignedIn;
use crate::sign_up::change_address::{self, AnotherAddress, ChangeAddressError};
use crate::sign_up::confirmation::Who;
use crate::sign_up::resend::{self, ResendError};
use crate::sign_up::start::{SignUpError, SignedUp};
use crate::testing::{PASSWORD, TestPool, TestStore, origin};
use model::{ErrorCode, FieldName, Password, SignInOptions, Standard};
use nameplate_core::country::Countries;
use nameplate_core::settings::Settings;
use store::{Store, meta};

const HERE: &str = "+12128601234";
const CANADA: &str = "+14165550123";
/// In Latvia, the Ivory Coast and, with the same calling code as ours, Jamaica.
const ABROAD: [&str; 3] = ["+37126123456", "+2250712345678", "+18765551234"];

fn settings(countries: Option<&[&str]>) -> Settings {
    let sign_in = SignInOptions { username: true, email: false, phone_number: true };
    let mut settings = Settings { sign_in, ..Settings::default() };
    settings.schema.get_mut(&Standard::Email.into()).unwrap().required = false;
    settings.limits.text_countries = countries.map(|codes| match codes {
        ["*"] => Countries::All,
        codes => Countries::Only(codes.iter().map(|code| code.parse().unwrap()).collect()),
    });
    settings
}

async fn signs_up(pool: &TestPool, name: &str, number: &str) -> Result<SignedUp, SignUpError> {
    pool.try_sign_up(name, &[("phone_number", number)]).await
}

fn is_refused(done: &Result<SignedUp, SignUpError>) -> bool {
    let fault = (FieldName::Attribute(Standard::PhoneNumber.into()), ErrorCode::NoTextsToCountry);
    matches!(done, Err(SignUpError::Fields(faults)) if *faults == [fault])
}

/// The same store under other settings, with chance of its own.
async fn under(place: TestStore, countries: Option<&[&str]>) -> TestPool {
    let pool = TestPool::at(place, settings(countries)).await;
    let mut conn = pool.store.read().await.unwrap();
    let row = conn.query("SELECT COUNT(*) FROM users").optional().await.unwrap().unwrap();
    let used: i64 = row.get(0).unwrap();
    drop(conn);
    for _ in 0..used * 100 {
        pool.new_browser();
    }
    pool
}

/// What an earlier version left: nothing was decided yet.
async fn upgraded(place: TestStore) -> TestStore {
    let store: Store = place.open().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    meta::remove(&mut tx, meta::TEXT_COUNTRIES).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    place
}

async fn left_with(numbers: &[&str]) -> TestStore {
    let pool = TestPool::with(settings(Some(&["*"]))).await;
    for (n, number) in numbers.iter().enumerate() {
        signs_up(&pool, &format!("jdoe{n}"), number).await.unwrap();
    }
    pool.store.close().await;
    upgraded(pool.into_place()).await
}

#[tokio::test]
async fn sign_up_with_a_number_abroad_is_refused_whoever_has_it() {
    let pool = TestPool::with(settings(None)).await;
    for number in [HERE, CANADA] {
        signs_up(&pool, &format!("at{number}"), number).await.unwrap();
    }
    for number in ABROAD {
        let done = signs_up(&pool, "jdoe", number).await;
        assert!(is_refused(&done), "{number}: {done:?}");
    }
    // The number of an account is refused in the same words.
    pool.store.close().await;
    let pool = under(pool.into_place(), Some(&["LV"])).await;
    let ticket = signs_up(&pool, "owner", ABROAD[0]).await.unwrap().ticket;
    let code = pool.code_for(ABROAD[0]).await;
    pool.confirm(ticket, &code).await.unwrap();
    pool.store.close().await;
    let pool = under(pool.into_place(), None).await;
    let done = signs_up(&pool, "another", ABROAD[0]).await;
    assert!(is_refused(&done), "{done:?}");
    assert!(matches!(pool.try_sign_in(ABROAD[0], PASSWORD).await, Ok(SignedIn::Session { .. })));
}

#[tokio::test]
async fn text_countries_that_are_named_are_the_only_ones() {
    let pool = TestPool::with(settings(Some(&["LV", "JM"]))).await;
    for number in [ABROAD[0], ABROAD[2]] {
        signs_up(&pool, &format!("at{number}"), number).await.unwrap();
    }
    for number in [HERE, ABROAD[1]] {
        assert!(is_refused(&signs_up(&pool, "jdoe", number).await), "{number}");
    }
    let everywhere = TestPool::with(settings(Some(&["*"]))).await;
    for number in ABROAD {
        signs_up(&everywhere, &format!("at{number}"), number).await.unwrap();
    }
}

#[tokio::test]
async fn change_address_to_a_number_abroad_is_refused() {
    let pool = TestPool::with(settings(None)).await;
    let ticket = signs_up(&pool, "jdoe", HERE).await.unwrap().ticket;
    let form = AnotherAddress { address: ABROAD[0].into(), password: Password::new(PASSWORD) };
    let done = change_address::change_address(&pool, &ticket, &form, &origin()).await;
    let Err(ChangeAddressError::Fields(faults)) = done else { panic!("{done:?}") };
    assert_eq!(faults, [(FieldName::Email, ErrorCode::NoTextsToCountry)]);
}

#[tokio::test]
async fn resend_to_a_number_abroad_is_refused_and_silent_by_username() {
    let pool = TestPool::with(settings(Some(&["LV"]))).await;
    let ticket = signs_up(&pool, "jdoe", ABROAD[0]).await.unwrap().ticket;
    pool.store.close().await;
    let pool = under(pool.into_place(), None).await;
    pool.wait(3600);
    let sent = pool.codes_due_to(ABROAD[0]).await.len();
    for number in ABROAD {
        let done = resend::resend_by_name(&pool, number, &origin()).await;
        assert!(matches!(done, Err(ResendError::NoTextsToCountry)), "{number}: {done:?}");
    }
    let done = resend::resend(&pool, &Who::Ticket(ticket), &origin()).await;
    assert!(matches!(done, Err(ResendError::NoTextsToCountry)), "{done:?}");
    let known = format!("{:?}", resend::resend_by_name(&pool, "jdoe", &origin()).await.unwrap());
    let nobody = format!("{:?}", resend::resend_by_name(&pool, "nobody", &origin()).await.unwrap());
    assert_eq!(known, nobody);
    // The right password of the sign-up leads to the step of its code, and sends none.
    assert!(matches!(pool.try_sign_in("jdoe", PASSWORD).await, Ok(SignedIn::Unconfirmed(_))));
    pool.wait(3600);
    assert_eq!(pool.codes_due_to(ABROAD[0]).await.len(), sent);
}

#[tokio::test]
async fn update_number_abroad_when_signed_in_sends_a_code() {
    let pool = TestPool::with(settings(None)).await;
    let ticket = signs_up(&pool, "jdoe", HERE).await.unwrap().ticket;
    let code = pool.code_for(HERE).await;
    let token = pool.confirm(ticket, &code).await.unwrap().session.unwrap().token;
    let viewer = pool.viewer_of(&token).await;
    pool.update(&viewer, &[("phone_number", ABROAD[0])]).await.unwrap();
    assert_eq!(pool.codes_due_to(ABROAD[0]).await.len(), 1);
}

#[tokio::test]
async fn upgrade_keeps_the_text_countries_of_accounts_and_adds_none_later() {
    let place = left_with(&[HERE, ABROAD[0]]).await;
    let pool = under(place, None).await;
    signs_up(&pool, "another", ABROAD[0]).await.unwrap();
    assert!(is_refused(&signs_up(&pool, "third", ABROAD[1]).await));
    // It was decided once: a number that comes later changes nothing.
    pool.store.close().await;
    let open_wide = under(pool.into_place(), Some(&["*"])).await;
    signs_up(&open_wide, "third", ABROAD[1]).await.unwrap();
    open_wide.store.close().await;
    let pool = under(open_wide.into_place(), None).await;
    assert!(is_refused(&signs_up(&pool, "fourth", ABROAD[1]).await));
    signs_up(&pool, "fifth", ABROAD[0]).await.unwrap();
}

#[tokio::test]
async fn upgrade_with_named_text_countries_keeps_to_those() {
    let place = left_with(&[ABROAD[0]]).await;
    let pool = under(place, Some(&["US"])).await;
    assert!(is_refused(&signs_up(&pool, "jdoe", ABROAD[0]).await));
}
