//! `[events]`: the trail of each account.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use nameplate_core::settings::EventTimes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The trail of each account: what happened to it, when, and from where.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventsSection {
    /// After so long an event is forgotten.
    pub keep: Span,
}

impl Default for EventsSection {
    fn default() -> Self {
        Self { keep: Span::days(400) }
    }
}

impl EventsSection {
    pub fn times(&self, problems: &mut Problems<'_>) -> EventTimes {
        if self.keep < Span::days(1) {
            problems.add(
                "events.keep",
                format!("{} is too short for anybody to see what happened", self.keep),
                "at least 1day",
            );
        }
        EventTimes { keep: self.keep.0 }
    }
}
