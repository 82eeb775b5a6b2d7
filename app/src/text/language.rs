//! In which language a request is answered.

use words::{Language, Words};

tokio::task_local! {
    static WORDS: &'static Words;
}

/// The words of the language in which the request at hand is answered.
pub fn words() -> &'static Words {
    WORDS.try_with(|words| *words).unwrap_or_else(|_| Words::english())
}

/// Answers a request in a language.
pub async fn spoken<Answer: Future>(language: Language, answer: Answer) -> Answer::Output {
    WORDS.scope(language.words(), answer).await
}
