//! Where a sign-in leads.

use crate::auth_events::OfAccount;
use crate::form::FormError;
use crate::pages::profile::{required, verify_contact};
use crate::request::cookies::PendingSignIn;
use crate::request::{Caller, Flash};
use model::{Page, paths};
use pool::core::identity::NewSession;
use pool::sign_in::SignedIn;

/// Where a sign-in leads: into the account, or to what is still asked for.
pub(super) async fn go_on(
    caller: &Caller,
    done: SignedIn,
    next: Option<Page>,
) -> Result<Option<OfAccount>, FormError> {
    match done {
        SignedIn::Session { username, session } => {
            arrive(caller, &session, next).await?;
            return Ok(Some(OfAccount { username }));
        }
        SignedIn::Challenge(challenge) => {
            caller.remember_challenge(&PendingSignIn { token: challenge.token, next });
            caller.go(paths::SIGN_IN_CODE);
        }
        SignedIn::NewPassword(asked) => {
            caller.remember_challenge(&PendingSignIn { token: asked.token, next });
            caller.go(paths::SIGN_IN_NEW_PASSWORD);
        }
        SignedIn::Unconfirmed(ticket) => {
            caller.remember_sign_up(&ticket);
            caller.say(Flash::NotConfirmedYet);
            caller.go(paths::CONFIRM);
        }
    }
    Ok(None)
}

/// Begins the session in this browser, and leads to where somebody was on the way to.
pub(super) async fn arrive(
    caller: &Caller,
    session: &NewSession,
    next: Option<Page>,
) -> Result<(), FormError> {
    caller.enter(session).await?;
    // Nobody is held up by a question that can't be asked just now, and whoever was on the way somewhere by
    // nothing that can wait.
    if required::is_due(caller, session).await.unwrap_or_default() {
        caller.go_by_way_of(Page::RequiredDetails, next);
        return Ok(());
    }
    let verify = next.is_none() && verify_contact::is_due(caller, session).await.unwrap_or_default();
    caller.go(if verify { paths::VERIFY_CONTACT } else { next.unwrap_or(Page::Profile).path() });
    Ok(())
}
