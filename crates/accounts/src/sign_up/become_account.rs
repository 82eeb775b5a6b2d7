//! A sign-up whose contact is proven becomes an account.

use crate::Context;
use crate::account::events;
use crate::one_time_codes::{self, CodeFault};
use crate::sessions::begin;
use crate::sign_in::known_origins;
use crate::sign_up::confirm_error::ConfirmSignUpError;
use crate::sign_up::confirmation::TOLD;
use model::{AttributeName, ErrorCode, Event, typed};
use nameplate_core::client::ClientId;
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::identifiers::{check_new_username, username_key};
use nameplate_core::identity::{NewSession, Origin, UserId};
use std::collections::BTreeMap;
use store::aliases::VerifiedContact;
use store::waiting::{self, Confirmation, Waiting};
use store::{StoreError, Tx, aliases, names, tickets};

/// What an account keeps of its sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How<'a> {
    /// Everything.
    AsEntered,
    /// The contact alone, and it has no password: whose that is nobody knows.
    WithoutPassword,
    /// The contact alone, with a password that was chosen after the code: its hash.
    WithPassword(&'a str),
}

/// How a sign-up becomes an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Becoming<'a> {
    pub(crate) how: How<'a>,
    /// Another username, where the one from sign-up was taken meanwhile.
    pub(crate) new_username: Option<&'a str>,
}

/// An account that was a sign-up.
pub(crate) struct NewAccount {
    pub(crate) user: UserId,
    /// What it is called from now on.
    pub(crate) username: String,
}

/// Confirms the sign-up, whose row the transaction holds.
pub(crate) async fn become_account(
    ctx: &Context,
    tx: &mut Tx,
    waiting: &Waiting,
    Becoming { how, new_username }: Becoming<'_>,
    origin: &Origin,
) -> Result<NewAccount, ConfirmSignUpError> {
    let (user, now) = (&waiting.user, ctx.now());
    let target = waiting.target.as_ref().ok_or(CodeFault::NoCode)?;
    let attribute = AttributeName::from(target.kind.attribute());
    let alone = BTreeMap::from([(attribute.clone(), target.value.clone())]);
    let (attributes, password_hash, former) = match how {
        How::AsEntered => (&waiting.attributes, user.password_hash.as_str(), None),
        How::WithoutPassword => {
            (&alone, "", user.has_password().then(|| (user.password_hash.as_str(), now.plus(TOLD))))
        }
        How::WithPassword(hash) => (&alone, hash, None),
    };
    let chosen = user
        .chosen_username()
        .map(|old| new_username.map(typed::text).filter(|new| !new.is_empty()).unwrap_or(old));
    if chosen != user.chosen_username()
        && let Some(new) = chosen
    {
        check_new_username(new).map_err(ConfirmSignUpError::Username)?;
    }
    let key = chosen.map(username_key);
    let username = chosen.zip(key.as_deref());
    if let Some(key) = &key {
        names::lock_for(tx, key).await?;
    }
    if let Some(key) = &key
        && names::taken_by_id(tx, &ctx.keys, key, Some(&user.sub)).await?
    {
        return Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken));
    }
    let confirmation = Confirmation { username, password_hash, former, attributes };
    if !waiting::confirm(tx, user, &confirmation, now).await? {
        return Err(ConfirmSignUpError::Username(ErrorCode::UsernameTaken)); // the transaction goes, and the code stays as it was
    }
    let verified = VerifiedContact { kind: target.kind, key: &target.key, at: now };
    if !aliases::claim(tx, user.id, verified, now).await? {
        return Err(ConfirmSignUpError::AliasExists(attribute));
    }
    tickets::clear(tx, user.id).await?;
    let codes = CodeScope { user: user.id, purpose: CodePurpose::SignUp };
    one_time_codes::retire_all(tx, codes, now).await?;
    let username = chosen.unwrap_or(&user.sub).to_owned();
    events::record(tx, user.id, &Event::ConfirmSignUp { username: username.clone() }, now, origin).await?;
    Ok(NewAccount { user: user.id, username })
}

/// Whoever has proven both the contact and a password is signed in.
pub(crate) async fn begin_first_session(
    ctx: &Context,
    tx: &mut Tx,
    account: &NewAccount,
    client: &ClientId,
    origin: &Origin,
) -> Result<NewSession, StoreError> {
    let user = account.user;
    let session = begin::begin(tx, ctx, user, client, origin).await?;
    let event = Event::SignIn { username: account.username.clone() };
    events::record(tx, user, &event, ctx.now(), origin).await?;
    known_origins::note(tx, ctx, user, origin).await?;
    Ok(session)
}
