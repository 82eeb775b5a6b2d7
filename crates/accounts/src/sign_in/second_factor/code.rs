//! The code that is sent for the second step of a sign-in.

use crate::Context;
use crate::limits::rate::Wait;
use crate::one_time_codes::{self, AskedBy, CodeMessage, CodeRequest, Recipient, account_codes};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodePurpose, CodeScope, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, UserId};
use store::{Conn, StoreError, Tx};

/// Sends a code, unless one was sent just now or too many today.
pub(crate) async fn send(
    tx: &mut Tx,
    ctx: &Context,
    recipient: Recipient<'_>,
    contact: &Contact,
    origin: &Origin,
) -> Result<Result<(), Wait>, StoreError> {
    let scope = CodeScope { user: recipient.user, purpose: CodePurpose::SignIn };
    if let Err(wait) = account_codes::admit(tx, ctx, scope, contact).await? {
        return Ok(Err(wait));
    }
    let (message, asked_by) = (CodeMessage::SignIn, AskedBy::Account);
    let request = CodeRequest { recipient, message, target: contact, asked_by, origin };
    one_time_codes::request(tx, ctx, &request).await?;
    Ok(Ok(()))
}

/// When another code may be asked for. `None`: there was no code yet.
pub(crate) async fn resend_at(
    conn: &mut Conn,
    ctx: &Context,
    user: UserId,
    contact: &Contact,
) -> Result<Option<Timestamp>, StoreError> {
    let slot = Slot::new(user, CodePurpose::SignIn, contact.kind.attribute());
    account_codes::resend_at(conn, ctx, &slot).await
}
