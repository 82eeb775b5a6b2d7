//! What a provider answered, in a form that may be logged.

use std::fmt;

/// A provider's refusal: its number, and its words without what is private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it is the answer to. `None`: a gateway, which is asked one thing only.
    pub to: Option<Step>,
    /// Its number, of SMTP or HTTP.
    pub status: u16,
    /// What it said; empty if that wasn't read.
    pub words: Words,
}

/// What a mail server was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Everything before a mail: greeting, encryption, sign-in.
    Connect,
    /// `MAIL FROM`, our own address.
    Sender,
    /// `RCPT TO`, the address of the person.
    Recipient,
    /// `DATA`, and the mail itself.
    Message,
}

impl Step {
    const fn words(self) -> &'static str {
        match self {
            Self::Connect => "our connection",
            Self::Sender => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Message => "DATA",
        }
    }
}

impl Answer {
    /// Whether it is our own address that is refused.
    pub fn is_about_sender(&self) -> bool {
        self.to == Some(Step::Sender)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the provider answered {}", self.status)?;
        if let Some(to) = self.to {
            write!(f, " to {}", to.words())?;
        }
        if self.words.as_str().is_empty() { Ok(()) } else { write!(f, ": {}", self.words.as_str()) }
    }
}

/// A stranger's words on one line: no control characters, no address but our own, no digits that could be a
/// code or a phone number, and not too many of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// More than a server has to say.
    const MOST: usize = 200;
    /// Codes and phone numbers have at least so many digits in a row.
    const SECRET_DIGITS: usize = 6;
    /// A shorter name before the `@` is a word of its own too often.
    const SHORTEST_NAME: usize = 3;

    /// `sender`: the address that may stay. `recipient`: the one whose first half must not, either.
    pub fn new(text: &str, sender: &str, recipient: &str) -> Self {
        let name = recipient.rsplit_once('@').map_or("", |(name, _)| name).to_lowercase();
        let plain: String = text.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect();
        let words = plain.split_whitespace().map(|word| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let private = (word.contains('@') && bare != sender)
                || (name.len() >= Self::SHORTEST_NAME && bare.to_lowercase() == name);
            if private { "(address)".to_owned() } else { without_long_numbers(word, Self::SECRET_DIGITS) }
        });
        let line = words.collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(Self::MOST) {
            Some((end, _)) => Self(format!("{}…", line.get(..end).unwrap_or_default())),
            None => Self(line),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Neither a control character nor one that hides or turns what stands beside it.
fn is_printable(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}');
    !c.is_control() && !invisible
}

fn without_long_numbers(word: &str, long: usize) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in word.chars().map(Some).chain(std::iter::once(None)) {
        if let Some(digit) = c.filter(|c| c.is_numeric()) {
            digits.push(digit);
            continue;
        }
        out.push_str(if digits.chars().count() >= long { "…" } else { &digits });
        digits.clear();
        out.extend(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENDER: &str = "no-reply@id.example.com";

    #[test]
    fn words_of_an_answer_are_kept_without_private_parts() {
        for (said, expected) in [
            ("5.7.1 sender not owned by user", "5.7.1 sender not owned by user"),
            (
                "5.7.1 <no-reply@id.example.com>: sender refused",
                "5.7.1 <no-reply@id.example.com>: sender refused",
            ),
            ("5.1.1 <jane@domain.com>: User unknown", "5.1.1 (address) User unknown"),
            ("5.1.1 jane: no such user", "5.1.1 (address) no such user"),
            ("user JANE is not known", "user (address) is not known"),
            ("your code 123456 or +12128601234", "your code … or +…"),
            ("12345 is short, ١٢٣٤٥٦ is not", "12345 is short, … is not"),
            ("two\r\nlines\tand \u{1b}[31mred\u{202e}", "two lines and [31mred"),
            ("", ""),
        ] {
            assert_eq!(Words::new(said, SENDER, "Jane@domain.com").as_str(), expected, "{said:?}");
        }
    }

    #[test]
    fn words_of_an_endless_answer_are_cut() {
        let words = Words::new(&"ü".repeat(5000), SENDER, "me@domain.com");
        assert_eq!(words.as_str().chars().count(), Words::MOST + 1);
        assert!(words.as_str().ends_with('…'));
    }

    proptest::proptest! {
        #[test]
        fn words_of_any_answer_are_one_short_line(said in "(?s).{0,400}") {
            let words = Words::new(&said, SENDER, "jane@domain.com");
            assert!(words.as_str().chars().all(|c| !c.is_control()) && words.as_str().chars().count() <= Words::MOST + 1);
            assert!(!words.as_str().contains("jane@"));
        }
    }
}
