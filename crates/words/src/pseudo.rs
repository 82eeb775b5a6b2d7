//! English as a language that nobody speaks: what shows plain is not translated, what is cut doesn't fit.

use std::borrow::Cow;

/// Accents on the letters, and about a third more of them.
pub(crate) fn accented(text: &str) -> Cow<'_, str> {
    let mut long = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        let accented = match letter {
            'a' => 'á',
            'c' => 'ç',
            'e' => 'é',
            'i' => 'î',
            'n' => 'ñ',
            'o' => 'ö',
            'u' => 'ü',
            'y' => 'ý',
            'A' => 'Å',
            'C' => 'Ç',
            'E' => 'É',
            'I' => 'Î',
            'O' => 'Ö',
            'S' => 'Š',
            'U' => 'Û',
            other => other,
        };
        long.push(accented);
        if matches!(letter, 'a' | 'e' | 'o' | 'u') {
            long.push(accented);
        }
    }
    Cow::Owned(long)
}

/// Where a message begins and ends.
pub(crate) fn bracketed(message: &str) -> String {
    format!("⟦{message}⟧")
}
