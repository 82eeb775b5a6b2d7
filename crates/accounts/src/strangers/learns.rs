//! A stranger learns nothing: he is answered the same about the owner's name and address whether they belong
//! to an account, to nobody, or to a sign-up that waits.

use crate::strangers::config;
use crate::strangers::operations::{Operation, Step, any_script};
use crate::strangers::scene::{Kind, Masks, Scene, World};
use proptest::prelude::*;
use proptest::sample::select;

async fn heard(kind: Kind, world: World, (script, age): (&[Step], u32), masks: Masks) -> Vec<String> {
    let mut scene = Scene::new(kind, world, age).await;
    scene.masks = masks;
    scene.play(script).await
}

/// The lines that differ, each with what was done.
fn differences(script: &[Step], one: &[String], other: &[String]) -> Vec<String> {
    let done = script.iter().flat_map(|step| std::iter::repeat_n(step, step.times.into()));
    let lines = done.zip(one.iter().zip(other)).enumerate();
    lines
        .filter(|(_, (_, (one, other)))| one != other)
        .map(|(n, (step, (one, other)))| {
            format!("{n} {:?} {step:?}:\n  {one}\n  {other}", step.operation.kind())
        })
        .collect()
}

async fn compared(kind: Kind, script: &[Step], age: u32) -> Vec<String> {
    let replaces = |step: &Step| matches!(step.operation, Operation::SignUp { holding: Some(_), .. });
    let masks = Masks { taken_names: false, ids: script.iter().any(replaces) };
    let nobody = heard(kind, World::Nobody, (script, age), masks).await;
    let waiting = heard(kind, World::Waiting, (script, age), masks).await;
    let mut found = differences(script, &nobody, &waiting);
    let names = kind == Kind::Usernames && script.iter().any(|step| step.operation.names_the_owner());
    let masks = Masks { taken_names: names, ..masks };
    let nobody = if names { heard(kind, World::Nobody, (script, age), masks).await } else { nobody };
    let account = heard(kind, World::Account, (script, age), masks).await;
    found.extend(differences(script, &nobody, &account));
    found
}

fn learns_nothing(kind: Kind) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    proptest!(config(20), |(script in any_script(24), age in select(vec![0, 10, 300, 90_000]))| {
        let found = runtime.block_on(compared(kind, &script, age));
        prop_assert!(found.is_empty(), "{}", found.join("\n"));
    });
}

#[test]
fn stranger_without_secrets_learns_nothing_about_accounts() {
    learns_nothing(Kind::Usernames);
}

#[test]
fn stranger_where_sign_in_is_by_email_only_learns_nothing() {
    learns_nothing(Kind::EmailOnly);
}
