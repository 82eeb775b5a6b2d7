//! Whatever strangers send, and whoever is signed in: it is answered, never by a fault of the service, and
//! the service goes on.
//!
//! What is sent goes by what each form and each operation declares, so that a new one is tried as it comes.
//! Every one of them has to be accepted once and refused once, or else nothing behind its door was tried.
//! The rest is by chance, the same in every run: `PROPTEST_CASES` says how much, `PROPTEST_RNG_SEED` what
//! else; `make soak` tries a lot.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't be set up has failed"
)]

mod declared;
mod forms;
mod operations;
mod outcomes;
mod people;
mod requests;
mod situations;
#[path = "../support/mod.rs"]
mod support;
mod words;

use axum::body::Body;
use axum::http::Request;
use model::Page;
use people::World;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use support::Answer;

/// What is tried where nobody says otherwise. Another number is another selection, as good as this one.
const SEED: u64 = 16;

fn is_answered(answer: &Answer, asked: &str) -> Result<(), TestCaseError> {
    let said = String::from_utf8_lossy(&answer.body);
    prop_assert!(!answer.status.is_server_error(), "{asked}: {} {said}", answer.status);
    Ok(())
}

/// Tries many of these.
fn try_all<S: Strategy>(
    world: &World,
    asked: S,
    ask: &impl AsyncFn(&World, S::Value) -> Result<(), TestCaseError>,
) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(SEED);
    }
    let seed = config.rng_seed;
    let tried = TestRunner::new(config).run(&asked, |case| world.runtime.block_on(ask(world, case)));
    assert!(tried.is_ok(), "PROPTEST_RNG_SEED={seed}: {}", tried.unwrap_err());
}

#[test]
fn forms_accept_only_the_fields_they_declare() {
    let world = World::new();
    world.runtime.block_on(forms::try_fields(&world, &declared::forms()));
}

#[test]
fn form_at_every_address_is_answered_accepted_and_refused() {
    let (world, forms) = (World::new(), declared::forms());
    world.runtime.block_on(forms::try_each(&world, &forms));
    try_all(&world, forms::any_of(&forms), &async |world, case| {
        let (asked, answer) = forms::post(world, &case).await;
        is_answered(&answer, &asked)
    });
    world.outcomes.have_all(forms.iter().map(|form| form.path), &forms::NEVER_REFUSED);
}

#[test]
fn wire_request_of_every_kind_is_answered_accepted_and_refused() {
    let (world, operations) = (World::new(), wire::operations().collect::<Vec<_>>());
    world.runtime.block_on(operations::try_each(&world, &operations));
    try_all(&world, operations::any_of(&operations), &async |world, case| {
        let (asked, answer) = operations::send(world, &case).await;
        is_answered(&answer, &asked)?;
        let said = serde_json::from_slice::<serde_json::Value>(&answer.body)
            .map_err(|error| TestCaseError::fail(format!("{asked}: {error}")))?;
        prop_assert!(answer.status.is_success() || said["__type"].is_string(), "{asked}: {said}");
        Ok(())
    });
    world.outcomes.have_all(operations.iter().map(|it| it.name), &[]);
}

#[test]
fn request_at_every_address_is_answered() {
    let known: Vec<_> = Page::ALL.into_iter().flat_map(Page::addresses).map(str::to_owned).collect();
    let path = prop_oneof![3 => select(known), 1 => "(/[a-z0-9.%_-]{0,12}){1,4}"];
    let query = prop_oneof![1 => Just(String::new()), 2 => "\\?[a-z]{1,8}=[a-zA-Z0-9%/:._-]{0,40}"];
    let asked = (path, query, "[ -~]{0,60}", "[ -~]{0,60}", any::<bool>());
    try_all(&World::new(), asked, &async |world, (path, query, cookie, language, signed_in)| {
        let mut browser = if signed_in { world.somebody().await.browser } else { world.server.browser() };
        let address = format!("{path}{query}");
        let Ok(uri) = address.parse::<axum::http::Uri>() else { return Ok(()) };
        let request = Request::get(uri)
            .header("accept", "text/html")
            .header("accept-language", language)
            .header("cookie", cookie);
        is_answered(&browser.send(request, Body::empty()).await, &address)
    });
}
