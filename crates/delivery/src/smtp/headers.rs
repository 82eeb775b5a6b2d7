//! What tells other programs that nobody wrote a mail, and nobody reads the answer.

use lettre::message::header::{Header, HeaderName, HeaderValue};

/// `Auto-Submitted: auto-generated` (RFC 3834, section 5): out-of-office programs keep silent.
#[derive(Debug, Clone)]
pub struct AutoSubmitted;

/// The same for the mail servers that never learnt it.
#[derive(Debug, Clone)]
pub struct NoAnswers;

fn fixed(name: HeaderName, value: &str) -> HeaderValue {
    HeaderValue::new(name, value.to_owned())
}

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        fixed(Self::name(), "auto-generated")
    }
}

impl Header for NoAnswers {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Auto-Response-Suppress")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        fixed(Self::name(), "All")
    }
}
