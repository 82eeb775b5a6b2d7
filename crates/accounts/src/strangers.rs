//! What people can do to each other who have proven nothing: promise 4 ("A stranger learns nothing, and
//! decides nothing") over every anonymous operation that sends or counts, in any order.
//!
//! `learns.rs` compares what a stranger is answered about a name that is somebody's, nobody's, or waits;
//! `decides.rs` what becomes of an owner with and without strangers. What the promise excepts is said there,
//! each exception with its clause.

mod decides;
mod known;
mod learns;
mod operations;
mod owner;
mod reported;
mod scene;
mod unproven;
mod work;

use proptest::test_runner::Config;

/// As many cases as `PROPTEST_CASES` says, else so many.
#[expect(clippy::disallowed_methods, reason = "how much is tried is no setting")]
fn config(cases: u32) -> Config {
    let default = Config { failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    if std::env::var("PROPTEST_CASES").is_ok() { default } else { Config { cases, ..default } }
}
