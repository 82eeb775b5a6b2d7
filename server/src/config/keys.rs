//! Every key there is, read off the sections' own definitions: name, comment, type, default, environment
//! variable.

use super::sections::File;
use schemars::generate::SchemaSettings;
use serde_json::Value;
use std::sync::LazyLock;

/// The section that the environment has no say in: a limit must not be turned off by a stray variable.
const FILE_ONLY: &str = "limits";

/// A table of the file.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name, as in `[pool]`.
    pub name: String,
    pub doc: String,
    /// Whether there may be several: `[[clients]]`.
    pub repeated: bool,
    pub keys: Vec<ConfigKey>,
}

/// One key of a section.
#[derive(Debug, Clone)]
pub struct ConfigKey {
    /// Its name within the section.
    pub name: String,
    pub doc: String,
    pub kind: ValueKind,
    /// The environment variable that overrides it; nothing overrides a single key of a repeated section, nor
    /// a limit.
    pub env: Option<String>,
    /// `Null` where nothing is the default.
    pub default: Value,
    pub required: bool,
}

/// What the value of a key looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    Text,
    Secret,
    Duration,
    Number,
    Switch,
    Choice(Vec<String>),
    List(Vec<String>),
}

impl ValueKind {
    fn of(schema: &Value) -> Self {
        let choices = |schema: &Value| -> Vec<String> {
            let plain = schema["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let told =
                schema["oneOf"].as_array().into_iter().flatten().filter_map(|one| one["const"].as_str());
            plain.chain(told).map(ToOwned::to_owned).collect()
        };
        let is = |kind: &str| {
            let given = &schema["type"];
            given.as_array().map_or_else(|| given == kind, |kinds| kinds.iter().any(|it| it == kind))
        };
        // What may be absent is described as "this or nothing".
        if let Some(some) =
            schema["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null"))
        {
            return Self::of(some);
        }
        match schema["format"].as_str() {
            Some("secret") => Self::Secret,
            Some("duration") => Self::Duration,
            _ if is("array") => Self::List(choices(&schema["items"])),
            _ if is("boolean") => Self::Switch,
            _ if is("integer") => Self::Number,
            _ => match choices(schema) {
                none if none.is_empty() => Self::Text,
                some => Self::Choice(some),
            },
        }
    }

    /// What a value must be, in words.
    pub fn words(&self) -> String {
        let quoted =
            |names: &[String]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Text | Self::Secret => "a text in quotes".into(),
            Self::Duration => {
                "a duration in quotes, such as \"30s\", \"15min\", \"24h\" or \"14days\"".into()
            }
            Self::Number => "a whole number".into(),
            Self::Switch => "true or false".into(),
            Self::Choice(names) => format!("one of {}", quoted(names)),
            Self::List(names) if names.is_empty() => "a list of texts, such as [\"one\", \"two\"]".into(),
            Self::List(names) => format!("a list of any of {}", quoted(names)),
        }
    }

    /// The text of an environment variable as a value of this kind. What is no such value stays a text and is
    /// refused like any other.
    pub(super) fn read(&self, text: &str) -> toml::Value {
        let as_text = || toml::Value::String(text.to_owned());
        match self {
            Self::Number => text.trim().parse().map_or_else(|_| as_text(), toml::Value::Integer),
            Self::Switch => text.trim().parse().map_or_else(|_| as_text(), toml::Value::Boolean),
            Self::List(_) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                toml::Value::Array(items.map(|item| toml::Value::String(item.to_owned())).collect())
            }
            Self::Text | Self::Secret | Self::Duration | Self::Choice(_) => as_text(),
        }
    }
}

/// Every section, in the order of the definitions.
pub fn sections() -> &'static [Section] {
    static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
        let settings = SchemaSettings::default().with(|settings| settings.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<File>().to_value();
        let mut sections = Vec::new();
        for (name, section) in properties(&schema) {
            collect(name, section, &mut sections);
        }
        sections
    });
    &SECTIONS
}

/// The section of that name.
pub fn section(name: &str) -> Option<&'static Section> {
    sections().iter().find(|section| section.name == name)
}

/// The key at a path such as `pool.name` or `clients[0].id`.
pub fn key(path: &str) -> Option<&'static ConfigKey> {
    let (table, name) = path.rsplit_once('.')?;
    let table = table.split_once('[').map_or(table, |(table, _)| table);
    section(table)?.keys.iter().find(|key| key.name == name.split_once('[').map_or(name, |(name, _)| name))
}

fn collect(name: &str, schema: &Value, sections: &mut Vec<Section>) {
    let repeated = schema["type"] == "array";
    let table = if repeated { &schema["items"] } else { schema };
    let required =
        |key: &str| table["required"].as_array().is_some_and(|names| names.iter().any(|it| it == key));
    let is_table = |schema: &Value| schema.pointer("/items/type").is_some_and(|it| it == "object");
    let keys = properties(table).filter(|(_, schema)| !is_table(schema)).map(|(key, schema)| ConfigKey {
        name: key.to_owned(),
        doc: doc(schema),
        kind: ValueKind::of(schema),
        env: (!repeated && name != FILE_ONLY).then(|| of_environment(name, key, &schema["x-env"])).flatten(),
        default: schema["default"].clone(),
        required: required(key),
    });
    sections.push(Section { name: name.to_owned(), doc: doc(table), repeated, keys: keys.collect() });
    for (key, schema) in properties(table).filter(|(_, schema)| is_table(schema)) {
        collect(&format!("{name}.{key}"), schema, sections);
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
}

fn doc(schema: &Value) -> String {
    schema["description"].as_str().unwrap_or_default().replace('\n', " ")
}

/// The variable's own name, if its definition gives one; `false` there means that there is none.
fn of_environment(section: &str, key: &str, given: &Value) -> Option<String> {
    match given {
        Value::String(name) => Some(name.clone()),
        Value::Bool(false) => None,
        Value::Null | Value::Bool(true) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Some(format!("NAMEPLATE_{section}_{key}").to_uppercase())
        }
    }
}
