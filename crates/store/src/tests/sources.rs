//! The SQL in the sources, found by reading them: each statement is a literal that begins with its verb, or
//! composed of literals by `concat!` and macros that stand in the same folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub(super) const VERBS: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];

/// The sources of the crate.
pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All `.rs` files in a folder that are not tests.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && !matches!(name, "tests" | "testing" | "strangers") {
            found.extend(files(&path));
        } else if name.ends_with(".rs") && !matches!(name, "tests.rs" | "testing.rs" | "races.rs") {
            found.push(path);
        }
    }
    found
}

/// A file without the tests at its end.
pub(super) fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

/// A part of a text that is composed.
#[derive(Debug, Clone)]
enum Piece {
    Literal(String),
    /// `columns!()`, of this file, or `users::columns!()`, of another one.
    Macro(String),
    /// `$then`
    Argument,
}

/// What stands between an opening parenthesis and its closing one, and what comes after.
fn in_parentheses(text: &str) -> (&str, &str) {
    let (mut depth, mut quoted) = (1, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..at], &text[at + 1..]);
        }
    }
    panic!("no closing parenthesis: {text}");
}

fn pieces(text: &str) -> Vec<Piece> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if rest.is_empty() {
            return found;
        }
        if let Some(literal) = rest.strip_prefix('"') {
            let (literal, after) = literal.split_once('"').unwrap();
            found.push(Piece::Literal(literal.to_owned()));
            rest = after;
        } else if let Some(inner) = rest.strip_prefix("concat!(") {
            let (inner, after) = in_parentheses(inner);
            found.extend(pieces(inner));
            rest = after;
        } else if let Some(after) = rest.strip_prefix("$then") {
            found.push(Piece::Argument);
            rest = after;
        } else {
            let (name, after) = rest.split_once("!()").unwrap_or_else(|| panic!("no piece of SQL: {rest}"));
            found.push(Piece::Macro(name.to_owned()));
            rest = after;
        }
    }
}

/// The macros of all files, as `users::columns`.
#[derive(Default)]
struct Macros(HashMap<String, Vec<Piece>>);

impl Macros {
    /// Takes the macros out of a file, and answers what is left of it.
    fn take(&mut self, module: &str, text: &str) -> String {
        let mut parts = text.split("macro_rules! ");
        let mut left = parts.next().unwrap().to_owned();
        for part in parts {
            let (definition, after) = part.split_once("\n}\n").unwrap();
            let (name, body) = definition.split_once(" {").unwrap();
            let (_, body) = body.split_once("=> {").unwrap();
            let (body, _) = body.rsplit_once("};").unwrap();
            self.0.insert(format!("{module}::{name}"), pieces(body));
            left.push_str(after);
        }
        left
    }

    fn expand(&self, module: &str, pieces: &[Piece], argument: &str) -> String {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Argument => text.push_str(argument),
                Piece::Macro(name) => {
                    let name = if name.contains("::") { name.clone() } else { format!("{module}::{name}") };
                    let pieces = self.0.get(&name).unwrap_or_else(|| panic!("no macro {name}"));
                    text.push_str(&self.expand(name.split("::").next().unwrap(), pieces, argument));
                }
            }
        }
        text
    }

    fn statements_in(&self, module: &str, text: &str) -> Vec<String> {
        let (mut found, mut plain) = (Vec::new(), String::new());
        let mut parts = text.split("concat!(");
        plain.push_str(parts.next().unwrap());
        for part in parts {
            let (inner, after) = in_parentheses(part);
            found.push(self.expand(module, &pieces(inner), ""));
            plain.push_str(after);
        }
        for part in plain.split("select!(").skip(1) {
            let (_, argument) = part.split_once('"').unwrap();
            let select = Piece::Macro("select".to_owned());
            found.push(self.expand(module, &[select], argument.split('"').next().unwrap()));
        }
        for verb in VERBS {
            let begins = plain.match_indices(&format!("\"{verb}")).map(|(at, _)| at + 1).collect::<Vec<_>>();
            found.extend(begins.into_iter().map(|at| plain[at..].split('"').next().unwrap().to_owned()));
        }
        found.retain(|sql| VERBS.iter().any(|verb| sql.starts_with(verb)));
        found
    }
}

/// Every statement in the files of `store/tables`.
pub(super) fn statements() -> Vec<String> {
    let mut macros = Macros::default();
    let mut texts = Vec::new();
    for path in files(&root().join("tables")) {
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = macros.take(&module, &code(&path));
        texts.push((module, text));
    }
    let mut found: Vec<String> =
        texts.iter().flat_map(|(module, text)| macros.statements_in(module, text)).collect();
    found.sort();
    found.dedup();
    found
}
