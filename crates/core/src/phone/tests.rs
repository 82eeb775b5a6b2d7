use super::*;

fn number(text: &str, country: &str) -> String {
    parse(text, country).unwrap_or_else(|why| panic!("{country} {text:?}: {why}")).into_string()
}

#[test]
fn parse_national_number_drops_the_trunk_prefix() {
    for (country, typed, expected) in [
        ("+225", "07 12 34 56 78", "+2250712345678"),
        ("+242", "06 123 4567", "+242061234567"),
        ("+229", "01 95 12 34 56", "+2290195123456"),
        ("+378", "0549 886377", "+3780549886377"),
        ("+36", "06 20 123 4567", "+36201234567"),
        ("+49", "0151 23456789", "+4915123456789"),
        ("+39", "06 1234 5678", "+390612345678"),
        ("+1", "(212) 860-1234", "+12128601234"),
        ("+1", "1 212 860 1234", "+12128601234"),
        ("+44", "020 7946 0000", "+442079460000"),
        ("+7", "8 912 345-67-89", "+79123456789"),
        ("+55", "(11) 96123-4567", "+5511961234567"),
        ("+54", "011 15-2345-6789", "+5491123456789"),
        ("+47", "406 12 345", "+4740612345"),
        ("+250", "250 123 456", "+250250123456"),
    ] {
        assert_eq!(number(typed, country), expected, "{country} {typed}");
    }
}

#[test]
fn parse_international_number_is_the_same_from_every_country() {
    for country in ["+49", "+1", "+44", "+225", "+39", "+61", "", "+evil"] {
        for typed in ["+4915123456789", "+49 (0)151 23456789", "+49 0151/234567-89", "0049 151 23456789"] {
            assert_eq!(number(typed, country), "+4915123456789", "{country} {typed}");
        }
        assert_eq!(number("+39 06 1234 5678", country), "+390612345678", "{country}: Italy keeps its zero");
    }
    assert_eq!(number("011 49 30 123456", "+1"), "+4930123456");
    assert_eq!(number("0011 44 20 7946 0018", "+61"), "+442079460018");
    assert!(parse("011 49 30 123456", "+49").is_err(), "that isn't dialled there");
}

#[test]
fn parse_text_without_a_number_is_refused() {
    assert_eq!(parse(" ( ) ", "+1"), Err(PhoneFault::Missing));
    for typed in [
        "call me",
        "1-800-FLOWERS",
        "12",
        "+",
        "++4915123456789",
        "+49+151",
        "0151 23456789 ext. 5",
        "+0151 23456789",
        "+4915123456789123456",
        "49,15123456789",
        "٠١٥١",
    ] {
        assert_eq!(parse(typed, "+49"), Err(PhoneFault::NotANumber), "{typed:?}");
    }
    assert_eq!(parse("0151 23456789", ""), Err(PhoneFault::NotANumber), "no country to read it in");
}

#[test]
fn parse_number_outside_the_plan_returns_its_spelling() {
    for (country, typed, kept) in [
        ("+225", "+225 712345678", "+225712345678"),
        ("+1", "123 456 7890", "+1234567890"),
        ("+1", "+999 123 456 789", "+999123456789"),
        ("+49", "0151 2345", "+491512345"),
    ] {
        let outside = PhoneFault::NotInPlan(PhoneNumber(kept.to_owned()));
        assert_eq!(parse(typed, country), Err(outside), "{country} {typed}");
        assert_eq!(canonical(typed, country).as_deref(), Some(kept));
        assert_eq!(canonical(kept, "+44").as_deref(), Some(kept), "stored numbers stay as they are");
        assert!(!is_in_plan(kept));
    }
}

/// The library's example numbers, as people write them at home.
#[test]
fn parse_national_format_of_every_country_reads_the_example_back() {
    let mut read = 0;
    for region in DATABASE.iter() {
        let code = format!("+{}", region.country_code());
        let kinds = [region.descriptors().fixed_line(), region.descriptors().mobile()];
        for example in kinds.into_iter().flatten().filter_map(|kind| kind.example()) {
            let full = format!("{code}{example}");
            assert_eq!(number(&full, "+1"), full, "{}", region.id());
            let national = phonenumber::parse(None, &full).unwrap();
            let national = national.format().mode(Mode::National).to_string();
            assert_eq!(number(&national, &code), full, "{} {national}", region.id());
            read += 1;
        }
    }
    assert!(read > 400, "{read}");
}

proptest::proptest! {
    #[test]
    fn canonical_of_a_canonical_number_is_itself(text in r"[+0]{0,2}[0-9 ()-]{1,18}", country in "\\+[1-9][0-9]{0,2}") {
        if let Some(once) = canonical(&text, &country) {
            let again = canonical(&once, "");
            proptest::prop_assert_eq!(again, Some(once));
        }
    }
}
