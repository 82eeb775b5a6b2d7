//! `[hashing]`: what a password costs (Argon2id).

use crate::config::problems::Problems;
use nameplate_core::settings::Hashing;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a password costs (Argon2id). Raised settings reach each account at its next sign-in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HashingSection {
    /// Memory for one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
    /// How many passwords are hashed at once. Without a number: as many as there are processors.
    pub permits: Option<u32>,
}

impl Default for HashingSection {
    fn default() -> Self {
        Self { memory_kib: 19456, iterations: 2, parallelism: 1, permits: None }
    }
}

impl HashingSection {
    pub fn hashing(&self, problems: &mut Problems<'_>) -> Hashing {
        // Argon2 itself asks for 8 KiB a lane; less than its smallest recommended setting protects nobody.
        let bounds = [
            ("hashing.memory_kib", self.memory_kib, 7168, 4 * 1024 * 1024),
            ("hashing.iterations", self.iterations, 1, 100),
            ("hashing.parallelism", self.parallelism, 1, 64),
            ("hashing.permits", self.permits.unwrap_or(1), 1, 1024),
        ];
        for (key, value, least, greatest) in bounds {
            if !(least..=greatest).contains(&value) {
                problems.add(
                    key,
                    format!("{value} is out of range"),
                    format!("a number from {least} to {greatest}"),
                );
            }
        }
        let processors = || std::thread::available_parallelism().map_or(1, usize::from);
        Hashing {
            memory_kib: self.memory_kib,
            iterations: self.iterations,
            parallelism: self.parallelism,
            permits: self.permits.map_or_else(processors, |permits| permits as usize),
        }
    }
}
