//! Countries, as far as numbers tell them: where text messages go that strangers ask for.

use phonenumber::metadata::DATABASE;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A country by its ISO 3166-1 code (`DE`) that has phone numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

/// Not the code of a country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a country")]
pub struct NoCountry;

impl FromStr for Country {
    type Err = NoCountry;

    fn from_str(text: &str) -> Result<Self, NoCountry> {
        let code = text.trim().to_ascii_uppercase();
        let two = code.as_bytes().try_into().map_err(|_| NoCountry)?;
        if DATABASE.by_id(&code).is_some() { Ok(Self(two)) } else { Err(NoCountry) }
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl Country {
    /// Where this number (E.164) is from. `None`: from no single country, as that of a satellite.
    pub fn of_number(number: &str) -> Option<Self> {
        phonenumber::parse(None, number).ok()?.country().id()?.as_ref().parse().ok()
    }

    /// Whose people dial this calling code (`+49`) at home. Of several the largest; for `+1`, where Canada has
    /// the same prices and most others haven't, these two.
    pub fn at_home(calling_code: &str) -> BTreeSet<Self> {
        let digits = calling_code.strip_prefix('+').unwrap_or_default();
        let regions = digits.parse().ok().and_then(|code| DATABASE.region(&code)).unwrap_or_default();
        let largest = regions.first().copied();
        let countries = largest.into_iter().chain((digits == "1").then_some("CA"));
        countries.filter_map(|region| region.parse().ok()).collect()
    }
}

/// Some countries, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Countries {
    /// Numbers of no country among them.
    All,
    /// These.
    Only(BTreeSet<Country>),
}

impl Countries {
    /// Whether this number (E.164) is from one of them.
    pub fn have(&self, number: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(these) => Country::of_number(number).is_some_and(|it| these.contains(&it)),
        }
    }
}

impl fmt::Display for Countries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all countries"),
            Self::Only(none) if none.is_empty() => f.write_str("no country"),
            Self::Only(these) => {
                let codes: Vec<_> = these.iter().map(ToString::to_string).collect();
                f.write_str(&codes.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: &str) -> String {
        Country::of_number(number).map_or_else(String::new, |it| it.to_string())
    }

    #[test]
    fn country_of_a_shared_calling_code_is_told_by_the_number() {
        for (number, country) in [
            ("+12128601234", "US"),
            ("+14165550123", "CA"),
            ("+18765551234", "JM"),
            ("+18095551234", "DO"),
            ("+4915123456789", "DE"),
            ("+447400123456", "GB"),
            ("+447911123456", "GG"),
            ("+2250712345678", "CI"),
            ("+79123456789", "RU"),
            ("+77012345678", "KZ"),
            ("+37126123456", "LV"),
            ("+870773111632", ""),
            ("+88213123456", ""),
        ] {
            assert_eq!(of(number), country, "{number}");
        }
    }

    #[test]
    fn country_of_every_example_number_is_its_own_or_the_largest() {
        let mut others = Vec::new();
        for region in DATABASE.iter().filter(|it| it.id().len() == 2) {
            let mobile = region.descriptors().mobile().and_then(|it| it.example());
            let Some(mobile) = mobile else { continue };
            let number = format!("+{}{mobile}", region.country_code());
            let told = Country::of_number(&number).unwrap();
            if told.to_string() != region.id() {
                assert!(Country::at_home(&format!("+{}", region.country_code())).contains(&told), "{number}");
                others.push(region.id());
            }
        }
        assert!(others.len() < 10, "{others:?}");
    }

    #[test]
    fn country_code_without_phones_is_refused() {
        assert_eq!("de".parse::<Country>().unwrap().to_string(), "DE");
        for text in ["", "D", "DEU", "ZZ", "+49", "49", "001", "*", "ü"] {
            assert_eq!(text.parse::<Country>(), Err(NoCountry), "{text}");
        }
    }

    #[test]
    fn country_at_home_of_a_calling_code_is_the_largest() {
        let home = |code| Countries::Only(Country::at_home(code)).to_string();
        for (code, countries) in [
            ("+49", "DE"),
            ("+1", "CA, US"),
            ("+44", "GB"),
            ("+7", "RU"),
            ("+39", "IT"),
            ("+999", "no country"),
        ] {
            assert_eq!(home(code), countries, "{code}");
        }
    }
}
