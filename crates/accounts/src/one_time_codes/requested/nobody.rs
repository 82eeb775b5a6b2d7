//! Codes by a name that has no account: made, queued and counted like others, in tables of their own that nothing is
//! sent from.

use crate::Context;
use crate::account::events;
use crate::one_time_codes::code_request::{AskedBy, CodeRequest, Pace, Recipient, Requesters};
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requested::asker::NamedCodes;
use crate::one_time_codes::requested::send;
use crate::one_time_codes::requester::Requester;
use model::Event;
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, UserId};
use store::{StoreError, Tx};

/// The account that isn't there, by the name that would be its.
pub(crate) fn nobody(ctx: &Context, name: &str) -> UserId {
    UserId::of_nobody(ctx.keys.made_up(&[b"nobody", name.as_bytes()]))
}

/// A request for a code by a name that has no account.
pub(crate) struct RequestForNobody<'a> {
    pub(crate) codes: NamedCodes<'a>,
    pub(crate) requester: Requester,
    /// What the trail of an account would say.
    pub(crate) event: Event,
    pub(crate) origin: &'a Origin,
}

/// Does for nobody what is done for an account. Whom it was done for: the transaction is committed for them.
pub(crate) async fn request(
    tx: &mut Tx,
    ctx: &Context,
    asked: RequestForNobody<'_>,
) -> Result<UserId, StoreError> {
    let RequestForNobody { codes: NamedCodes { purpose, name }, requester, event, origin } = asked;
    let user = nobody(ctx, name);
    let all = std::slice::from_ref(&requester);
    let request = CodeRequest {
        recipient: Recipient { user, username: Some(name) },
        message: CodePolicy::of(purpose, &ctx.settings).message,
        target: &Contact::email(name),
        asked_by: AskedBy::Account,
        origin,
    };
    if send::send(tx, ctx, &request, &Requesters { all, pace: Pace::Strangers }).await?.is_new {
        events::record(tx, user, &event, ctx.clock.now(), origin).await?;
    }
    Ok(user)
}
