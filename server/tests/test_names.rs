//! Tests are named `operation_condition_result`.
//!
//! The words of a name are for its author; what can be told without reading the test is held here.
#![expect(clippy::unwrap_used, reason = "what a test's helpers can't do, the test can't")]

use std::fs;
use std::path::Path;

/// Where tests are, from the workspace's root.
const FOLDERS: [&str; 5] = ["app", "bench", "crates", "frontend", "server"];

/// A name that begins so says neither what is done nor what is looked at.
const FIRST_WORDS: &str = "a all an any each every everything how it its many no nobody nor not nothing of \
    only people should some somebody test that the there they this what whatever when where who whoever";

/// The names of the tests in a text. Lines are enough: macros hide tests from whatever parses Rust.
fn names_in(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = name_of_function(line).filter(|_| is_test) {
            names.push(name);
            is_test = false;
        }
    }
    names
}

fn name_of_function(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let is_declared = before.split_whitespace().all(|word| ["pub", "async"].contains(&word));
    after.split(['(', '<']).next().filter(|_| is_declared)
}

/// What is wrong with a name.
fn fault(name: &str) -> Option<&'static str> {
    let words: Vec<_> = name.split('_').collect();
    if words.len() < 3 {
        Some("has fewer than three words")
    } else if !(25..=70).contains(&name.len()) {
        Some("has fewer than 25 characters, or more than 70")
    } else if FIRST_WORDS.split_whitespace().any(|word| words.first() == Some(&word)) {
        Some("doesn't begin with the operation or the subject")
    } else {
        None
    }
}

fn add_faults(folder: &Path, faults: &mut Vec<String>, seen: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_faults(&path, faults, seen);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = names_in(&text);
            *seen += names.len();
            let wrong = names.into_iter().filter_map(|name| Some((name, fault(name)?)));
            faults.extend(wrong.map(|(name, why)| format!("{}: {name} {why}", path.display())));
        }
    }
}

#[test]
fn names_of_tests_in_the_workspace_have_no_faults() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (mut faults, mut seen) = (Vec::new(), 0);
    for folder in FOLDERS {
        add_faults(&root.join(folder), &mut faults, &mut seen);
    }
    assert!(seen > 1000, "only {seen} tests are found");
    assert_eq!(faults, [""; 0], "name them operation_condition_result, as CONTRIBUTING.md says");
}

#[test]
fn names_in_a_text_are_those_of_its_tests_alone() {
    let lines = [
        "#[test]",
        "fn one() {}",
        "fn two() {}",
        "  #[tokio::test(flavor = \"x\")]",
        "  #[ignore]",
        "  pub async fn three() {}",
        "#[test]",
        "fn four(x in 0..9) {}",
    ];
    assert_eq!(names_in(&lines.join("\n")), ["one", "three", "four"]);
}

#[test]
fn fault_of_a_name_is_its_length_or_its_first_word() {
    assert_eq!(fault("verify_attribute_with_used_code_is_refused"), None);
    for wrong in ["refused", "it_is_refused_when_it_was_used", "verify_a_code", &"long_".repeat(20)] {
        assert!(fault(wrong).is_some(), "{wrong}");
    }
}
