//! Loading a language, and looking its messages up.

use crate::language::Language;
use crate::list::{ENGLISH, MESSAGES, Message};
use crate::pseudo;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

/// The sentences of one language.
pub struct Words {
    language: Language,
    bundle: FluentBundle<FluentResource>,
    /// By the message's number: laid out, if nothing is filled in.
    plain: Vec<String>,
}

impl Language {
    /// Its words, loaded once.
    pub fn words(self) -> &'static Words {
        static ENGLISH_WORDS: OnceLock<Words> = OnceLock::new();
        static PSEUDO_WORDS: OnceLock<Words> = OnceLock::new();
        let loaded = match self {
            Self::En => &ENGLISH_WORDS,
            Self::Pseudo => &PSEUDO_WORDS,
        };
        loaded.get_or_init(|| Words::load(self))
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("language", &self.language).finish_non_exhaustive()
    }
}

impl Words {
    /// The English ones.
    pub fn english() -> &'static Self {
        Language::En.words()
    }

    /// Their language.
    pub fn language(&self) -> Language {
        self.language
    }

    pub(crate) fn load(language: Language) -> Self {
        // Both are English; plurals are chosen by it.
        let mut bundle = FluentBundle::new_concurrent(vec![LanguageIdentifier::default()]);
        // English runs one way. Marks around what is filled in would be copied with addresses and codes.
        bundle.set_use_isolating(false);
        if language == Language::Pseudo {
            bundle.set_transform(Some(pseudo::accented));
        }
        for text in ENGLISH {
            // What the build has read is read again.
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(read, _)| read);
            bundle.add_resource_overriding(resource);
        }
        let mut words = Self { language, bundle, plain: Vec::new() };
        words.plain = MESSAGES
            .iter()
            .map(
                |message| {
                    if message.arguments.is_empty() { words.laid_out(message, None) } else { String::new() }
                },
            )
            .collect();
        words
    }

    /// A message in which nothing is filled in.
    pub(crate) fn plain(&'static self, number: usize) -> &'static str {
        self.plain.get(number).map_or("", String::as_str)
    }

    pub(crate) fn filled<const N: usize>(
        &self,
        number: usize,
        arguments: [(&'static str, FluentValue<'_>); N],
    ) -> String {
        self.filled_with(number, arguments)
    }

    pub(crate) fn filled_with<'a>(
        &self,
        number: usize,
        arguments: impl IntoIterator<Item = (&'static str, FluentValue<'a>)>,
    ) -> String {
        let arguments: FluentArgs<'a> =
            arguments.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect();
        MESSAGES.get(number).map_or_else(String::new, |message| self.laid_out(message, Some(&arguments)))
    }

    fn laid_out(&self, message: &Message, arguments: Option<&FluentArgs<'_>>) -> String {
        let Some(pattern) = self.bundle.get_message(message.key).and_then(|it| it.value()) else {
            return String::new();
        };
        let text: Cow<'_, str> = self.bundle.format_pattern(pattern, arguments, &mut Vec::new());
        match self.language {
            Language::En => text.into_owned(),
            Language::Pseudo => pseudo::bracketed(&text),
        }
    }
}
