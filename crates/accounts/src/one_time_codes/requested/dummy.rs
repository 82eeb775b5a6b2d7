//! The same work for codes that aren't sent, so that the time an answer takes doesn't tell them apart.

use crate::Context;
use crate::limits::{self, LimitName};
use crate::one_time_codes::code_request::{AskedBy, CodeRequest, Recipient};
use crate::one_time_codes::digest::Binding;
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requested::asker::NamedCodes;
use crate::one_time_codes::requested::turn::{self, Queue};
use crate::one_time_codes::requester;
use model::code::DIGITS;
use nameplate_core::code::CodeScope;
use nameplate_core::contact::Contact;
use nameplate_core::identity::{Origin, UserId};
use store::{StoreError, Tx};

/// No account has this number.
const NO_ACCOUNT: UserId = UserId(0);

/// What a request by a name costs that has no account: the same statements, but for the rows of a code that
/// can't exist.
pub(crate) async fn request(
    tx: &mut Tx,
    ctx: &Context,
    codes: NamedCodes<'_>,
    origin: &Origin,
) -> Result<(), StoreError> {
    let NamedCodes { purpose, name } = codes;
    let counter = limits::key(ctx, LimitName::CodesToNobody, &[purpose.as_str(), name]);
    let scope = CodeScope { user: NO_ACCOUNT, purpose };
    turn::take(tx, ctx, Queue { counter: &counter, scope, contact: name }).await?;
    make(
        ctx,
        &CodeRequest {
            recipient: Recipient { user: NO_ACCOUNT, username: Some(name) },
            message: CodePolicy::of(purpose, &ctx.settings).message,
            target: &Contact::email(name),
            asked_by: AskedBy::Account,
            origin,
        },
    );
    Ok(())
}

/// What it costs to make a code and to seal its message.
pub(crate) fn make(ctx: &Context, request: &CodeRequest<'_>) {
    let (now, issue, code) = (ctx.clock.now(), ctx.entropy.bytes(), ctx.entropy.code(DIGITS));
    let slot = request.slot();
    Binding { slot: &slot, value: &request.target.value, issue: &issue }.digest(ctx, &code);
    delivery::seal_for_nobody(&ctx.delivery, &request.message(code, now, now));
    requester::network(ctx, request.origin);
}
