//! What no sign-in can be faster than: the hash of its password, on all cores and beside nothing else.

use crate::place::now;
use anyhow::{Result, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use nameplate_core::settings::Hashing;
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Clone, Copy, Serialize)]
pub struct Limit {
    pub at_once: usize,
    pub hashes_per_second: f64,
    /// Processor time of one hash; with others beside it, it waits for memory.
    pub each_ms: f64,
}

pub fn measure(seconds: u64) -> Result<Limit> {
    let hashing = Hashing::default();
    let began = now();
    let workers: Vec<_> =
        (0..hashing.permits).map(|_| std::thread::spawn(move || hash_for(&hashing, seconds))).collect();
    let mut hashes = 0;
    for worker in workers {
        hashes += worker.join().map_err(|_| anyhow!("a hash failed"))??;
    }
    let took = began.elapsed().as_secs_f64();
    let limit = Limit {
        at_once: hashing.permits,
        hashes_per_second: f64::from(hashes) / took,
        each_ms: took * 1000.0 * hashing.permits as f64 / f64::from(hashes),
    };
    eprintln!(
        "Argon2id alone: {:.0}/s, {:.1} ms each, {} at once",
        limit.hashes_per_second, limit.each_ms, limit.at_once
    );
    Ok(limit)
}

fn hash_for(hashing: &Hashing, seconds: u64) -> Result<u32> {
    let fault = |error: argon2::Error| anyhow!("{error}");
    let params =
        Params::new(hashing.memory_kib, hashing.iterations, hashing.parallelism, None).map_err(fault)?;
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (mut hashes, mut output, began) = (0_u32, [0; 32], now());
    while began.elapsed() < Duration::from_secs(seconds) {
        argon2
            .hash_password_into_with_memory(
                b"a password",
                &hashes.to_le_bytes().repeat(4),
                &mut output,
                &mut memory,
            )
            .map_err(fault)?;
        hashes += 1;
    }
    Ok(hashes)
}
