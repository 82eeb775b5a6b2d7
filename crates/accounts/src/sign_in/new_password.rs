//! A password that the operator knows is replaced at the next sign-in, and required attributes that the
//! operator left out are asked for with it (operation RespondToAuthChallenge, NEW_PASSWORD_REQUIRED).

use crate::account::events;
use crate::attributes::missing::missing;
use crate::attributes::profile::access_of;
use crate::attributes::rules::{OutsidePlan, Rulebook, check_missing, parse_names};
use crate::error::{CommonError, common_error};
use crate::password::rules::{self, NewPassword};
use crate::password::strength::OwnWords;
use crate::sessions::begin;
use crate::sign_in::outcome::NewPasswordAsked;
use crate::sign_in::{known_origins, srp::verifiers};
use crate::tokens::issue::{self, Grant, Tokens};
use crate::tokens::key_ring;
use crate::{Context, Unavailable};
use model::{AttributeName, ErrorCode, Event, FieldName, FormErrors, Password};
use nameplate_core::client::ClientId;
use nameplate_core::identity::{ChallengeToken, NewSession, Origin};
use std::collections::BTreeMap;
use store::challenges::{self, Asks, Stored};
use store::users::{self, User};
use store::{Conn, LockedAccount, PasswordFingerprint, StoreError, Tx, attributes, profile, retried};

/// What somebody enters whose password is to be replaced.
#[derive(Debug, Clone)]
pub struct OwnPassword {
    /// The new one.
    pub password: Password,
    /// Once more, where people type it.
    pub confirmation: Option<Password>,
    /// Those that were missing, by their names as they were submitted.
    pub attributes: BTreeMap<String, String>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// It has waited too long, was answered before, or the password was changed meanwhile.
    #[error("the sign-in no longer waits")]
    Over,
    /// An administrator disabled it while the sign-in waited.
    #[error("the account is disabled")]
    Disabled,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(NewPasswordError);

impl From<NewPasswordError> for FormErrors {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::Refused(refusal) => refusal,
            NewPasswordError::Over => Self::form(ErrorCode::SignInOver),
            NewPasswordError::Disabled => Self::form(ErrorCode::Disabled),
            NewPasswordError::Common(common) => common.into(),
        }
    }
}

/// Asks for another password, if the operator knows this one: to be called once everything else was proven,
/// with the account's row taken.
pub(crate) async fn demand(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    password: &PasswordFingerprint,
    client: &ClientId,
) -> Result<Option<NewPasswordAsked>, StoreError> {
    let (user, account) = (locked.user(), locked.account());
    if !users::has_temporary_password(tx, user.id).await? {
        return Ok(None);
    }
    let (token, now) = (ChallengeToken::generate(&*ctx.entropy), ctx.clock.now());
    let waiting = Stored {
        user: user.id,
        client: client.clone(),
        password: password.clone(),
        asks: Asks::NewPassword,
        expires_at: now.plus(ctx.settings.codes.sign_in_lifetime),
    };
    challenges::insert(tx, &token, &waiting, now).await?;
    let access = access_of(&ctx.settings, client);
    let readable = |(name, _): &(AttributeName, String)| access.may_read(name);
    Ok(Some(NewPasswordAsked {
        token,
        username: user.username.clone(),
        missing: missing(&ctx.settings, client, account),
        attributes: account.attributes.clone().into_iter().filter(readable).collect(),
    }))
}

/// The sign-in that waits, with its account, at one moment.
struct Open {
    pub(crate) waiting: Stored,
    pub(crate) user: User,
    pub(crate) missing: Vec<AttributeName>,
}

/// A form that passed every rule, for the sign-in that waits.
struct Checked {
    open: Open,
    hash: String,
    attributes: BTreeMap<AttributeName, String>,
}

/// Whose password is to be replaced, and which attributes are asked for with it. `None`: the sign-in
/// waits no longer.
pub async fn pending(
    ctx: &Context,
    token: &ChallengeToken,
) -> Result<Option<(String, Vec<AttributeName>)>, Unavailable> {
    let mut conn = ctx.store.read().await?;
    match open_new_password(ctx, &mut conn, &ctx.pages_client(), token).await {
        Ok(open) => Ok(Some((open.user.username, open.missing))),
        Err(NewPasswordError::Common(CommonError::Unavailable(fault))) => Err(fault),
        Err(_) => Ok(None),
    }
}

async fn open_new_password(
    ctx: &Context,
    conn: &mut Conn,
    client: &ClientId,
    token: &ChallengeToken,
) -> Result<Open, NewPasswordError> {
    let waiting = challenges::get(conn, token, ctx.now()).await?.ok_or(NewPasswordError::Over)?;
    let user = users::by_id(conn, waiting.user).await?.ok_or(NewPasswordError::Over)?;
    let is_another = waiting.asks != Asks::NewPassword || waiting.client != *client;
    if is_another || waiting.password.was_changed(&user) {
        return Err(NewPasswordError::Over);
    }
    let account = profile::load(conn, user.id).await?.ok_or(NewPasswordError::Over)?;
    let missing = missing(&ctx.settings, client, &account);
    Ok(Open { waiting, user, missing })
}

/// Sets the password that its owner alone knows, with the attributes that were missing, and signs the
/// browser in.
///
/// # Errors
/// The rules for passwords and attributes are those of sign-up, and the password has to be another one.
/// All of it is done, or nothing.
pub async fn set(
    ctx: &Context,
    token: &ChallengeToken,
    form: OwnPassword,
    origin: &Origin,
) -> Result<(String, NewSession), NewPasswordError> {
    let client = ctx.pages_client();
    let checked = check_own_password(ctx, &client, token, &form).await?;
    let done = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = replace_password(ctx, &mut tx, token, &checked, origin).await?;
        let session = begin::begin(&mut tx, ctx, locked.id(), &client, origin).await?;
        events::commit(ctx, tx, locked.id()).await?;
        Ok::<_, NewPasswordError>((locked.into_account().username, session))
    })
    .await?;
    verifiers::keep_verifiers(ctx, checked.open.user.id, &form.password, &checked.hash).await;
    Ok(done)
}

/// The same for an application.
pub async fn set_for_tokens(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    form: OwnPassword,
    origin: &Origin,
) -> Result<Tokens, NewPasswordError> {
    let client = ctx.settings.client(client).ok_or(NewPasswordError::Over)?;
    let keys = key_ring::signing_keys(ctx).await?;
    let checked = check_own_password(ctx, &client.id, token, &form).await?;
    let grant = retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = replace_password(ctx, &mut tx, token, &checked, origin).await?;
        let (viewer, refresh) = issue::begin(&mut tx, ctx, locked.user(), client, origin).await?;
        // With the attributes that were just filled in.
        let account = profile::load(&mut tx, locked.id()).await?.ok_or(NewPasswordError::Over)?;
        events::commit(ctx, tx, locked.id()).await?;
        Ok::<_, NewPasswordError>(Grant { viewer, account, refresh: Some(refresh) })
    })
    .await?;
    verifiers::keep_verifiers(ctx, checked.open.user.id, &form.password, &checked.hash).await;
    Ok(issue::issue(ctx, &keys, grant)?)
}

async fn check_own_password(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    form: &OwnPassword,
) -> Result<Checked, NewPasswordError> {
    let mut conn = ctx.store.read().await?;
    let open = open_new_password(ctx, &mut conn, client, token).await?;
    let own = OwnWords::of_user(&mut conn, &open.user).await?;
    drop(conn);
    let mut faults = rules::choice_faults(&ctx.settings, &form.password, form.confirmation.as_ref(), &own);
    let access = access_of(&ctx.settings, client);
    let submitted = parse_names(form.attributes.clone()).map_err(NewPasswordError::Refused)?;
    let book = Rulebook::of(&ctx.settings, &access, OutsidePlan::Refused);
    let attributes = match check_missing(book, &open.missing, submitted) {
        Ok(attributes) => attributes,
        Err(wrong) => {
            faults.extend(wrong);
            BTreeMap::new()
        }
    };
    if faults.is_empty()
        && ctx.passwords.verify(Some(&open.user.password_hash), &form.password).await?.matches
    {
        faults.push((FieldName::Password, ErrorCode::SameAsNow));
    }
    if !faults.is_empty() {
        return Err(NewPasswordError::Refused(FormErrors { form: None, fields: faults }));
    }
    let hash = ctx.passwords.hash(&form.password, &*ctx.entropy).await?;
    Ok(Checked { open, hash, attributes })
}

async fn replace_password(
    ctx: &Context,
    tx: &mut Tx,
    token: &ChallengeToken,
    checked: &Checked,
    origin: &Origin,
) -> Result<LockedAccount, NewPasswordError> {
    let (now, open) = (ctx.now(), &checked.open);
    let locked = LockedAccount::lock(tx, open.user.id).await?.ok_or(NewPasswordError::Over)?;
    let user = locked.user();
    if user.disabled {
        return Err(NewPasswordError::Disabled);
    }
    if open.waiting.password.was_changed(user) || !challenges::take(tx, token, now).await? {
        return Err(NewPasswordError::Over);
    }
    rules::set(tx, ctx, &locked, NewPassword::ending_sessions(&checked.hash), origin).await?;
    let mut writes = Vec::new();
    if !checked.attributes.is_empty() {
        let mut all = locked.account().attributes.clone();
        all.extend(checked.attributes.clone());
        writes.push(attributes::change(user.id, &all, now)?);
    }
    for event in [
        Event::ChangePassword { username: user.username.clone() },
        Event::SignIn { username: user.username.clone() },
    ] {
        writes.push(events::entry(user.id, &event, now, origin)?);
    }
    tx.write(writes).await?;
    known_origins::note(tx, ctx, user.id, origin).await?;
    Ok(locked)
}

#[cfg(test)]
mod tests;
