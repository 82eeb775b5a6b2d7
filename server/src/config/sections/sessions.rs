//! `[sessions]`: how long people stay signed in.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use nameplate_core::settings::SessionTimes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long people stay signed in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SessionsSection {
    /// After so long without a request a session ends.
    pub idle: Span,
    /// After so long a session ends anyway.
    pub absolute: Span,
    /// So long after signing in, changing an address, a second factor or a passkey, or deleting the account,
    /// asks for the password once more.
    pub fresh: Span,
    /// So many sessions one account has, browsers and applications together: one more ends the oldest.
    pub per_account: u32,
}

impl Default for SessionsSection {
    fn default() -> Self {
        Self { idle: Span::days(14), absolute: Span::days(90), fresh: Span::minutes(15), per_account: 100 }
    }
}

impl SessionsSection {
    pub fn times(&self, problems: &mut Problems<'_>) -> SessionTimes {
        problems.positive("sessions.idle", self.idle);
        problems.positive("sessions.absolute", self.absolute);
        problems.positive("sessions.fresh", self.fresh);
        if self.idle > self.absolute {
            problems.add(
                "sessions.idle",
                "it is longer than sessions.absolute",
                format!("at most {}", self.absolute),
            );
        }
        problems.at_least_one("sessions.per_account", self.per_account.into());
        SessionTimes {
            idle: self.idle.0,
            absolute: self.absolute.0,
            fresh: self.fresh.0,
            per_account: self.per_account,
        }
    }
}
