//! Shapes of what requests carry, as the service's published model describes them. All that is wrong with a
//! request is told at once, and before anything is looked up.

use crate::error::{ApiError, Exception};
use model::characters::is_invisible;
use serde_json::Value;
use std::ops::RangeInclusive;

/// What a value has to be.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    Text(TextRules),
    /// One of these words.
    OneOf(&'static [&'static str]),
    Boolean,
    Integer {
        min: i64,
        max: i64,
    },
    /// Any number of values of one shape.
    List(&'static Self),
    /// Texts by name. Null is as good as absent: a browser's client sends it for what its storage doesn't
    /// have.
    Texts,
    Structure(&'static [Member]),
    /// Whatever JSON can say: the operation reads it.
    Document,
}

/// A member of a structure, called as in the model.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    pub name: &'static str,
    pub shape: &'static Shape,
    pub required: bool,
}

/// A member that has to be there.
pub const fn must(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: true }
}

/// One that may be absent, or null, which is the same.
pub const fn may(name: &'static str, shape: &'static Shape) -> Member {
    Member { name, shape, required: false }
}

/// What a text has to look like. Lengths are in characters.
#[derive(Debug, Clone, Copy)]
pub struct TextRules {
    pub min: usize,
    pub max: usize,
    pub pattern: Option<Pattern>,
    /// Whether a refusal may repeat it.
    pub told: bool,
}

/// A regular expression of the model, and the same as a function: matching the model's own is no task for
/// strangers' texts.
#[derive(Debug, Clone, Copy)]
pub struct Pattern {
    pub words: &'static str,
    pub fits: fn(&str) -> bool,
}

/// No bound but that of the whole request.
const ANY: usize = usize::MAX;
/// The longest text of all (`StringType`).
const LONGEST: usize = 131_072;

const fn hidden(min: usize, max: usize, pattern: Pattern) -> Shape {
    Shape::Text(TextRules { min, max, pattern: Some(pattern), told: false })
}

const PLAIN: TextRules = TextRules { min: 0, max: LONGEST, pattern: None, told: false };
const WORD: Pattern =
    Pattern { words: r"[\w+-]+", fits: |text| all(text, |c| is_word(c) || matches!(c, '+' | '-')) };
const BASE64: Pattern =
    Pattern { words: r"[\w+=/]+", fits: |text| all(text, |c| is_word(c) || matches!(c, '+' | '=' | '/')) };
const KEY: Pattern = Pattern { words: r"[\w+]+", fits: |text| all(text, |c| is_word(c) || c == '+') };
const NO_SPACE: Pattern =
    Pattern { words: r"[\S]+", fits: |text| all(text, |c| !matches!(c, ' ' | '\t'..='\r')) };
/// The published pattern of a password, as Cognito reads it by now: spaces inside are allowed. Of what else it
/// may hold the policy speaks.
const NO_SPACE_AROUND: Pattern = Pattern {
    words: r"[\S]+",
    fits: |text| !text.is_empty() && text.trim_matches(|c| matches!(c, ' ' | '\t'..='\r')) == text,
};
const TOKENS: Pattern = Pattern {
    words: "[A-Za-z0-9-_=.]+",
    fits: |text| all(text, |c| is_word(c) || matches!(c, '-' | '=' | '.')),
};
const VISIBLE: Pattern =
    Pattern { words: r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", fits: |text| all(text, is_visible) };
const NAMES: Pattern = Pattern {
    words: r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r ]+",
    fits: |text| all(text, |c| is_visible(c) || matches!(c, '\t' | '\n' | '\r' | ' ')),
};
const DIGITS: Pattern = Pattern { words: "[0-9]+", fits: |text| all(text, |c| c.is_ascii_digit()) };
const DEVICE: Pattern = Pattern { words: r"[\w-]+_[0-9a-f-]+", fits: is_device };

pub const STRING: Shape = Shape::Text(PLAIN);
/// Wider than in the model by the hyphen, which our ids may have.
pub const CLIENT_ID: Shape = hidden(1, 128, WORD);
pub const CLIENT_SECRET: Shape = hidden(24, 64, KEY);
pub const SECRET_HASH: Shape = hidden(1, 128, BASE64);
pub const USERNAME: Shape = hidden(1, 128, VISIBLE);
pub const PASSWORD: Shape = hidden(0, 256, NO_SPACE_AROUND);
/// The model would repeat a code; codes are passwords here.
pub const CODE: Shape = hidden(1, 2048, NO_SPACE);
pub const APP_CODE: Shape = hidden(6, 6, DIGITS);
pub const TOKEN: Shape = hidden(0, ANY, TOKENS);
pub const PAGE: Shape = Shape::Text(TextRules { min: 1, pattern: Some(NO_SPACE), told: true, ..PLAIN });
pub const SESSION: Shape = Shape::Text(TextRules { min: 20, max: 4096, ..PLAIN });
pub const DEVICE_KEY: Shape = Shape::Text(TextRules { min: 1, max: 55, pattern: Some(DEVICE), told: true });
pub const ATTRIBUTE_NAME: Shape =
    Shape::Text(TextRules { min: 1, max: 32, pattern: Some(NAMES), told: true });
pub const ATTRIBUTE_VALUE: Shape = Shape::Text(TextRules { max: 2048, ..PLAIN });

fn all(text: &str, allow: fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allow)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A letter, a mark, a symbol, a number or punctuation.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !is_invisible(c)
}

fn is_device(text: &str) -> bool {
    let parts = text.rsplit_once('_');
    parts.is_some_and(|(pool, id)| {
        all(pool, |c| is_word(c) || c == '-') && all(id, |c| matches!(c, '0'..='9' | 'a'..='f' | '-'))
    })
}

impl TextRules {
    /// Every rule, and whether the value keeps it.
    fn rules(&self, value: &str) -> Vec<(bool, String)> {
        let length = value.chars().count();
        let mut rules = Vec::new();
        if self.max != ANY {
            rules.push((
                length <= self.max,
                format!("Member must have length less than or equal to {}", self.max),
            ));
        }
        rules.push((
            length >= self.min,
            format!("Member must have length greater than or equal to {}", self.min),
        ));
        if let Some(pattern) = self.pattern {
            rules.push((
                (pattern.fits)(value),
                format!("Member must satisfy regular expression pattern: {}", pattern.words),
            ));
        }
        rules
    }

    fn fits(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| self.is_kept_by(text))
    }

    /// The same as the rules, without the words for each.
    fn is_kept_by(&self, value: &str) -> bool {
        (self.min..=self.max).contains(&value.chars().count())
            && self.pattern.is_none_or(|pattern| (pattern.fits)(value))
    }

    /// All the rules in one, which is how the members of lists and maps are judged.
    fn constraint(&self) -> String {
        let rules: Vec<_> = self.rules("").into_iter().map(|(_, rule)| rule).collect();
        format!("must satisfy constraint: [{}]", rules.join(", "))
    }
}

/// Checks a whole request.
///
/// # Errors
/// `SerializationException` for what isn't even of the right type, and otherwise one
/// `InvalidParameterException` about all that is wrong, in the order of the model.
pub fn check(members: &'static [Member], request: &Value) -> Result<(), ApiError> {
    readable(&Shape::Structure(members), request)
        .map_err(|words| ApiError::new(Exception::Serialization, words))?;
    let mut found = Violations::default();
    found.structure("", members, request);
    found.finish()
}

fn readable(shape: &Shape, value: &Value) -> Result<(), String> {
    match (shape, value) {
        (_, Value::Null)
        | (Shape::Document, _)
        | (Shape::Text(_) | Shape::OneOf(_), Value::String(_))
        | (Shape::Boolean, Value::Bool(_)) => Ok(()),
        (Shape::Integer { .. }, Value::Number(number)) if number.is_i64() => Ok(()),
        (Shape::List(each), Value::Array(values)) => {
            values.iter().try_for_each(|value| readable(each, value))
        }
        (Shape::Texts, Value::Object(values)) => {
            values.values().try_for_each(|value| readable(&STRING, value))
        }
        (Shape::Structure(members), Value::Object(values)) => members.iter().try_for_each(|member| {
            values.get(member.name).map_or(Ok(()), |value| readable(member.shape, value))
        }),
        (_, Value::Object(_)) => Err("Start of structure or map found where not expected.".to_owned()),
        (_, Value::Array(_)) => Err("Start of list found where not expected.".to_owned()),
        (Shape::List(_), _) => Err("Expected list or null".to_owned()),
        (Shape::Texts | Shape::Structure(_), _) => Err("Expected null".to_owned()),
        (Shape::Text(_) | Shape::OneOf(_), _) => {
            Err(format!("{} can not be converted to a String", token(value)))
        }
        (Shape::Boolean, _) => Err(format!("{} can not be converted to a Boolean", token(value))),
        (Shape::Integer { .. }, _) => Err(format!("{} can not be converted to an Integer", token(value))),
    }
}

const fn token(value: &Value) -> &'static str {
    match value {
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => "STRING_VALUE",
    }
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// So many faults are told; whoever makes more is not helped by a longer list.
const MOST_TOLD: usize = 10;
/// A longer value is not repeated.
const LONGEST_TOLD: usize = 64;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
struct Violations(Vec<String>);

impl Violations {
    fn structure(&mut self, at: &str, members: &[Member], value: &Value) {
        for member in members {
            let mut path = if at.is_empty() { String::new() } else { format!("{at}.") };
            let mut name = member.name.chars();
            path.extend(name.next().map(|first| first.to_ascii_lowercase()));
            path.push_str(name.as_str());
            match value.get(member.name).filter(|value| !value.is_null()) {
                Some(value) => self.value(&path, member.shape, value),
                None if member.required => self.missing(&path),
                None => {}
            }
        }
    }

    /// Judges what is of the right type, which [`readable`] says.
    fn value(&mut self, at: &str, shape: &Shape, value: &Value) {
        match shape {
            Shape::Text(rules) => self.text(at, rules, value.as_str().unwrap_or_default()),
            Shape::OneOf(words) => self.word(at, words, value.as_str().unwrap_or_default()),
            Shape::Integer { min, max } => self.integer(at, *min..=*max, value.as_i64().unwrap_or_default()),
            Shape::List(Shape::Text(rules)) => self.texts(at, rules, items(value)),
            Shape::List(each) => self.list(at, each, items(value)),
            Shape::Texts => self.map(at, value),
            Shape::Structure(members) => self.structure(at, members, value),
            Shape::Boolean | Shape::Document => {}
        }
    }

    fn text(&mut self, at: &str, rules: &TextRules, value: &str) {
        if rules.is_kept_by(value) {
            return;
        }
        for (_, rule) in rules.rules(value).into_iter().filter(|(kept, _)| !kept) {
            self.add(at, rules.told.then_some(value), &rule);
        }
    }

    fn word(&mut self, at: &str, words: &[&str], value: &str) {
        if !words.contains(&value) {
            let rule = format!("Member must satisfy enum value set: [{}]", words.join(", "));
            self.add(at, Some(value), &rule);
        }
    }

    fn integer(&mut self, at: &str, bounds: RangeInclusive<i64>, value: i64) {
        let (min, max) = bounds.into_inner();
        if value > max {
            let rule = format!("Member must have value less than or equal to {max}");
            self.add(at, Some(&value.to_string()), &rule);
        }
        if value < min {
            let rule = format!("Member must have value greater than or equal to {min}");
            self.add(at, Some(&value.to_string()), &rule);
        }
    }

    fn map(&mut self, at: &str, value: &Value) {
        let entries = || value.as_object().into_iter().flatten();
        if !entries().all(|(name, _)| PLAIN.is_kept_by(name)) {
            self.add(at, None, &format!("Map keys {}", PLAIN.constraint()));
        }
        if !entries().all(|(_, text)| text.is_null() || PLAIN.fits(text)) {
            self.add(at, None, &format!("Map value {}", PLAIN.constraint()));
        }
    }

    fn list(&mut self, at: &str, each: &Shape, values: &[Value]) {
        for (value, number) in values.iter().zip(1..) {
            let at = format!("{at}.{number}.member");
            if value.is_null() { self.missing(&at) } else { self.value(&at, each, value) }
        }
    }

    fn texts(&mut self, at: &str, text: &TextRules, values: &[Value]) {
        if values.iter().all(|value| text.fits(value)) {
            return;
        }
        let shown: Vec<_> = values.iter().map(|value| value.as_str().unwrap_or("null")).collect();
        self.add(
            at,
            text.told.then_some(&*format!("[{}]", shown.join(", "))),
            &format!("Member {}", text.constraint()),
        );
    }

    fn missing(&mut self, at: &str) {
        self.push(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
    }

    fn add(&mut self, at: &str, told: Option<&str>, rule: &str) {
        let told = told.filter(|value| value.chars().count() <= LONGEST_TOLD);
        let shown = told.map_or_else(|| "Value".to_owned(), |value| format!("Value '{value}'"));
        self.push(format!("{shown} at '{at}' failed to satisfy constraint: {rule}"));
    }

    fn push(&mut self, fault: String) {
        if self.0.len() < MOST_TOLD {
            self.0.push(fault);
        }
    }

    /// The refusal, if anything was wrong.
    fn finish(self) -> Result<(), ApiError> {
        let word = match self.0.len() {
            0 => return Ok(()),
            1 => "error",
            _ => "errors",
        };
        Err(ApiError::parameter(format!(
            "{} validation {word} detected: {}",
            self.0.len(),
            self.0.join("; ")
        )))
    }
}

#[cfg(test)]
mod tests;
