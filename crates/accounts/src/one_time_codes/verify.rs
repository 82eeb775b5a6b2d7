//! Comparing a code that is entered.

use crate::Context;
use crate::error::CommonError;
use crate::one_time_codes::account_codes::{self, AccountCode};
use crate::one_time_codes::code_entry::{CodeEntry, Entrant};
use crate::one_time_codes::fault::CodeFault;
use crate::one_time_codes::requested::attempts;
use crate::one_time_codes::wrong_codes;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{CodeScope, Slot};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;
use store::requested_codes::{self, Requested};
use store::{StoreError, Tx};

/// Counts an attempt in a transaction of its own, so that no refusal hands it back, and then compares. The
/// inner error: it isn't the code.
///
/// The right code still has to be spent, in the transaction of what it allows: [`RightCode::spend`].
pub(crate) async fn verify(
    ctx: &Context,
    entry: &CodeEntry<'_>,
) -> Result<Result<RightCode, CodeFault>, CommonError> {
    Ok(match &entry.entrant {
        Entrant::Account { user, kind } => {
            let slot = Slot::new(*user, entry.purpose, kind.attribute());
            let found = account_codes::attempt(ctx, &slot, entry.code, entry.origin).await?;
            if found.is_ok() {
                wrong_codes::give_back(ctx, entry.origin).await?;
            }
            found.map(RightCode::OfAccount)
        }
        Entrant::Named(named) => attempts::attempt(ctx, entry, named).await?.map(RightCode::Requested),
    })
}

/// Makes every code worthless that others have asked for, for this purpose of the account: what they allow
/// has been done.
pub(crate) async fn retire_all(tx: &mut Tx, scope: CodeScope, now: Timestamp) -> Result<(), StoreError> {
    requested_codes::consume_all(tx, scope, now).await
}

/// A code that was right when it was compared.
#[derive(Debug, Clone)]
pub(crate) enum RightCode {
    OfAccount(AccountCode),
    Requested(Requested),
}

impl RightCode {
    /// Whose it is.
    pub(crate) const fn user(&self) -> UserId {
        self.slot().user
    }

    /// The contact that it was sent to, as it was written.
    pub(crate) fn contact(&self) -> Result<Contact, StoreError> {
        let kind = ContactKind::of(&self.slot().attribute)
            .ok_or_else(|| StoreError::unreadable("a code for what is no contact"))?;
        Ok(Contact::stored(kind, self.value()))
    }

    /// The same as text.
    pub(crate) fn value(&self) -> &str {
        match self {
            Self::OfAccount(code) => code.value(),
            Self::Requested(code) => &code.value,
        }
    }

    /// Uses the code up. The inner error: it was used, replaced or has expired since it was compared.
    pub(crate) async fn spend(
        &self,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<Result<(), CodeFault>, StoreError> {
        match self {
            Self::OfAccount(code) => account_codes::spend(tx, code, now).await,
            Self::Requested(code) => {
                let is_spent = requested_codes::consume(tx, code, now).await?;
                Ok(if is_spent { Ok(()) } else { Err(CodeFault::Used) })
            }
        }
    }

    const fn slot(&self) -> &Slot {
        match self {
            Self::OfAccount(code) => code.slot(),
            Self::Requested(code) => &code.slot,
        }
    }
}
