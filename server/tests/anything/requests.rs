//! What has to have happened before an operation can be accepted, and what is right for each member then.

use crate::people::{COOLDOWN, Person, SignedUp, World};
use crate::support::PASSWORD;
use accounts::factors::shown_by;
use serde_json::{Map, Value, json};

/// What is right for the members of a request, by their names.
pub type Known = Map<String, Value>;

pub async fn ready_for(world: &World, operation: &str) -> Known {
    match operation {
        "SignUp" => signing_up(world),
        "ConfirmSignUp" | "ResendConfirmationCode" => signed_up(world).await,
        "ConfirmForgotPassword" => resetting(world).await,
        "RespondToAuthChallenge" => challenged(world).await,
        "VerifySoftwareToken" => setting_up_app(world).await,
        "GetUserAttributeVerificationCode" | "VerifyUserAttribute" => changing_email(world).await,
        _ => of(&world.person().await),
    }
}

fn known(members: Value) -> Known {
    let Value::Object(members) = members else { panic!("{members}") };
    members
}

fn and(mut one: Known, more: Value) -> Known {
    one.extend(known(more));
    one
}

/// Whoever is signed in, and nothing more.
pub fn of(person: &Person) -> Known {
    let (username, tokens) = (&person.names.username, &person.tokens);
    known(json!({
        "ClientId": "web",
        "Username": username,
        "Password": PASSWORD,
        "AccessToken": tokens.access,
        "RefreshToken": tokens.refresh,
        "Token": tokens.refresh,
        "PreviousPassword": PASSWORD,
        "ProposedPassword": "my-own-password-at-last",
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": username, "PASSWORD": PASSWORD },
        "UserAttributes": [{ "Name": "nickname", "Value": "Jo" }],
        "UserAttributeNames": ["nickname"],
        "EmailMfaSettings": { "Enabled": true, "PreferredMfa": true },
    }))
}

fn signing_up(world: &World) -> Known {
    let names = world.names();
    known(json!({
        "ClientId": "web",
        "Username": names.username,
        "Password": PASSWORD,
        "UserAttributes": [
            { "Name": "email", "Value": names.email },
            { "Name": "given_name", "Value": "Jane" },
        ],
    }))
}

async fn signed_up(world: &World) -> Known {
    let SignedUp { names, .. } = world.sign_up().await;
    let code = world.code_for(&names.email).await;
    world.server.wait(COOLDOWN);
    known(json!({ "ClientId": "web", "Username": names.username, "ConfirmationCode": code }))
}

async fn resetting(world: &World) -> Known {
    let person = world.person().await;
    let asked = json!({ "ClientId": "web", "Username": person.names.username });
    world.server.wire("ForgotPassword", asked).await.ok();
    let code = world.server.code_for(&person.names.email).await;
    and(of(&person), json!({ "ConfirmationCode": code, "Password": "my-own-password-at-last" }))
}

async fn challenged(world: &World) -> Known {
    let person = world.person().await;
    let on = json!({ "AccessToken": person.tokens.access, "EmailMfaSettings": { "Enabled": true } });
    world.server.wire("SetUserMFAPreference", on).await.ok();
    let parameters = json!({ "USERNAME": person.names.username, "PASSWORD": PASSWORD });
    let request =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web", "AuthParameters": parameters });
    let asked = world.server.wire("InitiateAuth", request).await.ok();
    let code = world.server.code_for(&person.names.email).await;
    let responses = json!({ "USERNAME": person.names.username, "EMAIL_OTP_CODE": code });
    let (name, session) = (&asked["ChallengeName"], &asked["Session"]);
    and(of(&person), json!({ "ChallengeName": name, "Session": session, "ChallengeResponses": responses }))
}

async fn setting_up_app(world: &World) -> Known {
    let person = world.person().await;
    let request = json!({ "AccessToken": person.tokens.access });
    let set_up = world.server.wire("AssociateSoftwareToken", request).await.ok();
    let secret = set_up["SecretCode"].as_str().unwrap();
    and(of(&person), json!({ "UserCode": shown_by(secret, world.server.pool.now()).unwrap() }))
}

async fn changing_email(world: &World) -> Known {
    let (person, names) = (world.person().await, world.names());
    let attributes = json!([{ "Name": "email", "Value": names.email }]);
    let update = json!({ "AccessToken": person.tokens.access, "UserAttributes": attributes });
    world.server.wire("UpdateUserAttributes", update).await.ok();
    let code = world.code_for(&names.email).await;
    world.server.wait(COOLDOWN);
    and(of(&person), json!({ "AttributeName": "email", "Code": code }))
}
