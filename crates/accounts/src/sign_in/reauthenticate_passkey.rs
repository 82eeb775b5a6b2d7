//! A passkey in place of the password, where that is asked for once more.

use crate::Context;
use crate::passkeys::questions::{self, Question};
use crate::sign_in::passkey::{self, PasskeySignIn, SignInWithPasskeyError};
use crate::sign_in::renewal::{self, Renewal};
use nameplate_core::identity::{NewSession, Origin, SessionProof, Viewer};
use store::retried;

/// What a question is about: its answer signs nobody in, and confirms nothing for another account.
fn about(viewer: &Viewer) -> String {
    format!("a confirmation by account {}", viewer.user.0)
}

/// What a browser has to ask of an authenticator, so that the viewer confirms that it is them.
pub fn ask_for_own_passkey(ctx: &Context, viewer: &Viewer) -> Result<Question, SignInWithPasskeyError> {
    let party = questions::relying_party(ctx).ok_or(SignInWithPasskeyError::WrongPasskey)?;
    Ok(questions::question(ctx, &about(viewer), party.ask_for_any()?)?)
}

/// As [`reauthenticate`](crate::sign_in::reauthenticate()), with one of the account's passkeys. A try counts before
/// it is judged.
pub async fn reauthenticate_with_passkey(
    ctx: &Context,
    viewer: &Viewer,
    form: &PasskeySignIn,
    origin: &Origin,
) -> Result<(NewSession, Viewer), SignInWithPasskeyError> {
    let proven = passkey::judge(ctx, &about(viewer), form, origin).await?;
    if proven.user.id != viewer.user {
        return Err(SignInWithPasskeyError::WrongPasskey);
    }
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let locked = renewal::take(&mut tx, viewer).await?;
        proven.spend(&mut tx, ctx).await?;
        let renewal = Renewal { viewer, proof: SessionProof::Passkey, origin };
        Ok(renewal::finish(tx, ctx, locked.user(), renewal).await?)
    })
    .await
}

#[cfg(test)]
mod tests;
