//! The code that proves the second factor, or the recovery code in its place.

use super::{ChallengeError, Open, fingerprint, slot};
use crate::codes::{self, Attempt, CodeFault};
use crate::delivery::{Message, queue_to_all};
use crate::factors::app::App;
use crate::factors::recovery;
use crate::limits::{self, Backoff, Key, Wait};
use crate::new_password_required::{self, NewPasswordAsked};
use crate::sessions::{self, ChallengeToken, Origin, UserId};
use crate::settings::ClientId;
use crate::sign_in::SignedIn;
use crate::sign_in_for_tokens::Entered;
use crate::store::factors::{self, Spent};
use crate::store::profile::{self, Account};
use crate::store::users::{self, User};
use crate::store::{StoreError, Tx, challenges, retried};
use crate::tokens;
use crate::{Pool, events, known_origins};
use model::{Event, Factor};

/// What proves the second factor, as far as it is judged before the sign-in is taken up.
enum Proof {
    App(String),
    Contact(Factor, Attempt),
    Recovery(String),
}

impl Pool {
    /// Signs in the browser whose second factor this code proves: one of the factor that is asked for, or a
    /// recovery code. A try counts before it is judged, and many wrong ones wait as wrong passwords do.
    pub async fn answer_challenge(
        &self,
        token: &ChallengeToken,
        code: &str,
        origin: &Origin,
    ) -> Result<SignedIn, ChallengeError> {
        let client = self.pages_client();
        let (open, proof) = self.judge_second(&client, token, (None, code), origin).await?;
        let done = retried(async || {
            let mut tx = self.inner.store.begin().await?;
            let (user, asked) = self.pass_second(&mut tx, token, (&open, &proof), (&client, origin)).await?;
            let done = match asked {
                Some(asked) => SignedIn::NewPassword(asked),
                None => {
                    let session = sessions::begin(&mut tx, &self.inner, user.id, &client, origin).await?;
                    SignedIn::Session { username: user.username, session }
                }
            };
            self.commit(tx, user.id).await?;
            Ok(done)
        })
        .await;
        self.note_second_failure(open.user.id, done, origin).await
    }

    /// The same with a recovery code and nothing else, from a field of its own.
    pub async fn answer_with_recovery_code(
        &self,
        token: &ChallengeToken,
        code: &str,
        origin: &Origin,
    ) -> Result<SignedIn, ChallengeError> {
        match recovery::read(code) {
            Some(code) => self.answer_challenge(token, &code, origin).await,
            None if code.trim().is_empty() => Err(CodeFault::Missing.into()),
            None => Err(ChallengeError::WrongRecoveryCode),
        }
    }

    /// The same for an application, which says which factor it was asked for.
    pub async fn answer_challenge_for_tokens(
        &self,
        client: &ClientId,
        token: &ChallengeToken,
        (factor, code): (Factor, &str),
        origin: &Origin,
    ) -> Result<Entered, ChallengeError> {
        let client = self.inner.settings.client(client).ok_or(ChallengeError::Over)?;
        let keys = self.signing_keys().await?;
        let (open, proof) = self.judge_second(&client.id, token, (Some(factor), code), origin).await?;
        let done = retried(async || {
            let mut tx = self.inner.store.begin().await?;
            let (user, asked) =
                self.pass_second(&mut tx, token, (&open, &proof), (&client.id, origin)).await?;
            let begun = match asked {
                Some(asked) => Err(asked),
                None => {
                    let (viewer, refresh) =
                        tokens::begin(&mut tx, &self.inner, &user, client, origin).await?;
                    let account = profile::load(&mut tx, user.id).await?.ok_or(ChallengeError::Over)?;
                    Ok((viewer, account, refresh))
                }
            };
            self.commit(tx, user.id).await?;
            Ok(begun)
        })
        .await;
        match self.note_second_failure(open.user.id, done, origin).await? {
            Ok((viewer, account, refresh)) => {
                Ok(Entered::Tokens(self.issue(&keys, (&viewer, account), Some(&refresh))?))
            }
            Err(asked) => Ok(Entered::NewPassword(asked)),
        }
    }

    /// Counts the try, and judges what can be judged without taking the sign-in up.
    async fn judge_second(
        &self,
        client: &ClientId,
        token: &ChallengeToken,
        (expected, typed): (Option<Factor>, &str),
        origin: &Origin,
    ) -> Result<(Open, Proof), ChallengeError> {
        let recovery_code = recovery::read(typed);
        let code = match &recovery_code {
            Some(_) => String::new(),
            None => codes::read(typed)?,
        };
        let open = self.open_challenge(&mut self.inner.store.read().await?, client, token).await?;
        if expected.is_some() && expected != open.waiting.asks.factor() {
            return Err(ChallengeError::Over);
        }
        retried(|| self.admit_second(open.user.id, origin)).await??;
        let asked = open.get(open.waiting.asks.factor())?;
        let proof = match (recovery_code, &asked.contact) {
            (Some(code), _) => Ok(Proof::Recovery(code)),
            (None, None) => Ok(Proof::App(code)),
            (None, Some(contact)) => {
                match codes::count_attempt(&self.inner, &slot(open.user.id, contact), &origin.tally).await? {
                    Ok(attempt) => attempt
                        .compare(&self.inner.keys, &code)
                        .map(|()| Proof::Contact(asked.factor, attempt)),
                    Err(fault) => Err(fault),
                }
            }
        };
        let proof =
            self.note_second_failure(open.user.id, proof.map_err(ChallengeError::from), origin).await?;
        Ok((open, proof))
    }

    fn second_failures(&self, user: UserId) -> Key {
        limits::key(&self.inner, &["second factors of account", &user.0.to_string()])
    }

    /// Counts a code that somebody is about to try; its own transaction, so that it stays counted. For the
    /// account, whichever network it comes from: who gets here has the password, and guesses among a million.
    async fn admit_second(&self, user: UserId, origin: &Origin) -> Result<Result<(), Wait>, StoreError> {
        if origin.tally.is_paid() {
            return Ok(Ok(()));
        }
        let (inner, limits) = (&*self.inner, &self.inner.settings.limits);
        let backoff = Backoff {
            free: limits.sign_in_failures_free,
            first: limits.sign_in_first_wait,
            longest: limits.sign_in_longest_wait,
        };
        let mut tx = inner.store.begin().await?;
        if let Err(wait) = limits::knock(&mut tx, &self.second_failures(user), backoff, self.now()).await? {
            return Ok(Err(wait));
        }
        tx.commit().await?;
        origin.tally.count();
        Ok(Ok(()))
    }

    /// Takes the sign-in up: the account is as it was when the password was right, nobody has answered
    /// before, and what proves the factor is spent. What goes with the session that begins now; or the new
    /// password that is asked for instead.
    async fn pass_second(
        &self,
        tx: &mut Tx,
        token: &ChallengeToken,
        (open, proof): (&Open, &Proof),
        (client, origin): (&ClientId, &Origin),
    ) -> Result<(User, Option<NewPasswordAsked>), ChallengeError> {
        let now = self.now();
        let user = users::lock(tx, open.user.id).await?.ok_or(ChallengeError::Over)?;
        if user.disabled {
            return Err(ChallengeError::Disabled);
        }
        if fingerprint(&user.password_hash) != open.waiting.password
            || !challenges::take(tx, token, now).await?
        {
            return Err(ChallengeError::Over);
        }
        match proof {
            Proof::App(code) => {
                self.spend_app_code(tx, user.id, code).await?;
                factors::used(tx, user.id, Factor::SoftwareToken, now).await?;
            }
            Proof::Contact(factor, attempt) => {
                codes::consume(tx, attempt, now).await??;
                factors::used(tx, user.id, *factor, now).await?;
            }
            Proof::Recovery(code) => {
                self.spend_recovery_code(tx, (&user, &open.account), code, origin).await?
            }
        }
        limits::clear(tx, &self.second_failures(user.id)).await?;
        let asked =
            new_password_required::demand(tx, &self.inner, (&user, &user.password_hash), client).await?;
        if asked.is_none() {
            events::record(tx, user.id, &Event::SignIn { username: user.username.clone() }, now, origin)
                .await?;
            known_origins::note(tx, &self.inner, user.id, origin).await?;
        }
        Ok((user, asked))
    }

    async fn spend_app_code(&self, tx: &mut Tx, user: UserId, code: &str) -> Result<(), ChallengeError> {
        let stored = factors::of_user(tx, user).await?;
        let app = stored
            .iter()
            .find(|it| it.factor == Factor::SoftwareToken && it.enabled)
            .and_then(|it| it.secret.as_ref());
        let app = App::open(&self.inner, user, app.ok_or(ChallengeError::NoSuchFactor)?)?;
        let step = app.step_of(code, self.now()).ok_or(ChallengeError::WrongAppCode)?;
        if factors::spend_step(tx, user, step).await? { Ok(()) } else { Err(CodeFault::Used.into()) }
    }

    async fn spend_recovery_code(
        &self,
        tx: &mut Tx,
        (user, account): (&User, &Account),
        code: &str,
        origin: &Origin,
    ) -> Result<(), ChallengeError> {
        let (inner, now) = (&*self.inner, self.now());
        match recovery::spend(tx, inner, user.id, code, now).await? {
            Spent::Now => {}
            Spent::Before => return Err(CodeFault::Used.into()),
            Spent::Unknown => return Err(ChallengeError::WrongRecoveryCode),
        }
        let left = factors::recovery_codes_left(tx, user.id).await?;
        queue_to_all(
            tx,
            inner,
            (user.id, account),
            |to, asked| Message::RecoveryCodeUsed { to, left, asked },
            origin,
        )
        .await?;
        Ok(events::record(tx, user.id, &Event::UseRecoveryCode { left }, now, origin).await?)
    }

    /// The trail tells of every code that was tried in vain: whoever tried it had the password.
    async fn note_second_failure<T>(
        &self,
        user: UserId,
        done: Result<T, ChallengeError>,
        origin: &Origin,
    ) -> Result<T, ChallengeError> {
        if let Err(error) = &done
            && let Some(refusal) = error.tried()
        {
            self.record_refusal(user, &Event::ConfirmSignInFailure(refusal), origin).await?;
        }
        done
    }
}
