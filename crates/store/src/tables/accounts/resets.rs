//! Which contacts' codes have set a password of an account since somebody last signed in with all that is asked
//! for. They stand in the account's row, in the order in which they were last used.

use crate::engine::left_out;
use crate::tables::accounts::profile;
use crate::{StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::UserId;

/// Passwords that were set with codes to one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// Where the codes went.
    pub kind: ContactKind,
    /// When the first of them was used.
    pub since: Timestamp,
}

/// All of them, the latest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resets(Vec<Reset>);

impl Resets {
    pub(in crate::tables) fn read(text: &str) -> Self {
        let read = |word: &str| {
            let (kind, since) = word.split_once(':')?;
            Some(Reset { kind: profile::kind(kind).ok()?, since: Timestamp(since.parse().ok()?) })
        };
        let each = text.split_whitespace().filter_map(|word| {
            let read = read(word);
            if read.is_none() {
                left_out("users", &StoreError::unreadable("a reset of no contact"));
            }
            read
        });
        Self(each.collect())
    }

    fn to_text(&self) -> String {
        let words = self.0.iter().map(|it| format!("{}:{}", it.kind.as_str(), it.since.0));
        words.collect::<Vec<_>>().join(" ")
    }

    /// The one that has set the password in force.
    pub fn latest(&self) -> Option<Reset> {
        self.0.last().copied()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same after one more at that moment. An earlier one by the same contact goes on counting, unless it is
    /// from before `forgotten`, or from a time that has not come yet.
    #[must_use]
    pub fn with(&self, kind: ContactKind, now: Timestamp, forgotten: Timestamp) -> Self {
        let known = self.0.iter().find(|it| it.kind == kind && it.since > forgotten && it.since <= now);
        let since = known.map_or(now, |it| it.since);
        let others = self.0.iter().copied().filter(|it| it.kind != kind);
        Self(others.chain([Reset { kind, since }]).collect())
    }
}

/// Writes them down in the place of those before.
pub async fn set(tx: &mut Tx, user: UserId, resets: &Resets) -> Result<(), StoreError> {
    let query = tx.query("UPDATE users SET resets = $2 WHERE id = $1");
    query.bind(user.0).bind(resets.to_text()).run().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContactKind::{Email, PhoneNumber};

    #[test]
    fn read_resets_with_malformed_entries_skips_those() {
        let resets = Resets::default().with(Email, Timestamp(5), Timestamp(0));
        let resets = resets.with(PhoneNumber, Timestamp(7), Timestamp(0));
        assert_eq!(Resets::read(&resets.to_text()), resets);
        assert_eq!(Resets::read("email:5 pigeon:6 phone_number:soon  phone_number:7"), resets);
        assert!(Resets::read("").is_empty());
    }

    #[test]
    fn with_a_later_reset_by_the_same_contact_keeps_the_first_time() {
        let first = Resets::default().with(Email, Timestamp(5), Timestamp(0));
        let again = first.with(Email, Timestamp(9), Timestamp(0));
        assert_eq!(again.latest(), Some(Reset { kind: Email, since: Timestamp(5) }));
        let other =
            again.with(PhoneNumber, Timestamp(10), Timestamp(0)).with(Email, Timestamp(11), Timestamp(0));
        assert_eq!(other.latest(), Some(Reset { kind: Email, since: Timestamp(5) }));
        let forgotten = other.with(Email, Timestamp(12), Timestamp(5));
        assert_eq!(forgotten.latest(), Some(Reset { kind: Email, since: Timestamp(12) }));
        let from_tomorrow = Resets::default().with(Email, Timestamp(99), Timestamp(0));
        assert_eq!(
            from_tomorrow.with(Email, Timestamp(9), Timestamp(0)).latest().unwrap().since,
            Timestamp(9)
        );
    }
}
