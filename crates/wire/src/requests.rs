//! What each operation's request may carry: the members of the published model, in its order. A test compares
//! the two (`end2end/clients/shapes.py`). Where ours is stricter, the line says so.

use crate::shape::{
    APP_CODE, ATTRIBUTE_NAME, ATTRIBUTE_VALUE, CLIENT_ID, CLIENT_SECRET, CODE, DEVICE_KEY, Member, PAGE,
    PASSWORD, SECRET_HASH, SESSION, STRING, Shape, TOKEN, USERNAME, may, must,
};

const ATTRIBUTE: Shape = Shape::Structure(ATTRIBUTE_MEMBERS);
const ATTRIBUTE_MEMBERS: &[Member] = &[must("Name", &ATTRIBUTE_NAME), may("Value", &ATTRIBUTE_VALUE)];
const ATTRIBUTES: Shape = Shape::List(&ATTRIBUTE);
const ATTRIBUTE_NAMES: Shape = Shape::List(&ATTRIBUTE_NAME);
const ANALYTICS: Shape = Shape::Structure(ANALYTICS_MEMBERS);
const ANALYTICS_MEMBERS: &[Member] = &[may("AnalyticsEndpointId", &STRING)];
const CONTEXT: Shape = Shape::Structure(CONTEXT_MEMBERS);
const CONTEXT_MEMBERS: &[Member] = &[may("IpAddress", &STRING), may("EncodedData", &STRING)];
const MFA: Shape = Shape::Structure(MFA_MEMBERS);
const MFA_MEMBERS: &[Member] = &[may("Enabled", &Shape::Boolean), may("PreferredMfa", &Shape::Boolean)];
const PASSKEY_MFA: Shape = Shape::Structure(PASSKEY_MFA_MEMBERS);
const PASSKEY_MFA_MEMBERS: &[Member] = &[may("Enabled", &Shape::Boolean)];
const REVOKED: Shape = Shape::OneOf(&["NONE", "LINKED"]);

/// `AuthFlowType`.
const FLOW: Shape = Shape::OneOf(&[
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
    "CUSTOM_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
]);

/// `ChallengeNameType`.
const CHALLENGE: Shape = Shape::OneOf(&[
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
]);

const SIGNED_IN: &[Member] = &[must("AccessToken", &TOKEN)];
const SEND_A_CODE: &[Member] = &[
    must("ClientId", &CLIENT_ID),
    may("SecretHash", &SECRET_HASH),
    may("UserContextData", &CONTEXT),
    must("Username", &USERNAME),
    may("AnalyticsMetadata", &ANALYTICS),
    may("ClientMetadata", &Shape::Texts),
];

/// The members of the operation's request. `None`: there is no such operation.
pub fn of(operation: &str) -> Option<&'static [Member]> {
    REQUESTS.iter().find(|(name, _)| *name == operation).map(|(_, members)| *members)
}

const REQUESTS: &[(&str, &[Member])] = &[
    (
        "SignUp",
        &[
            must("ClientId", &CLIENT_ID),
            may("SecretHash", &SECRET_HASH),
            must("Username", &USERNAME),
            // Nobody signs up without one here.
            must("Password", &PASSWORD),
            may("UserAttributes", &ATTRIBUTES),
            may("ValidationData", &ATTRIBUTES),
            may("AnalyticsMetadata", &ANALYTICS),
            may("UserContextData", &CONTEXT),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    (
        "ConfirmSignUp",
        &[
            must("ClientId", &CLIENT_ID),
            may("SecretHash", &SECRET_HASH),
            must("Username", &USERNAME),
            must("ConfirmationCode", &CODE),
            may("ForceAliasCreation", &Shape::Boolean),
            may("AnalyticsMetadata", &ANALYTICS),
            may("UserContextData", &CONTEXT),
            may("ClientMetadata", &Shape::Texts),
            may("Session", &SESSION),
        ],
    ),
    ("ResendConfirmationCode", SEND_A_CODE),
    ("ForgotPassword", SEND_A_CODE),
    (
        "ConfirmForgotPassword",
        &[
            must("ClientId", &CLIENT_ID),
            may("SecretHash", &SECRET_HASH),
            must("Username", &USERNAME),
            must("ConfirmationCode", &CODE),
            must("Password", &PASSWORD),
            may("AnalyticsMetadata", &ANALYTICS),
            may("UserContextData", &CONTEXT),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    (
        "InitiateAuth",
        &[
            must("AuthFlow", &FLOW),
            may("AuthParameters", &Shape::Texts),
            may("ClientMetadata", &Shape::Texts),
            must("ClientId", &CLIENT_ID),
            may("AnalyticsMetadata", &ANALYTICS),
            may("UserContextData", &CONTEXT),
            may("Session", &SESSION),
        ],
    ),
    (
        "RespondToAuthChallenge",
        &[
            must("ClientId", &CLIENT_ID),
            must("ChallengeName", &CHALLENGE),
            may("Session", &SESSION),
            may("ChallengeResponses", &Shape::Texts),
            may("AnalyticsMetadata", &ANALYTICS),
            may("UserContextData", &CONTEXT),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    (
        "GetTokensFromRefreshToken",
        &[
            must("RefreshToken", &TOKEN),
            must("ClientId", &CLIENT_ID),
            may("ClientSecret", &CLIENT_SECRET),
            may("DeviceKey", &DEVICE_KEY),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    (
        "RevokeToken",
        &[
            must("Token", &TOKEN),
            must("ClientId", &CLIENT_ID),
            may("ClientSecret", &CLIENT_SECRET),
            may("RevokeAssociatedSessions", &REVOKED),
        ],
    ),
    ("GlobalSignOut", SIGNED_IN),
    ("DeleteUser", SIGNED_IN),
    ("GetUser", SIGNED_IN),
    ("GetUserAuthFactors", SIGNED_IN),
    ("StartWebAuthnRegistration", SIGNED_IN),
    (
        "ChangePassword",
        &[
            // Whoever has no password yet sends none; here everybody has one.
            must("PreviousPassword", &PASSWORD),
            must("ProposedPassword", &PASSWORD),
            must("AccessToken", &TOKEN),
        ],
    ),
    (
        "UpdateUserAttributes",
        &[
            must("UserAttributes", &ATTRIBUTES),
            must("AccessToken", &TOKEN),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    ("DeleteUserAttributes", &[must("UserAttributeNames", &ATTRIBUTE_NAMES), must("AccessToken", &TOKEN)]),
    (
        "GetUserAttributeVerificationCode",
        &[
            must("AccessToken", &TOKEN),
            must("AttributeName", &ATTRIBUTE_NAME),
            may("ClientMetadata", &Shape::Texts),
        ],
    ),
    (
        "VerifyUserAttribute",
        &[must("AccessToken", &TOKEN), must("AttributeName", &ATTRIBUTE_NAME), must("Code", &CODE)],
    ),
    // Nobody is made to set one up before being signed in, so there is always a token.
    ("AssociateSoftwareToken", &[must("AccessToken", &TOKEN), may("Session", &SESSION)]),
    (
        "VerifySoftwareToken",
        &[
            must("AccessToken", &TOKEN),
            may("Session", &SESSION),
            must("UserCode", &APP_CODE),
            may("FriendlyDeviceName", &STRING),
        ],
    ),
    (
        "SetUserMFAPreference",
        &[
            may("SMSMfaSettings", &MFA),
            may("SoftwareTokenMfaSettings", &MFA),
            may("EmailMfaSettings", &MFA),
            may("WebAuthnMfaSettings", &PASSKEY_MFA),
            must("AccessToken", &TOKEN),
        ],
    ),
    ("CompleteWebAuthnRegistration", &[must("AccessToken", &TOKEN), must("Credential", &Shape::Document)]),
    (
        "ListWebAuthnCredentials",
        &[
            must("AccessToken", &TOKEN),
            may("NextToken", &PAGE),
            may("MaxResults", &Shape::Integer { min: 0, max: 20 }),
        ],
    ),
    ("DeleteWebAuthnCredential", &[must("AccessToken", &TOKEN), must("CredentialId", &STRING)]),
];
