//! What the store keeps of a code: a digest that is bound to everything the code is good for.

use crate::Context;
use nameplate_core::code::{Issue, Slot};
use nameplate_core::keys::{Keys, Purpose};
use subtle::ConstantTimeEq as _;

/// What a code is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) slot: &'a Slot,
    /// The contact that it verifies, as it was written.
    pub(crate) value: &'a str,
    pub(crate) issue: &'a Issue,
}

impl Binding<'_> {
    /// What the store keeps.
    pub(crate) fn digest(&self, ctx: &Context, code: &str) -> Vec<u8> {
        self.parts(code, |parts| ctx.keys.digest(Purpose::Codes, parts)).to_vec()
    }

    /// Whether this is the code of that digest, under whichever key it was made. Takes the same time for
    /// every answer.
    pub(crate) fn is_code(&self, keys: &Keys, typed: &str, digest: &[u8]) -> bool {
        let code = model::typed::code(typed);
        let digests = self.parts(&code, |parts| keys.digests(Purpose::Codes, parts));
        digests.iter().fold(0, |found, known| found | known.as_slice().ct_eq(digest).unwrap_u8()) == 1
    }

    fn parts<T>(&self, code: &str, digest: impl FnOnce(&[&[u8]]) -> T) -> T {
        let Self { slot, value, issue } = self;
        let user = slot.user.0.to_le_bytes();
        let (purpose, attribute) = (slot.purpose.as_str().as_bytes(), slot.attribute.as_str().as_bytes());
        digest(&[purpose, &user, attribute, value.as_bytes(), issue.as_slice(), code.as_bytes()])
    }
}
