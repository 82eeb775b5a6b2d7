//! Where a sign-in leads.

use crate::auth_events::AccountData;
use crate::form::FormError;
use crate::pages::profile::{required, verify_contact};
use crate::request::cookies::PendingSignIn;
use crate::request::{Flash, RequestContext};
use accounts::sign_in::SignedIn;
use model::{Page, paths};
use nameplate_core::identity::NewSession;

/// Where a sign-in leads: into the account, or to what is still asked for.
pub(super) async fn continue_with(
    context: &RequestContext,
    done: SignedIn,
    next: Option<Page>,
) -> Result<Option<AccountData>, FormError> {
    match done {
        SignedIn::Session { username, session } => {
            complete_sign_in(context, &session, next).await?;
            return Ok(Some(AccountData { username }));
        }
        SignedIn::Challenge(challenge) => {
            context.remember_challenge(&PendingSignIn { token: challenge.token, next });
            context.redirect(paths::SIGN_IN_CODE);
        }
        SignedIn::NewPassword(asked) => {
            context.remember_challenge(&PendingSignIn { token: asked.token, next });
            context.redirect(paths::SIGN_IN_NEW_PASSWORD);
        }
        SignedIn::Unconfirmed(ticket) => {
            context.remember_sign_up(&ticket);
            context.flash(Flash::NotConfirmedYet);
            context.redirect(paths::CONFIRM);
        }
    }
    Ok(None)
}

/// Begins the session in this browser, and leads to where somebody was on the way to.
pub(super) async fn complete_sign_in(
    context: &RequestContext,
    session: &NewSession,
    next: Option<Page>,
) -> Result<(), FormError> {
    context.start_session(session).await?;
    // Nobody is held up by a question that can't be asked just now, and whoever was on the way somewhere by
    // nothing that can wait.
    if required::is_due(context, session).await.unwrap_or_default() {
        context.redirect_by_way_of(Page::RequiredDetails, next);
        return Ok(());
    }
    let verify = next.is_none() && verify_contact::is_due(context, session).await.unwrap_or_default();
    context.redirect(if verify { paths::VERIFY_CONTACT } else { next.unwrap_or(Page::Profile).path() });
    Ok(())
}
