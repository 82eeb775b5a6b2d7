//! What more accounts cost: the program on the smallest store and the program on the largest take turns, so
//! that whatever else the machine does strikes both alike. Measured minutes apart, a machine's own drift is
//! larger than the difference. Two builds are compared the same way (`--against`).

use crate::load::{self, Work};
use crate::place::Place;
use crate::service::Service;
use anyhow::Result;
use serde::Serialize;

/// An odd number: the middle one is told. Many short turns: what a machine does besides lasts longer than
/// one.
pub const ROUNDS: usize = 21;
const TURN_SECONDS: u64 = 1;
const CONNECTIONS: u32 = 32;

/// A store, and the program that serves it.
pub struct Running {
    pub place: Place,
    pub service: Service,
}

/// The largest store as a part of the smallest.
#[derive(Debug, Serialize)]
pub struct Growth {
    pub store: String,
    pub work: &'static str,
    pub least: usize,
    pub most: usize,
    /// Requests a second: the middle of the rounds, the worst and the best of them.
    pub rate: [f64; 3],
    /// Processor time for one request, the middle of the rounds.
    pub processor: f64,
}

/// The health check is measured too: it knows nothing of accounts, so what it says is the error of the
/// others.
pub fn measure(small: &Running, large: &Running, works: &[String]) -> Result<Vec<Growth>> {
    let wanted = |work: &&Work| match works {
        [] => !["static", "sign-in"].contains(&work.name),
        named => named.iter().any(|it| it == work.name),
    };
    let works = [load::all(&small.service, &small.place)?, load::all(&large.service, &large.place)?];
    let pairs = works[0].iter().filter(wanted).zip(works[1].iter().filter(wanted));
    pairs.map(|(few, many)| compare(Side { work: few, on: small }, Side { work: many, on: large })).collect()
}

#[derive(Clone, Copy)]
struct Side<'a> {
    work: &'a Work,
    on: &'a Running,
}

#[expect(clippy::indexing_slicing, reason = "there are as many as rounds")]
fn compare(small: Side<'_>, large: Side<'_>) -> Result<Growth> {
    let run = |side: Side<'_>| -> Result<(f64, f64)> {
        let found = side.work.run(&side.on.service, &side.on.place, CONNECTIONS, TURN_SECONDS)?;
        Ok((found.requests as f64 / found.seconds, found.processor_us))
    };
    let (mut rates, mut processor) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Who goes first changes.
        let (few, many) = if round % 2 == 0 {
            let few = run(small)?;
            (few, run(large)?)
        } else {
            let many = run(large)?;
            (run(small)?, many)
        };
        rates.push(many.0 / few.0);
        processor.push(many.1 / few.1);
    }
    rates.sort_by(f64::total_cmp);
    processor.sort_by(f64::total_cmp);
    Ok(Growth {
        store: small.on.place.kind.to_string(),
        work: small.work.name,
        least: small.on.place.users,
        most: large.on.place.users,
        rate: [rates[ROUNDS / 2], rates[0], rates[ROUNDS - 1]],
        processor: processor[ROUNDS / 2],
    })
}
