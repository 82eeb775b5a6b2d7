//! A code that is entered: by whom, and for which account.

use crate::one_time_codes::requester::Requester;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, UserId};

/// A code that is entered.
pub(crate) struct CodeEntry<'a> {
    pub(crate) purpose: CodePurpose,
    pub(crate) entrant: Entrant<'a>,
    /// As [`read`](crate::one_time_codes::read) has it.
    pub(crate) code: &'a str,
    pub(crate) origin: &'a Origin,
}

/// Who enters a code.
pub(crate) enum Entrant<'a> {
    /// The account itself, signed in or after the right password: a code for this kind of contact.
    Account { user: UserId, kind: ContactKind },
    /// Others.
    Named(NamedEntrant<'a>),
}

/// People who have only named an account, or hold the ticket of its sign-up.
pub(crate) struct NamedEntrant<'a> {
    /// The accounts that the code may be for, in order.
    pub(crate) users: &'a [UserId],
    pub(crate) requester: Requester,
    /// The name that the requester's own attempts are counted for, and told: in canonical form, whether or
    /// not it has an account.
    pub(crate) own_name: &'a str,
    /// The name that the attempts of all who only know it are counted for.
    pub(crate) shared_name: &'a str,
}
