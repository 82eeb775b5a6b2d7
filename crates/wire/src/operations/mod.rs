//! Every operation, once: what answers it, and the words about it in `docs/api.md`.

mod attributes;
mod challenge;
mod mfa;
mod outcome;
mod password;
mod sign_in;
mod sign_up;
mod srp;
mod tokens;

use crate::call::Call;
use crate::error::{ApiError, Exception};
use crate::shape::Member;
use crate::{requests, shape};
use serde_json::Value;
use std::fmt::Write;

macro_rules! operations {
    ($($name:literal => $answer:path, $words:literal;)*) => {
        /// The names, and in which way an operation differs from that of Cognito.
        const OPERATIONS: &[(&str, &str)] = &[$(($name, $words)),*];

        pub async fn run(call: &Call, operation: &str) -> Result<Value, ApiError> {
            if let Some(members) = requests::of(operation) {
                shape::check(members, &call.request)?;
            }
            match operation {
                $($name => $answer(call).await,)*
                _ => Err(ApiError::new(Exception::UnknownOperation, "There is no such operation.")),
            }
        }
    };
}

operations! {
    "SignUp" => sign_up::sign_up, "Taken contacts are not told here: who is at the other end of one hears of it, and the caller once the code is right. `Session` is for ConfirmSignUp. Where another sign-up waits already with another password, `UserSub` is made up: see [waiting-sign-ups.md](waiting-sign-ups.md).";
    "ConfirmSignUp" => sign_up::confirm, "`Session` is that of SignUp; without it the code counts for whoever asked for it from the same network, and a few times for anyone who knows the name. Where two have signed up as the same, the account is confirmed without a password, and the next sign-in with the one that waited is PasswordResetRequiredException.";
    "ResendConfirmationCode" => sign_up::resend, "Answers for accounts that don't exist as for those that do, as ForgotPassword.";
    "InitiateAuth" => sign_in::initiate_auth, "USER_SRP_AUTH, USER_PASSWORD_AUTH, REFRESH_TOKEN_AUTH and REFRESH_TOKEN. The last two keep the refresh token. For a contact `USER_ID_FOR_SRP` is an id of its own, not the `sub`; it and the `sub` are taken as `USERNAME` everywhere.";
    "RespondToAuthChallenge" => challenge::respond, "PASSWORD_VERIFIER, SOFTWARE_TOKEN_MFA, SMS_MFA, EMAIL_OTP, SELECT_MFA_TYPE and NEW_PASSWORD_REQUIRED. A recovery code is taken in the place of each code. A session lasts until its code is right.";
    "GetTokensFromRefreshToken" => tokens::refresh, "Always gives another refresh token. The old one, used a minute later, ends the session.";
    "RevokeToken" => tokens::revoke, "";
    "GlobalSignOut" => tokens::global_sign_out, "Browsers are signed out too.";
    "ForgotPassword" => password::forgot, "Answers for accounts that don't exist as for those that do: for a username `Destination` is always `***@***`.";
    "ConfirmForgotPassword" => password::confirm_forgot, "";
    "ChangePassword" => password::change, "Every other session ends. `PreviousPassword` has to be there.";
    "DeleteUser" => attributes::delete_user, "";
    "GetUser" => attributes::get_user, "";
    "GetUserAuthFactors" => attributes::auth_factors, "";
    "AssociateSoftwareToken" => mfa::associate, "With an access token; there is no MFA_SETUP, since nobody is made to have a second factor.";
    "VerifySoftwareToken" => mfa::verify, "The device's name is not kept.";
    "SetUserMFAPreference" => mfa::set_preference, "Email may be a factor and recover the account too.";
    "UpdateUserAttributes" => attributes::update, "A new address or number waits for its code; an attribute that is given twice is refused.";
    "DeleteUserAttributes" => attributes::delete, "";
    "GetUserAttributeVerificationCode" => attributes::send_code, "";
    "VerifyUserAttribute" => attributes::verify, "The first four wrong codes are CodeMismatchException, the fifth is LimitExceededException.";
}

const HEAD: &str = "\
# The wire API

Made from the operations' table by the tests (`UPDATE_EXPECT=1 cargo test -p server --test docs`); don't edit it here.

`POST /` with `X-Amz-Target: AWSCognitoIdentityProviderService.<operation>`, as clients of Amazon Cognito user pools send it; with
Cognito's exceptions and messages. Where Cognito leaves a choice, the strict one is taken. An operation that isn't in this list is
`UnknownOperationException`.

An application with a secret (`[[clients]]` in [config.md](config.md)) sends its `SecretHash`, in the authentication flows as
`SECRET_HASH`; GetTokensFromRefreshToken and RevokeToken take the `ClientSecret` itself. A hash that nobody asked for is refused too.
Such an application says who its visitor is in `UserContextData.IpAddress`: that address is in the account's events, and limits count it
(see [limits.md](limits.md)). Of an application without a secret it is ignored.

`GET` or `POST /oauth2/userInfo` with an access token as bearer answers the claims that the application may read, the verified flags as
booleans, as OpenID Connect has them. The `openid` scope is not asked for.

Requests have the shapes of the published service model. What is of another type is `SerializationException`; all else that is wrong is
told at once, as `InvalidParameterException`, before anything is looked up or counted. `Password` in SignUp has to be there too.

A limit that answers costs nothing. A try at a password or a code that was counted and got no answer (an error 500, a full queue, too
long a wait) is not counted once more when the client asks again by itself within a minute: twice at most, with the same
`amz-sdk-invocation-id`, the same request in every byte and from the same network, at the same node.

| operation | what differs |
|---|---|
";

/// An operation that is answered, and what its request may carry.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    pub name: &'static str,
    pub members: &'static [Member],
}

/// Every operation that is answered.
pub fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.iter().map(|(name, _)| Operation { name, members: requests::of(name).unwrap_or_default() })
}

/// The reference of the wire API, as Markdown.
pub fn reference() -> String {
    let mut text = HEAD.to_owned();
    for (name, words) in OPERATIONS {
        // Writing to a String can't fail.
        _ = writeln!(text, "| {name} | {words} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_of_every_operation_have_a_shape() {
        for (name, _) in OPERATIONS {
            assert!(requests::of(name).is_some(), "{name} has no line in requests.rs");
        }
    }
}
