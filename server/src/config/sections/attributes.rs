//! `[attributes]`: what is known about people, what they must tell, and the installation's own attributes.

use crate::config::problems::{Problems, did_you_mean};
use model::attribute::{CUSTOM_NAME_MAX, CUSTOM_PREFIX};
use model::schema::VALUE_MAX;
use model::{AttributeName, Definition, Format, Schema, Standard};
use nameplate_core::client::AppClient;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What people are asked for at sign-up, what never changes afterwards, and the attributes of your own.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttributesSection {
    /// Attributes that nobody signs up without, and that can't be deleted. The pages' client (the first of
    /// `[[clients]]`) must be able to write them.
    pub required: Vec<String>,
    /// Attributes that the sign-up page asks for besides the required ones, in this order.
    pub sign_up: Vec<String>,
    /// Attributes that are set at sign-up and never changed afterwards.
    pub immutable: Vec<String>,
    /// Attributes of your own; at most 50.
    pub custom: Vec<CustomAttribute>,
}

/// An attribute of your own. A client reads or writes it only where its lists name it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomAttribute {
    /// Its name, 1 to 20 characters. On the wire it is called `custom:` and this; so it is in the other lists
    /// here.
    pub name: String,
    /// What people call it. Without one they see its name.
    #[serde(default)]
    pub label: Option<String>,
    /// What its values look like. Every value travels as text.
    #[serde(default, rename = "type")]
    pub kind: CustomType,
    /// The least number of characters of a text, or the least value of a number.
    #[serde(default)]
    pub min: Option<i64>,
    /// The greatest number of characters of a text, or the greatest value of a number.
    #[serde(default)]
    pub max: Option<i64>,
    /// Whether it can be changed after sign-up.
    #[serde(default = "yes")]
    pub mutable: bool,
    /// Whether nobody signs up without it.
    #[serde(default)]
    pub required: bool,
}

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum CustomType {
    #[default]
    Text,
    Number,
    Date,
    Boolean,
}

const fn yes() -> bool {
    true
}

/// As many as a Cognito user pool may have (`SchemaAttributesListType`).
const CUSTOM_MAX: usize = 50;

impl Default for AttributesSection {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Self {
            required: list(&["email"]),
            sign_up: list(&["given_name", "family_name", "nickname", "phone_number"]),
            immutable: Vec::new(),
            custom: Vec::new(),
        }
    }
}

impl AttributesSection {
    /// The schema that the section describes; what is wrong with it goes to `problems`.
    pub fn schema(&self, problems: &mut Problems<'_>) -> Schema {
        let mut schema = Schema::standard();
        if self.custom.len() > CUSTOM_MAX {
            problems.add("attributes.custom", "there are too many", format!("at most {CUSTOM_MAX}"));
        }
        for (index, custom) in self.custom.iter().enumerate() {
            if let Some(definition) = custom.definition(&format!("attributes.custom[{index}]"), problems) {
                if schema.get(&definition.name).is_some() {
                    problems.add(
                        &format!("attributes.custom[{index}].name"),
                        "this name is there twice",
                        "another name",
                    );
                }
                schema.add(definition);
            }
        }
        for name in known(&self.required, "attributes.required", &schema, problems) {
            if let Some(it) = schema.get_mut(&name) {
                it.required = true;
            }
        }
        for name in known(&self.immutable, "attributes.immutable", &schema, problems) {
            if let Some(it) = schema.get_mut(&name) {
                it.mutable = false;
            }
        }
        schema
    }

    /// What the sign-up page asks for: required attributes that `sign_up` doesn't place come first.
    pub fn asked_at_sign_up(
        &self,
        schema: &Schema,
        pages: Option<&AppClient>,
        problems: &mut Problems<'_>,
    ) -> Vec<AttributeName> {
        const KEY: &str = "attributes.sign_up";
        let mut listed = known(&self.sign_up, KEY, schema, problems);
        let by_default = problems.is_default(KEY);
        listed.retain(|name| {
            let by_service =
                name.standard().is_some_and(|it| it.is_set_by_service() || it == Standard::UpdatedAt);
            let writable = pages.is_none_or(|pages| pages.access.may_write(name));
            if by_service {
                problems.add(KEY, format!("\"{name}\" is set by the service itself"), "a list without it");
            } else if !writable && !by_default {
                let right =
                    format!("\"{name}\" in the write list of the first of [[clients]], or a list without it");
                problems.add(KEY, format!("the pages' client can't write \"{name}\""), right);
            }
            // Nobody asked for the default list: it gives way to a short write list.
            writable && !by_service
        });
        let by_service = |name: &AttributeName| name == &Standard::Sub;
        let required =
            schema.definitions().filter(|it| it.required && !by_service(&it.name)).map(|it| it.name.clone());
        required
            .filter(|name| !listed.contains(name))
            .collect::<Vec<_>>()
            .into_iter()
            .chain(listed.clone())
            .collect()
    }
}

impl CustomAttribute {
    fn definition(&self, key: &str, problems: &mut Problems<'_>) -> Option<Definition> {
        let short = self.name.strip_prefix(CUSTOM_PREFIX).unwrap_or(&self.name);
        let shaped = (1..=CUSTOM_NAME_MAX).contains(&short.len()) && !short.contains(':');
        let name = format!("{CUSTOM_PREFIX}{short}").parse::<AttributeName>().ok().filter(|_| shaped);
        if name.is_none() {
            problems.add(
                &format!("{key}.name"),
                "this can't be the name of an attribute",
                format!("1 to {CUSTOM_NAME_MAX} letters, digits or signs such as _ and -, without spaces, for example \"team\""),
            );
        }
        let (format, least, greatest) = match self.kind {
            CustomType::Text => (Format::Text, 0, i64::from(VALUE_MAX)),
            CustomType::Number => (Format::Number, i64::MIN, i64::MAX),
            CustomType::Date => (Format::Date, 10, 10),
            CustomType::Boolean => (Format::Boolean, 0, i64::from(VALUE_MAX)),
        };
        let bounded = matches!(self.kind, CustomType::Text | CustomType::Number);
        if !bounded && (self.min.is_some() || self.max.is_some()) {
            problems.add(
                key,
                "only texts and numbers have a min and a max",
                "neither min nor max, or another type",
            );
        }
        let (min, max) = (self.min.unwrap_or(least), self.max.unwrap_or(greatest));
        if bounded && (min > max || min < least || max > greatest) {
            let right = if self.kind == CustomType::Text { "0 <= min <= max <= 2048" } else { "min <= max" };
            problems.add(
                key,
                format!("no value lies between {min} and {max}, or it would be too long"),
                right,
            );
        }
        let label = self.label.clone().filter(|label| !label.trim().is_empty());
        name.map(|name| Definition {
            name,
            label,
            format,
            required: self.required,
            mutable: self.mutable,
            min,
            max,
        })
    }
}

/// The attributes that a list names; a name that the schema doesn't have goes to `problems`.
pub fn known(
    names: &[String],
    key: &str,
    schema: &Schema,
    problems: &mut Problems<'_>,
) -> Vec<AttributeName> {
    let mut found = Vec::new();
    for text in names {
        match text.parse::<AttributeName>().ok().filter(|name| schema.get(name).is_some()) {
            Some(name) if found.contains(&name) => {
                problems.add(key, format!("\"{name}\" is there twice"), "each name once");
            }
            Some(name) => found.push(name),
            None => {
                let names: Vec<_> = schema.definitions().map(|it| it.name.as_str()).collect();
                let right = did_you_mean(text, names.iter().copied()).unwrap_or_else(|| names.join(", "));
                problems.add(key, format!("there is no attribute called \"{text}\""), right);
            }
        }
    }
    found
}
