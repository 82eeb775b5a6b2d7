//! `[codes]`: the six digits that prove an address.

use super::duration::Span;
use super::faults::Faults;
use pool::settings::CodeTimes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The six digits that prove an address.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CodesSection {
    /// How long a code works.
    pub lifetime: Span,
    /// How long to wait before another one is sent.
    #[schemars(extend("x-env" = false))]
    pub resend_after: Span,
}

impl Default for CodesSection {
    fn default() -> Self {
        Self { lifetime: Span::hours(24), resend_after: Span::seconds(30) }
    }
}

impl CodesSection {
    pub(super) fn times(&self, faults: &mut Faults<'_>) -> CodeTimes {
        faults.positive("codes.lifetime", self.lifetime);
        if self.lifetime > Span::days(7) {
            faults.add("codes.lifetime", format!("{} is long enough to try many codes", self.lifetime), "at most 7days");
        }
        if self.resend_after >= self.lifetime {
            faults.add("codes.resend_after", "a code would end before the next one can be had", format!("less than {}", self.lifetime));
        }
        CodeTimes { lifetime: self.lifetime.0, resend_after: self.resend_after.0 }
    }
}
