//! The text of a table, taken apart and written again.
//!
//! AWS documents a backslash before each comma in a value and no quotes; spreadsheets write quotes (RFC
//! 4180). Both are read, so a parser of our own: those that there are take a backslash in quotes only.

use super::error::{LineError, REASON};

/// The header of a table, and what stands between its fields.
#[derive(Debug)]
pub struct CsvTable {
    pub separator: char,
    pub header: Vec<String>,
}

/// One row, which may go over several lines.
pub struct CsvRow<'a> {
    /// Of its first line, as an editor counts.
    pub line: usize,
    pub raw: &'a str,
    pub fields: Vec<String>,
}

impl CsvRow<'_> {
    pub fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// A quote is open at the end of the file.
pub struct Unclosed {
    line: usize,
}

impl From<Unclosed> for LineError {
    fn from(unclosed: Unclosed) -> Self {
        Self::at(format!("line {}", unclosed.line), "the quote (\") that begins here is never closed")
    }
}

/// Takes a text apart.
pub struct CsvRows<'a> {
    text: &'a str,
    separator: char,
    at: usize,
    line: usize,
}

impl<'a> CsvRows<'a> {
    pub const fn new(text: &'a str, separator: char) -> Self {
        Self { text, separator, at: 0, line: 1 }
    }

    fn next_char(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// A backslash stands before it, so that it is part of a value.
    fn is_escaped(&self) -> bool {
        self.peek().is_some_and(|next| next == ',' || (next == self.separator && next != '\t'))
    }

    /// The rest of a line end, so that both of its characters are one line.
    fn end_line(&mut self, ended_with: char) {
        self.line += 1;
        if ended_with == '\r' && self.peek() == Some('\n') {
            self.at += 1;
        }
    }
}

impl<'a> Iterator for CsvRows<'a> {
    type Item = Result<CsvRow<'a>, Unclosed>;

    fn next(&mut self) -> Option<Self::Item> {
        let (start, line) = (self.at, self.line);
        self.peek()?;
        let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), None);
        let mut end = self.text.len();
        while let Some(c) = self.next_char() {
            match (c, quoted) {
                ('\\', _) if self.is_escaped() => field.extend(self.next_char()),
                ('"', Some(_)) if self.peek() == Some('"') => field.extend(self.next_char()),
                ('"', Some(_)) => quoted = None,
                ('\n' | '\r', Some(_)) => {
                    self.end_line(c);
                    field.push('\n');
                }
                (_, Some(_)) => field.push(c),
                ('"', None) if field.trim().is_empty() => {
                    field.clear();
                    quoted = Some(self.line);
                }
                ('\n' | '\r', None) => {
                    end = self.at - 1;
                    self.end_line(c);
                    break;
                }
                (c, None) if c == self.separator => fields.push(std::mem::take(&mut field)),
                (_, None) => field.push(c),
            }
        }
        if let Some(line) = quoted {
            return Some(Err(Unclosed { line }));
        }
        fields.push(field);
        Some(Ok(CsvRow { line, raw: self.text.get(start..end).unwrap_or_default(), fields }))
    }
}

impl CsvTable {
    /// A row of this table, as commas and quotes separate it, with a reason in front.
    pub fn left_out(&self, source: &str, reason: &str) -> String {
        let fields = CsvRows::new(source, self.separator)
            .filter_map(Result::ok)
            .next()
            .map(|row| row.fields)
            .unwrap_or_default();
        let again = self.header.iter().position(|name| name == REASON);
        let fields = fields
            .iter()
            .enumerate()
            .filter(|(number, _)| Some(*number) != again)
            .map(|(_, field)| field.as_str());
        write_row([reason].into_iter().chain(fields))
    }

    /// The header of rows that were left out.
    pub fn left_out_header(&self) -> String {
        write_row(
            [REASON].into_iter().chain(self.header.iter().map(String::as_str).filter(|name| *name != REASON)),
        )
    }
}

/// One row, in quotes where it needs them, with its line end.
fn write_row<'a>(fields: impl Iterator<Item = &'a str>) -> String {
    let written =
        fields.map(|field| match field.contains(['"', ',', '\n', '\r', '\\']) || field.trim() != field {
            // Read again, a backslash before a comma would be gone.
            true => format!("\"{}\"", field.replace('"', "\"\"").replace("\\,", "\\\\,")),
            false => field.to_owned(),
        });
    written.collect::<Vec<_>>().join(",") + "\n"
}
