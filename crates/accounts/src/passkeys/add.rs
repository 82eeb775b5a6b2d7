//! Another passkey for somebody who is signed in.

use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::error::{CommonError, common_error};
use crate::factors::step_up::{self, Asked, StepUp, StepUpError};
use crate::passkeys::bounds::{LONGEST_NAME, MOST};
use crate::passkeys::ceremony::Made;
use crate::passkeys::questions::{self, Question, user_handle};
use crate::sign_in::freshness::{NotFresh, require_fresh};
use crate::{Context, limits};
use model::characters::is_invisible;
use model::{AttributeName, ErrorCode, Event, FieldName, FormErrors, Standard};
use nameplate_core::identity::{Origin, Viewer};
use store::passkeys::{self, Kept};
use store::{LockedAccount, profile, retried, sessions};

/// What a page sends when an authenticator has made a passkey.
#[derive(Debug, Clone, Default)]
pub struct NewPasskey {
    /// What its owner calls it.
    pub name: String,
    /// Of the question that was answered.
    pub state: String,
    /// The answer: a `RegistrationResponseJSON` (WebAuthn level 3, section 5.1).
    pub credential: String,
    /// A code of the second factor, or a recovery code, where the account has one: a passkey signs in without.
    pub step_code: String,
}

/// Why there is no new passkey.
#[derive(Debug, thiserror::Error)]
pub enum AddPasskeyError {
    /// What is wrong with what its owner calls it.
    #[error("the name is refused")]
    Name(ErrorCode),
    /// The password has to be entered once more.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A second factor has to be proven first, or was not.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// Its `state` isn't one that was given out lately, or is spent.
    #[error("the question is too old, or was answered before")]
    Over,
    /// The authenticator's answer isn't right, its passkey is here already, or there are none at this
    /// address.
    #[error("the passkey can't be added")]
    Failed,
    /// So many passkeys that one has to be removed first.
    #[error("the account has too many")]
    TooMany,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(AddPasskeyError);

impl From<AddPasskeyError> for FormErrors {
    fn from(error: AddPasskeyError) -> Self {
        match error {
            AddPasskeyError::Name(why) => Self::field(FieldName::PasskeyName, why),
            AddPasskeyError::NotFresh(stale) => stale.into(),
            AddPasskeyError::StepUp(error) => error.into(),
            AddPasskeyError::Over => Self::form(ErrorCode::ChallengeOver),
            AddPasskeyError::Failed => Self::form(ErrorCode::PasskeyFailed),
            AddPasskeyError::TooMany => Self::form(ErrorCode::TooManyPasskeys),
            AddPasskeyError::Common(common) => common.into(),
        }
    }
}

/// What a question is about: for somebody else's account its answer is worth nothing.
fn about(viewer: &Viewer) -> String {
    format!("a new passkey of account {}", viewer.user.0)
}

fn tidy_name(typed: &str) -> Result<String, AddPasskeyError> {
    let name = typed.trim();
    let long = u32::try_from(name.chars().count()).unwrap_or(u32::MAX) > LONGEST_NAME;
    match name {
        "" => Err(AddPasskeyError::Name(ErrorCode::Missing)),
        _ if long => Err(AddPasskeyError::Name(ErrorCode::TooLong { max: LONGEST_NAME })),
        _ if name.chars().any(|c| c.is_control() || is_invisible(c)) => {
            Err(AddPasskeyError::Name(ErrorCode::ControlCharacters))
        }
        _ => Ok(name.to_owned()),
    }
}

/// What the viewer's browser has to ask of an authenticator for a new passkey. Nothing happens to the
/// account yet.
#[expect(clippy::indexing_slicing, reason = "the options are an object of objects")]
pub async fn ask_for_new_passkey(ctx: &Context, viewer: &Viewer) -> Result<Question, AddPasskeyError> {
    let party = questions::relying_party(ctx).ok_or(AddPasskeyError::Failed)?;
    let mut conn = ctx.store.read().await?;
    let account = profile::load(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let known = passkeys::of_user(&mut conn, viewer.user).await?;
    drop(conn);
    if known.len() >= MOST {
        return Err(AddPasskeyError::TooMany);
    }
    let mut opened = party.ask_for_new(user_handle(&account.sub), &known)?;
    // What people choose by, when their device offers the passkey.
    let contact = [Standard::Email, Standard::PhoneNumber]
        .into_iter()
        .find_map(|it| account.attributes.get(&AttributeName::from(it)));
    let name = account.chosen_username().or(contact.map(String::as_str)).unwrap_or(&ctx.settings.name);
    opened.options["rp"]["name"] = ctx.settings.name.as_str().into();
    opened.options["user"]["name"] = name.into();
    opened.options["user"]["displayName"] = name.into();
    Ok(questions::question(ctx, &about(viewer), opened)?)
}

/// Adds a passkey that an authenticator has made: its owner signs in with it from now on. Every proven
/// contact is told, with a link that undoes it.
pub async fn add_passkey(
    ctx: &Context,
    viewer: &Viewer,
    form: &NewPasskey,
    origin: &Origin,
) -> Result<(), AddPasskeyError> {
    let name = tidy_name(&form.name)?;
    require_fresh(ctx, viewer)?;
    let step = step_up::judge(ctx, viewer, Asked::Settled, &form.step_code, origin).await?;
    let party = questions::relying_party(ctx).ok_or(AddPasskeyError::Failed)?;
    let asked = questions::take_up(ctx, &about(viewer), &form.state).await?.ok_or(AddPasskeyError::Over)?;
    let Made { credential, transports, public_key, state } =
        party.made(&asked, &form.credential).ok_or(AddPasskeyError::Failed)?;
    let created_at = ctx.now();
    let passkey = Kept {
        credential,
        name,
        transports,
        public_key,
        state,
        created_at,
        last_used_at: None,
        vouched: step.is_proven(),
    };
    let done = retried(|| keep(ctx, viewer, &passkey, &step, origin)).await;
    if let Err(AddPasskeyError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    done
}

async fn keep(
    ctx: &Context,
    viewer: &Viewer,
    passkey: &Kept,
    step: &StepUp,
    origin: &Origin,
) -> Result<(), AddPasskeyError> {
    let user = viewer.user;
    let mut tx = ctx.store.begin().await?;
    let locked = LockedAccount::lock(&mut tx, user).await?;
    let locked = locked.filter(|it| !it.user().disabled).ok_or(CommonError::SignedOut)?;
    if sessions::owner(&mut tx, viewer.session).await? != Some(user) {
        return Err(AddPasskeyError::Common(CommonError::SignedOut));
    }
    limits::count_change(&mut tx, ctx, user).await??;
    step.spend(&mut tx, ctx, &locked, origin).await?;
    if passkeys::of_user(&mut tx, user).await?.len() >= MOST {
        return Err(AddPasskeyError::TooMany);
    }
    let by = ChangedBy::viewer(viewer, origin);
    protection::changes(&mut tx, ctx, &locked, ProtectionChange::PasskeyAdded, by).await?;
    if !passkeys::insert(&mut tx, user, passkey).await? {
        return Err(AddPasskeyError::Failed);
    }
    events::record(&mut tx, user, &Event::AddPasskey { passkey: passkey.name.clone() }, ctx.now(), origin)
        .await?;
    events::commit(ctx, tx, user).await?;
    Ok(())
}
