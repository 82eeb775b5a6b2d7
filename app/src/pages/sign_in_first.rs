//! The way from a page to the sign-in that it asks for.

use crate::layout::Answer;
use crate::request::Visit;
use model::paths;

/// Where somebody goes who has to sign in before this page.
pub(crate) fn sign_in_first(visit: &Visit) -> Answer {
    match paths::next(&visit.path) {
        Some(next) => Answer::Go(format!("{}?next={next}", paths::SIGN_IN)),
        None => Answer::go(paths::SIGN_IN),
    }
}
