//! What documents say of the tree is there: their links, the tests that they name, each promise with tests, and
//! every requirement of ASVS at level 1 and 2.

#![expect(clippy::unwrap_used, reason = "what a test's helpers can't do, the test can't")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A link of a document to something in the tree.
#[derive(Debug, PartialEq, Eq)]
struct Link {
    text: String,
    target: String,
}

/// `[text](target)`, but not addresses of the web, mails and places of the same document.
fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("](") {
        let Some((before, rest)) = text.split_at_checked(start) else { continue };
        let (Some(open), Some(close)) = (before.rfind('['), rest.find(')')) else { continue };
        let (name, target) = (&before[open + 1..], &rest[2..close]);
        let is_elsewhere = target.contains("://") || target.starts_with('#') || target.starts_with("mailto:");
        if !is_elsewhere && !name.contains("\n\n") {
            found.push(Link { text: name.trim_matches('`').to_owned(), target: target.to_owned() });
        }
    }
    found
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    let mut all: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(|it| root.join(it)).into();
    for folder in ["docs", "docs/clients", "docs/decisions"] {
        let files = fs::read_dir(root.join(folder)).unwrap().map(|it| it.unwrap().path());
        all.extend(files.filter(|it| it.extension().is_some_and(|it| it == "md")));
    }
    all
}

/// What is wrong with a link: nothing is there, the heading is missing, or the test is.
fn fault(document: &Path, link: &Link) -> Option<String> {
    let (file, heading) = link.target.split_once('#').unwrap_or((&link.target, ""));
    let path = document.parent()?.join(file);
    if !path.exists() {
        return Some(format!("{file} is not there"));
    }
    if !heading.is_empty() && !headings(&fs::read_to_string(&path).ok()?).contains(heading) {
        return Some(format!("{file} has no heading #{heading}"));
    }
    let names_a_test = link.text.contains('_') && file.ends_with(".rs");
    let is_there = || fs::read_to_string(&path).is_ok_and(|it| it.contains(&format!("fn {}(", link.text)));
    (names_a_test && !is_there()).then(|| format!("{file} has no test {}", link.text))
}

/// The places that links can lead to, spelt as code forges spell them.
fn headings(text: &str) -> BTreeSet<String> {
    let titles =
        text.lines().filter_map(|it| it.strip_prefix('#')).map(|it| it.trim_start_matches('#').trim());
    titles
        .map(|it| {
            let kept = it.to_lowercase().replace(' ', "-");
            kept.chars().filter(|it| it.is_alphanumeric() || ['-', '_'].contains(it)).collect()
        })
        .collect()
}

#[test]
fn links_of_documents_lead_to_what_is_there() {
    let mut faults = Vec::new();
    for document in documents() {
        for link in links(&fs::read_to_string(&document).unwrap()) {
            faults.extend(fault(&document, &link).map(|it| format!("{}: {it}", document.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn link_to_a_missing_file_heading_or_test_is_a_fault() {
    let document = Path::new(ROOT).join("docs/promises.md");
    let fault = |text: &str, target: &str| {
        fault(&document, &Link { text: text.to_owned(), target: target.to_owned() }).is_some()
    };
    assert!(fault("x", "nothing.md"));
    assert!(fault("x", "operating.md#no-such-heading"));
    assert!(!fault("x", "operating.md#keys"));
    assert!(fault("no_such_test", "../server/tests/documents.rs"));
    assert!(!fault("link_to_a_missing_file_heading_or_test_is_a_fault", "../server/tests/documents.rs"));
    let found = links("see [`a_b`](../x.rs), [web](https://example.com) and [here](#x)");
    assert_eq!(found, [Link { text: "a_b".to_owned(), target: "../x.rs".to_owned() }]);
}

#[test]
fn promises_in_docs_each_name_their_tests() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/promises.md")).unwrap();
    let sections: Vec<&str> = text.split("\n## ").skip(1).collect();
    assert_eq!(sections.len(), 15);
    for (section, number) in sections.iter().zip(1..) {
        assert!(section.starts_with(&format!("{number}. ")), "{number}: {section}");
        let tests = links(section).iter().filter(|it| it.target.ends_with(".rs")).count();
        assert!(tests >= 3, "promise {number} names {tests} tests");
    }
}

/// How many requirements each section of ASVS 5.0.0 has at any level, and which of them are of level 3 alone. They
/// are numbered without gaps.
const SECTIONS: &[(&str, usize, &[usize])] = &[
    ("1.1", 2, &[]),
    ("1.2", 10, &[10]),
    ("1.3", 12, &[12]),
    ("1.4", 3, &[]),
    ("1.5", 3, &[3]),
    ("2.1", 3, &[]),
    ("2.2", 3, &[]),
    ("2.3", 5, &[5]),
    ("2.4", 2, &[2]),
    ("3.1", 1, &[1]),
    ("3.2", 3, &[3]),
    ("3.3", 5, &[5]),
    ("3.4", 8, &[7, 8]),
    ("3.5", 8, &[6, 7, 8]),
    ("3.6", 1, &[1]),
    ("3.7", 5, &[3, 4, 5]),
    ("4.1", 5, &[4, 5]),
    ("4.2", 5, &[2, 3, 4, 5]),
    ("4.3", 2, &[]),
    ("4.4", 4, &[]),
    ("5.1", 1, &[]),
    ("5.2", 6, &[4, 5, 6]),
    ("5.3", 3, &[3]),
    ("5.4", 3, &[]),
    ("6.1", 3, &[]),
    ("6.2", 12, &[]),
    ("6.3", 8, &[5, 6, 7, 8]),
    ("6.4", 6, &[5, 6]),
    ("6.5", 8, &[6, 7, 8]),
    ("6.6", 4, &[4]),
    ("6.7", 2, &[1, 2]),
    ("6.8", 4, &[]),
    ("7.1", 3, &[]),
    ("7.2", 4, &[]),
    ("7.3", 2, &[]),
    ("7.4", 5, &[]),
    ("7.5", 3, &[3]),
    ("7.6", 2, &[]),
    ("8.1", 4, &[3, 4]),
    ("8.2", 4, &[4]),
    ("8.3", 3, &[2, 3]),
    ("8.4", 2, &[2]),
    ("9.1", 3, &[]),
    ("9.2", 4, &[]),
    ("10.1", 2, &[]),
    ("10.2", 3, &[3]),
    ("10.3", 5, &[5]),
    ("10.4", 16, &[12, 13, 14, 15, 16]),
    ("10.5", 5, &[]),
    ("10.6", 2, &[]),
    ("10.7", 3, &[]),
    ("11.1", 4, &[3, 4]),
    ("11.2", 5, &[4, 5]),
    ("11.3", 5, &[4, 5]),
    ("11.4", 4, &[]),
    ("11.5", 2, &[2]),
    ("11.6", 2, &[2]),
    ("11.7", 2, &[1, 2]),
    ("12.1", 5, &[4, 5]),
    ("12.2", 2, &[]),
    ("12.3", 5, &[5]),
    ("13.1", 4, &[2, 3, 4]),
    ("13.2", 6, &[6]),
    ("13.3", 4, &[3, 4]),
    ("13.4", 7, &[6, 7]),
    ("14.1", 2, &[]),
    ("14.2", 8, &[5, 6, 7, 8]),
    ("14.3", 3, &[]),
    ("15.1", 5, &[4, 5]),
    ("15.2", 5, &[4, 5]),
    ("15.3", 7, &[]),
    ("15.4", 4, &[1, 2, 3, 4]),
    ("16.1", 1, &[]),
    ("16.2", 5, &[]),
    ("16.3", 4, &[]),
    ("16.4", 3, &[]),
    ("16.5", 4, &[4]),
];

#[test]
fn asvs_table_answers_every_requirement_of_level_one_and_two_once() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/asvs.md")).unwrap();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split('|').map(str::trim).collect();
        cells.first()?.starts_with(|it: char| it.is_ascii_digit()).then_some(cells)
    });
    let mut answered = Vec::new();
    for cells in rows {
        let [number, level, what, answer, ..] = cells.as_slice() else { panic!("{cells:?}") };
        assert!(["1", "2"].contains(level) && !what.is_empty(), "{number}");
        assert!(["yes", "partly", "no", "–"].contains(answer), "{number}: {answer}");
        let remark = cells.get(4).copied().unwrap_or_default();
        assert!(!remark.is_empty() || ["yes", "–"].contains(answer), "{number}: {answer}, and why?");
        answered.push((*number).to_owned());
    }
    let wanted = SECTIONS.iter().flat_map(|(section, count, level_three)| {
        let numbers = (1..=*count).filter(|it| !level_three.contains(it));
        numbers.map(move |it| format!("{section}.{it}"))
    });
    assert_eq!(answered, wanted.collect::<Vec<_>>());
}
