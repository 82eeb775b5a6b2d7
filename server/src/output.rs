//! What the program prints to standard output, which is for people and scripts; the log is on standard error.
//!
//! What others wrote stands in it, and what was given as an argument: nothing of that moves the cursor, colours the
//! terminal or turns the direction of writing.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{Write as _, stderr, stdout};

/// That the reader went away (`| head`) is no fault.
pub fn print(text: &str) {
    _ = stdout().write_all(plain(text).as_bytes());
}

/// The same with a line end.
pub fn print_line(line: &str) {
    _ = writeln!(stdout(), "{}", plain(line));
}

/// What went wrong, to standard error. Nobody may be listening any more; then there is nobody to tell that.
pub fn complain(text: &str) {
    _ = stderr().write_all(plain(text).as_bytes());
}

/// The same text without characters that terminals obey: they are written as JSON writes them, so that JSON stays JSON.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_obeyed(c) {
            _ = write!(plain, "\\u{:04x}", u32::from(c)); // a string takes everything
        } else {
            plain.push(c);
        }
    }
    Cow::Owned(plain)
}

/// Control characters but for the line end and the tab, and those that turn the direction of writing.
fn is_obeyed(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn plain_of_what_a_terminal_obeys_is_written_out() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{1b}[0m", "\\u001b[31mred\\u001b[0m"),
            ("\u{9b}31m", "\\u009b31m"),
            ("a\rb\u{7}\u{7f}", "a\\u000db\\u0007\\u007f"),
            ("\u{202e}gpj.exe", "\\u202egpj.exe"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            (
                "Zoë 日本語 e\u{301} \u{1f469}\u{200d}\u{1f52c}",
                "Zoë 日本語 e\u{301} \u{1f469}\u{200d}\u{1f52c}",
            ),
        ] {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn plain_of_json_is_the_same_json() {
        let value = serde_json::json!({ "name": "\u{9b}\u{202e}\u{1b}" });
        let read: serde_json::Value = serde_json::from_str(&plain(&value.to_string())).unwrap();
        assert_eq!(read, value);
    }
}
