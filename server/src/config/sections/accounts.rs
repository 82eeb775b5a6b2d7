//! `[accounts]`: how long accounts are kept, and their changes can be undone.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use nameplate_core::settings::AccountTimes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accounts that can't be used yet, and changes that can be undone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsSection {
    /// An account that isn't confirmed within this time is removed, and its username is free again. It counts
    /// from the sign-up, and for an imported account from the import.
    pub keep_unconfirmed: Span,
    /// So long whoever reads an email address of the account can undo the change of a contact or second factor.
    /// Meanwhile nobody else gets a contact that was replaced or removed.
    pub undo: Span,
}

impl Default for AccountsSection {
    fn default() -> Self {
        Self { keep_unconfirmed: Span::days(30), undo: Span::days(7) }
    }
}

impl AccountsSection {
    pub fn times(&self, problems: &mut Problems<'_>) -> AccountTimes {
        if self.keep_unconfirmed < Span::days(1) {
            let wrong = format!("within {} a code may not even have arrived", self.keep_unconfirmed);
            problems.add("accounts.keep_unconfirmed", wrong, "at least 1day");
        }
        if self.undo < Span::days(1) {
            let wrong = format!("within {} nobody may have read the mail that tells of a change", self.undo);
            problems.add("accounts.undo", wrong, "at least 1day");
        }
        AccountTimes { keep_unconfirmed: self.keep_unconfirmed.0, undo: self.undo.0 }
    }
}
