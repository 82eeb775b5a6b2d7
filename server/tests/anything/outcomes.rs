//! How often each form and each operation was accepted, and how often it was refused by what it does, not by
//! the look of the request.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Refused,
    /// It never got to what it asks for.
    Unread,
}

#[derive(Debug, Clone, Default)]
pub struct Count {
    pub accepted: usize,
    pub refused: usize,
    /// What was answered last, for whoever has to find out why.
    last: String,
}

#[derive(Debug, Default)]
pub struct Outcomes(RefCell<BTreeMap<&'static str, Count>>);

impl Outcomes {
    pub fn note(&self, name: &'static str, outcome: Outcome, said: &str) {
        let mut counts = self.0.borrow_mut();
        let count = counts.entry(name).or_default();
        match outcome {
            Outcome::Accepted => count.accepted += 1,
            Outcome::Refused => count.refused += 1,
            Outcome::Unread => {}
        }
        count.last = said.chars().take(300).collect();
    }

    pub fn of(&self, name: &str) -> Count {
        self.0.borrow().get(name).cloned().unwrap_or_default()
    }

    /// Fails with the names of those that were never accepted, or never refused. Those that never are refused
    /// must not be, or else they need no exception.
    pub fn have_all(&self, names: impl Iterator<Item = &'static str>, never_refused: &[&str]) {
        let mut missing = Vec::new();
        for name in names {
            let count = self.of(name);
            if count.accepted == 0 {
                missing.push(format!("{name} was never accepted: {}", count.last));
            }
            match (count.refused, never_refused.contains(&name)) {
                (0, false) => missing.push(format!("{name} was never refused: {}", count.last)),
                (1.., true) => missing.push(format!("{name} was refused, and needs no exception")),
                (0, true) | (1.., false) => {}
            }
        }
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
}
