//! A thief of a session, and of the mailbox too, who does what he can in any order: an account with a factor elsewhere
//! isn't entered without that.

use crate::attributes::update;
use crate::factors::app::shown_by;
use crate::factors::change::{self, Wish};
use crate::factors::set_up_app::{self, Then};
use crate::factors::{recovery_codes, second_factors};
use crate::passkeys::add::{self, NewPasskey};
use crate::password::confirm_forgot::{self, PasswordReset};
use crate::password::forgot;
use crate::sign_in::outcome::SignedIn;
use crate::sign_in::passkey::{self, PasskeySignIn};
use crate::sign_in::second_factor::{self, challenge};
use crate::testing::{Authenticator, TestPool, origin};
use model::{ErrorCode, Factor, FieldName, FormErrors, Password, Standard, closed_set};
use nameplate_core::identity::{ChallengeToken, Viewer};
use nameplate_core::settings::Settings;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;

const EMAIL: &str = "me@domain.com";
const NUMBER: &str = "+12128601234";
const THEIRS: &str = "thief-chose-this-one-#1";

closed_set! {
    /// What he does next.
    enum Act {
        Reset = "reset",
        SignIn = "sign_in",
        ChooseEmail = "choose_email",
        AnswerWithNewestCode = "answer_with_newest_code",
        AnswerByGuess = "answer_by_guess",
        AnswerWithHisApp = "answer_with_his_app",
        TurnAppOff = "turn_app_off",
        TurnEmailOff = "turn_email_off",
        PreferEmail = "prefer_email",
        AddHisNumber = "add_his_number",
        TurnSmsOn = "turn_sms_on",
        PreferSms = "prefer_sms",
        TurnSmsOff = "turn_sms_off",
        SetUpHisApp = "set_up_his_app",
        ConfirmHisApp = "confirm_his_app",
        MakeRecoveryCodes = "make_recovery_codes",
        AnswerWithRecoveryCode = "answer_with_recovery_code",
        AddPasskey = "add_passkey",
        SignInWithPasskey = "sign_in_with_passkey",
        MoveEmail = "move_email",
        WaitAMinute = "wait_a_minute",
        WaitADay = "wait_a_day",
        WaitAMonth = "wait_a_month",
    }
}

struct Thief {
    pool: TestPool,
    /// The session that he has stolen, and that never grows old.
    session: Viewer,
    device: Authenticator,
    challenge: Option<ChallengeToken>,
    his_app: Option<String>,
    has_entered: bool,
}

impl Thief {
    async fn new() -> Self {
        let mut settings = Settings::default();
        // Limits are no second factor.
        settings.limits.sign_in_failures_free = 1000;
        settings.limits.changes_per_account_an_hour = 1000;
        let pool = TestPool::with(settings).await;
        let session = pool.signed_in("jdoe", EMAIL).await;
        let app = set_up_app::set_up_app(&pool, &session, &origin()).await.unwrap().text;
        let code = shown_by(&app, pool.time()).unwrap();
        set_up_app::confirm_app(&pool, &session, &code, Then::AskForIt, &origin()).await.unwrap();
        let application = pool.by_application(&session);
        change::change(&pool, &application, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
        recovery_codes::hide_recovery_codes(&pool, &session).await.unwrap();
        pool.wait(60);
        let device = Authenticator::at("http://localhost:3000");
        Self { pool, session, device, challenge: None, his_app: None, has_entered: false }
    }

    fn viewer(&self) -> Viewer {
        self.pool.fresh(&self.session)
    }

    /// The newest code that lies in the mailbox, whatever it is for.
    async fn newest_code(&self) -> String {
        self.pool.codes_due_to(EMAIL).await.pop().unwrap_or_else(|| "123456".into())
    }

    /// All that he can enter as a code of a second step: nothing, what he reads, and what his app shows.
    async fn entries(&self) -> Vec<String> {
        let number = self.pool.codes_due_to(NUMBER).await.pop().unwrap_or_default();
        let shown = self.recovery_code().await;
        vec![String::new(), self.newest_code().await, number, self.app_code(), shown]
    }

    /// One of the recovery codes that a page shows him.
    async fn recovery_code(&self) -> String {
        let shown = recovery_codes::recovery_codes(&self.pool, &self.viewer()).await;
        shown.unwrap_or_default().pop().unwrap_or_default()
    }

    async fn add_his_number(&self) {
        drop(self.pool.update(&self.viewer(), &[("phone_number", NUMBER)]).await);
        for code in self.pool.codes_due_to(NUMBER).await {
            drop(self.pool.verify(&self.viewer(), Standard::PhoneNumber, &code).await);
        }
    }

    fn note(&mut self, signed_in: Option<SignedIn>) {
        match signed_in {
            Some(SignedIn::Challenge(asked)) => self.challenge = Some(asked.token),
            Some(SignedIn::Session { .. } | SignedIn::NewPassword(_)) => self.has_entered = true,
            Some(SignedIn::Unconfirmed(_)) | None => {}
        }
    }

    async fn answer(&mut self, code: &str) {
        let Some(token) = self.challenge.clone() else { return };
        let done = second_factor::answer(&self.pool, &token, code, &origin()).await;
        self.note(done.ok());
    }

    /// With what he can read as the code that is asked for.
    async fn change(&self, factor: Factor, wish: Wish) {
        for typed in self.entries().await {
            let wishes = [(factor, wish)];
            let done = change::change_with_code(&self.pool, &self.viewer(), &wishes, &typed, &origin()).await;
            drop(done);
        }
    }

    async fn reset(&self) {
        let forgot = forgot::forgot(&self.pool, "jdoe", &origin()).await;
        let form = PasswordReset {
            username: "jdoe".into(),
            code: self.newest_code().await,
            password: Password::new(THEIRS),
            confirmation: None,
        };
        drop((forgot, confirm_forgot::confirm_forgot(&self.pool, form, &origin()).await));
    }

    async fn set_up_app(&mut self) {
        for typed in self.entries().await {
            let made = set_up_app::set_up_app_with_code(&self.pool, &self.viewer(), &typed, &origin()).await;
            self.his_app = made.ok().map(|it| it.text).or(self.his_app.take());
        }
    }

    fn app_code(&self) -> String {
        self.his_app.as_deref().and_then(|it| shown_by(it, self.pool.time())).unwrap_or_default()
    }

    async fn add_passkey(&mut self) {
        for typed in self.entries().await {
            let Ok(asked) = add::ask_for_new_passkey(&self.pool, &self.viewer()).await else { return };
            let credential = self.device.create(&asked.options).unwrap_or_default();
            let form = NewPasskey { name: "x".into(), state: asked.state, credential, step_code: typed };
            drop(add::add_passkey(&self.pool, &self.viewer(), &form, &origin()).await);
        }
    }

    async fn sign_in_with_passkey(&mut self) {
        let asked = passkey::ask_for_passkey(&self.pool).unwrap();
        let Some(credential) = self.device.get(&asked.options) else { return };
        let form = PasskeySignIn { state: asked.state, credential };
        let done = passkey::with_passkey(&self.pool, &self.pool.client(), &form, &origin()).await;
        self.has_entered |= done.is_ok();
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Reset => self.reset().await,
            Act::SignIn => {
                let done = self.pool.try_sign_in("jdoe", THEIRS).await;
                self.note(done.ok());
            }
            Act::ChooseEmail => {
                let Some(token) = self.challenge.clone() else { return };
                let client = self.pool.client();
                drop(challenge::choose_factor(&self.pool, &client, &token, Factor::Email, &origin()).await);
            }
            Act::AnswerWithNewestCode => {
                let code = self.newest_code().await;
                self.answer(&code).await;
            }
            Act::AnswerByGuess => self.answer("abcde-fghij").await,
            Act::AnswerWithHisApp => {
                let code = self.app_code();
                self.answer(&code).await;
            }
            Act::TurnAppOff => self.change(Factor::SoftwareToken, Wish::Removed).await,
            Act::TurnEmailOff => self.change(Factor::Email, Wish::Off).await,
            Act::PreferEmail => self.change(Factor::Email, Wish::First).await,
            Act::AddHisNumber => self.add_his_number().await,
            Act::TurnSmsOn => self.change(Factor::Sms, Wish::On).await,
            Act::PreferSms => self.change(Factor::Sms, Wish::First).await,
            Act::TurnSmsOff => self.change(Factor::Sms, Wish::Off).await,
            Act::SetUpHisApp => self.set_up_app().await,
            Act::ConfirmHisApp => {
                let (viewer, code) = (self.viewer(), self.app_code());
                let done =
                    set_up_app::confirm_app(&self.pool, &viewer, &code, Then::AskForIt, &origin()).await;
                drop(done);
            }
            Act::MakeRecoveryCodes => {
                for typed in self.entries().await {
                    let (pool, viewer) = (&self.pool, self.viewer());
                    drop(recovery_codes::make_recovery_codes(pool, &viewer, &typed, &origin()).await);
                }
            }
            Act::AnswerWithRecoveryCode => {
                let code = self.recovery_code().await;
                self.answer(&code).await;
            }
            Act::AddPasskey => self.add_passkey().await,
            Act::SignInWithPasskey => self.sign_in_with_passkey().await,
            Act::MoveEmail => {
                let submitted = BTreeMap::from([("email".to_owned(), "thief@domain.com".to_owned())]);
                let code = self.newest_code().await;
                let (pool, viewer) = (&self.pool, self.viewer());
                drop(update::update_with_code(pool, &viewer, submitted, &code, &origin()).await);
            }
            Act::WaitAMinute => self.pool.wait(60),
            Act::WaitADay => self.pool.wait(24 * 60 * 60),
            Act::WaitAMonth => self.pool.wait(30 * 24 * 60 * 60),
        }
    }
}

#[test]
fn reset_with_mailbox_and_stolen_session_never_passes_another_factor() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(acts in vec(select(Act::ALL.to_vec()), 1..40))| {
        runtime.block_on(async {
            let mut thief = Thief::new().await;
            // He begins with what takes him furthest, and goes on by chance.
            for act in [Act::Reset, Act::SignIn, Act::ChooseEmail].into_iter().chain(acts) {
                thief.act(act).await;
                prop_assert!(!thief.has_entered, "{act:?}");
            }
            let factors = second_factors(&thief.pool, &thief.session).await.unwrap();
            let app = factors.ways.iter().find(|way| way.factor == Factor::SoftwareToken);
            prop_assert!(app.is_some_and(|app| app.enabled), "the app is on");
            Ok(())
        })?;
    });
}

/// Nobody but the owner has the app; the thief has a session, and a number of his own.
#[tokio::test]
async fn stolen_session_turns_no_factor_of_its_own_on_beside_the_app() {
    let thief = Thief::new().await;
    let pool = &thief.pool;
    thief.add_his_number().await;
    for wishes in [(Factor::Sms, Wish::On), (Factor::Email, Wish::First)] {
        let tried = change::change_with_code(pool, &thief.viewer(), &[wishes], "", &origin()).await;
        assert_eq!(told(tried), FormErrors::field(FieldName::StepCode, ErrorCode::AppCodeAgain));
    }
    assert_eq!(pool.message_names(NUMBER).await, ["change_code"], "nothing was sent to him to enter");
    let factors = second_factors(pool, &thief.session).await.unwrap();
    let on = factors.ways.iter().filter(|way| way.enabled).map(|way| way.factor);
    assert_eq!(on.collect::<Vec<_>>(), [Factor::SoftwareToken, Factor::Email]);
}

/// Over the wire a token is enough to turn a factor on, and to prefer it, until the owner undoes it.
#[tokio::test]
async fn factor_turned_on_over_the_wire_proves_nothing_for_three_days() {
    let thief = Thief::new().await;
    let pool = &thief.pool;
    thief.pool.wait(365 * 24 * 60 * 60);
    thief.add_his_number().await;
    let application = pool.by_application(&thief.session);
    let wishes = [(Factor::Sms, Wish::On), (Factor::Sms, Wish::First)];
    change::change(pool, &application, &wishes, &origin()).await.unwrap();
    let off = [(Factor::Sms, Wish::First), (Factor::Sms, Wish::Off)];
    drop(change::change_with_code(pool, &thief.viewer(), &off, "", &origin()).await);
    let code = pool.code_for(NUMBER).await;
    let made = async |typed: &str| {
        recovery_codes::make_recovery_codes(pool, &thief.viewer(), typed, &origin()).await
    };
    for (typed, why) in [("", ErrorCode::AppCodeAgain), (&code, ErrorCode::WrongAppCode)] {
        assert_eq!(told(made(typed).await), FormErrors::field(FieldName::StepCode, why));
    }
    assert_eq!(thief.recovery_code().await, "");
}

/// Nothing has been on for three days: then what has been on longest counts.
#[tokio::test]
async fn factor_of_today_counts_where_none_is_older() {
    let pool = TestPool::new().await;
    let owner = pool.signed_in("jdoe", EMAIL).await;
    change::change(&pool, &owner, &[(Factor::Email, Wish::On)], &origin()).await.unwrap();
    let codes = recovery_codes::recovery_codes(&pool, &owner).await.unwrap();
    pool.wait(60);
    let asked = set_up_app::set_up_app(&pool, &owner, &origin()).await;
    assert_eq!(told(asked), FormErrors::field(FieldName::StepCode, ErrorCode::SentCodeAgain));
    let code = pool.code_for(EMAIL).await;
    let app = set_up_app::set_up_app_with_code(&pool, &owner, &code, &origin()).await.unwrap().text;
    let shown = shown_by(&app, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &owner, &shown, Then::AskForIt, &origin()).await.unwrap();
    pool.wait(60);
    let asked = recovery_codes::make_recovery_codes(&pool, &owner, "", &origin()).await;
    assert_eq!(told(asked), FormErrors::field(FieldName::StepCode, ErrorCode::SentCodeAgain));
    recovery_codes::make_recovery_codes(&pool, &owner, &codes[0], &origin()).await.unwrap();
}

/// A phone is lost: old recovery codes turn its app off, and another app on.
#[tokio::test]
async fn owner_of_a_lost_phone_goes_on_with_old_recovery_codes() {
    let pool = TestPool::new().await;
    let owner = pool.signed_in("jdoe", EMAIL).await;
    let app = set_up_app::set_up_app(&pool, &owner, &origin()).await.unwrap().text;
    let shown = shown_by(&app, pool.time()).unwrap();
    set_up_app::confirm_app(&pool, &owner, &shown, Then::AskForIt, &origin()).await.unwrap();
    let codes = recovery_codes::recovery_codes(&pool, &owner).await.unwrap();
    pool.wait(365 * 24 * 60 * 60);
    let owner = pool.fresh(&owner);
    let on = [(Factor::Email, Wish::On)];
    change::change_with_code(&pool, &owner, &on, &codes[0], &origin()).await.unwrap();
    let off = [(Factor::SoftwareToken, Wish::Removed)];
    change::change_with_code(&pool, &owner, &off, &codes[1], &origin()).await.unwrap();
    recovery_codes::make_recovery_codes(&pool, &owner, &codes[2], &origin()).await.unwrap();
    assert_eq!(recovery_codes::recovery_codes(&pool, &owner).await.unwrap().len(), 10);
}

fn told<T: std::fmt::Debug>(refused: Result<T, crate::factors::FactorError>) -> FormErrors {
    refused.unwrap_err().into()
}
