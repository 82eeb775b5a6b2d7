//! What the pool refused, for people at a terminal.

use model::FormErrors;
use std::error::Error;
use std::fmt;

/// What was refused, one line for each field, in the words of the pages.
#[derive(Debug)]
pub struct Refused(pub FormErrors);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = self.0.form.iter().map(|why| app::text::sentence(*why));
        let fields = self.0.fields.iter().map(|(field, why)| {
            let field = field.to_string();
            let name =
                field.strip_prefix("attributes[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(&field);
            format!("{name}: {}", app::text::sentence(*why).replace('\n', "; "))
        });
        f.write_str(&form.chain(fields).collect::<Vec<_>>().join("\n"))
    }
}

impl Error for Refused {}
