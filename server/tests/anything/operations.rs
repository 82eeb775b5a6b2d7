//! Operations of the wire API, by the members of their requests: once as they should be, wrong in each place,
//! and by chance.

use crate::declared::parameters;
use crate::outcomes::Outcome;
use crate::people::World;
use crate::requests::{Known, of, ready_for};
use crate::support::Answer;
use crate::words::{fill_in, text, wrong};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};
use wire::{Member, Operation, Shape};

/// Everything right, as far as it is known.
fn right(operation: Operation, known: &Known) -> Known {
    let members = operation.members.iter().filter_map(|member| known.get_key_value(member.name));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Notes what became of it.
fn note(world: &World, operation: Operation, answer: &Answer) {
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let outcome = if answer.status.is_success() {
        Outcome::Accepted
    } else if is_read(&said) {
        Outcome::Refused
    } else {
        Outcome::Unread
    };
    world.outcomes.note(operation.name, outcome, &format!("{} {said}", answer.status));
}

/// Whether more than the shape of the request was looked at.
fn is_read(refusal: &Value) -> bool {
    let is_of_shape = refusal["message"].as_str().is_none_or(|words| words.contains("validation error"));
    refusal["__type"] != "SerializationException" && !is_of_shape
}

/// Asks for each operation, right and then wrong.
pub async fn try_each(world: &World, operations: &[Operation]) {
    for operation in operations {
        let request = right(*operation, &ready_for(world, operation.name).await);
        let names: Vec<_> = request.keys().cloned().collect();
        note(world, *operation, &world.server.wire(operation.name, request.into()).await);
        for name in names {
            if world.outcomes.of(operation.name).refused > 0 {
                break;
            }
            let mut request = right(*operation, &ready_for(world, operation.name).await);
            spoil(&mut request[&name]);
            note(world, *operation, &world.server.wire(operation.name, request.into()).await);
        }
    }
}

fn spoil(value: &mut Value) {
    match value {
        Value::String(text) => *text = wrong(text),
        Value::Bool(is_on) => *is_on = !*is_on,
        Value::Array(values) => values.iter_mut().for_each(spoil),
        Value::Object(members) => members.values_mut().for_each(spoil),
        Value::Null | Value::Number(_) => {}
    }
}

/// A request by chance.
#[derive(Debug, Clone)]
pub struct RequestCase {
    operation: Operation,
    /// Whether everything that it could be about has happened, or somebody is signed in and nothing more.
    is_ready: bool,
    body: RequestBody,
}

#[derive(Debug, Clone)]
enum RequestBody {
    Members(Vec<(String, Option<Value>)>),
    /// What may not even be JSON.
    Text(String),
}

pub fn any_of(operations: &[Operation]) -> BoxedStrategy<RequestCase> {
    let shapes = Shapes { parameters: parameters() };
    let all: Vec<_> = operations.iter().flat_map(|it| it.members).copied().collect();
    (select(operations.to_vec()), any::<bool>())
        .prop_flat_map(move |(operation, is_ready)| {
            let members = operation.members.iter().map(|member| shapes.member(member));
            let members: Vec<_> = members.collect();
            let foreign = select(all.clone()).prop_map(|member| member.name.to_owned());
            let foreign = prop_oneof![8 => foreign, 1 => "\\PC{0,12}"];
            let foreign = vec((foreign, anything().prop_map(Some)), 0..3);
            let named = (members, foreign).prop_map(|(own, foreign)| {
                RequestBody::Members(own.into_iter().flatten().chain(foreign).collect())
            });
            prop_oneof![9 => named, 1 => "(?s).{0,60}".prop_map(RequestBody::Text)]
                .prop_map(move |body| RequestCase { operation, is_ready, body })
        })
        .boxed()
}

/// Values by the shapes that are declared.
struct Shapes {
    parameters: Vec<String>,
}

impl Shapes {
    /// A member with what is right (`None`), with something of its shape, or with anything; or without it.
    fn member(&self, member: &Member) -> BoxedStrategy<Option<(String, Option<Value>)>> {
        let name = member.name.to_owned();
        let value = prop_oneof![
            6 => Just(None),
            3 => self.of(member.shape).prop_map(Some),
            1 => anything().prop_map(Some),
        ];
        let given = value.prop_map(move |value| Some((name.clone(), value)));
        prop_oneof![if member.required { 12 } else { 2 } => given, 1 => Just(None)].boxed()
    }

    fn of(&self, shape: &Shape) -> BoxedStrategy<Value> {
        match shape {
            Shape::Text(_) => text().prop_map(Value::from).boxed(),
            Shape::OneOf(words) => select(*words).prop_map(Value::from).boxed(),
            Shape::Boolean => any::<bool>().prop_map(Value::from).boxed(),
            Shape::Integer { min, max } => (min - 1..=max + 1).prop_map(Value::from).boxed(),
            Shape::List(each) => vec(self.of(each), 0..5).prop_map(Value::from).boxed(),
            Shape::Texts => {
                let name = prop_oneof![8 => select(self.parameters.clone()), 1 => text()];
                let texts = btree_map(name, text().prop_map(Value::from), 0..6);
                texts.prop_map(|texts| Value::Object(texts.into_iter().collect())).boxed()
            }
            Shape::Structure(members) => {
                let members =
                    members.iter().map(|member| (Just(member.name.to_owned()), self.of(member.shape)));
                let members = members.collect::<Vec<_>>();
                members.prop_map(|members| Value::Object(members.into_iter().collect())).boxed()
            }
            Shape::Document => anything(),
        }
    }
}

/// Whatever JSON can say.
fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        8 => text().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 6, |inner| {
        let attribute = (text(), text()).prop_map(|(name, value)| json!({ "Name": name, "Value": value }));
        prop_oneof![
            vec(inner.clone(), 0..5).prop_map(Value::from),
            vec(attribute, 0..5).prop_map(Value::from),
            btree_map(text(), inner, 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Sends it; what was asked in words, and the answer.
pub async fn send(world: &World, case: &RequestCase) -> (String, Answer) {
    let RequestCase { operation, is_ready, body } = case;
    let somebody = world.somebody().await;
    let known = if *is_ready { ready_for(world, operation.name).await } else { of(&somebody) };
    let body = match body {
        RequestBody::Text(text) => text.clone(),
        RequestBody::Members(members) => {
            let given = members.iter().filter_map(|(name, value)| {
                let value = value.clone().or_else(|| known.get(name).cloned())?;
                Some((name.clone(), value))
            });
            Value::Object(given.collect::<Map<_, _>>()).to_string()
        }
    };
    let body = fill_in(&somebody.tokens, &body);
    let answer = world.server.wire_text(operation.name, body.clone()).await;
    note(world, *operation, &answer);
    (format!("{} {body}", operation.name), answer)
}
