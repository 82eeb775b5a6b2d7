//! Where a confirmed account leads.

use crate::auth_events::AccountData;
use crate::form::FormError;
use crate::pages::profile::required;
use crate::request::{Flash, RequestContext};
use accounts::sign_up::Confirmed;
use model::paths;

/// Into it, or to the password that is next.
pub(super) async fn continue_with(
    context: &RequestContext,
    confirmed: Confirmed,
) -> Result<AccountData, FormError> {
    match (confirmed.session, confirmed.next) {
        (Some(session), _) => {
            context.start_session(&session).await?;
            // One contact was proven just now; this browser isn't asked for the other at once.
            context.postpone_verification();
            context.flash(Flash::Welcome);
            let missing = required::is_due(context, &session).await.unwrap_or_default();
            context.redirect(if missing { paths::PROFILE_REQUIRED } else { paths::PROFILE });
        }
        (None, Some(ticket)) => {
            context.remember_sign_up(&ticket);
            context.redirect(paths::CONFIRM);
        }
        (None, None) => context.redirect(paths::SIGN_IN),
    }
    Ok(AccountData { username: confirmed.username })
}
