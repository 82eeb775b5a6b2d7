//! One form for what two keyboards make of the same password.

use model::Password;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The password as it is judged and hashed: composed characters, and one kind of space (the profile
/// `OpaqueString` of RFC 8265, section 4.2.2).
///
/// A Mac may type `é` as two characters and a phone as one, and an option key may be held at the space bar.
pub(crate) fn canonical(password: &Password) -> Zeroizing<String> {
    let typed = password.reveal();
    // Long enough from the start: a text that grows leaves its former self in memory.
    let mut text = Zeroizing::new(String::with_capacity(3 * typed.len()));
    text.extend(typed.nfc().map(|c| if is_space(c) { ' ' } else { c }));
    text
}

/// A space separator (Unicode category Zs).
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_of_composed_and_decomposed_is_the_same() {
        let of = |text: &str| canonical(&Password::new(text));
        assert_eq!(of("cafe\u{301} cre\u{300}me"), of("caf\u{e9}\u{a0}cr\u{e8}me"));
        assert_eq!(of("caf\u{e9}").as_str(), "caf\u{e9}");
    }

    #[test]
    fn canonical_keeps_case_width_and_compatibility_forms() {
        for text in ["Ａbc ﬁ", "PASSword", "ß ẞ", "１２３"] {
            assert_eq!(canonical(&Password::new(text)).as_str(), text);
        }
    }
}
