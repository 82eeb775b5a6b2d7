//! SQL stands in the store, and nowhere else.

use crate::store::tests::sources::{VERBS, code, files, root};
use std::path::Path;

/// Where SQL may stand.
const STORE: [&str; 4] = ["store/engine", "store/tables", "store/migrations.rs", "store/transfer"];

/// The first lines of string literals that begin as SQL does.
fn sql_in(text: &str) -> Vec<&str> {
    let literals = text.match_indices('"').map(|(at, _)| text[at + 1..].trim_start());
    literals
        .filter(|literal| VERBS.iter().any(|verb| literal.starts_with(verb)))
        .filter_map(|literal| literal.lines().next())
        .collect()
}

#[test]
fn sql_stands_in_the_store_alone() {
    let root = root();
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src");
    let mut elsewhere = Vec::new();
    for path in files(&root).into_iter().chain(files(&server)) {
        if STORE.iter().any(|place| path.starts_with(root.join(place))) {
            continue;
        }
        let text = code(&path);
        elsewhere.extend(sql_in(&text).into_iter().map(|sql| format!("{}: {sql}", path.display())));
    }
    assert_eq!(elsewhere, Vec::<String>::new(), "put these into store/tables");
}

#[test]
fn sql_in_a_literal_is_seen() {
    let text = r#"tx.query("UPDATE users SET x = 1").run(); let name = "update"; query("
        SELECT 1")"#;
    assert_eq!(sql_in(text).len(), 2);
}

#[test]
fn tables_read_columns_by_name() {
    for path in files(&root().join("store/tables")) {
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
