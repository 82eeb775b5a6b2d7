//! Refused fields and attributes, in the words of the wire API.

use super::{ApiError, Exception};
use accounts::one_time_codes::CodeFault;
use model::password::Rule;
use model::{AttributeName, ErrorCode, FieldName, FormErrors, NO_TEXTS_TO_COUNTRY};

/// More attributes than anybody submits.
pub fn too_many_attributes(at: &str) -> ApiError {
    let rule = format!("Member must have length less than or equal to {}", accounts::MOST_SUBMITTED);
    ApiError::parameter(format!(
        "1 validation error detected: Value at '{at}' failed to satisfy constraint: {rule}"
    ))
}

/// What is wrong with submitted attributes; `at` is the member of the request that has them.
pub fn attributes_refused(at: &str, refusal: &FormErrors) -> ApiError {
    match refusal.form {
        Some(ErrorCode::TooLarge) => too_many_attributes(at),
        Some(ErrorCode::NothingToDo) => ApiError::parameter(format!(
            "1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must have length greater than or equal to 1"
        )),
        Some(_) => ApiError::parameter("Invalid user attributes"),
        None => fields(&refusal.fields),
    }
}

/// Several wrong fields, in the order in which a request is judged: what the client may do, then passwords
/// and names, then each value.
pub fn fields(wrong: &[(FieldName, ErrorCode)]) -> ApiError {
    let of = |name: &FieldName| wrong.iter().find(|(field, _)| field == name).map(|(_, why)| *why);
    let attributes: Vec<_> =
        wrong.iter().filter_map(|(field, why)| Some((attribute(field)?, *why))).collect();
    if attributes.iter().any(|(_, why)| *why == ErrorCode::NotWritable) {
        return ApiError::not_authorized("A client attempted to write unauthorized attribute");
    }
    if let Some(why) = of(&FieldName::Password) {
        return ApiError::new(
            Exception::InvalidPassword,
            format!("Password did not conform with policy: {}", password(why)),
        );
    }
    if let Some(why) = of(&FieldName::Username) {
        return ApiError::parameter(username(why));
    }
    if of(&FieldName::Code).is_some() {
        return CodeFault::NotACode.into();
    }
    if let Some(seconds) = attributes.iter().find_map(|(_, why)| no_texts_now(*why)) {
        return ApiError::no_texts_now(seconds);
    }
    if let Some(seconds) = attributes.iter().filter_map(|(_, why)| wait(*why)).max() {
        return ApiError::too_many_requests(seconds);
    }
    values(&attributes)
}

fn attribute(field: &FieldName) -> Option<&AttributeName> {
    if let FieldName::Attribute(name) = field { Some(name) } else { None }
}

fn wait(why: ErrorCode) -> Option<u32> {
    if let ErrorCode::Wait { seconds } = why { Some(seconds) } else { None }
}

fn no_texts_now(why: ErrorCode) -> Option<u32> {
    if let ErrorCode::NoTextsNow { seconds } = why { Some(seconds) } else { None }
}

fn values(wrong: &[(&AttributeName, ErrorCode)]) -> ApiError {
    let is_required = |why: ErrorCode| matches!(why, ErrorCode::Missing | ErrorCode::RequiredAttribute);
    let lines = |line: fn(&AttributeName, ErrorCode) -> String| {
        wrong.iter().map(|(name, why)| line(name, *why)).collect::<String>()
    };
    if wrong.iter().all(|(_, why)| is_required(*why)) {
        let lines = lines(|name, _| format!("{name}: The attribute is required\n"));
        return ApiError::parameter(format!("Attributes did not conform to the schema: {lines}"));
    }
    match wrong {
        [(_, ErrorCode::NotAnEmail)] => ApiError::parameter("Invalid email address format."),
        [(_, ErrorCode::NotAPhoneNumber | ErrorCode::NoSuchPhoneNumber)] => {
            ApiError::parameter("Invalid phone number format.")
        }
        [(_, ErrorCode::NoTextsToCountry)] => ApiError::parameter(NO_TEXTS_TO_COUNTRY),
        [(name, ErrorCode::Immutable)] => {
            ApiError::parameter(format!("user.{name}: {}", value(ErrorCode::Immutable)))
        }
        [(name, why)] => ApiError::parameter(format!("user.{name}: {}\n", value(*why))),
        _ => ApiError::parameter(format!(
            "Invalid user attributes: {}",
            lines(|name, why| format!("user.{name}: {}\n", value(why)))
        )),
    }
}

/// What is wrong with the value of one attribute.
#[expect(clippy::too_many_lines, reason = "a line for each code")]
fn value(why: ErrorCode) -> String {
    let text = match why {
        ErrorCode::UnknownAttribute => "Attribute does not exist in the schema.",
        ErrorCode::Immutable => "Attribute cannot be updated. (changing an immutable attribute)",
        ErrorCode::Missing | ErrorCode::RequiredAttribute => "The attribute is required",
        ErrorCode::SignsInWithIt | ErrorCode::LastVerifiedContact => {
            "Attribute cannot be deleted. (the user signs in or recovers the account with it)"
        }
        ErrorCode::IsSecondStep => {
            "Attribute cannot be deleted. (the user signs in with codes that are sent to it: turn off that MFA first)"
        }
        ErrorCode::NotAnEmail => "Invalid email address format.",
        ErrorCode::NotAPhoneNumber | ErrorCode::NoSuchPhoneNumber => "Invalid phone number format.",
        ErrorCode::NoTextsToCountry => NO_TEXTS_TO_COUNTRY,
        ErrorCode::NotADate => "Date must be a real day as YYYY-MM-DD.",
        ErrorCode::NotANumber => "Number must be an integer.",
        ErrorCode::NotABoolean => "Boolean must be true or false.",
        ErrorCode::ControlCharacters => "String must not have control characters.",
        ErrorCode::TooLong { max } => return format!("String must be no longer than {max} characters."),
        ErrorCode::TooShort { min } => return format!("String must be at least {min} characters."),
        ErrorCode::OutOfRange { min, max } => return format!("Number must be between {min} and {max}."),
        // Of other fields, or of a request as a whole.
        ErrorCode::NotInList
        | ErrorCode::BadUsername
        | ErrorCode::UsernameLooksLikeContact
        | ErrorCode::PasswordPolicy { .. }
        | ErrorCode::PasswordsDiffer
        | ErrorCode::SameAsNow
        | ErrorCode::NotWritable
        | ErrorCode::NothingToDo
        | ErrorCode::UsernameTaken
        | ErrorCode::AliasExists
        | ErrorCode::WrongCredentials
        | ErrorCode::WrongPassword
        | ErrorCode::WrongFirstPassword
        | ErrorCode::ResetRequired
        | ErrorCode::PasswordAgain
        | ErrorCode::AppCodeAgain
        | ErrorCode::SentCodeAgain
        | ErrorCode::NotConfirmed
        | ErrorCode::SignedOut
        | ErrorCode::UsernameReserved
        | ErrorCode::SignInOver
        | ErrorCode::Disabled
        | ErrorCode::WrongPasskey
        | ErrorCode::PasskeyFailed
        | ErrorCode::TooManyPasskeys
        | ErrorCode::ChallengeOver
        | ErrorCode::NotACode
        | ErrorCode::WrongCode { .. }
        | ErrorCode::ExpiredCode
        | ErrorCode::UsedCode
        | ErrorCode::WornOutCode
        | ErrorCode::WrongAppCode
        | ErrorCode::WrongRecoveryCode
        | ErrorCode::NoSuchFactor
        | ErrorCode::FactorTooNew
        | ErrorCode::NoCode
        | ErrorCode::Wait { .. }
        | ErrorCode::NoTextsNow { .. }
        | ErrorCode::NoMessagesNow { .. }
        | ErrorCode::BadRequest
        | ErrorCode::CrossSite
        | ErrorCode::OtherAccount
        | ErrorCode::UndoOver
        | ErrorCode::TooLarge
        | ErrorCode::Busy
        | ErrorCode::Unavailable => "Attribute value is not valid.",
    };
    text.to_owned()
}

fn password(why: ErrorCode) -> &'static str {
    if why == ErrorCode::SameAsNow {
        return "Password must be another one";
    }
    if why == ErrorCode::ControlCharacters {
        return "Password must not have control characters";
    }
    let ErrorCode::PasswordPolicy { broken, .. } = why else { return "Password not long enough" };
    match broken.iter().next() {
        Some(Rule::Length) | None => "Password not long enough",
        Some(Rule::Lowercase) => "Password must have lowercase characters",
        Some(Rule::Uppercase) => "Password must have uppercase characters",
        Some(Rule::Number) => "Password must have numeric characters",
        Some(Rule::Symbol) => "Password must have symbol characters",
        Some(Rule::Characters) => {
            "Password must not begin or end with a space, have control characters, or be longer than 256 characters"
        }
        Some(Rule::Uncommon) => "Password must not be a commonly used one",
        Some(Rule::Impersonal) => "Password must not be the username, name or address of its user",
    }
}

fn username(why: ErrorCode) -> &'static str {
    if why == ErrorCode::UsernameLooksLikeContact {
        return "Username cannot be of email or phone number format.";
    }
    if why == ErrorCode::UsernameReserved {
        return "Username is reserved.";
    }
    "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression \
     pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
}
