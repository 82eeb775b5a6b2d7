//! The password after the code: of somebody who entered the code where nobody had signed up, or whose sign-up
//! others have tried too.

use crate::account::events;
use crate::limits::rate::Wait;
use crate::limits::{self, LimitName};
use crate::one_time_codes::CodeFault;
use crate::password::hasher::HashingError;
use crate::password::rules;
use crate::password::strength::OwnWords;
use crate::sign_in::failure_counters::FailureCounters;
use crate::sign_in::failures::Claim;
use crate::sign_in::{failures, srp::verifiers};
use crate::sign_up::become_account::{self, Becoming, How, NewAccount};
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::Confirmed;
use crate::sign_up::entered;
use crate::{Context, Unavailable};
use model::{ErrorCode, FieldName, FormErrors, Password};
use nameplate_core::client::ClientId;
use nameplate_core::identity::{BrowserTicket, Origin, UserId};
use store::tickets::{self, Stored};
use store::users::{self, User};
use store::waiting::{self, Waiting};
use store::{PasswordFingerprint, StoreError, Tx, retried};

/// What somebody enters who has entered the right code.
#[derive(Debug, Clone)]
pub struct FirstPassword {
    /// What the right code was answered with.
    pub ticket: BrowserTicket,
    /// The one from sign-up, or a new one.
    pub password: Password,
    /// The password once more, where a new one is chosen.
    pub confirmation: Option<Password>,
    /// Another username, where the one from sign-up was taken meanwhile.
    pub new_username: Option<String>,
}

impl FirstPassword {
    fn becoming<'a>(&'a self, how: How<'a>) -> Becoming<'a> {
        Becoming { how, new_username: self.new_username.as_deref() }
    }
}

/// Why there is no account with this password.
#[derive(Debug, thiserror::Error)]
pub enum FirstPasswordError {
    /// What is wrong with a new password.
    #[error("refused fields: {0:?}")]
    Fields(Vec<(FieldName, ErrorCode)>),
    /// It is not the password from sign-up, or that one is not taken any more.
    #[error("not the password from sign-up")]
    WrongPassword,
    /// The code was entered too long ago, or the account was confirmed meanwhile.
    #[error("nothing waits for a password")]
    NoPending,
    /// More than [`Limits::hashing_queue`](nameplate_core::settings::Limits::hashing_queue) hashes wait.
    #[error("too many passwords wait to be hashed")]
    Busy,
    /// The account could not be confirmed with it.
    #[error(transparent)]
    Confirm(#[from] ConfirmSignUpError),
}

impl From<FirstPasswordError> for FormErrors {
    fn from(error: FirstPasswordError) -> Self {
        match error {
            FirstPasswordError::Fields(fields) => Self { form: None, fields },
            FirstPasswordError::WrongPassword => {
                Self::field(FieldName::CurrentPassword, ErrorCode::WrongFirstPassword)
            }
            FirstPasswordError::NoPending => Self::form(ErrorCode::NoCode),
            FirstPasswordError::Busy => Self::form(ErrorCode::Busy),
            FirstPasswordError::Confirm(error) => error.into(),
        }
    }
}

impl From<StoreError> for FirstPasswordError {
    fn from(error: StoreError) -> Self {
        Self::Confirm(error.into())
    }
}

impl From<Wait> for FirstPasswordError {
    fn from(wait: Wait) -> Self {
        Self::Confirm(wait.into())
    }
}

impl From<HashingError> for FirstPasswordError {
    fn from(error: HashingError) -> Self {
        match error {
            HashingError::Busy => Self::Busy,
            failed @ HashingError::Failed(_) => Self::Confirm(Unavailable::from(failed).into()),
        }
    }
}

/// Whose password is chosen.
enum Chooser {
    /// A sign-up that waits, and whose contact is proven.
    Waiting(Box<Waiting>),
    /// An account that was confirmed without a password.
    Without(User),
}

/// Confirms the account as it was signed up, by the password from sign-up.
pub async fn confirm_with_first_password(
    ctx: &Context,
    client: &ClientId,
    form: &FirstPassword,
    origin: &Origin,
) -> Result<Confirmed, FirstPasswordError> {
    let stored = proven(ctx, &form.ticket).await?;
    let waiting = waiting::by_id(&mut ctx.store.read().await?, stored.user).await?;
    let waiting = waiting.filter(|it| !it.user.contested).ok_or(FirstPasswordError::WrongPassword)?;
    let failures = FailureCounters::of(ctx, &waiting.name, origin);
    retried(|| failures::admit_sign_in(ctx, &failures, Claim::Proven, origin)).await??;
    let hash = Some(waiting.user.password_hash.as_str()).filter(|hash| !hash.is_empty());
    if !ctx.passwords.verify(hash, &form.password).await?.matches {
        return Err(FirstPasswordError::WrongPassword);
    }
    retried(|| finish_with_first(ctx, client, form, &waiting, origin)).await
}

async fn finish_with_first(
    ctx: &Context,
    client: &ClientId,
    form: &FirstPassword,
    known: &Waiting,
    origin: &Origin,
) -> Result<Confirmed, FirstPasswordError> {
    let mut tx = ctx.store.begin().await?;
    let still = waiting::lock(&mut tx, known.user.id).await?.ok_or(FirstPasswordError::NoPending)?;
    // Meanwhile somebody else may have tried the same sign-up, or its holder have entered another
    // password.
    if still.user.contested || PasswordFingerprint::of_user(&known.user).was_changed(&still.user) {
        return Err(FirstPasswordError::WrongPassword);
    }
    let stored =
        tickets::get(&mut tx, &form.ticket, ctx.now()).await?.ok_or(FirstPasswordError::NoPending)?;
    FailureCounters::of(ctx, &still.name, origin).clear(&mut tx).await?;
    let still = as_proven(ctx, &form.ticket, &stored, still);
    let account =
        become_account::become_account(ctx, &mut tx, &still, form.becoming(How::AsEntered), origin).await?;
    begin(ctx, tx, account, client, origin).await
}

/// Chooses a password: for an account that was confirmed without one, or in the place of the one from
/// sign-up; then the account keeps nothing that was entered at sign-up but its contact.
pub async fn choose_first_password(
    ctx: &Context,
    client: &ClientId,
    form: &FirstPassword,
    origin: &Origin,
) -> Result<Confirmed, FirstPasswordError> {
    let own = own_words(ctx, &proven(ctx, &form.ticket).await?).await?;
    let fields = rules::choice_faults(&ctx.settings, &form.password, form.confirmation.as_ref(), &own);
    if !fields.is_empty() {
        return Err(FirstPasswordError::Fields(fields));
    }
    retried(|| count_choice(ctx, &form.ticket)).await?;
    let hash = ctx.passwords.hash(&form.password, &*ctx.entropy).await?;
    let (user, done) = retried(|| finish_with_chosen(ctx, client, form, &hash, origin)).await?;
    verifiers::keep_verifiers(ctx, user, &form.password, &hash).await;
    Ok(done)
}

/// What others know them by who choose a password.
async fn own_words(ctx: &Context, stored: &Stored) -> Result<OwnWords, StoreError> {
    let mut conn = ctx.store.read().await?;
    if let Some(waiting) = waiting::by_id(&mut conn, stored.user).await? {
        // Of what was entered at sign-up only name and contact become the account's; the rest may be somebody
        // else's, and a refused password would tell it.
        let contact = waiting.target.map(|it| (it.kind.attribute().into(), it.value));
        return Ok(OwnWords::of(Some(&waiting.user.username), &contact.into_iter().collect()));
    }
    match users::by_id(&mut conn, stored.user).await? {
        Some(user) => OwnWords::of_user(&mut conn, &user).await,
        None => Ok(OwnWords::default()),
    }
}

async fn finish_with_chosen(
    ctx: &Context,
    client: &ClientId,
    form: &FirstPassword,
    hash: &str,
    origin: &Origin,
) -> Result<(UserId, Confirmed), FirstPasswordError> {
    let mut tx = ctx.store.begin().await?;
    let account = match chooser(ctx, &mut tx, &form.ticket).await? {
        Chooser::Waiting(waiting) => {
            let becoming = form.becoming(How::WithPassword(hash));
            become_account::become_account(ctx, &mut tx, &waiting, becoming, origin).await?
        }
        Chooser::Without(user) => {
            users::set_password(&mut tx, user.id, hash).await?;
            tickets::clear(&mut tx, user.id).await?;
            NewAccount { user: user.id, username: user.username }
        }
    };
    Ok((account.user, begin(ctx, tx, account, client, origin).await?))
}

async fn begin(
    ctx: &Context,
    mut tx: Tx,
    account: NewAccount,
    client: &ClientId,
    origin: &Origin,
) -> Result<Confirmed, FirstPasswordError> {
    let session = become_account::begin_first_session(ctx, &mut tx, &account, client, origin).await?;
    events::commit(ctx, tx, account.user).await?;
    Ok(Confirmed { username: account.username, session: Some(session), next: None })
}

/// The sign-up with its contact as the code was sent to it.
fn as_proven(ctx: &Context, ticket: &BrowserTicket, stored: &Stored, waiting: Waiting) -> Waiting {
    match entered::unseal(ctx, ticket, stored) {
        Some(proven) => proven.written(waiting),
        None => waiting,
    }
}

/// Each choice costs a hash, and tells whether a username is free: so many with one ticket. Its own
/// transaction, so that what is refused afterwards was counted.
async fn count_choice(ctx: &Context, ticket: &BrowserTicket) -> Result<(), FirstPasswordError> {
    let now = ctx.now();
    let key = limits::key_of(ctx, LimitName::FirstPasswords, &[&ticket.hash()]);
    let mut tx = ctx.store.begin().await?;
    limits::count(&mut tx, &key, LimitName::FirstPasswords.rate(&ctx.settings), now).await??;
    Ok(tx.commit().await?)
}

/// The ticket, if the right code was entered for it.
async fn proven(ctx: &Context, ticket: &BrowserTicket) -> Result<Stored, FirstPasswordError> {
    let stored = tickets::get(&mut ctx.store.read().await?, ticket, ctx.now()).await?;
    stored.filter(|it| it.proven_at.is_some()).ok_or(FirstPasswordError::NoPending)
}

async fn chooser(ctx: &Context, tx: &mut Tx, ticket: &BrowserTicket) -> Result<Chooser, FirstPasswordError> {
    let proven = |stored: &Stored| stored.proven_at.is_some();
    let found =
        tickets::get(tx, ticket, ctx.now()).await?.filter(proven).ok_or(FirstPasswordError::NoPending)?;
    let user = users::lock(tx, found.user).await?.ok_or(FirstPasswordError::NoPending)?;
    // Until the row was ours the account may have been confirmed, or a password chosen.
    let still = tickets::get(tx, ticket, ctx.now()).await?.filter(proven);
    if still.is_none_or(|it| it.user != found.user) {
        return Err(FirstPasswordError::NoPending);
    }
    match waiting::by_id(tx, user.id).await? {
        Some(waiting) => Ok(Chooser::Waiting(Box::new(as_proven(ctx, ticket, &found, waiting)))),
        None if !user.has_password() && !user.disabled => Ok(Chooser::Without(user)),
        None => Err(ConfirmSignUpError::Code(CodeFault::Used).into()),
    }
}
