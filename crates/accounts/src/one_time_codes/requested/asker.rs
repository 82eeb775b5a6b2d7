//! Who asks for codes by which name, and the counters of that.

use crate::Context;
use crate::limits::{self, Key, LimitName};
use crate::one_time_codes::policy::CodePolicy;
use crate::one_time_codes::requester::Requester;
use nameplate_core::code::CodePurpose;
use store::{Conn, StoreError};

/// The codes for one purpose that are asked for and entered by one name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedCodes<'a> {
    pub(crate) purpose: CodePurpose,
    /// In canonical form, whether or not it has an account.
    pub(crate) name: &'a str,
}

impl<'a> NamedCodes<'a> {
    pub(crate) const fn new(purpose: CodePurpose, name: &'a str) -> Self {
        Self { purpose, name }
    }

    /// The same, asked for by one requester.
    pub(crate) const fn asked_by(self, requester: &'a Requester) -> Asker<'a> {
        Asker { requester, codes: self }
    }

    /// Which round of attempts it is: each code that an administrator sends begins a new one.
    pub(crate) async fn round(self, conn: &mut Conn, ctx: &Context) -> Result<i64, StoreError> {
        limits::counted(conn, &self.rounds(ctx)).await
    }

    /// Counts the rounds.
    pub(crate) fn rounds(self, ctx: &Context) -> Key {
        limits::key(ctx, LimitName::CodeTryRounds, &[self.purpose.as_str(), self.name])
    }
}

/// A requester who asks by a name. What they are told counts their own requests and attempts only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) requester: &'a Requester,
    pub(crate) codes: NamedCodes<'a>,
}

impl Asker<'_> {
    /// Counts their requests. `None`: these codes are not counted by who asks.
    pub(crate) fn requests(self, ctx: &Context) -> Option<Key> {
        let limit = CodePolicy::of(self.codes.purpose, &ctx.settings).limits.asker?;
        Some(limits::key_of(ctx, limit, &self.parts()))
    }

    /// Counts their attempts in this round.
    pub(crate) fn attempts(self, ctx: &Context, round: i64) -> Key {
        let [purpose, requester, name] = self.parts();
        limits::key_of(ctx, LimitName::CodeTries, &[purpose, requester, name, &round.to_le_bytes()])
    }

    fn parts(&self) -> [&[u8]; 3] {
        [self.codes.purpose.as_str().as_bytes(), self.requester.as_bytes(), self.codes.name.as_bytes()]
    }
}
