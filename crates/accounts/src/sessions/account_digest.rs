//! What an open page is told of whose it is. A form that was rendered for one account must not be carried out
//! for another that the browser has signed in to since.

use crate::Context;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nameplate_core::identity::Viewer;
use nameplate_core::keys::Purpose;

/// Sixteen bytes tell apart all the accounts there will be.
const LENGTH: usize = 16;

/// Which account this is, for a page to send back. It says nothing about the account, and stays the same until
/// the keys are rotated.
pub fn account_digest(ctx: &Context, viewer: &Viewer) -> String {
    text(&ctx.keys.digest(Purpose::Forms, &[&viewer.user.0.to_le_bytes()]))
}

/// Whether a page that sends this back belongs to this account.
pub fn is_account_digest(ctx: &Context, viewer: &Viewer, sent: &str) -> bool {
    let digests = ctx.keys.digests(Purpose::Forms, &[&viewer.user.0.to_le_bytes()]);
    digests.iter().any(|digest| text(digest) == sent)
}

fn text(digest: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(digest.first_chunk::<LENGTH>().unwrap_or(&[0; LENGTH]))
}
