//! SQL stands in the store, and nowhere else.

use crate::tests::sources::{VERBS, code, files, root};
use std::path::Path;

/// Where SQL may stand.
const HERE: [&str; 4] = ["engine", "tables", "migrations.rs", "transfer"];

/// The sources of every crate, from this one's folder.
const CRATES: [&str; 9] = [
    "app",
    "server",
    "bench",
    "crates/core",
    "crates/delivery",
    "crates/accounts",
    "crates/wire",
    "crates/model",
    "crates/store",
];

/// The first lines of string literals that begin as SQL does.
fn sql_in(text: &str) -> Vec<&str> {
    let literals = text.match_indices('"').map(|(at, _)| text[at + 1..].trim_start());
    literals
        .filter(|literal| VERBS.iter().any(|verb| literal.starts_with(verb)))
        .filter_map(|literal| literal.lines().next())
        .collect()
}

#[test]
fn sources_outside_the_store_contain_no_sql() {
    let root = root();
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut elsewhere = Vec::new();
    for path in CRATES.iter().flat_map(|name| files(&top.join(name).join("src"))) {
        let path = path.canonicalize().unwrap();
        if HERE.iter().any(|place| path.starts_with(root.join(place))) {
            continue;
        }
        let text = code(&path);
        elsewhere.extend(sql_in(&text).into_iter().map(|sql| format!("{}: {sql}", path.display())));
    }
    assert_eq!(elsewhere, Vec::<String>::new(), "put these into store/tables");
}

#[test]
fn sql_in_finds_statements_in_string_literals() {
    let text = r#"tx.query("UPDATE users SET x = 1").run(); let name = "update"; query("
        SELECT 1")"#;
    assert_eq!(sql_in(text).len(), 2);
}

#[test]
fn tables_read_columns_by_name() {
    for path in files(&root().join("tables")) {
        let text = code(&path);
        let by_place: Vec<_> = text
            .lines()
            .filter(|line| {
                line.match_indices("row.get").any(|(at, _)| {
                    line[at..]
                        .split_once('(')
                        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
                })
            })
            .collect();
        assert_eq!(by_place, Vec::<&str>::new(), "{}", path.display());
    }
}
