//! The words of the pages for errors.

/// An error page: its heading and what to do.
pub const fn http_error(status: u16) -> (&'static str, &'static str) {
    match status {
        400 => (
            "We didn’t understand that",
            "The request was not well formed. Nothing was changed. Go back, load the page again and try once more.",
        ),
        401 => ("Please sign in first", "This page is for people who are signed in."),
        403 => (
            "That isn’t allowed from here",
            "The request didn’t come from a page of this site, so we did nothing. Go back, load the page again and try once more.",
        ),
        404 => (
            "There is nothing at this address",
            "The link may be old, or a letter may be missing. Your account and your details are not affected.",
        ),
        405 => (
            "This address can’t do that",
            "It exists, but not for this kind of request. Your account and your details are not affected.",
        ),
        409 => (
            "This page belonged to another account",
            "This browser has signed in to another account since that page was opened, so nothing was changed.",
        ),
        413 => (
            "That was too much at once",
            "The form was larger than we accept. Nothing was changed. Shorten it and try again.",
        ),
        429 => (
            "A little slower, please",
            "There were too many requests in a short time. Wait a moment and try again.",
        ),
        503 => (
            "We are busy just now",
            "Wait a moment and try again. If you were saving something, look first whether it was saved.",
        ),
        _ => (
            "Something went wrong on our side",
            "If you were saving something, look first whether it was saved. If this keeps happening, tell the people who run this site.",
        ),
    }
}

/// Before " as " and what somebody signs in with.
pub const SIGNED_IN_NOW: &str = "You are signed in";
pub const GO_TO_PROFILE: &str = "Go to your profile";
pub const TELL_THE_OWNER: &str = "If this keeps happening, tell the site’s owner: ";
