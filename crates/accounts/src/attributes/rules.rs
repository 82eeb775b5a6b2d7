//! The rules for attributes that somebody submits, at sign-up and in an update alike.

use model::{AccessLists, AttributeName, ErrorCode, FieldName, FormErrors, Schema, Standard, typed};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::phone::{self, PhoneFault};
use nameplate_core::settings::Settings;
use std::collections::{BTreeMap, BTreeSet};

/// More than anybody's schema has; whoever sends more is not judged name by name.
pub const MOST_SUBMITTED: usize = 100;

/// What the attributes are submitted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Required ones must be there; immutable ones are set for the only time.
    SignUp,
    /// The same, but required ones may be left out: they are asked for at the first sign-in.
    ByOperator,
    /// An empty value removes the attribute; required ones can't be removed, immutable ones can't be changed.
    Update,
}

/// What becomes of a phone number that its country's numbering plan doesn't have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutsidePlan {
    /// Somebody enters it: it is a slip.
    Refused,
    /// It was there before, or whoever brings it may know better.
    Kept,
}

/// What attributes are judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rulebook<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) access: &'a AccessLists,
    /// The calling code of the country that a phone number without one is from.
    pub(crate) country: &'a str,
    pub(crate) outside_plan: OutsidePlan,
}

impl<'a> Rulebook<'a> {
    pub(crate) const fn of(
        settings: &'a Settings,
        access: &'a AccessLists,
        outside_plan: OutsidePlan,
    ) -> Self {
        Self { schema: &settings.schema, access, country: settings.country_code.as_str(), outside_plan }
    }
}

/// Attributes that passed every rule that can be told without the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Submitted {
    /// Values, cleaned.
    pub(crate) set: BTreeMap<AttributeName, String>,
    /// What was submitted empty.
    pub(crate) remove: BTreeSet<AttributeName>,
}

impl Submitted {
    /// The phone number, if its country's numbering plan doesn't have it.
    pub(crate) fn outside_plan(&self) -> Option<String> {
        self.set.get(&Standard::PhoneNumber.into()).filter(|number| !phone::is_in_plan(number)).cloned()
    }

    /// Whatever was submitted.
    pub(crate) fn names(&self) -> impl Iterator<Item = &AttributeName> {
        self.set.keys().chain(&self.remove)
    }
}

/// Reads the names as they were submitted. What can't be a name can't be pointed at either: such a request is
/// not one of our forms.
pub(crate) fn parse_names(
    submitted: BTreeMap<String, String>,
) -> Result<BTreeMap<AttributeName, String>, FormErrors> {
    if submitted.len() > MOST_SUBMITTED {
        return Err(FormErrors::form(ErrorCode::TooLarge));
    }
    let parsed = submitted.into_iter().map(|(name, value)| Ok((name.parse()?, value)));
    parsed
        .collect::<Result<_, model::attribute::MalformedName>>()
        .map_err(|_| FormErrors::form(ErrorCode::BadRequest))
}

/// Checks everything that was submitted, and names every culprit with its first fault: shape and length, then
/// the client's write list, then the schema (UpdateUserAttributes, SignUp). Nothing passes unless all of it
/// does.
///
/// Values are cleaned as their kind is ([`model::typed`]); line ends in those that may have several become `\n`; a phone number gets its canonical
/// spelling.
pub(crate) fn check_submitted(
    book: Rulebook<'_>,
    occasion: Occasion,
    submitted: BTreeMap<AttributeName, String>,
) -> Result<Submitted, FormErrors> {
    if submitted.len() > MOST_SUBMITTED {
        return Err(FormErrors::form(ErrorCode::TooLarge));
    }
    let mut checked = Submitted::default();
    let mut faults: Vec<(FieldName, ErrorCode)> = Vec::new();
    for (name, value) in submitted {
        match check_one(book, occasion, &name, &value) {
            Err(why) => faults.push((name.into(), why)),
            Ok(None) => drop(checked.remove.insert(name)),
            Ok(Some(value)) => drop(checked.set.insert(name, value)),
        }
    }
    if occasion == Occasion::SignUp {
        // What only the service sets is not asked of anybody.
        let asked = book.schema.definitions().filter(|it| it.required && book.access.may_write(&it.name));
        for definition in asked {
            let judged = checked.set.contains_key(&definition.name)
                || faults.iter().any(|(field, _)| *field == definition.name.clone().into());
            if !judged {
                faults.push((definition.name.clone().into(), ErrorCode::Missing));
            }
        }
    }
    if occasion != Occasion::Update {
        checked.remove.clear();
    }
    if faults.is_empty() { Ok(checked) } else { Err(FormErrors { form: None, fields: faults }) }
}

/// Checks what is submitted to make up for required attributes that an account lacks: all of those, and
/// nothing else. They are set for the first time, so immutable ones may be.
pub(crate) fn check_missing(
    book: Rulebook<'_>,
    missing: &[AttributeName],
    mut submitted: BTreeMap<AttributeName, String>,
) -> Result<BTreeMap<AttributeName, String>, Vec<(FieldName, ErrorCode)>> {
    let (mut set, mut faults) = (BTreeMap::new(), Vec::new());
    for name in missing {
        let value = submitted.remove(name).unwrap_or_default();
        match check_one(book, Occasion::SignUp, name, &value) {
            Ok(Some(value)) => drop(set.insert(name.clone(), value)),
            Ok(None) => faults.push((name.clone().into(), ErrorCode::Missing)),
            Err(why) => faults.push((name.clone().into(), why)),
        }
    }
    faults.extend(submitted.into_keys().map(|name| (name.into(), ErrorCode::NotWritable)));
    if faults.is_empty() { Ok(set) } else { Err(faults) }
}

/// The value to set; `None`, if it is to be removed.
fn check_one(
    book: Rulebook<'_>,
    occasion: Occasion,
    name: &AttributeName,
    value: &str,
) -> Result<Option<String>, ErrorCode> {
    let definition = book.schema.get(name);
    let value = &*definition.map_or_else(|| typed::text(value).to_owned(), |it| it.clean(value));
    if value.chars().count() > model::schema::VALUE_MAX as usize {
        return Err(ErrorCode::TooLong { max: model::schema::VALUE_MAX });
    }
    let definition = definition.ok_or(ErrorCode::UnknownAttribute)?;
    if !book.access.may_write(name) {
        return Err(ErrorCode::NotWritable);
    }
    if occasion == Occasion::Update && !definition.mutable {
        return Err(ErrorCode::Immutable);
    }
    if value.is_empty() {
        let required = occasion == Occasion::Update && definition.required;
        return if required { Err(ErrorCode::RequiredAttribute) } else { Ok(None) };
    }
    let value = if definition.allows_lines() {
        value.replace("\r\n", "\n").replace('\r', "\n")
    } else if *name == Standard::PhoneNumber {
        match (phone::parse(value, book.country), book.outside_plan) {
            (Ok(number), _) | (Err(PhoneFault::NotInPlan(number)), OutsidePlan::Kept) => number.into_string(),
            (Err(why), _) => return Err(why.into()),
        }
    } else {
        value.to_owned()
    };
    definition.check(&value)?;
    // Some domains have the shape of one and can't be in the DNS.
    if ContactKind::of(name).is_some_and(|kind| kind.key(&value).is_none()) {
        return Err(ErrorCode::NotAnEmail);
    }
    Ok(Some(value))
}

/// Culprits that the trail names; whoever sends more of them is not telling us anything.
const MOST_RECORDED: usize = 10;

/// A refusal as the trail keeps it.
pub(crate) fn abridged(refusal: &FormErrors) -> FormErrors {
    FormErrors { form: refusal.form, fields: refusal.fields.iter().take(MOST_RECORDED).cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Standard;

    fn check(occasion: Occasion, submitted: &[(&str, &str)]) -> Result<Submitted, FormErrors> {
        let settings = Settings::default();
        let submitted =
            submitted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let book = Rulebook {
            schema: &settings.schema,
            access: &settings.clients[0].access,
            country: "+49",
            outside_plan: OutsidePlan::Refused,
        };
        check_submitted(book, occasion, parse_names(submitted)?)
    }

    #[test]
    fn check_with_several_faults_names_each_attribute_once() {
        let long = "x".repeat(2049);
        let refusal = check(
            Occasion::Update,
            &[
                ("sub", "x"),
                ("email_verified", "true"),
                ("nope", "x"),
                ("birthdate", "not-a-date"),
                ("name", &long),
                ("nickname", "Jo"),
            ],
        );
        let refusal = refusal.unwrap_err();
        let on = |name: &str| refusal.on(&name.parse::<AttributeName>().unwrap().into());
        assert_eq!(on("sub"), Some(ErrorCode::NotWritable));
        assert_eq!(on("email_verified"), Some(ErrorCode::NotWritable));
        assert_eq!(on("nope"), Some(ErrorCode::UnknownAttribute));
        assert_eq!(on("birthdate"), Some(ErrorCode::NotADate));
        assert_eq!(on("name"), Some(ErrorCode::TooLong { max: 2048 }));
        assert_eq!(on("nickname"), None);
    }

    #[test]
    fn check_required_attribute_is_missing_at_sign_up_and_not_removable() {
        let email = FieldName::from(AttributeName::from(Standard::Email));
        assert_eq!(check(Occasion::SignUp, &[]).unwrap_err().on(&email), Some(ErrorCode::Missing));
        assert_eq!(
            check(Occasion::SignUp, &[("email", " ")]).unwrap_err().on(&email),
            Some(ErrorCode::Missing)
        );
        assert_eq!(
            check(Occasion::SignUp, &[("email", "me")]).unwrap_err().fields,
            [(email.clone(), ErrorCode::NotAnEmail)]
        );
        assert_eq!(
            check(Occasion::Update, &[("email", "")]).unwrap_err().on(&email),
            Some(ErrorCode::RequiredAttribute)
        );
    }

    #[test]
    fn check_trims_values_and_removes_empty_ones() {
        let checked = check(
            Occasion::Update,
            &[("name", "  Jo  "), ("nickname", " "), ("address", "1 Street\r\nTown")],
        )
        .unwrap();
        assert_eq!(checked.set[&Standard::Name.into()], "Jo");
        assert_eq!(checked.set[&Standard::Address.into()], "1 Street\nTown");
        assert!(checked.remove.contains(&Standard::Nickname.into()));
        let checked = check(Occasion::SignUp, &[("email", "me@domain.com"), ("nickname", " ")]).unwrap();
        assert_eq!((checked.set.len(), checked.remove.len()), (1, 0));
    }

    #[test]
    fn parse_names_of_ten_thousand_attributes_is_too_large() {
        let submitted = (0..10_000).map(|n| (format!("custom:{n}"), String::new())).collect();
        assert_eq!(parse_names(submitted).unwrap_err(), FormErrors::form(ErrorCode::TooLarge));
    }

    #[test]
    fn check_email_with_an_impossible_domain_is_not_an_email() {
        let email = FieldName::from(AttributeName::from(Standard::Email));
        let refusal = check(Occasion::Update, &[("email", "me@xn--a.example")]).unwrap_err();
        assert_eq!(refusal.on(&email), Some(ErrorCode::NotAnEmail));
    }

    #[test]
    fn check_submitted_phone_number_is_read_in_its_country() {
        let phone = AttributeName::from(Standard::PhoneNumber);
        let read = |typed| check(Occasion::SignUp, &[("email", "me@domain.com"), ("phone_number", typed)]);
        assert_eq!(read("0151 23456789").unwrap().set[&phone], "+4915123456789");
        let why = |typed| read(typed).unwrap_err().on(&phone.clone().into());
        assert_eq!(why("call me"), Some(ErrorCode::NotAPhoneNumber));
        assert_eq!(why("+225 712345678"), Some(ErrorCode::NoSuchPhoneNumber));
    }
}
