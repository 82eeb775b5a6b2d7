use super::*;
use axum::response::IntoResponse as _;
use serde_json::json;

async fn refused(members: &'static [Member], request: Value) -> (String, String) {
    let body = check(members, &request).unwrap_err().into_response().into_body();
    let body: Value = serde_json::from_slice(&axum::body::to_bytes(body, 100_000).await.unwrap()).unwrap();
    (body["__type"].as_str().unwrap().to_owned(), body["message"].as_str().unwrap().to_owned())
}

async fn told(members: &'static [Member], request: Value) -> String {
    let (name, message) = refused(members, request).await;
    assert_eq!(name, "InvalidParameterException", "{message}");
    message
}

#[tokio::test]
async fn check_error_repeats_a_name_but_never_a_secret() {
    const MEMBERS: &[Member] = &[must("Password", &PASSWORD), must("AttributeName", &ATTRIBUTE_NAME)];
    assert_eq!(
        told(MEMBERS, json!({ "Password": " space at an end", "AttributeName": "a\u{0}b" })).await,
        "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [\\S]+; Value 'a\u{0}b' at 'attributeName' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+"
    );
}

#[tokio::test]
async fn check_reports_missing_and_wrong_lengths_in_order() {
    const MEMBERS: &[Member] =
        &[must("Username", &USERNAME), must("ClientId", &CLIENT_ID), may("Session", &SESSION)];
    assert_eq!(
        told(MEMBERS, json!({ "ClientId": "x".repeat(129), "Session": "short", "Username": null })).await,
        "3 validation errors detected: Value null at 'username' failed to satisfy constraint: Member must not be null; Value at \
         'clientId' failed to satisfy constraint: Member must have length less than or equal to 128; Value at 'session' failed to \
         satisfy constraint: Member must have length greater than or equal to 20"
    );
    assert_eq!(
        told(MEMBERS, json!({ "ClientId": "web", "Username": "" })).await,
        "2 validation errors detected: Value at 'username' failed to satisfy constraint: Member must have length greater than or equal \
         to 1; Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: \
         [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+"
    );
    check(MEMBERS, &json!({ "ClientId": "web", "Username": "jdoe", "Session": null, "Unheard": ["of", {}] }))
        .unwrap();
}

#[tokio::test]
async fn check_reports_members_inside_lists_maps_and_structures() {
    const ROW: &[Member] = &[must("Name", &ATTRIBUTE_NAME)];
    const ROWS: Shape = Shape::List(&Shape::Structure(ROW));
    const MEMBERS: &[Member] = &[
        may("Rows", &ROWS),
        may("Names", &Shape::List(&ATTRIBUTE_NAME)),
        may("Map", &Shape::Texts),
        may("Flow", &Shape::OneOf(&["A", "B"])),
        may("Most", &Shape::Integer { min: 0, max: 20 }),
    ];
    for (request, words) in [
        (
            json!({ "Rows": [{ "Name": "a" }, {}] }),
            "Value null at 'rows.2.member.name' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({ "Rows": [null] }),
            "Value null at 'rows.1.member' failed to satisfy constraint: Member must not be null",
        ),
        (
            json!({ "Names": ["a", ""] }),
            "Value '[a, ]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or \
             equal to 32, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: \
             [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+]",
        ),
        (
            json!({ "Map": { "a": "b", "c": "d".repeat(131_073) } }),
            "Value at 'map' failed to satisfy constraint: Map value must satisfy constraint: [Member must have length less than or equal to \
             131072, Member must have length greater than or equal to 0]",
        ),
        (
            json!({ "Flow": "C" }),
            "Value 'C' at 'flow' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
        ),
        (
            json!({ "Most": 21 }),
            "Value '21' at 'most' failed to satisfy constraint: Member must have value less than or equal to 20",
        ),
    ] {
        assert_eq!(told(MEMBERS, request).await, format!("1 validation error detected: {words}"));
    }
}

#[tokio::test]
async fn check_of_a_wrong_type_is_a_serialization_exception() {
    const ROW: &[Member] = &[may("Name", &STRING)];
    const ROWS: Shape = Shape::List(&Shape::Structure(ROW));
    const MEMBERS: &[Member] = &[
        must("Text", &STRING),
        may("Flag", &Shape::Boolean),
        may("Rows", &ROWS),
        may("Map", &Shape::Texts),
        may("Most", &Shape::Integer { min: 0, max: 20 }),
    ];
    for (request, words) in [
        (json!({ "Text": 5 }), "NUMBER_VALUE can not be converted to a String"),
        (json!({ "Text": true }), "TRUE_VALUE can not be converted to a String"),
        (json!({ "Text": {} }), "Start of structure or map found where not expected."),
        (json!({ "Text": [] }), "Start of list found where not expected."),
        (json!({ "Flag": "true" }), "STRING_VALUE can not be converted to a Boolean"),
        (json!({ "Most": 1.5 }), "NUMBER_VALUE can not be converted to an Integer"),
        (json!({ "Rows": "x" }), "Expected list or null"),
        (json!({ "Rows": [{ "Name": 5 }] }), "NUMBER_VALUE can not be converted to a String"),
        (json!({ "Map": { "a": 5 } }), "NUMBER_VALUE can not be converted to a String"),
        (json!({ "Map": "x" }), "Expected null"),
        (json!([]), "Start of list found where not expected."),
    ] {
        assert_eq!(refused(MEMBERS, request).await, ("SerializationException".to_owned(), words.to_owned()));
    }
}
