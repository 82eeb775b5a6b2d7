//! Which second factor proves who it is, for a change of what protects the account: one that was on before.

use crate::contacts::settled::SETTLED;
use crate::factors::second_factors::{Usable, usable};
use nameplate_core::clock::Timestamp;
use nameplate_core::settings::Settings;
use std::cmp::Reverse;
use store::factors::Stored;
use store::profile::Account;

/// Of the factors that have been on for 72 hours, the one that comes first in the list; where none has, the one that
/// has been on longest. Which one is asked for first at sign-in decides nothing: a session is enough to change that
/// over the wire.
///
/// By codes a factor is as old as the contact that they go to, and one that an undo lets stay for a day is the last.
pub(crate) fn settled(
    settings: &Settings,
    account: &Account,
    stored: &[Stored],
    now: Timestamp,
) -> Option<Usable> {
    let aged = usable(settings, account, stored).into_iter().map(|it| {
        let kept = stored.iter().find(|kept| kept.factor == it.factor);
        let on = kept.and_then(|kept| kept.enabled_at);
        let verified = it.contact.as_ref().map(|contact| account.verified_at.get(&contact.kind).copied());
        let age = now.since(on.max(verified.flatten()).unwrap_or(now));
        (kept.is_some_and(|kept| kept.goes_at.is_some()), Reverse(age.min(SETTLED)), it)
    });
    aged.min_by_key(|(goes, age, it)| (*goes, *age, it.factor)).map(|(_, _, it)| it)
}
