//! Signing in an application with a password (operation InitiateAuth, USER_PASSWORD_AUTH).

use crate::Context;
use crate::account::events;
use crate::sign_in::admission::{self, Admission};
use crate::sign_in::outcome::{Asked, NewPasswordAsked, Proven, SignInError};
use crate::sign_in::password::{self, SignIn};
use crate::sign_in::second_factor::challenge::{Challenge, Door, SignInRequest};
use crate::sign_in::srp::verifiers;
use crate::tokens::issue::{self, Grant, Tokens};
use crate::tokens::key_ring;
use nameplate_core::client::ClientId;
use nameplate_core::identity::Origin;
use nameplate_core::settings::AppClient;
use store::retried;

/// The password was right.
#[derive(Debug, Clone)]
pub enum Entered {
    /// Nothing more is asked for.
    Tokens(Tokens),
    /// A second factor is asked for beside it.
    Challenge(Challenge),
    /// The operator knows this password: another one is asked for.
    NewPassword(NewPasswordAsked),
    /// The account still waits for its code, and a fresh one is on its way.
    Unconfirmed,
}

/// How far the sign-in of an application got.
enum Begun {
    Session(Grant),
    Asked(Asked),
}

impl From<Asked> for Entered {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::SecondFactor(challenge) => Self::Challenge(challenge),
            Asked::NewPassword(asked) => Self::NewPassword(asked),
        }
    }
}

/// Signs in an application. The rules are those of [`with_password`](crate::sign_in::with_password); tokens
/// take the place of a cookie.
pub async fn for_tokens(
    ctx: &Context,
    client: &ClientId,
    form: &SignIn,
    origin: &Origin,
) -> Result<Entered, SignInError> {
    let client = ctx.settings.client(client).ok_or(SignInError::UnknownClient)?;
    let proven = password::check_password(ctx, form, origin).await?;
    let done = issue_tokens(ctx, &proven, client, origin).await?;
    verifiers::renew_verifiers(ctx, &proven, &form.password).await;
    Ok(done)
}

/// Begins the session of an application whose user was proven.
pub(crate) async fn issue_tokens(
    ctx: &Context,
    proven: &Proven,
    client: &AppClient,
    origin: &Origin,
) -> Result<Entered, SignInError> {
    let keys = key_ring::signing_keys(ctx).await?;
    if !proven.user.confirmed {
        password::resume(ctx, proven, origin).await?;
        return Ok(Entered::Unconfirmed);
    }
    match retried(|| begin_application(ctx, proven, client, origin)).await? {
        Begun::Session(grant) => Ok(Entered::Tokens(issue::issue(ctx, &keys, grant)?)),
        Begun::Asked(asked) => Ok(asked.into()),
    }
}

async fn begin_application(
    ctx: &Context,
    proven: &Proven,
    client: &AppClient,
    origin: &Origin,
) -> Result<Begun, SignInError> {
    let user = &proven.user;
    let mut tx = ctx.store.begin().await?;
    let request = SignInRequest { client: &client.id, door: Door::Application, origin };
    let begun = match admission::admit(ctx, &mut tx, proven, request).await? {
        Admission::Asked(asked) => Begun::Asked(asked),
        Admission::Admitted(locked) => {
            let (viewer, refresh) = issue::begin(&mut tx, ctx, user, client, origin).await?;
            Begun::Session(Grant { viewer, account: locked.into_account(), refresh: Some(refresh) })
        }
    };
    events::commit(ctx, tx, user.id).await?;
    Ok(begun)
}
