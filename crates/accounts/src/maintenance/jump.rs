//! Whether the clock can be trusted with what is removed for its age.

use crate::Context;
use nameplate_core::clock::Timestamp;
use std::time::Duration;
use store::{StoreError, meta, retried};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// From one time that is known to be right to the next. A service that was off for longer starts like one whose
/// clock is wrong.
pub const FAR: Duration = Duration::from_secs(40 * 24 * 60 * 60);
/// After a jump the clock has to go on for so long before it is trusted.
const PROBATION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// What the store remembers of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    /// When it was last known to be right.
    right: Timestamp,
    /// Since it jumped: when that was seen first and last, as the clock shows it.
    jumped: Option<Jump>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Jump {
    first: Timestamp,
    last: Timestamp,
}

/// Whether what has run its course may go. Not while the time is far from when it was last right, or, where that
/// is not known, from the newest that the store has: a clock that was wrong for a while deletes nothing.
pub(super) async fn is_trusted(ctx: &Context) -> Result<bool, StoreError> {
    let now = ctx.now();
    let (stored, newest) = {
        let mut conn = ctx.store.read().await?;
        (meta::get(&mut conn, meta::CLOCK).await?, store::purge::newest(&mut conn).await?)
    };
    let known = stored.as_deref().and_then(Known::parse);
    let known = known.unwrap_or(Known { right: newest.unwrap_or(now), jumped: None });
    let (trusted, next) = known.at(now);
    if !trusted {
        tracing::warn!(
            %now,
            last_right = %known.right,
            "the clock has jumped, so nothing is removed for its age; set it if it is wrong, otherwise it is trusted after a week"
        );
    }
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        meta::set(&mut tx, meta::CLOCK, &next.to_text()).await?;
        tx.commit().await
    })
    .await?;
    Ok(trusted)
}

fn distance(one: Timestamp, other: Timestamp) -> Duration {
    one.since(other).max(other.since(one))
}

impl Known {
    /// Whether the time is right, and what is known then.
    fn at(self, now: Timestamp) -> (bool, Self) {
        let right = (true, Self { right: now, jumped: None });
        if distance(now, self.right) <= FAR {
            return right;
        }
        let jump = match self.jumped {
            // It went on from there.
            Some(jump) if now >= jump.last && now.since(jump.last) <= DAY => Jump { last: now, ..jump },
            Some(_) | None => Jump { first: now, last: now },
        };
        if jump.last.since(jump.first) >= PROBATION {
            return right;
        }
        (false, Self { jumped: Some(jump), ..self })
    }

    fn to_text(self) -> String {
        let jump = self.jumped.map(|jump| format!(" {} {}", jump.first.0, jump.last.0));
        format!("{}{}", self.right.0, jump.unwrap_or_default())
    }

    fn parse(text: &str) -> Option<Self> {
        let numbers: Vec<_> = text.split(' ').map(|it| it.parse().ok().map(Timestamp)).collect();
        match numbers.as_slice() {
            [Some(right)] => Some(Self { right: *right, jumped: None }),
            [Some(right), Some(first), Some(last)] => {
                Some(Self { right: *right, jumped: Some(Jump { first: *first, last: *last }) })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_that_jumped_is_trusted_when_back_or_after_a_week() {
        let start = Timestamp(1_800_000_000_000);
        let known = Known { right: start, jumped: None };
        assert_eq!(known.at(start.plus(FAR)).1, Known { right: start.plus(FAR), jumped: None });
        for wrong in [start.plus(400 * DAY), start.minus(400 * DAY)] {
            let (trusted, jumped) = known.at(wrong);
            assert!(!trusted);
            assert!(jumped.at(start.plus(DAY)).0, "it is back");
            let (mut jumped, mut days) = (jumped, 0);
            while days < 6 {
                days += 1;
                let (trusted, next) = jumped.at(wrong.plus(days * DAY));
                assert!(!trusted, "{days}");
                assert_eq!(Known::parse(&next.to_text()), Some(next));
                jumped = next;
            }
            assert!(!jumped.at(wrong.plus(60 * DAY)).0, "another jump");
            assert!(jumped.at(wrong.plus(7 * DAY)).0);
        }
    }
}
