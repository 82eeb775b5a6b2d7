//! Tests of the files and of what is made of them.

use crate::Language;
use crate::list::MESSAGES;
use fluent_bundle::FluentValue;

#[test]
fn words_of_every_language_lay_out_every_message() {
    for language in Language::ALL {
        let words = language.words();
        for (number, message) in MESSAGES.iter().enumerate() {
            let text = if message.arguments.is_empty() {
                words.plain(number).to_owned()
            } else {
                let sample = |name: &&'static str| (*name, FluentValue::from("42"));
                words.filled_with(number, message.arguments.iter().map(sample))
            };
            assert!(!text.is_empty(), "{language}: {}", message.key);
            assert!(!text.contains("{$"), "{language}: {text}");
        }
    }
}
