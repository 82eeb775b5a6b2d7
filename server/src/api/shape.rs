//! The shapes of what requests carry: lengths and characters, as the service's published model has them. Everything that
//! is wrong with a request is told at once, and before anything is looked up.

use super::fault::Fault;
use model::identifier::is_invisible;

/// Which characters a text may have.
#[derive(Debug, Clone, Copy)]
enum Characters {
    Word,
    Visible,
    NoSpace,
    Token,
    Base64,
    Secret,
    Digits,
}

impl Characters {
    /// As the model writes it.
    const fn pattern(self) -> &'static str {
        match self {
            Self::Word => r"[\w+-]+",
            Self::Visible => r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+",
            Self::NoSpace => r"[\S]+",
            Self::Token => "[A-Za-z0-9-_=.]+",
            Self::Base64 => r"[\w+=/]+",
            Self::Secret => r"[\w+]+",
            Self::Digits => "[0-9]+",
        }
    }

    fn allow(self, c: char) -> bool {
        match self {
            Self::Word => c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'),
            Self::Visible => !c.is_whitespace() && !c.is_control() && !is_invisible(c),
            Self::NoSpace => !c.is_whitespace(),
            Self::Token => c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '.'),
            Self::Base64 => c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=' | '/'),
            Self::Secret => c.is_ascii_alphanumeric() || matches!(c, '_' | '+'),
            Self::Digits => c.is_ascii_digit(),
        }
    }
}

/// What a text must look like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    min: usize,
    max: usize,
    characters: Option<Characters>,
    /// Whether a refusal may repeat it.
    told: bool,
}

/// The longest text of all (`StringType`).
const LONGEST: usize = 131_072;

pub const CLIENT_ID: Shape = Shape { min: 1, max: 128, characters: Some(Characters::Word), told: false };
pub const SECRET_HASH: Shape = Shape { min: 1, max: 128, characters: Some(Characters::Base64), told: false };
pub const CLIENT_SECRET: Shape = Shape { min: 1, max: 64, characters: Some(Characters::Secret), told: false };
pub const USERNAME: Shape = Shape { min: 1, max: 128, characters: Some(Characters::Visible), told: false };
pub const PASSWORD: Shape = Shape { min: 1, max: 256, characters: Some(Characters::NoSpace), told: false };
pub const CODE: Shape = Shape { min: 1, max: 2048, characters: Some(Characters::NoSpace), told: false };
pub const TOKEN: Shape = Shape { min: 1, max: LONGEST, characters: Some(Characters::Token), told: false };
pub const SESSION: Shape = Shape { min: 20, max: 2048, characters: None, told: false };
pub const USER_CODE: Shape = Shape { min: 6, max: 6, characters: Some(Characters::Digits), told: false };
pub const DEVICE_NAME: Shape = Shape { min: 0, max: LONGEST, characters: None, told: false };
pub const ATTRIBUTE_NAME: Shape = Shape { min: 1, max: 32, characters: Some(Characters::Visible), told: true };
pub const ATTRIBUTE_VALUE: Shape = Shape { min: 0, max: 2048, characters: None, told: false };

/// So many faults are told; whoever makes more is not helped by a longer list.
const MOST_TOLD: usize = 10;

/// Collects what is wrong with a request.
#[derive(Debug, Default)]
pub struct Shapes(Vec<String>);

impl Shapes {
    /// A member that has to be there.
    pub fn required(&mut self, at: &str, value: Option<&str>, shape: Shape) {
        match value {
            Some(value) => self.text(at, value, shape),
            None => self.missing(at),
        }
    }

    /// A member that may be absent.
    pub fn optional(&mut self, at: &str, value: Option<&str>, shape: Shape) {
        if let Some(value) = value {
            self.text(at, value, shape);
        }
    }

    /// One that has to be there and is no text.
    pub fn present(&mut self, at: &str, is_there: bool) {
        if !is_there {
            self.missing(at);
        }
    }

    fn missing(&mut self, at: &str) {
        self.add(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
    }

    /// A member that is there.
    pub fn text(&mut self, at: &str, value: &str, shape: Shape) {
        let length = value.chars().count();
        let wrong_characters = shape.characters.filter(|it| value.is_empty() || !value.chars().all(|c| it.allow(c)));
        let broken = [
            wrong_characters.map(|it| format!("Member must satisfy regular expression pattern: {}", it.pattern())),
            (length > shape.max).then(|| format!("Member must have length less than or equal to {}", shape.max)),
            (length < shape.min).then(|| format!("Member must have length greater than or equal to {}", shape.min)),
        ];
        let shown = if shape.told && length <= 2 * shape.max { format!("Value '{value}'") } else { "Value".to_owned() };
        for rule in broken.into_iter().flatten() {
            self.add(format!("{shown} at '{at}' failed to satisfy constraint: {rule}"));
        }
    }

    /// A member that has to be one of these.
    pub fn one_of(&mut self, at: &str, value: Option<&str>, all: &[&str]) {
        match value {
            None => self.missing(at),
            Some(value) if all.contains(&value) => {}
            Some(value) => {
                let shown: String = value.chars().take(64).collect();
                let rule = format!("Member must satisfy enum value set: [{}]", all.join(", "));
                self.add(format!("Value '{shown}' at '{at}' failed to satisfy constraint: {rule}"));
            }
        }
    }

    fn add(&mut self, fault: String) {
        if self.0.len() < MOST_TOLD {
            self.0.push(fault);
        }
    }

    /// The refusal, if anything was wrong.
    pub fn finish(self) -> Result<(), Fault> {
        let word = match self.0.len() {
            0 => return Ok(()),
            1 => "error",
            _ => "errors",
        };
        Err(Fault::parameter(format!("{} validation {word} detected: {}", self.0.len(), self.0.join("; "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    async fn told(shapes: Shapes) -> String {
        let body = shapes.finish().unwrap_err().into_response().into_body();
        let body = axum::body::to_bytes(body, 100_000).await.unwrap();
        serde_json::from_slice::<serde_json::Value>(&body).unwrap()["message"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_secret_is_not_repeated_and_a_name_is() {
        let mut shapes = Shapes::default();
        shapes.required("password", Some("has a space"), PASSWORD);
        shapes.required("attributeName", Some("a b"), ATTRIBUTE_NAME);
        assert_eq!(
            told(shapes).await,
            "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [\\S]+; Value 'a b' at 'attributeName' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
        );
    }

    #[tokio::test]
    async fn what_is_missing_or_too_long_is_said() {
        let mut shapes = Shapes::default();
        shapes.required("username", None, USERNAME);
        shapes.required("clientId", Some(&"x".repeat(129)), CLIENT_ID);
        assert_eq!(
            told(shapes).await,
            "2 validation errors detected: Value null at 'username' failed to satisfy constraint: Member must not be null; Value at \
             'clientId' failed to satisfy constraint: Member must have length less than or equal to 128"
        );
    }
}
