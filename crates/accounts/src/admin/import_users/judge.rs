//! Whether an account can come in, and as what.

use crate::admin::import_users::arrival::Arrival;
use crate::admin::import_users::remarks::{Change, Ready};
use crate::admin::import_users::{ImportFault, ImportPlan, ImportRules, Skipped, Unknown, Wrong, rewrite};
use crate::admin::record::Status;
use crate::admin::selection::{UserLabel, access};
use crate::attributes::rules::{Occasion, OutsidePlan, Rulebook, check_submitted, parse_names};
use crate::{Context, Unavailable};
use model::{AccessLists, AttributeName, ErrorCode, FormErrors, Schema, typed};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{ContactKind, check_username, username_key};
use nameplate_core::phone;
use nameplate_core::settings::Settings;
use nameplate_core::srp_id;
use std::collections::BTreeMap;
use store::{Conn, StoreError, aliases, names, users, waiting};

/// What attributes may be.
struct Lenient<'a> {
    schema: Schema,
    access: AccessLists,
    country: &'a str,
}

/// What one account has that another one can't have, and where that stands.
type Seen<'a> = BTreeMap<String, (usize, &'a str)>;

/// What is wrong with which field.
type Faults = Vec<(String, Wrong)>;

const CONTACTS: [ContactKind; 2] = [ContactKind::Email, ContactKind::PhoneNumber];

/// Looks at all of them, and writes nothing: what would happen to each.
///
/// # Errors
/// The store can't be read.
pub async fn plan_import<'a>(
    ctx: &Context,
    arrivals: &'a [Arrival],
    rules: ImportRules,
) -> Result<ImportPlan<'a>, Unavailable> {
    let settings = &ctx.settings;
    let book = Lenient {
        schema: lenient(&settings.schema),
        access: access(settings),
        country: &settings.country_code,
    };
    let mut plan =
        ImportPlan { ready: Vec::new(), skipped: Vec::new(), faults: Vec::new(), remarks: Vec::new() };
    let mut seen = Seen::new();
    let mut conn = ctx.store.read().await?;
    // Who signed in through another provider comes after those who have an account of their own with the
    // same contact.
    let from_providers = |wanted: bool| {
        arrivals.iter().enumerate().filter(move |(_, it)| it.elsewhere.provider.is_some() == wanted)
    };
    for (number, arrival) in from_providers(false).chain(from_providers(true)) {
        let fault = |(field, wrong)| ImportFault { number, place: arrival.place.clone(), field, wrong };
        let mut ready = match judge(ctx, number, arrival, &book, rules.unknown) {
            Ok(ready) => ready,
            Err(wrong) => {
                plan.faults.extend(wrong.into_iter().map(fault));
                continue;
            }
        };
        if let Some(skipped) = already_there(&mut conn, &ctx.settings, &ready).await? {
            match rules.skip_existing {
                true => plan.skipped.push(skipped),
                false => plan.faults.push(fault(("username".into(), Wrong::Taken))),
            }
            continue;
        }
        if arrival.elsewhere.provider.is_some() {
            yield_contacts(&mut conn, &mut ready, &seen, ctx.now()).await?;
        }
        let mut wrong = repeated(&ready, &seen);
        wrong.extend(taken(ctx, &mut conn, &ready, ctx.now()).await?);
        if wrong.is_empty() {
            note(&ready, &mut seen);
            plan.ready.push(ready);
        }
        plan.faults.extend(wrong.into_iter().map(fault));
    }
    plan.ready.sort_by_key(|it| it.number);
    plan.faults.sort_by_key(|it| it.number);
    plan.skipped.sort_by_key(|it| it.number);
    plan.remarks = plan.ready.iter().flat_map(|it| it.remarks(settings)).collect();
    Ok(plan)
}

/// What can be told of one account by itself.
fn judge<'a>(
    ctx: &Context,
    number: usize,
    arrival: &'a Arrival,
    book: &Lenient<'_>,
    unknown: Unknown,
) -> Result<Ready<'a>, Faults> {
    let mut wrong = Faults::new();
    let mut changes = Vec::new();
    let mut given = arrival.attributes.clone();
    let username = username(ctx, arrival, &mut given, &mut changes).unwrap_or_else(|why| {
        wrong.push(("username".into(), Wrong::Told(why)));
        None
    });
    let sub = match arrival.sub.as_deref().map(|sub| (sub, uuid::Uuid::parse_str(sub.trim()))) {
        None => new_sub(ctx, arrival, username),
        Some((_, Err(_))) => {
            wrong.push(("sub".into(), Wrong::NotASub));
            String::new()
        }
        Some((brought, Ok(sub))) => {
            let sub = sub.to_string();
            if sub != brought {
                changes.push(Change::Sub { from: brought.to_owned() });
            }
            sub
        }
    };
    match arrival.password_hash.as_deref().map(|hash| ctx.passwords.takes(hash)) {
        Some(None) => wrong.push(("password_hash".into(), Wrong::NotAHash)),
        Some(Some(false)) => wrong.push(("password_hash".into(), Wrong::CostlyHash)),
        None | Some(Some(true)) => {}
    }
    // Judged one by one: a name that can't be one is pointed at too.
    let mut attributes = BTreeMap::new();
    for (name, value) in given {
        if unknown == Unknown::Drop && !book.has(&name) {
            changes.push(Change::Dropped { attribute: name });
            continue;
        }
        let kept = rewrite::rewritten(&name, &value, book.country);
        match book.judge(&name, kept.clone().unwrap_or_else(|| value.clone())) {
            Ok(set) => attributes.extend(set),
            Err(why) => wrong.push((name.clone(), Wrong::Told(why))),
        }
        changes.extend(kept.map(|to| Change::Value { attribute: name, from: value, to }));
    }
    if let Some(number) = attributes.get(&ContactKind::PhoneNumber.attribute().into())
        && !phone::is_in_plan(number)
    {
        changes.push(Change::OutsidePlan { number: number.clone() });
    }
    if arrival.elsewhere.second_factor {
        changes.push(Change::NoSecondFactor);
    }
    let proven = if arrival.status == Status::Confirmed { proven(arrival, &attributes) } else { Vec::new() };
    if wrong.is_empty() {
        Ok(Ready { number, arrival, username, sub, attributes, proven, changes })
    } else {
        Err(wrong)
    }
}

/// What the account is called. `None`: by its `sub`, because people have no usernames here, or because it
/// had none that can be one, as in user pools whose people sign in by email. A contact in its place
/// becomes the contact, if there is no other.
fn username<'a>(
    ctx: &Context,
    arrival: &'a Arrival,
    attributes: &mut BTreeMap<String, String>,
    changes: &mut Vec<Change>,
) -> Result<Option<&'a str>, ErrorCode> {
    let given = typed::text(arrival.username.as_deref().unwrap_or_default());
    let checked = check_username(given);
    let looks_like_contact = checked == Err(ErrorCode::UsernameLooksLikeContact);
    // What another provider calls people may look like an address and be none.
    if looks_like_contact && arrival.elsewhere.provider.is_none() {
        let kind = if given.contains('@') { ContactKind::Email } else { ContactKind::PhoneNumber };
        if attributes.get(kind.as_str()).is_none_or(|value| value.trim().is_empty()) {
            attributes.insert(kind.as_str().to_owned(), given.to_owned());
            changes.push(Change::ContactFromUsername { attribute: kind.as_str() });
        }
    }
    if !ctx.settings.has_usernames() {
        let is_its_own = |value: &str| value.eq_ignore_ascii_case(given);
        let known = arrival.sub.as_deref().is_some_and(is_its_own)
            || CONTACTS
                .iter()
                .any(|kind| attributes.get(kind.as_str()).is_some_and(|value| is_its_own(value.trim())));
        if !given.is_empty() && !known {
            changes.push(Change::NoUsername { from: given.to_owned() });
        }
        return Ok(None);
    }
    let has_contact = CONTACTS
        .iter()
        .any(|kind| attributes.get(kind.as_str()).is_some_and(|value| !value.trim().is_empty()));
    match checked {
        Ok(()) => Ok(Some(given)),
        Err(ErrorCode::UsernameLooksLikeContact) => {
            changes.push(Change::NewUsername { from: given.to_owned() });
            Ok(None)
        }
        Err(ErrorCode::Missing) if has_contact => {
            changes.push(Change::NewUsername { from: String::new() });
            Ok(None)
        }
        Err(why) => Err(why),
    }
}

/// A `sub` for an account that brings none. Where nothing else would tell that it is there already, it is
/// the same whenever the file is imported again.
fn new_sub(ctx: &Context, arrival: &Arrival, username: Option<&str>) -> String {
    let contact = CONTACTS.iter().find_map(|kind| arrival.attributes.get(kind.as_str()));
    let called = arrival.username.as_ref().filter(|name| !name.trim().is_empty()).or(contact);
    match (username, called) {
        (None, Some(called)) => {
            let parts: [&[u8]; 2] = [b"sub of an import", called.trim().as_bytes()];
            let digest = ctx.keys.made_up(&parts);
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&digest[..16]);
            uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
        }
        _ => ctx.entropy.uuid_v4(),
    }
}

impl Lenient<'_> {
    fn has(&self, name: &str) -> bool {
        name.parse().is_ok_and(|name: AttributeName| self.schema.get(&name).is_some())
    }

    fn judge(&self, name: &str, value: String) -> Result<BTreeMap<AttributeName, String>, ErrorCode> {
        let why = |refusal: &FormErrors| {
            refusal.form.or(refusal.fields.first().map(|(_, why)| *why)).unwrap_or(ErrorCode::BadRequest)
        };
        let names = parse_names(BTreeMap::from([(name.to_owned(), value)]))
            .map_err(|_| ErrorCode::UnknownAttribute)?;
        let (schema, access, country) = (&self.schema, &self.access, self.country);
        let book = Rulebook { schema, access, country, outside_plan: OutsidePlan::Kept };
        let checked = check_submitted(book, Occasion::SignUp, names);
        checked.map(|it| it.set).map_err(|refusal| why(&refusal))
    }
}

/// What is there already need not have what people are asked for today.
fn lenient(schema: &Schema) -> Schema {
    let mut lenient = schema.clone();
    for name in schema.definitions().map(|it| &it.name) {
        if let Some(definition) = lenient.get_mut(name) {
            definition.required = false;
        }
    }
    lenient
}

fn proven(arrival: &Arrival, attributes: &BTreeMap<AttributeName, String>) -> Vec<(Contact, String)> {
    let contact = |kind: &ContactKind| {
        let value = attributes.get(&kind.attribute().into())?;
        Some((Contact::stored(*kind, value.clone()), kind.key(value)?))
    };
    arrival.verified.iter().filter_map(contact).collect()
}

/// The account in the store that has its `sub`, or else its username.
async fn already_there(
    conn: &mut Conn,
    settings: &Settings,
    ready: &Ready<'_>,
) -> Result<Option<Skipped>, StoreError> {
    let skipped = |user: &users::User, other_sub| Skipped {
        number: ready.number,
        there: UserLabel { username: user.username.clone(), sub: user.sub.clone() },
        other_sub,
    };
    if let Some(same) = users::by_sub(conn, &ready.sub).await? {
        return Ok(Some(skipped(&same, false)));
    }
    // A sign-up that waits reserves its name for nobody: it is there already where another waits under the
    // same name and contact.
    let same = match ready.waits(settings) {
        Some(key) => waiting::by_key(conn, &key).await?.map(|it| it.user),
        None => users::by_username(conn, &ready.username_key()).await?.filter(|user| user.confirmed),
    };
    Ok(same.map(|user| skipped(&user, ready.arrival.sub.is_some())))
}

/// What accounts in the store have of it.
async fn taken(
    ctx: &Context,
    conn: &mut Conn,
    ready: &Ready<'_>,
    now: Timestamp,
) -> Result<Faults, StoreError> {
    let mut wrong = Faults::new();
    let key = ready.username_key();
    if names::taken_by_id(conn, &ctx.keys, &key, Some(&ready.sub)).await? {
        let is_of_srp = srp_id::is_marked(&ctx.keys, &key);
        wrong.push(("username".into(), if is_of_srp { Wrong::Taken } else { Wrong::SubOfAnother(None) }));
    }
    if names::taken_by_username(conn, &ready.sub).await? {
        wrong.push(("sub".into(), Wrong::UsernameOfAnother(None)));
    }
    for (contact, key) in &ready.proven {
        if aliases::is_taken(conn, contact.kind, key, now).await? {
            wrong.push((contact.kind.as_str().to_owned(), Wrong::Taken));
        }
    }
    Ok(wrong)
}

/// Lets other accounts have the contacts that they share with it: it keeps them unverified.
async fn yield_contacts(
    conn: &mut Conn,
    ready: &mut Ready<'_>,
    seen: &Seen<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for (contact, key) in std::mem::take(&mut ready.proven) {
        let kind = contact.kind;
        if seen.contains_key(&format!("{}:{key}", kind.as_str()))
            || aliases::is_taken(conn, kind, &key, now).await?
        {
            ready.changes.push(Change::NotVerified { attribute: kind.as_str() });
        } else {
            ready.proven.push((contact, key));
        }
    }
    Ok(())
}

/// What no other account can have, by field. Several may wait under one username, each with a contact of its
/// own.
fn unique(ready: &Ready<'_>) -> Vec<(&'static str, String)> {
    let contacts = ready.proven.iter().map(|(contact, key)| (contact.kind.as_str(), key.clone()));
    let waits = ready.arrival.status == Status::Unconfirmed;
    let contact = CONTACTS
        .iter()
        .filter(|_| waits)
        .find_map(|kind| kind.key(ready.attributes.get(&kind.attribute().into())?));
    let name =
        contact.map_or_else(|| ready.username_key(), |contact| format!("{} {contact}", ready.username_key()));
    contacts.chain([("username", name), ("sub", ready.sub.clone())]).collect()
}

fn note<'a>(ready: &Ready<'a>, seen: &mut Seen<'a>) {
    for (field, key) in unique(ready) {
        seen.insert(format!("{field}:{key}"), (ready.number, &ready.arrival.place));
    }
}

/// What other accounts of the same file have of it.
fn repeated(ready: &Ready<'_>, seen: &Seen<'_>) -> Faults {
    let at =
        |field: &str, key: &str| seen.get(&format!("{field}:{key}")).map(|(_, place)| (*place).to_owned());
    let same = unique(ready)
        .into_iter()
        .filter_map(|(field, key)| Some((field.to_owned(), Wrong::Same(at(field, &key)?))));
    let mut wrong: Faults = same.collect();
    let (key, sub) = (ready.username_key(), username_key(&ready.sub));
    if key != sub {
        wrong.extend(at("sub", &key).map(|place| ("username".to_owned(), Wrong::SubOfAnother(Some(place)))));
        wrong.extend(
            at("username", &sub).map(|place| ("sub".to_owned(), Wrong::UsernameOfAnother(Some(place)))),
        );
    }
    wrong
}
