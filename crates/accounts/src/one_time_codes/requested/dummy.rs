//! The same work for codes that aren't sent, so that the time an answer takes doesn't tell them apart.

use crate::Context;
use crate::one_time_codes::code_request::CodeRequest;
use crate::one_time_codes::digest::Binding;
use crate::one_time_codes::requester;
use model::code::DIGITS;

/// What it costs to make a code and to seal its message.
pub(crate) fn make(ctx: &Context, request: &CodeRequest<'_>) {
    let (now, issue, code) = (ctx.clock.now(), ctx.entropy.bytes(), ctx.entropy.code(DIGITS));
    let slot = request.slot();
    Binding { slot: &slot, value: &request.target.value, issue: &issue }.digest(ctx, &code);
    delivery::seal_for_nobody(&ctx.delivery, &request.message(code, now, now));
    requester::network(ctx, request.origin);
}
