//! What the program prints to standard output, which is for people and scripts; the log is on standard error.

use std::io::{Write, stdout};

/// That the reader went away (`| head`) is no fault.
pub fn print(text: &str) {
    _ = stdout().write_all(text.as_bytes());
}

/// The same with a line end.
pub fn print_line(line: &str) {
    _ = writeln!(stdout(), "{line}");
}
