//! Forms, by their own fields: once as they should be filled in, wrong in each place, and by chance.

use crate::declared::{Field, Form};
use crate::outcomes::Outcome;
use crate::people::{NOT_FRESH, World};
use crate::situations::{Ready, of, ready_for};
use crate::support::Answer;
use crate::words::{fill_in, text, wrong};
use model::{ErrorCode, FormErrors, Standard, paths};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What takes whatever it is told: a theme that isn't any is the system's, a session that isn't there is
/// over, who has signed out already is signed out, and everybody may ask for a passkey.
pub const NEVER_REFUSED: [&str; 4] =
    [paths::THEME, paths::SECURITY_SESSIONS_END, paths::SIGN_OUT, paths::SIGN_IN_PASSKEY_OPTIONS];

type Fields = Vec<(String, String)>;

/// Everything right, as far as it is known.
fn right(form: &Form, ready: &Ready) -> Fields {
    let belongs = |field: &Field, name: &str| {
        if field.is_map { name.starts_with(&format!("{}[", field.name)) } else { name == field.name }
    };
    let known = ready.known.iter();
    known
        .filter(|(name, _)| form.fields.iter().any(|field| belongs(field, name)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn body(fields: &Fields) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Notes what became of it. Only what scripts are answered says why something was refused.
fn note(world: &World, form: &Form, answer: &Answer) {
    let said = String::from_utf8_lossy(&answer.body);
    let refusal = serde_json::from_slice::<FormErrors>(&answer.body);
    let outcome = if answer.status.is_success() {
        Outcome::Accepted
    } else if refusal.is_ok_and(|refusal| is_read(form, &refusal)) {
        Outcome::Refused
    } else {
        Outcome::Unread
    };
    world.outcomes.note(form.path, outcome, &format!("{} {said}", answer.status));
}

/// Whether the form was looked at: not only the request, or who sends it. A form without fields has nothing
/// else to be refused for.
fn is_read(form: &Form, refusal: &FormErrors) -> bool {
    if refusal.form == Some(ErrorCode::SignedOut) {
        return form.fields.is_empty();
    }
    refusal.form != Some(ErrorCode::BadRequest)
}

/// Whether each form takes the fields that it declares, and no other one.
pub async fn try_fields(world: &World, forms: &[Form]) {
    for form in forms {
        let names = form.fields.iter().map(|field| (field.in_form(), true));
        for (name, is_declared) in names.chain([("nope".to_owned(), false)]) {
            let answer = world.server.browser().json(form.path, &[(&name, "")]).await;
            assert_eq!(answer.status != 400, is_declared, "{} {name}: {}", form.path, answer.text());
        }
    }
}

/// Fills each form in, right and then wrong.
pub async fn try_each(world: &World, forms: &[Form]) {
    for form in forms {
        let mut ready = ready_for(world, form).await;
        let fields = right(form, &ready);
        let answer = ready.browser.post(form.path, "application/json", body(&fields)).await;
        note(world, form, &answer);
        for mistake in mistakes(fields.len()) {
            if world.outcomes.of(form.path).refused > 0 {
                break;
            }
            note(world, form, &make(world, form, mistake).await);
        }
    }
}

/// What is wrong with an attempt.
enum Mistake {
    /// The field of this number.
    Field(usize),
    /// The same, and the sign-in is long ago.
    StaleField(usize),
    /// Nothing has happened that it could be about.
    TooEarly,
    SignedOut,
    /// The same, and nothing is filled in.
    Blank,
}

fn mistakes(fields: usize) -> impl Iterator<Item = Mistake> {
    let each = (0..fields).map(Mistake::Field).chain((0..fields).map(Mistake::StaleField));
    each.chain([Mistake::TooEarly, Mistake::SignedOut, Mistake::Blank])
}

async fn make(world: &World, form: &Form, mistake: Mistake) -> Answer {
    let mut ready = match mistake {
        Mistake::Field(_) | Mistake::StaleField(_) => ready_for(world, form).await,
        Mistake::TooEarly => of(&world.person().await),
        Mistake::SignedOut | Mistake::Blank => {
            Ready { browser: world.server.browser(), ..of(&world.person().await) }
        }
    };
    let mut fields = right(form, &ready);
    match mistake {
        Mistake::Field(at) => spoil(&mut fields, at),
        Mistake::StaleField(at) => {
            spoil(&mut fields, at);
            world.server.wait(NOT_FRESH);
        }
        Mistake::Blank => fields.iter_mut().for_each(|(_, value)| value.clear()),
        Mistake::TooEarly | Mistake::SignedOut => {}
    }
    ready.browser.post(form.path, "application/json", body(&fields)).await
}

fn spoil(fields: &mut Fields, at: usize) {
    let Some((name, value)) = fields.get_mut(at) else { return };
    match name.split_once('[') {
        Some((map, _)) => *name = format!("{map}[nope]"),
        None => *value = wrong(value),
    }
}

/// Who sends a form.
#[derive(Debug, Clone, Copy)]
enum Sender {
    /// Whoever can.
    Ready,
    SignedIn,
    Stranger,
}

#[derive(Debug, Clone)]
enum Value {
    Right,
    Text(String),
}

/// A form by chance.
#[derive(Debug, Clone)]
pub struct FormCase {
    form: Form,
    sender: Sender,
    scripted: bool,
    fields: Vec<(String, Value)>,
}

pub fn any_of(forms: &[Form]) -> BoxedStrategy<FormCase> {
    let all: Vec<_> = forms.iter().flat_map(|form| &form.fields).map(|field| field.name.clone()).collect();
    let sender =
        prop_oneof![2 => Just(Sender::Ready), 2 => Just(Sender::SignedIn), 1 => Just(Sender::Stranger)];
    (select(forms.to_vec()), sender, any::<bool>())
        .prop_flat_map(move |(form, sender, scripted)| {
            let own: Vec<_> = form.fields.iter().map(any_field).collect();
            let foreign = prop_oneof![8 => select(all.clone()), 1 => "\\PC{0,12}"];
            let foreign = vec((foreign, text().prop_map(Value::Text)), 0..2);
            // Most are read to the end: what is behind the door is tried too.
            let foreign = prop_oneof![4 => Just(Vec::new()), 1 => foreign];
            (own, foreign).prop_map(move |(own, foreign)| {
                let fields = own.into_iter().flatten().chain(foreign).collect();
                FormCase { form: form.clone(), sender, scripted, fields }
            })
        })
        .boxed()
}

/// Nothing, something, or several of the names that a map may have.
fn any_field(field: &Field) -> BoxedStrategy<Vec<(String, Value)>> {
    let value = || prop_oneof![3 => Just(Value::Right), 2 => text().prop_map(Value::Text)];
    let name = field.name.clone();
    if !field.is_map {
        let one = value().prop_map(move |value| vec![(name.clone(), value)]);
        return prop_oneof![1 => Just(Vec::new()), 6 => one].boxed();
    }
    let standard = select(Standard::ALL.map(Standard::as_str).as_slice().to_vec());
    // What is asked for most, and what isn't there.
    let special = select(vec!["email", "given_name", "phone_number", "nope", ""]);
    let key = prop_oneof![standard, special].prop_map(move |key| format!("{name}[{key}]"));
    vec((key, value()), 0..4).boxed()
}

/// Posts it; what was asked in words, and the answer.
pub async fn post(world: &World, case: &FormCase) -> (String, Answer) {
    let FormCase { form, sender, scripted, fields } = case;
    let somebody = world.somebody().await;
    let mut ready = match sender {
        Sender::Ready => ready_for(world, form).await,
        Sender::SignedIn => of(&somebody),
        Sender::Stranger => Ready { browser: world.server.browser(), ..of(&somebody) },
    };
    let filled: Fields = fields
        .iter()
        .filter_map(|(name, value)| {
            let value = match value {
                Value::Right => ready.known.get(name)?.clone(),
                Value::Text(text) => fill_in(&somebody.tokens, text),
            };
            Some((name.clone(), value))
        })
        .collect();
    let accept = if *scripted { "application/json" } else { "text/html" };
    let answer = ready.browser.post(form.path, accept, body(&filled)).await;
    if *scripted {
        note(world, form, &answer);
    }
    (format!("{} {filled:?} by {sender:?}", form.path), answer)
}
