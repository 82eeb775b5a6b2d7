//! The form field of an attribute: pickers where people would have to guess, the rest as its format wants it.

use super::error::FormError;
use super::field::{Input, field};
use super::state::FormState;
use crate::{lists, text};
use leptos::prelude::*;
use model::{AttributeName, Definition, ErrorCode, FieldName, FormErrors, Format, Schema, Standard};
use std::collections::BTreeMap;

/// The field of one attribute, with what is stored; `None` where there is no account yet.
pub(crate) fn input(
    definition: &Definition,
    schema: &Schema,
    stored: Option<&str>,
    state: &FormState,
) -> AnyView {
    input_in(definition, schema, lists::DEFAULT_COUNTRY, stored, state)
}

/// The same for a form that may ask for a phone number: one without a country is from here.
pub(crate) fn input_in(
    definition: &Definition,
    schema: &Schema,
    country: &str,
    stored: Option<&str>,
    state: &FormState,
) -> AnyView {
    let label = text::label(&definition.name, schema);
    let input = Input::new(definition.name.clone(), label).marked(definition.required);
    let input = stored.map_or(input.clone(), |stored| input.stored(stored));
    let stored = stored.unwrap_or_default();
    let Some(standard) = definition.name.standard() else {
        return field(custom(input, definition), state);
    };
    let input = match standard {
        Standard::Email => input.kind("email", "email").hint(text::words().new_email_hint()),
        Standard::PhoneNumber => return phone(input.kind("tel", "tel-national"), country, state),
        // A date field can't show a birthday whose year isn't told, and would save nothing in its place.
        Standard::Birthdate if stored.starts_with("0000") => input.kind("text", "bday"),
        Standard::Birthdate => input.kind("date", "bday"),
        Standard::Website => input.kind("url", "url"),
        Standard::Profile | Standard::Picture => input.kind("url", "off"),
        Standard::Address => input.kind("textarea", "street-address"),
        Standard::Locale => input.options(with_stored(lists::languages(), stored)),
        Standard::Zoneinfo => input.options(with_stored(lists::time_zones(), stored)),
        Standard::GivenName => input.kind("text", "given-name"),
        Standard::MiddleName => input.kind("text", "additional-name"),
        Standard::FamilyName => input.kind("text", "family-name"),
        Standard::Name => input.kind("text", "name"),
        Standard::Nickname => input.kind("text", "nickname"),
        Standard::Gender => input.kind("text", "sex"),
        Standard::PreferredUsername => input.hint(text::words().preferred_username_hint()),
        Standard::Sub | Standard::EmailVerified | Standard::PhoneNumberVerified | Standard::UpdatedAt => {
            input
        }
    };
    field(input, state)
}

fn custom(input: Input, definition: &Definition) -> Input {
    match definition.format {
        Format::Boolean => input.options(vec![
            (String::new(), text::words().not_set().into()),
            ("true".into(), text::words().yes_choice().into()),
            ("false".into(), text::words().no_choice().into()),
        ]),
        Format::Date => input.kind("date", "off"),
        Format::Number => input.kind("text", "off"),
        Format::Text | Format::Email | Format::PhoneNumber => input,
    }
}

/// A number with the country beside it, this one unless another was chosen; a number that starts with `+`
/// needs none.
pub(crate) fn phone(input: Input, country: &str, state: &FormState) -> AnyView {
    let typed = state.typed.get(&FieldName::CountryCode).map(|code| lists::known_country(code));
    let chosen = typed.unwrap_or(country);
    let country = Input::new(FieldName::CountryCode, text::words().country_code())
        .options(lists::countries_from(chosen))
        .value(chosen);
    let country = Input { autocomplete: "tel-country-code", ..country };
    view! { <div class="pair">{field(country, state)}{field(input, state)}</div> }.into_any()
}

/// A stored value that isn't in the list stays choosable: saving a form must not change what nobody touched.
fn with_stored(mut options: Vec<(String, String)>, stored: &str) -> Vec<(String, String)> {
    options.insert(0, (String::new(), text::words().not_set().into()));
    if !options.iter().any(|(value, _)| value == stored) {
        options.insert(1, (stored.to_owned(), stored.to_owned()));
    }
    options
}

/// The attributes by their names. One that can't be the name of an attribute at all isn't from a form of
/// ours.
pub(crate) fn named(
    attributes: BTreeMap<String, String>,
) -> Result<BTreeMap<AttributeName, String>, FormError> {
    let named = attributes.into_iter().map(|(name, value)| Ok((name.parse()?, value)));
    named
        .collect::<Result<_, model::attribute::MalformedName>>()
        .map_err(|_| FormError(FormErrors::form(ErrorCode::BadRequest)))
}

/// The attributes with the phone number put together from its two fields.
pub(crate) fn with_country(
    mut attributes: BTreeMap<String, String>,
    country_code: &str,
) -> BTreeMap<String, String> {
    if let Some(phone) = attributes.get_mut(Standard::PhoneNumber.as_str()) {
        *phone = lists::e164(country_code, phone);
    }
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_country_adds_the_prefix_to_phone_numbers_only() {
        let typed = BTreeMap::from([
            ("phone_number".to_owned(), "(212) 860-1234".to_owned()),
            ("nickname".to_owned(), "0 1".to_owned()),
        ]);
        let joined = with_country(typed, "+1");
        assert_eq!(joined["phone_number"], "+12128601234");
        assert_eq!(joined["nickname"], "0 1");
    }

    #[test]
    fn with_stored_value_outside_the_list_keeps_it_as_an_option() {
        let options = with_stored(vec![("de".into(), "Deutsch".into())], "en-GB");
        assert_eq!(options.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>(), ["", "en-GB", "de"]);
    }

    #[test]
    fn birthdate_field_with_stored_year_0000_keeps_the_value() {
        let schema = Schema::standard();
        let definition = schema.get(&Standard::Birthdate.into()).unwrap();
        leptos::prelude::Owner::new_root(None).with(|| {
            let html = input(definition, &schema, Some("0000-05-01"), &FormState::default()).to_html();
            assert!(html.contains("type=\"text\"") && html.contains("value=\"0000-05-01\""), "{html}");
        });
    }

    #[test]
    fn input_for_every_standard_attribute_has_its_field_name() {
        let schema = Schema::standard();
        let owner = leptos::prelude::Owner::new_root(None);
        owner.with(|| {
            for definition in schema.definitions() {
                let html = input(definition, &schema, None, &FormState::default()).to_html();
                assert!(
                    html.contains(&format!(
                        "name=\"{}\"",
                        FieldName::Attribute(AttributeName::clone(&definition.name))
                    )),
                    "{html}"
                );
            }
        });
    }
}
