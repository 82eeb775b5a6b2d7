//! Making a code, and sending it.

use crate::Context;
use crate::one_time_codes::account_codes;
use crate::one_time_codes::code_request::{AskedBy, CodeRequest, SentCode};
use crate::one_time_codes::requested::send;
use store::{StoreError, Tx};

/// Makes a code and queues its message: both happen if, and only if, the transaction is committed. Whether it
/// may be asked for now is decided before, by [`account_codes::admit`] or
/// [`requested::admission`](crate::one_time_codes::requested::admission).
pub(crate) async fn request(
    tx: &mut Tx,
    ctx: &Context,
    request: &CodeRequest<'_>,
) -> Result<SentCode, StoreError> {
    match &request.asked_by {
        AskedBy::Account => account_codes::send(tx, ctx, request).await,
        AskedBy::Requesters(requesters) => send::send(tx, ctx, request, requesters).await,
    }
}
