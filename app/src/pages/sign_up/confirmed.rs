//! Where a confirmed account leads.

use crate::auth_events::OfAccount;
use crate::form::FormError;
use crate::pages::profile::required;
use crate::request::{Caller, Flash};
use model::paths;
use pool::sign_up::Confirmed;

/// Into it, or to the password that is next.
pub(super) async fn go_on(caller: &Caller, confirmed: Confirmed) -> Result<OfAccount, FormError> {
    match (confirmed.session, confirmed.next) {
        (Some(session), _) => {
            caller.enter(&session).await?;
            // One contact was proven just now; this browser isn't asked for the other at once.
            caller.put_off_verifying();
            caller.say(Flash::Welcome);
            let missing = required::is_due(caller, &session).await.unwrap_or_default();
            caller.go(if missing { paths::PROFILE_REQUIRED } else { paths::PROFILE });
        }
        (None, Some(ticket)) => {
            caller.remember_sign_up(&ticket);
            caller.go(paths::CONFIRM);
        }
        (None, None) => caller.go(paths::SIGN_IN),
    }
    Ok(OfAccount { username: confirmed.username })
}
