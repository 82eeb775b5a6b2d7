//! Tables: the CSV header of a user pool, which is `cognito:username`, the attributes, and what Cognito sets
//! itself.

use super::arrival::arrival;
use super::contents::{Contents, FileEntry, Form};
use super::csv::{CsvRow, CsvRows, CsvTable};
use super::error::{LineError, REASON, printable};
use accounts::admin::Arrival;
use model::AttributeName;
use std::collections::BTreeMap;

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
    let row = CsvRows::new(text, separator).filter_map(Result::ok).find(|row| !row.is_empty())?;
    Some((row.line, row.fields.iter().map(|name| name.trim().to_owned()).collect()))
}

pub fn read(text: &str) -> Result<Contents<'_>, LineError> {
    // Spreadsheets may say first what stands between the fields; the line stays, so that the others keep
    // their numbers.
    let first = text.lines().next().unwrap_or_default();
    let told = first.strip_prefix("sep=").and_then(|rest| rest.chars().next());
    let begins = if told.is_some() { first.len() } else { 0 };
    let candidates = SEPARATORS.into_iter().filter_map(|(separator, called)| {
        let (line, header) = header_of(text.get(begins..)?, separator)?;
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
        return Err(LineError::at(
            format!("line {header_line}, column {}", number + 1),
            format!("there is a second column {}", printable(twice)),
        ));
    }
    let table = CsvTable { separator, header };
    let mut entries = Vec::new();
    for row in CsvRows::new(text, separator) {
        let row = row?;
        if row.line > header_line && !row.is_empty() {
            entries.push(FileEntry { source: row.raw, read: account(&table, &row) });
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
    Ok(Contents { form: Form::Csv(table), entries, remarks })
}

fn is_read(column: &str) -> bool {
    is_username(column) || column == "cognito:mfa_enabled"
}

/// What was seen in place of a table.
fn no_table(text: &str) -> LineError {
    let Some((number, line)) = text.lines().enumerate().find(|(_, line)| !line.trim().is_empty()) else {
        return LineError::at("", "the file is empty");
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
    LineError::at(format!("line {}", number + 1), seen)
}

/// What a row of the table says of an account.
fn account(table: &CsvTable, row: &CsvRow<'_>) -> Result<Arrival, Vec<LineError>> {
    let place = format!("line {}", row.line);
    let (columns, fields) = (table.header.len(), row.fields.len());
    let beyond = row.fields.iter().skip(columns).any(|field| !field.trim().is_empty());
    if fields < columns || beyond {
        let wrong = format!(
            "there are {fields} fields, and {columns} columns: put a backslash before a separator in a value, or the value in quotes"
        );
        return Err(vec![LineError::at(place, wrong)]);
    }
    let cells = || {
        table
            .header
            .iter()
            .zip(&row.fields)
            .map(|(name, value)| (name, value.trim()))
            .filter(|(_, value)| !value.is_empty())
    };
    if let Some((number, _)) = table
        .header
        .iter()
        .zip(&row.fields)
        .enumerate()
        .find(|(_, (name, value))| name.is_empty() && !value.trim().is_empty())
    {
        return Err(vec![LineError::at(
            format!("{place}, column {}", number + 1),
            "there is a value, and the column has no name",
        )]);
    }
    let named = |column: &str| cells().find(|(name, _)| *name == column).map(|(_, value)| value.to_owned());
    let username = named("cognito:username").or_else(|| named("username"));
    let attributes: BTreeMap<_, _> = cells()
        .filter(|(name, _)| !is_username(name) && *name != REASON)
        .map(|(name, value)| (name.clone(), value.to_owned()))
        .collect();
    arrival(place, username, attributes)
}
