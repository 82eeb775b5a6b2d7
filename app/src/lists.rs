//! Lists to choose from. They come from maintained tables and stay on the server.

use nameplate_core::phone;
use std::sync::LazyLock;

/// Chosen where nothing else is known.
pub(crate) const DEFAULT_COUNTRY: &str = "+1";

/// Calling code and name of each country, by name (`libphonenumber`'s regions, names of ISO 3166-1).
static COUNTRIES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let named = phonenumber::metadata::DATABASE.iter().filter_map(|region| {
        let country = rust_iso3166::from_alpha2(region.id())?;
        Some((format!("+{}", region.country_code()), country.name))
    });
    let mut all: Vec<_> = named.map(|(code, name)| (code.clone(), format!("{name} {code}"))).collect();
    all.sort_by_key(|(_, words)| words.clone());
    // One choice per code and name; the first of a shared code would win otherwise when a form is shown
    // again.
    all.dedup();
    if let Some(at) = all.iter().position(|(_, words)| words.starts_with("United States of America")) {
        let first = all.remove(at);
        all.insert(0, first);
    }
    all
});

static LANGUAGES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let with_code = isolang::languages().filter_map(|language| {
        Some((
            language.to_639_1()?.to_owned(),
            language.to_autonym().unwrap_or(language.to_name()).to_owned(),
        ))
    });
    let mut all: Vec<_> = with_code.collect();
    all.sort_by_key(|(_, name)| name.to_lowercase());
    all
});

static TIME_ZONES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let names = jiff::tz::db().available().map(|name| name.to_string());
    let mut all: Vec<_> =
        names.filter(|name| is_place(name)).map(|name| (name.clone(), name.replace('_', " "))).collect();
    all.sort();
    all
});

/// Zones are named for places; the rest of the database is there for old machines.
fn is_place(name: &str) -> bool {
    const AREAS: [&str; 10] = [
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    ];
    name == "UTC" || AREAS.iter().any(|area| name.starts_with(area))
}

pub(crate) fn countries() -> Vec<(String, String)> {
    COUNTRIES.clone()
}

/// The same with the one that is meant by this calling code in front: of those that share it, the one that
/// most of its numbers are from.
pub(crate) fn countries_from(code: &str) -> Vec<(String, String)> {
    let mut all = countries();
    let main = code.strip_prefix('+').and_then(|digits| digits.parse().ok()).and_then(|code: u16| {
        let country = rust_iso3166::from_alpha2(phonenumber::metadata::DATABASE.region(&code)?.first()?)?;
        all.iter().position(|(_, words)| *words == format!("{} +{code}", country.name))
    });
    if let Some(front) = main.and_then(|at| all.get_mut(..=at)) {
        front.rotate_right(1);
    }
    all
}

/// Whether a country has this calling code.
pub fn is_country_code(code: &str) -> bool {
    COUNTRIES.iter().any(|(known, _)| known == code)
}

/// A calling code of the list, or the default: nothing else is put in front of a number.
pub(crate) fn known_country(code: &str) -> &str {
    COUNTRIES.iter().find(|(known, _)| known == code).map_or(DEFAULT_COUNTRY, |(known, _)| known)
}

pub(crate) fn languages() -> Vec<(String, String)> {
    LANGUAGES.clone()
}

pub(crate) fn time_zones() -> Vec<(String, String)> {
    TIME_ZONES.clone()
}

/// A number as typed beside a country, in its canonical spelling. What can't be a number stays as it is, to be
/// refused.
pub(crate) fn e164(country: &str, typed: &str) -> String {
    phone::canonical(typed, known_country(country)).unwrap_or_else(|| typed.to_owned())
}

/// The calling code of a number, as the list has it.
pub(crate) fn country_of(number: &str) -> &'static str {
    let code = phonenumber::parse(None, number).ok().map(|number| format!("+{}", number.code().value()));
    COUNTRIES
        .iter()
        .find(|(known, _)| Some(known) == code.as_ref())
        .map_or(DEFAULT_COUNTRY, |(known, _)| known)
}

/// `+12128601234` as `+1 212 860 1234`; nothing for what can't be called.
pub(crate) fn readable_phone(number: &str) -> Option<String> {
    let number = phonenumber::parse(None, number).ok()?;
    Some(number.format().mode(phonenumber::Mode::International).to_string().replace('-', " "))
}

/// `en-GB` as "English (GB)"; nothing for what isn't a language (BCP 47).
pub(crate) fn language_name(tag: &str) -> Option<String> {
    let (code, region) =
        tag.split_once(['-', '_']).map_or((tag, None), |(code, region)| (code, Some(region)));
    let language = isolang::Language::from_639_1(&code.to_ascii_lowercase())?;
    let name = language.to_autonym().unwrap_or(language.to_name());
    Some(region.map_or_else(|| name.to_owned(), |region| format!("{name} ({region})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_countries_languages_and_zones_hold_known_entries() {
        assert!(countries().iter().any(|(code, words)| code == "+49" && words.contains("Germany")));
        assert_eq!(countries()[0].0, "+1");
        assert!(languages().contains(&("de".into(), "Deutsch".into())));
        assert!(
            time_zones()
                .iter()
                .any(|(zone, words)| zone == "America/New_York" && words == "America/New York")
        );
        assert_eq!(language_name("en-GB").as_deref(), Some("English (GB)"));
        assert_eq!(known_country("+evil"), "+1");
        assert_eq!(readable_phone("+12128601234").as_deref(), Some("+1 212 860 1234"));
        assert_eq!(readable_phone("nonsense"), None);
        assert_eq!(countries_from("+44")[0].1, "United Kingdom of Great Britain and Northern Ireland +44");
        assert_eq!((countries_from("+evil"), countries_from("+44").len()), (countries(), countries().len()));
        assert_eq!((country_of("+442079460000"), country_of("nonsense")), ("+44", "+1"));
    }

    #[test]
    fn e164_of_a_typed_number_has_one_spelling() {
        for (country, typed, number) in [
            ("+1", "(212) 860-1234", "+12128601234"),
            ("+44", "020 7946 0000", "+442079460000"),
            ("+1", "+44 (0)20 7946 0000", "+442079460000"),
            ("+39", "06 1234 5678", "+390612345678"),
            ("+1", "0049 30 123456", "+4930123456"),
            ("+1", "", ""),
            ("+1", "call me", "call me"),
            ("+225", "07 12 34 56 78", "+2250712345678"),
            ("+evil", "2128601234", "+12128601234"),
        ] {
            assert_eq!(e164(country, typed), number, "{typed}");
        }
    }
}
