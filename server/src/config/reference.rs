//! `docs/config.md`, made from the sections' definitions.

use super::keys::{self, ConfigKey, Section, ValueKind};
use serde_json::Value;
use std::fmt::Write;

const HEAD: &str = "\
# Configuration

Made from the sections' definitions by the tests (`UPDATE_EXPECT=1 cargo test -p server --test docs`), and printed by
`nameplate config reference`; don't edit it here.

Nameplate runs without any configuration. It reads the file that `NAMEPLATE_CONFIG` names, or `nameplate.toml` in the
folder it is started in. Every key is optional; an unknown one is refused with its line. An environment variable goes
before the file (limits are settled by the file alone); a list is separated by commas there, and an empty variable counts as absent. Durations are written as
`\"30s\"`, `\"15min\"`, `\"24h\"` or `\"14days\"`. `nameplate config check` says whether all of it is right.

`NAMEPLATE_KEYS` holds the keys themselves where no file may: the text of the file `keys` in the data folder.
";

/// The reference of every key, as Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for section in keys::sections() {
        describe(section, &mut text);
    }
    text
}

fn describe(section: &Section, text: &mut String) {
    let name = if section.repeated { format!("[[{}]]", section.name) } else { format!("[{}]", section.name) };
    // Writing to a String can't fail.
    let _ = write!(text, "\n## `{name}`\n\n{}\n", section.doc);
    for key in &section.keys {
        let _ = write!(text, "\n### `{}`\n\n{}\n\n{}\n", key.name, key.doc, facts(key));
    }
}

fn facts(key: &ConfigKey) -> String {
    let kind = match &key.kind {
        ValueKind::Text => "text".to_owned(),
        ValueKind::Secret => "text, kept out of logs".to_owned(),
        ValueKind::Duration => "duration".to_owned(),
        ValueKind::Number => "number".to_owned(),
        ValueKind::Switch => "`true` or `false`".to_owned(),
        ValueKind::Choice(names) => code(names),
        ValueKind::List(names) if names.is_empty() => "list".to_owned(),
        ValueKind::List(names) => format!("list of {}", code(names)),
    };
    let default = match &key.default {
        _ if key.required => "- must be given".to_owned(),
        Value::Null => "- default: none".to_owned(),
        value @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => {
            format!("- default: `{value}`")
        }
    };
    let variable = key.env.as_ref().map(|name| format!("\n- environment: `{name}`")).unwrap_or_default();
    format!("- {kind}\n{default}{variable}")
}

fn code(names: &[String]) -> String {
    names.iter().map(|name| format!("`\"{name}\"`")).collect::<Vec<_>>().join(", ")
}
