//! What a file of accounts holds.

use super::csv::CsvTable;
use super::error::LineError;
use accounts::admin::Arrival;

/// A file that could be read, though perhaps not every account in it.
#[derive(Debug)]
pub struct Contents<'a> {
    pub form: Form,
    pub entries: Vec<FileEntry<'a>>,
    /// What is worth telling about the file as a whole.
    pub remarks: Vec<String>,
}

/// How its accounts are written.
#[derive(Debug)]
pub enum Form {
    Csv(CsvTable),
    Json,
}

/// One account.
#[derive(Debug)]
pub struct FileEntry<'a> {
    /// Its text in the file.
    pub source: &'a str,
    pub read: Result<Arrival, Vec<LineError>>,
}
