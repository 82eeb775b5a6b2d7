//! What a server function answers when it is done: the `data` of its event, as the guide's Hub has it and as
//! the account's other open pages hear it.

use model::{AttributeName, Factor};
use serde::{Deserialize, Serialize};

/// `signUp`, `confirmSignUp`, `signIn`, `changePassword`, `signOut`, `globalSignOut`: whose account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OfAccount {
    pub username: String,
}

/// `enableMfa`, `disableMfa`, `preferMfa`: which second factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfFactor {
    pub factor: Factor,
}

/// `verifyUserAttribute`, `resendUserAttributeCode`, `cancelUserAttributeUpdate`: which attribute.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfAttribute {
    pub attribute: AttributeName,
}

/// `deleteUserAttributes`: which attributes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfAttributes {
    pub attributes: Vec<AttributeName>,
}

/// `addPasskey`, `removePasskey`: which one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfPasskey {
    pub passkey: String,
}

/// What an authenticator is asked, for the page's script: no event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasskeyQuestion {
    pub options: String,
    pub state: String,
}

/// `signOutOthers`: whose account, and how many browsers were signed out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfSessions {
    pub username: String,
    pub sessions: u32,
}
