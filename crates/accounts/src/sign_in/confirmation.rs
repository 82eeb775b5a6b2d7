//! What somebody who signed in a while ago can confirm with that it is them: the password, a passkey, and where
//! the account has neither a code to a contact that was verified long ago.

use crate::contacts::settled::is_settled;
use crate::factors::second_factors::reachable;
use crate::passkeys::questions;
use crate::sign_in::freshness::is_fresh;
use crate::{Context, Unavailable};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{SessionProof, SignedInBy, UserId, Viewer};
use store::users::User;
use store::{Conn, StoreError, passkeys, profile, sessions, users};

/// The ways of one account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfirmationWays {
    /// It has a password.
    pub password: bool,
    /// It has a passkey, and passkeys work at this address.
    pub passkey: bool,
    /// Where a code goes, if it has neither.
    pub code_to: Option<Contact>,
    /// Nothing more is asked for now, not even where the password always is.
    pub is_confirmed: bool,
}

/// The viewer's.
pub async fn confirmation_ways(ctx: &Context, viewer: &Viewer) -> Result<ConfirmationWays, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let Some(user) = users::by_id(&mut conn, viewer.user).await? else {
        return Ok(ConfirmationWays::default());
    };
    let password = user.has_password();
    let passkey = has_passkey(&mut conn, ctx, viewer.user).await?;
    let code_to = code_to(&mut conn, ctx, &user).await?;
    let is_confirmed = password_asked(&mut conn, ctx, viewer, &user).await? == PasswordAsked::StoodFor;
    Ok(ConfirmationWays { password, passkey, code_to, is_confirmed })
}

async fn has_passkey(conn: &mut Conn, ctx: &Context, user: UserId) -> Result<bool, StoreError> {
    let at_hand = questions::relying_party(ctx).is_some();
    Ok(at_hand && !passkeys::of_user(conn, user).await?.is_empty())
}

/// Where a code goes that confirms that it is them, if nothing better can.
pub(crate) async fn code_to(
    conn: &mut Conn,
    ctx: &Context,
    user: &User,
) -> Result<Option<Contact>, StoreError> {
    if user.has_password() || has_passkey(conn, ctx, user.id).await? {
        return Ok(None);
    }
    let Some(account) = profile::load(conn, user.id).await? else { return Ok(None) };
    let kinds = [ContactKind::Email, ContactKind::PhoneNumber].into_iter();
    let mut settled = kinds.filter(|kind| is_settled(&account, *kind, ctx.now()));
    Ok(settled.find_map(|kind| reachable(&ctx.settings, &account, kind)))
}

/// Whether the password is asked for where it always is: before it is changed, or the account deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordAsked {
    /// It has to be entered.
    Yes,
    /// A passkey or a code of the last minutes stands in for it, or a late sign-in where the account has none.
    StoodFor,
    /// The account has none, and the sign-in was a while ago.
    NotFresh,
}

pub(crate) async fn password_asked(
    conn: &mut Conn,
    ctx: &Context,
    viewer: &Viewer,
    user: &User,
) -> Result<PasswordAsked, StoreError> {
    if viewer.by == SignedInBy::Tokens {
        return Ok(PasswordAsked::Yes);
    }
    let is_fresh = is_fresh(ctx, viewer);
    let by_another = match sessions::proof(conn, viewer.session).await? {
        Some(SessionProof::Passkey | SessionProof::Code) => true,
        Some(SessionProof::Password) | None => false,
    };
    Ok(match user.has_password() {
        _ if is_fresh && by_another => PasswordAsked::StoodFor,
        true => PasswordAsked::Yes,
        false if is_fresh => PasswordAsked::StoodFor,
        false => PasswordAsked::NotFresh,
    })
}
