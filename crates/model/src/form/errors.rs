//! What a form is told when it is refused, field by field.

use super::error_code::ErrorCode;
use super::field_name::FieldName;
use serde::{Deserialize, Serialize};

/// What a form is told when it is refused: one reason for the whole, and one for each wrong field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormErrors {
    /// Why the whole was refused; shown above the form.
    pub form: Option<ErrorCode>,
    /// Why each wrong field was refused, in the order in which they are shown.
    pub fields: Vec<(FieldName, ErrorCode)>,
}

impl FormErrors {
    /// Refuses the whole, and no field in particular.
    pub fn form(code: ErrorCode) -> Self {
        Self { form: Some(code), fields: Vec::new() }
    }

    /// Refuses one field.
    pub fn field(name: impl Into<FieldName>, code: ErrorCode) -> Self {
        Self { form: None, fields: vec![(name.into(), code)] }
    }

    /// Why this field was refused, if it was.
    pub fn on(&self, name: &FieldName) -> Option<ErrorCode> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, code)| *code)
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.form.is_none() && self.fields.is_empty()
    }

    /// The HTTP status of a refusal: a form with several faults is "unprocessable", one with a single fault
    /// says which.
    pub fn status(&self) -> u16 {
        match (self.form, self.fields.as_slice()) {
            (Some(code), _) => code.status(),
            (None, [(_, code)]) => code.status(),
            (None, _) => 422,
        }
    }

    /// After how many seconds it is worth trying again, where that is known.
    pub fn retry_after(&self) -> Option<u32> {
        let codes = self.form.into_iter().chain(self.fields.iter().map(|(_, code)| *code));
        codes.filter_map(ErrorCode::retry_after).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::AttributeName;

    #[test]
    fn serialize_form_errors_is_read_back_equal() {
        let errors = FormErrors {
            form: Some(ErrorCode::Wait { seconds: 4 }),
            fields: vec![
                (FieldName::Code, ErrorCode::WrongCode { tries_left: 3 }),
                ("nope".parse::<AttributeName>().unwrap().into(), ErrorCode::UnknownAttribute),
            ],
        };
        let text = serde_json::to_string(&errors).unwrap();
        assert!(text.contains(r#"["attributes[nope]","UnknownAttribute"]"#), "{text}");
        assert_eq!(serde_json::from_str::<FormErrors>(&text).unwrap(), errors);
        assert_eq!(errors.status(), 429);
        assert_eq!(errors.retry_after(), Some(4));
    }
}
