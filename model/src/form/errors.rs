//! What a form is told when it is refused, field by field.

use super::error_code::Why;
use super::field_name::FieldName;
use serde::{Deserialize, Serialize};

/// What a form is told when it is refused: one reason for the whole, and one for each wrong field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    pub form: Option<Why>,
    pub fields: Vec<(FieldName, Why)>,
}

impl Refusal {
    pub fn form(why: Why) -> Self {
        Self { form: Some(why), fields: Vec::new() }
    }

    pub fn field(name: impl Into<FieldName>, why: Why) -> Self {
        Self { form: None, fields: vec![(name.into(), why)] }
    }

    /// Why this field was refused, if it was.
    pub fn on(&self, name: &FieldName) -> Option<Why> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, why)| *why)
    }

    pub fn is_empty(&self) -> bool {
        self.form.is_none() && self.fields.is_empty()
    }

    /// The one place that knows the HTTP status of a refusal (RFC 9110, section 15.5).
    pub fn status(&self) -> u16 {
        let of = |why: &Why| match why {
            Why::WrongCredentials
            | Why::ResetRequired
            | Why::WrongPasskey
            | Why::SignedOut
            | Why::SignInOver => 401,
            Why::CrossSite | Why::NotWritable | Why::Disabled => 403,
            Why::UsernameTaken | Why::AliasExists => 409,
            Why::TooLarge => 413,
            Why::Wait { .. } => 429,
            Why::BadRequest => 400,
            Why::Busy | Why::Unavailable => 503,
            _ => 422,
        };
        // A form with several faults is "unprocessable"; one with a single fault says which.
        match (&self.form, self.fields.as_slice()) {
            (Some(why), _) => of(why),
            (None, [(_, why)]) => of(why),
            (None, _) => 422,
        }
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn retry_after(&self) -> Option<u32> {
        let whys = self.form.iter().chain(self.fields.iter().map(|(_, why)| why));
        whys.filter_map(|why| match why {
            Why::Wait { seconds } => Some(*seconds),
            Why::Busy => Some(1),
            _ => None,
        })
        .max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::AttributeName;

    #[test]
    fn a_refusal_survives_its_journey() {
        let refusal = Refusal {
            form: Some(Why::Wait { seconds: 4 }),
            fields: vec![
                (FieldName::Code, Why::WrongCode { tries_left: 3 }),
                ("nope".parse::<AttributeName>().unwrap().into(), Why::UnknownAttribute),
            ],
        };
        let text = serde_json::to_string(&refusal).unwrap();
        assert!(text.contains(r#"["attributes[nope]","UnknownAttribute"]"#), "{text}");
        assert_eq!(serde_json::from_str::<Refusal>(&text).unwrap(), refusal);
        assert_eq!(refusal.status(), 429);
        assert_eq!(refusal.retry_after(), Some(4));
    }
}
