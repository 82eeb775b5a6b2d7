//! What a person is told when something is refused: a sentence to act on.

use super::words;
use model::{ErrorCode, FieldName, Rule};

/// One rule of the password policy, as people read it.
pub fn rule(rule: Rule, min_length: u8) -> String {
    let words = words();
    match rule {
        Rule::Length => return words.rule_length(min_length),
        Rule::Lowercase => words.rule_lowercase(),
        Rule::Uppercase => words.rule_uppercase(),
        Rule::Number => words.rule_number(),
        Rule::Symbol => words.rule_symbol(),
        Rule::Characters => words.rule_characters(),
        Rule::Uncommon => words.rule_uncommon(),
        Rule::Impersonal => words.rule_impersonal(),
    }
    .to_owned()
}

/// The sentence for an error. Several lines where several rules are broken.
#[expect(clippy::too_many_lines, reason = "a line for each code")]
pub fn sentence(code: ErrorCode) -> String {
    let words = words();
    match code {
        ErrorCode::PasswordPolicy { broken, min_length } => {
            return broken.iter().map(|it| rule(it, min_length)).collect::<Vec<_>>().join("\n");
        }
        ErrorCode::TooLong { max } => return words.error_too_long(max),
        ErrorCode::TooShort { min } => return words.error_too_short(min),
        ErrorCode::OutOfRange { min, max } => {
            return words.error_out_of_range(&min.to_string(), &max.to_string());
        }
        ErrorCode::WrongCode { tries_left: 0 } => words.error_worn_out_code(),
        ErrorCode::WrongCode { tries_left } => return words.error_wrong_code(tries_left),
        ErrorCode::Wait { seconds } => return wait(seconds),
        ErrorCode::UsernameReserved => words.error_username_reserved(),
        ErrorCode::FactorTooNew => words.error_factor_too_new(),
        ErrorCode::NoTextsToCountry => words.error_no_texts_to_country(),
        ErrorCode::NoTextsNow { .. } => words.error_no_texts_now(),
        ErrorCode::NoMessagesNow { seconds } => return no_messages(seconds),
        ErrorCode::Missing => words.error_missing(),
        ErrorCode::NotAnEmail => words.error_not_an_email(),
        ErrorCode::NotAPhoneNumber => words.error_not_a_phone_number(),
        ErrorCode::NoSuchPhoneNumber => words.error_no_such_phone_number(),
        ErrorCode::NotADate => words.error_not_a_date(),
        ErrorCode::NotANumber => words.error_not_a_number(),
        ErrorCode::NotABoolean => words.error_not_a_boolean(),
        ErrorCode::ControlCharacters => words.error_control_characters(),
        ErrorCode::NotInList => words.error_not_in_list(),
        ErrorCode::BadUsername => words.error_bad_username(),
        ErrorCode::UsernameLooksLikeContact => words.error_username_looks_like_contact(),
        ErrorCode::PasswordsDiffer => words.error_passwords_differ(),
        ErrorCode::SameAsNow => words.error_same_as_now(),
        ErrorCode::UnknownAttribute => words.error_unknown_attribute(),
        ErrorCode::NotWritable => words.error_not_writable(),
        ErrorCode::Immutable => words.error_immutable(),
        ErrorCode::RequiredAttribute => words.error_required_attribute(),
        ErrorCode::SignsInWithIt => words.error_signs_in_with_it(),
        ErrorCode::LastVerifiedContact => words.error_last_verified_contact(),
        ErrorCode::IsSecondStep => words.error_is_second_step(),
        ErrorCode::NothingToDo => words.error_nothing_to_do(),
        ErrorCode::UsernameTaken => words.error_username_taken(),
        ErrorCode::AliasExists => words.error_alias_exists(),
        ErrorCode::WrongPassword => words.error_wrong_password(),
        ErrorCode::WrongFirstPassword => words.error_wrong_first_password(),
        ErrorCode::ResetRequired => words.error_reset_required(),
        ErrorCode::PasswordAgain => words.error_password_again(),
        ErrorCode::AppCodeAgain => words.error_app_code_again(),
        ErrorCode::SentCodeAgain => words.error_sent_code_again(),
        ErrorCode::NotConfirmed => words.error_not_confirmed(),
        ErrorCode::WrongCredentials => words.error_wrong_credentials(),
        ErrorCode::SignedOut => words.error_signed_out(),
        ErrorCode::SignInOver => words.error_sign_in_over(),
        ErrorCode::Disabled => words.error_disabled(),
        ErrorCode::WrongPasskey => words.error_wrong_passkey(),
        ErrorCode::PasskeyFailed => words.error_passkey_failed(),
        ErrorCode::TooManyPasskeys => words.error_too_many_passkeys(),
        ErrorCode::ChallengeOver => words.error_challenge_over(),
        ErrorCode::NotACode => words.error_not_a_code(),
        ErrorCode::ExpiredCode => words.error_expired_code(),
        ErrorCode::UsedCode => words.error_used_code(),
        ErrorCode::WornOutCode => words.error_worn_out_code(),
        ErrorCode::WrongAppCode => words.error_wrong_app_code(),
        ErrorCode::WrongRecoveryCode => words.error_wrong_recovery_code(),
        ErrorCode::NoSuchFactor => words.error_no_such_factor(),
        ErrorCode::NoCode => words.error_no_code(),
        ErrorCode::BadRequest => words.error_bad_request(),
        ErrorCode::UndoOver => words.error_undo_over(),
        ErrorCode::CrossSite => words.error_cross_site(),
        ErrorCode::OtherAccount => words.error_other_account(),
        ErrorCode::TooLarge => words.error_too_large(),
        ErrorCode::Busy => words.error_busy(),
        ErrorCode::Unavailable => words.error_unavailable(),
    }
    .to_owned()
}

/// The same with the field's name where the sentence stands far from the field.
pub fn about(name: &FieldName, code: ErrorCode) -> String {
    let label = super::pages::field_label(name);
    words().label_and_reason(&label, &sentence(code).replace('\n', "; "))
}

fn wait(seconds: u32) -> String {
    match Wait::of(seconds) {
        Wait::Seconds(seconds) => words().error_wait_seconds(seconds),
        Wait::Minutes(minutes) => words().error_wait_minutes(minutes),
        Wait::Hours(hours) => words().error_wait_hours(hours),
    }
}

fn no_messages(seconds: u32) -> String {
    match Wait::of(seconds) {
        Wait::Seconds(seconds) => words().error_no_messages_seconds(seconds),
        Wait::Minutes(minutes) => words().error_no_messages_minutes(minutes),
        Wait::Hours(hours) => words().error_no_messages_hours(hours),
    }
}

/// A wait in the unit in which people read it.
enum Wait {
    Seconds(u32),
    Minutes(u32),
    Hours(u32),
}

impl Wait {
    fn of(seconds: u32) -> Self {
        match seconds {
            0 | 1 => Self::Seconds(1),
            2..120 => Self::Seconds(seconds),
            120..7200 => Self::Minutes(seconds.div_ceil(60)),
            _ => Self::Hours(seconds.div_ceil(3600)),
        }
    }
}

/// Beside a resend button that has to wait.
pub fn wait_for_code(seconds: u32) -> String {
    match Wait::of(seconds) {
        Wait::Seconds(seconds) => words().resend_wait_seconds(seconds),
        Wait::Minutes(minutes) => words().resend_wait_minutes(minutes),
        Wait::Hours(hours) => words().resend_wait_hours(hours),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn sentence_of_every_error_code_is_unique() {
        let sentences = ErrorCode::ALL.map(sentence);
        for words in &sentences {
            assert!(words.starts_with(char::is_uppercase) && words.len() > 10, "{words:?}");
        }
        assert_eq!(BTreeSet::from_iter(&sentences).len(), sentences.len());
    }

    #[test]
    fn sentence_of_a_password_policy_has_a_line_per_broken_rule() {
        let all = Rule::ALL.into_iter().fold(model::Rules::default(), model::Rules::with);
        let words = sentence(ErrorCode::PasswordPolicy { broken: all, min_length: 8 });
        assert_eq!(words.lines().count(), Rule::ALL.len());
        assert!(words.contains("at least 8 characters"), "{words}");
    }

    #[test]
    fn sentence_about_texts_is_what_the_wire_says() {
        assert_eq!(sentence(ErrorCode::NoTextsToCountry), model::NO_TEXTS_TO_COUNTRY);
        assert_eq!(sentence(ErrorCode::NoTextsNow { seconds: 9 }), model::NO_TEXTS_NOW);
    }
}
