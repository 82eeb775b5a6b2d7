//! `[codes]`: the digits that prove an address, set a new password, or are asked for at sign-in.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use nameplate_core::settings::CodeTimes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The six or eight digits that prove an address, set a new password, or are asked for at sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CodesSection {
    /// How long a code works.
    pub lifetime: Span,
    /// How long a code works that sets a new password.
    pub reset_lifetime: Span,
    /// How long a code works that is asked for at sign-in, beside the password; the sign-in waits for it as
    /// long.
    pub sign_in_lifetime: Span,
    /// How long to wait before another one is sent. For people who aren't signed in it grows with each one
    /// within a day: 2, 4, 10, 20 and 30 times as long (with the default up to 15 minutes), and 120 times (an
    /// hour at most) after the twentieth.
    #[schemars(extend("x-env" = false))]
    pub resend_after: Span,
    /// Where a password was reset with a code, and the second step has its codes sent to the same address or
    /// number, whoever reads those has everything: such codes count as a second step again so long after the
    /// reset. A recovery code, a passkey or a second step elsewhere signs in at once. `"0s"`: at once.
    pub factors_after_reset: Span,
}

impl Default for CodesSection {
    fn default() -> Self {
        Self {
            lifetime: Span::hours(24),
            reset_lifetime: Span::hours(1),
            sign_in_lifetime: Span::minutes(10),
            resend_after: Span::seconds(30),
            factors_after_reset: Span::hours(24),
        }
    }
}

impl CodesSection {
    pub fn times(&self, problems: &mut Problems<'_>) -> CodeTimes {
        for (key, lifetime, most) in [
            ("codes.lifetime", self.lifetime, Span::days(7)),
            ("codes.reset_lifetime", self.reset_lifetime, Span::days(1)),
            ("codes.sign_in_lifetime", self.sign_in_lifetime, Span::hours(1)),
        ] {
            problems.positive(key, lifetime);
            if lifetime > most {
                problems.add(
                    key,
                    format!("{lifetime} is long enough to try many codes"),
                    format!("at most {most}"),
                );
            }
        }
        if self.factors_after_reset > Span::days(7) {
            problems.add(
                "codes.factors_after_reset",
                format!("nobody waits for {} to sign in", self.factors_after_reset),
                "at most 7days",
            );
        }
        let shortest = self.lifetime.min(self.reset_lifetime).min(self.sign_in_lifetime);
        if self.resend_after >= shortest {
            problems.add(
                "codes.resend_after",
                "a code would end before the next one can be had",
                format!("less than {shortest}"),
            );
        }
        CodeTimes {
            lifetime: self.lifetime.0,
            reset_lifetime: self.reset_lifetime.0,
            sign_in_lifetime: self.sign_in_lifetime.0,
            resend_after: self.resend_after.0,
            factors_after_reset: self.factors_after_reset.0,
        }
    }
}
