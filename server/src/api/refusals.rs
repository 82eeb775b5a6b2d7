//! What the pool refuses, in the words of the wire API: one `match` for each of its errors.

use super::fault::{Exception, Fault};
use model::password::Rule;
use model::{AttributeName, FieldName, Refusal, Why};
use pool::app_clients::ClientFault;
use pool::change_password::ChangePasswordError;
use pool::codes::CodeFault;
use pool::confirm_forgot_password::ConfirmForgotPasswordError;
use pool::confirm_sign_up::ConfirmSignUpError;
use pool::delete_account::DeleteAccountError;
use pool::delete_attributes::DeleteAttributesError;
use pool::forgot_password::ForgotPasswordError;
use pool::refresh::{RefreshError, RevokeError};
use pool::resend_sign_up_code::ResendError;
use pool::sign_in::SignInError;
use pool::sign_up::SignUpError;
use pool::srp_sign_in::SrpError;
use pool::tokens::AccessTokenError;
use pool::update_attributes::UpdateAttributesError;
use pool::verify_attribute::VerifyAttributeError;
use pool::{ClientId, Unavailable};
use std::error::Error;

impl From<Unavailable> for Fault {
    fn from(fault: Unavailable) -> Self {
        tracing::error!(error = &fault as &dyn Error, "the wire API could not answer");
        Self::internal()
    }
}

/// No application of that name.
pub fn unknown_client(client: &ClientId) -> Fault {
    Fault::new(Exception::ResourceNotFound, format!("User pool client {client} does not exist."))
}

/// The request has no proof, or a wrong one, that it comes from its application.
pub fn not_that_client(client: &ClientId, fault: ClientFault) -> Fault {
    let message = match fault {
        ClientFault::HashMissing => {
            format!("Client {client} is configured with secret but SECRET_HASH was not received")
        }
        ClientFault::Wrong => format!("Unable to verify secret hash for client {client}"),
    };
    Fault::new(Exception::NotAuthorized, message)
}

/// It was there a moment ago, when the request was looked at.
fn client_is_gone() -> Fault {
    Fault::new(Exception::ResourceNotFound, "User pool client does not exist.")
}

fn limit(seconds: u32) -> Fault {
    Fault::new(Exception::LimitExceeded, "Attempt limit exceeded, please try after some time.").after(seconds)
}

fn too_many(seconds: u32) -> Fault {
    Fault::new(Exception::TooManyRequests, "Too many requests").after(seconds)
}

fn alias_exists(attribute: &AttributeName) -> Fault {
    Fault::new(Exception::AliasExists, format!("An account with the given {attribute} already exists."))
}

impl From<SignUpError> for Fault {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Fields(wrong) => fields(&wrong),
            SignUpError::TooMany => too_many_attributes("userAttributes"),
            SignUpError::UnknownClient => client_is_gone(),
            SignUpError::UsernameTaken => Self::new(Exception::UsernameExists, "User already exists"),
            SignUpError::Wait { seconds } => limit(seconds),
            SignUpError::Busy => too_many(1),
            SignUpError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<CodeFault> for Fault {
    fn from(fault: CodeFault) -> Self {
        match fault {
            CodeFault::Missing | CodeFault::NotACode | CodeFault::Wrong { .. } => {
                Self::new(Exception::CodeMismatch, "Invalid verification code provided, please try again.")
            }
            CodeFault::Expired | CodeFault::Used | CodeFault::NoCode => {
                Self::new(Exception::ExpiredCode, "Invalid code provided, please request a code again.")
            }
            CodeFault::WornOut => {
                Self::new(Exception::LimitExceeded, "Attempt limit exceeded, please try after some time.")
            }
        }
    }
}

impl From<ConfirmSignUpError> for Fault {
    fn from(error: ConfirmSignUpError) -> Self {
        match error {
            ConfirmSignUpError::Nobody => missing_parameter("USERNAME"),
            ConfirmSignUpError::Code(fault) => fault.into(),
            ConfirmSignUpError::AliasExists(attribute) => alias_exists(&attribute),
            ConfirmSignUpError::Username(_) => {
                Self::not_authorized("User cannot be confirmed. Current status is CONFIRMED")
            }
            ConfirmSignUpError::Wait { seconds } => limit(seconds),
            ConfirmSignUpError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<ResendError> for Fault {
    fn from(error: ResendError) -> Self {
        match error {
            ResendError::Nobody => missing_parameter("USERNAME"),
            ResendError::Wait { seconds } => limit(seconds),
            ResendError::NoPending => Self::parameter("The attribute is not set, or is verified already."),
            ResendError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<SignInError> for Fault {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Missing(fields) if fields.contains(&FieldName::Username) => {
                missing_parameter("USERNAME")
            }
            SignInError::Missing(_) => missing_parameter("PASSWORD"),
            SignInError::UnknownClient => client_is_gone(),
            SignInError::ResetRequired => {
                Self::new(Exception::PasswordResetRequired, "Password reset required for the user")
            }
            SignInError::Disabled => Self::not_authorized("User is disabled."),
            SignInError::WrongCredentials => Self::not_authorized("Incorrect username or password."),
            SignInError::Wait { seconds } => {
                Self::not_authorized("Password attempts exceeded").after(seconds)
            }
            SignInError::Busy => too_many(1),
            SignInError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<SrpError> for Fault {
    fn from(error: SrpError) -> Self {
        match error {
            SrpError::NotInGroup => Self::parameter("SRP_A is not a number of the group"),
            SrpError::Over => Self::not_authorized("Invalid session for the user."),
            SrpError::SignIn(error) => error.into(),
        }
    }
}

impl From<AccessTokenError> for Fault {
    fn from(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::Invalid => Self::not_authorized("Invalid Access Token"),
            AccessTokenError::Expired => Self::not_authorized("Access Token has expired"),
            AccessTokenError::Revoked => Self::not_authorized("Access Token has been revoked"),
            AccessTokenError::Scope => Self::not_authorized("Access Token does not have required scopes"),
            AccessTokenError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<RefreshError> for Fault {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::UnknownClient => client_is_gone(),
            RefreshError::Invalid => Self::not_authorized("Invalid Refresh Token"),
            RefreshError::Expired => Self::not_authorized("Refresh Token has expired"),
            RefreshError::Revoked => Self::not_authorized("Refresh Token has been revoked"),
            RefreshError::Reused => Self::new(Exception::RefreshTokenReuse, "Refresh Token has been revoked"),
            RefreshError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<RevokeError> for Fault {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::UnknownClient => client_is_gone(),
            RevokeError::NotYours => {
                Self::new(Exception::Unauthorized, "The token was issued to another client")
            }
            RevokeError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<UpdateAttributesError> for Fault {
    fn from(error: UpdateAttributesError) -> Self {
        match error {
            UpdateAttributesError::Refused(refusal) => attributes_refused("userAttributes", &refusal),
            UpdateAttributesError::Wait { seconds } => too_many(seconds),
            UpdateAttributesError::SignedOut | UpdateAttributesError::NotFresh(_) => {
                Self::not_authorized("Access Token has been revoked")
            }
            UpdateAttributesError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<DeleteAttributesError> for Fault {
    fn from(error: DeleteAttributesError) -> Self {
        match error {
            DeleteAttributesError::Refused(refusal) => attributes_refused("userAttributeNames", &refusal),
            DeleteAttributesError::Wait { seconds } => too_many(seconds),
            DeleteAttributesError::SignedOut | DeleteAttributesError::NotFresh(_) => {
                Self::not_authorized("Access Token has been revoked")
            }
            DeleteAttributesError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<VerifyAttributeError> for Fault {
    fn from(error: VerifyAttributeError) -> Self {
        match error {
            VerifyAttributeError::Code(fault) => fault.into(),
            VerifyAttributeError::AliasExists(attribute) => alias_exists(&attribute),
            VerifyAttributeError::SignedOut => Self::not_authorized("Access Token has been revoked"),
            VerifyAttributeError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<ChangePasswordError> for Fault {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Fields(wrong) => fields(&wrong),
            ChangePasswordError::WrongPassword => Self::not_authorized("Incorrect username or password."),
            ChangePasswordError::Wait { seconds } => limit(seconds),
            ChangePasswordError::SignedOut => Self::not_authorized("Access Token has been revoked"),
            ChangePasswordError::Busy => too_many(1),
            ChangePasswordError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<DeleteAccountError> for Fault {
    fn from(error: DeleteAccountError) -> Self {
        match error {
            DeleteAccountError::SignedOut => Self::not_authorized("Access Token has been revoked"),
            DeleteAccountError::Unavailable(fault) => fault.into(),
            // An application shows a token and nothing else that could be wrong.
            DeleteAccountError::Fields(_) | DeleteAccountError::Password(_) => Self::internal(),
        }
    }
}

impl From<ForgotPasswordError> for Fault {
    fn from(error: ForgotPasswordError) -> Self {
        match error {
            ForgotPasswordError::Nobody => missing_parameter("USERNAME"),
            ForgotPasswordError::Wait { seconds } => limit(seconds),
            ForgotPasswordError::Unavailable(fault) => fault.into(),
        }
    }
}

impl From<ConfirmForgotPasswordError> for Fault {
    fn from(error: ConfirmForgotPasswordError) -> Self {
        match error {
            ConfirmForgotPasswordError::Fields(wrong) => fields(&wrong),
            ConfirmForgotPasswordError::Code(fault) => fault.into(),
            ConfirmForgotPasswordError::Wait { seconds } => limit(seconds),
            ConfirmForgotPasswordError::Busy => too_many(1),
            ConfirmForgotPasswordError::Unavailable(fault) => fault.into(),
        }
    }
}

/// A parameter of an authentication flow that isn't there.
pub fn missing_parameter(name: &str) -> Fault {
    Fault::parameter(format!("Missing required parameter {name}"))
}

fn too_many_attributes(at: &str) -> Fault {
    let rule = format!("Member must have length less than or equal to {}", pool::MOST_SUBMITTED);
    Fault::parameter(format!(
        "1 validation error detected: Value at '{at}' failed to satisfy constraint: {rule}"
    ))
}

/// An attribute whose name nobody could have declared.
pub fn unknown_attribute(name: &str) -> Fault {
    Fault::parameter(format!("user.{name}: Attribute does not exist in the schema.\n"))
}

pub fn attributes_refused(at: &str, refusal: &Refusal) -> Fault {
    match refusal.form {
        Some(Why::TooLarge) => too_many_attributes(at),
        Some(Why::NothingToDo) => Fault::parameter(format!(
            "1 validation error detected: Value at '{at}' failed to satisfy constraint: Member must have length greater than or equal to 1"
        )),
        Some(_) => Fault::parameter("Invalid user attributes"),
        None => fields(&refusal.fields),
    }
}

/// Several wrong fields, in the order in which a request is judged: what the client may do, then passwords
/// and names, then each value.
fn fields(wrong: &[(FieldName, Why)]) -> Fault {
    let of = |name: &FieldName| wrong.iter().find(|(field, _)| field == name).map(|(_, why)| *why);
    let attributes: Vec<_> =
        wrong.iter().filter_map(|(field, why)| Some((attribute(field)?, *why))).collect();
    if attributes.iter().any(|(_, why)| *why == Why::NotWritable) {
        return Fault::not_authorized("A client attempted to write unauthorized attribute");
    }
    if let Some(why) = of(&FieldName::Password) {
        return Fault::new(
            Exception::InvalidPassword,
            format!("Password did not conform with policy: {}", password(why)),
        );
    }
    if let Some(why) = of(&FieldName::Username) {
        return Fault::parameter(username(why));
    }
    if of(&FieldName::Code).is_some() {
        return CodeFault::NotACode.into();
    }
    if let Some(seconds) = attributes.iter().filter_map(|(_, why)| wait(*why)).max() {
        return too_many(seconds);
    }
    values(&attributes)
}

fn attribute(field: &FieldName) -> Option<&AttributeName> {
    match field {
        FieldName::Attribute(name) => Some(name),
        _ => None,
    }
}

fn wait(why: Why) -> Option<u32> {
    match why {
        Why::Wait { seconds } => Some(seconds),
        _ => None,
    }
}

fn values(wrong: &[(&AttributeName, Why)]) -> Fault {
    let is_required = |why: Why| matches!(why, Why::Missing | Why::RequiredAttribute);
    let lines = |line: fn(&AttributeName, Why) -> String| {
        wrong.iter().map(|(name, why)| line(name, *why)).collect::<String>()
    };
    if wrong.iter().all(|(_, why)| is_required(*why)) {
        let lines = lines(|name, _| format!("{name}: The attribute is required\n"));
        return Fault::parameter(format!("Attributes did not conform to the schema: {lines}"));
    }
    match wrong {
        [(_, Why::NotAnEmail)] => Fault::parameter("Invalid email address format."),
        [(_, Why::NotAPhoneNumber)] => Fault::parameter("Invalid phone number format."),
        [(name, Why::Immutable)] => Fault::parameter(format!("user.{name}: {}", value(Why::Immutable))),
        [(name, why)] => Fault::parameter(format!("user.{name}: {}\n", value(*why))),
        _ => Fault::parameter(format!(
            "Invalid user attributes: {}",
            lines(|name, why| format!("user.{name}: {}\n", value(why)))
        )),
    }
}

/// What is wrong with the value of one attribute.
fn value(why: Why) -> String {
    let text = match why {
        Why::UnknownAttribute => "Attribute does not exist in the schema.",
        Why::Immutable => "Attribute cannot be updated. (changing an immutable attribute)",
        Why::Missing | Why::RequiredAttribute => "The attribute is required",
        Why::SignsInWithIt | Why::LastVerifiedContact => {
            "Attribute cannot be deleted. (the user signs in or recovers the account with it)"
        }
        Why::NotAnEmail => "Invalid email address format.",
        Why::NotAPhoneNumber => "Invalid phone number format.",
        Why::NotADate => "Date must be a real day as YYYY-MM-DD.",
        Why::NotANumber => "Number must be an integer.",
        Why::NotABoolean => "Boolean must be true or false.",
        Why::ControlCharacters => "String must not have control characters.",
        Why::TooLong { max } => return format!("String must be no longer than {max} characters."),
        Why::TooShort { min } => return format!("String must be at least {min} characters."),
        Why::OutOfRange { min, max } => return format!("Number must be between {min} and {max}."),
        _ => "Attribute value is not valid.",
    };
    text.to_owned()
}

fn password(why: Why) -> &'static str {
    if why == Why::SameAsNow {
        return "Password must be another one";
    }
    let Why::PasswordPolicy { broken, .. } = why else { return "Password not long enough" };
    match broken.iter().next() {
        Some(Rule::Length) | None => "Password not long enough",
        Some(Rule::Lowercase) => "Password must have lowercase characters",
        Some(Rule::Uppercase) => "Password must have uppercase characters",
        Some(Rule::Number) => "Password must have numeric characters",
        Some(Rule::Symbol) => "Password must have symbol characters",
        Some(Rule::Characters) => {
            "Password must not have spaces or control characters, nor more than 256 characters"
        }
    }
}

fn username(why: Why) -> &'static str {
    match why {
        Why::UsernameLooksLikeContact => "Username cannot be of email or phone number format.",
        _ => {
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular expression \
             pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
        }
    }
}
