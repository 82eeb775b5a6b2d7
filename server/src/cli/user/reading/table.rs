//! Tables: the CSV header of a user pool, which is `cognito:username`, the attributes, and what Cognito sets
//! itself.
//!
//! AWS documents a backslash before each comma in a value and no quotes; spreadsheets write quotes (RFC
//! 4180). Both are read, so a parser of our own: those that there are take a backslash in quotes only.

use super::{Contents, Entry, Fault, Form, REASON, arrival, printable};
use model::AttributeName;
use pool::admin::import_users::Arrival;
use std::collections::BTreeMap;

/// The header of a table, and what stands between its fields.
#[derive(Debug)]
pub(in crate::cli::user) struct Table {
    separator: char,
    pub(in crate::cli::user) header: Vec<String>,
}

/// One row, which may go over several lines.
struct Row<'a> {
    /// Of its first line, as an editor counts.
    line: usize,
    raw: &'a str,
    fields: Vec<String>,
}

impl Row<'_> {
    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// A quote is open at the end of the file.
struct Unclosed {
    line: usize,
}

impl From<Unclosed> for Fault {
    fn from(unclosed: Unclosed) -> Self {
        Self::at(format!("line {}", unclosed.line), "the quote (\") that begins here is never closed")
    }
}

/// Takes a text apart.
struct Rows<'a> {
    text: &'a str,
    separator: char,
    at: usize,
    line: usize,
}

impl<'a> Rows<'a> {
    const fn new(text: &'a str, separator: char) -> Self {
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

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Unclosed>;

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
        Some(Ok(Row { line, raw: &self.text[start..end], fields }))
    }
}

const SEPARATORS: [(char, &str); 4] =
    [(',', "commas"), (';', "semicolons"), ('\t', "tabs"), ('|', "vertical bars")];

fn is_username(column: &str) -> bool {
    matches!(column, "cognito:username" | "username")
}

fn is_attribute(column: &str) -> bool {
    column.parse().is_ok_and(|name: AttributeName| name.standard().is_some()) || column.starts_with("custom:")
}

/// How many of the columns say what they are. None, if no account could be told from another.
fn known(header: &[String]) -> usize {
    let known =
        header.iter().filter(|it| is_username(it) || is_attribute(it) || it.starts_with("cognito:")).count();
    let named = header.iter().any(|it| is_username(it) || matches!(it.as_str(), "email" | "phone_number"));
    if named { known } else { 0 }
}

fn header_of(text: &str, separator: char) -> Option<(usize, Vec<String>)> {
    let row = Rows::new(text, separator).filter_map(Result::ok).find(|row| !row.is_empty())?;
    Some((row.line, row.fields.iter().map(|name| name.trim().to_owned()).collect()))
}

pub(super) fn read(text: &str) -> Result<Contents<'_>, Fault> {
    // Spreadsheets may say first what stands between the fields; the line stays, so that the others keep
    // their numbers.
    let first = text.lines().next().unwrap_or_default();
    let told = first.strip_prefix("sep=").and_then(|rest| rest.chars().next());
    let begins = if told.is_some() { first.len() } else { 0 };
    let candidates = SEPARATORS.into_iter().filter_map(|(separator, called)| {
        let (line, header) = header_of(&text[begins..], separator)?;
        Some((known(&header), separator, called, line, header))
    });
    let best =
        candidates.fold(None, |best: Option<(usize, char, &str, usize, Vec<String>)>, it| match best {
            Some(best) if best.0 >= it.0 => Some(best),
            _ => Some(it),
        });
    let Some((1.., separator, called, header_line, header)) = best else { return Err(no_table(text)) };
    if let Some((number, twice)) = header
        .iter()
        .enumerate()
        .find(|(number, name)| !name.is_empty() && header.iter().take(*number).any(|it| it == *name))
    {
        return Err(Fault::at(
            format!("line {header_line}, column {}", number + 1),
            format!("there is a second column {}", printable(twice)),
        ));
    }
    let table = Table { separator, header };
    let mut entries = Vec::new();
    for row in Rows::new(text, separator) {
        let row = row?;
        if row.line > header_line && !row.is_empty() {
            entries.push(Entry { source: row.raw, read: table.account(&row) });
        }
    }
    let mut remarks = Vec::new();
    if separator != ',' {
        remarks.push(format!("Its fields are separated by {called}."));
    }
    let read_over: Vec<_> = table
        .header
        .iter()
        .filter(|it| it.starts_with("cognito:") && !is_read(it))
        .map(|it| printable(it))
        .collect();
    if !read_over.is_empty() {
        remarks.push(format!("Columns that aren't imported: {}.", read_over.join(", ")));
    }
    Ok(Contents { form: Form::Table(table), entries, remarks })
}

fn is_read(column: &str) -> bool {
    is_username(column) || column == "cognito:mfa_enabled"
}

/// What was seen in place of a table.
fn no_table(text: &str) -> Fault {
    let Some((number, line)) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty()) else {
        return Fault::at("", "the file is empty");
    };
    let seen = match line.trim_start() {
        line if line.starts_with("USERS") || line.starts_with("Users:") || line.starts_with("---") => {
            "this is not JSON: run aws with --output json".to_owned()
        }
        line => format!(
            "none of the files that can be imported begins like this: \"{}\". Give JSON, or a table with a column cognito:username",
            printable(line)
        ),
    };
    Fault::at(format!("line {}", number + 1), seen)
}

impl Table {
    fn account(&self, row: &Row<'_>) -> Result<Arrival, Vec<Fault>> {
        let place = format!("line {}", row.line);
        let (columns, fields) = (self.header.len(), row.fields.len());
        let beyond = row.fields.iter().skip(columns).any(|field| !field.trim().is_empty());
        if fields < columns || beyond {
            let wrong = format!(
                "there are {fields} fields, and {columns} columns: put a backslash before a separator in a value, or the value in quotes"
            );
            return Err(vec![Fault::at(place, wrong)]);
        }
        let cells = || {
            self.header
                .iter()
                .zip(&row.fields)
                .map(|(name, value)| (name, value.trim()))
                .filter(|(_, value)| !value.is_empty())
        };
        if let Some((number, _)) = self
            .header
            .iter()
            .zip(&row.fields)
            .enumerate()
            .find(|(_, (name, value))| name.is_empty() && !value.trim().is_empty())
        {
            return Err(vec![Fault::at(
                format!("{place}, column {}", number + 1),
                "there is a value, and the column has no name",
            )]);
        }
        let named =
            |column: &str| cells().find(|(name, _)| *name == column).map(|(_, value)| value.to_owned());
        let username = named("cognito:username").or_else(|| named("username"));
        let attributes: BTreeMap<_, _> = cells()
            .filter(|(name, _)| !is_username(name) && *name != REASON)
            .map(|(name, value)| (name.clone(), value.to_owned()))
            .collect();
        arrival(place, username, attributes)
    }

    /// A row of this table, as commas and quotes separate it, with a reason in front.
    pub(in crate::cli::user) fn left_out(&self, source: &str, reason: &str) -> String {
        let fields = Rows::new(source, self.separator)
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
    pub(in crate::cli::user) fn left_out_header(&self) -> String {
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
