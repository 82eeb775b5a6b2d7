//! Chance as an argument: codes, tokens and keys come from an [`Entropy`].

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where unpredictable bytes come from.
pub trait Entropy: fmt::Debug + Send + Sync + 'static {
    /// Fills the slice.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy {
    /// So many unpredictable bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// So many digits, six or eight, every code equally likely.
    pub fn code(&self, digits: usize) -> String {
        let codes = 10_u32.pow(u32::try_from(digits.min(9)).unwrap_or(9));
        // Numbers of the last, incomplete round are drawn again: a remainder of theirs would be likelier.
        let fair = u32::MAX - u32::MAX % codes;
        loop {
            let drawn = u32::from_le_bytes(self.bytes());
            if drawn < fair {
                return format!("{:0digits$}", drawn % codes);
            }
        }
    }

    /// 256 bits as 43 characters that fit a cookie or a URL.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A random UUID (RFC 9562, version 4): what `sub` is.
    pub fn uuid_v4(&self) -> String {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid().to_string()
    }
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::expect_used, reason = "a system without randomness must not hand out codes")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// The same bytes for the same seed, for tests.
#[derive(Debug)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A sequence of its own for every seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    #[expect(clippy::indexing_slicing, reason = "a chunk is no longer than the digest")]
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let counter = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(counter.to_le_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_code_has_the_digits_asked_for_and_spreads_evenly() {
        let entropy: &dyn Entropy = &SeededEntropy::new(1);
        for digits in [6, 8] {
            let mut first_digits = [0_u32; 10];
            for _ in 0..10_000 {
                let code = entropy.code(digits);
                assert!(code.len() == digits && model::code::is_shaped(&code), "{code}");
                first_digits[usize::from(code.as_bytes()[0] - b'0')] += 1;
            }
            assert!(first_digits.iter().all(|count| (850..1150).contains(count)), "{first_digits:?}");
        }
    }

    #[test]
    fn seeded_entropy_repeats_for_one_seed_and_differs_for_another() {
        let draw = |seed| -> String { (&SeededEntropy::new(seed) as &dyn Entropy).token() };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!(draw(1).len(), 43);
    }

    #[test]
    fn uuid_v4_of_entropy_parses_as_version_4() {
        let sub = (&SystemEntropy as &dyn Entropy).uuid_v4();
        assert_eq!(sub.parse::<uuid::Uuid>().unwrap().get_version_num(), 4);
    }
}
