//! The text in a file, whichever program saved it.

use super::error::LineError;

/// The text, and how it was written, where that isn't plain UTF-8.
pub fn decode(bytes: Vec<u8>) -> Result<(String, Option<&'static str>), LineError> {
    let (text, remark) = match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err(LineError::at("", "the file is in UTF-32: save it as UTF-8"));
        }
        [0xEF, 0xBB, 0xBF, rest @ ..] => (utf8(rest.to_vec())?, None),
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes)?, Some(UTF_16)),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes)?, Some(UTF_16)),
        [1..=255, 0, 1..=255, 0, ..] => (utf16(&bytes, u16::from_le_bytes)?, Some(UTF_16)),
        [0, 1..=255, 0, 1..=255, ..] => (utf16(&bytes, u16::from_be_bytes)?, Some(UTF_16)),
        [b'P', b'K', 3, 4, ..] => {
            return Err(LineError::at(
                "",
                "the file is a spreadsheet or a ZIP archive: save the table as \"CSV UTF-8\", or unpack it",
            ));
        }
        [0x1F, 0x8B, ..] => return Err(LineError::at("", "the file is compressed (gzip): unpack it first")),
        _ => (utf8(bytes)?, None),
    };
    match text.find('\0') {
        Some(at) => Err(LineError::at(
            line_of(text.as_bytes().get(..at).unwrap_or_default()),
            "there is a NUL character: the file isn't a text",
        )),
        None => Ok((text, remark)),
    }
}

const UTF_16: &str = "The file is in UTF-16.";

fn line_of(before: &[u8]) -> String {
    format!("line {}", before.iter().filter(|byte| **byte == b'\n').count() + 1)
}

fn utf8(bytes: Vec<u8>) -> Result<String, LineError> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.into_bytes();
        let byte = bytes.get(at).copied().unwrap_or_default();
        let wrong = format!(
            "the byte {byte:02X} is not UTF-8. This may be Windows-1252, in which spreadsheets save \"CSV\": save it as \"CSV UTF-8\""
        );
        LineError::at(line_of(bytes.get(..at).unwrap_or_default()), wrong)
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, LineError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>());
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(LineError::at("", "the file begins like UTF-16 and is damaged: save it as UTF-8")),
    }
}
