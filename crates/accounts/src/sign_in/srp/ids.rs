//! What an account is called in SRP by whoever names it by a contact.

use crate::Context;
use nameplate_core::contact::Contact;
use nameplate_core::srp_id;
use store::{Conn, StoreError, users};

/// The id for a contact that has no account, and for the next one that has it: so a sign-up doesn't change it. One
/// that an account has already, which had the contact before, is passed over. The statement is the same for every
/// contact.
pub(crate) async fn made_up(conn: &mut Conn, ctx: &Context, name: &str) -> Result<String, StoreError> {
    let ids = [0, 1, 2, 3].map(|round| srp_id::made_up(&ctx.keys, name, round));
    let taken = users::srp_ids_among(conn, &ids).await?;
    let free = ids.into_iter().find(|id| !taken.contains(id));
    Ok(free.unwrap_or_else(|| srp_id::generate(&ctx.keys, &*ctx.entropy)))
}

/// The same for an account that begins with this contact.
pub(crate) async fn for_contact(
    conn: &mut Conn,
    ctx: &Context,
    contact: &Contact,
) -> Result<String, StoreError> {
    made_up(conn, ctx, &contact.to_key()).await
}
