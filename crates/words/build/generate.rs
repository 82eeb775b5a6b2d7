//! The functions.

use crate::File;
use crate::variables::{self, Kind};
use fluent_syntax::ast::{Entry, Message};
use fluent_syntax::parser;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A message, and the file that has it.
struct Found {
    key: String,
    english: String,
    variables: Vec<(String, Kind)>,
}

/// What is made of the files.
#[derive(Debug)]
pub struct Generated {
    /// The texts and the list of all messages.
    pub list: String,
    /// One function a message.
    pub functions: String,
}

/// The list of messages, and their functions.
///
/// # Errors
/// A file is no Fluent, has a message without a value, or a key that another one has.
pub fn generate(files: &[File]) -> Result<Generated, String> {
    let mut all: BTreeMap<String, Found> = BTreeMap::new();
    for file in files {
        let place = file.path.display();
        let resource =
            parser::parse(file.text.as_str()).map_err(|(_, faults)| format!("{place}: {faults:?}"))?;
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let found =
                found(message, &file.text).ok_or_else(|| format!("{place}: {} is empty", message.id.name))?;
            if all.insert(found.key.clone(), found).is_some() {
                return Err(format!("{place}: {} is there twice", message.id.name));
            }
        }
    }
    let (mut list, mut functions) = (String::new(), "impl Words {\n".to_owned());
    write_lists(&mut list, files, &all).map_err(|it| it.to_string())?;
    for (number, found) in all.values().enumerate() {
        write_function(&mut functions, number, found).map_err(|it| it.to_string())?;
    }
    functions.push_str("}\n");
    Ok(Generated { list, functions })
}

fn found(message: &Message<&str>, text: &str) -> Option<Found> {
    let value = message.value.as_ref()?;
    let key = message.id.name.to_owned();
    // The documentation of the function: the message as it stands in the file.
    let start = text.find(&format!("\n{key} =")).map_or(0, |it| it + 1);
    let english = text[start..].lines().take_while(|line| line.starts_with(&key) || line.starts_with(' '));
    Some(Found { english: english.collect::<Vec<_>>().join("\n"), variables: variables::of(value), key })
}

fn write_lists(code: &mut String, files: &[File], all: &BTreeMap<String, Found>) -> std::fmt::Result {
    writeln!(code, "/// The files of messages in English.\npub(crate) const ENGLISH: &[&str] = &[")?;
    for file in files {
        let path = file.path.display();
        writeln!(code, "    include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/{path}\")),")?;
    }
    writeln!(
        code,
        "];\n/// Every message, and whether it is filled in.\npub(crate) const MESSAGES: &[Message] = &["
    )?;
    for found in all.values() {
        let names: Vec<_> = found.variables.iter().map(|(name, _)| format!("{name:?}")).collect();
        writeln!(code, "    Message {{ key: {:?}, arguments: &[{}] }},", found.key, names.join(", "))?;
    }
    writeln!(code, "];")
}

fn write_function(code: &mut String, number: usize, found: &Found) -> std::fmt::Result {
    writeln!(code, "    /// ```text")?;
    for line in found.english.lines() {
        writeln!(code, "    /// {line}")?;
    }
    writeln!(code, "    /// ```")?;
    let name = found.key.replace('-', "_");
    if found.variables.is_empty() {
        return writeln!(
            code,
            "    pub fn {name}(&'static self) -> &'static str {{\n        self.plain({number})\n    }}\n"
        );
    }
    let parameter = |(name, kind): &(String, Kind)| match kind {
        Kind::Text => format!("{}: &str", name.replace('-', "_")),
        Kind::Number => format!("{}: impl Into<FluentNumber>", name.replace('-', "_")),
    };
    let parameters: Vec<_> = found.variables.iter().map(parameter).collect();
    let argument = |(name, kind): &(String, Kind)| {
        let variable = name.replace('-', "_");
        match kind {
            Kind::Text => format!("({name:?}, FluentValue::from({variable}))"),
            Kind::Number => format!("({name:?}, FluentValue::Number({variable}.into()))"),
        }
    };
    let arguments: Vec<_> = found.variables.iter().map(argument).collect();
    writeln!(
        code,
        "    pub fn {name}(&self, {}) -> String {{\n        self.filled({number}, [{}])\n    }}\n",
        parameters.join(", "),
        arguments.join(", ")
    )
}
