//! One rule for phone numbers at every door: the same texts through pages, API, command line and import.

use crate::accounts::{does, refuses, sign_in, with_input};
use crate::browser::{Browser, PASSWORD};
use crate::program::{CONFIG, Home, Running};
use serde_json::{Value, json};

/// Numbers as people write them in a country, and what they are abroad.
const GOOD: [(&str, &[(&str, &str)]); 3] = [
    (
        "+49",
        &[
            ("0151 23456789", "+4915123456789"),
            ("0049 151 23456780", "+4915123456780"),
            ("+49 (0)151 23456781", "+4915123456781"),
            ("+39 06 1234 5678", "+390612345678"),
        ],
    ),
    ("+225", &[("07 12 34 56 78", "+2250712345678")]),
    ("+36", &[("06 20 123 4567", "+36201234567")]),
];

/// What is no number, wherever it is written.
const BAD: [&str; 3] = ["call me", "12", "0151 23456789 ext. 5"];

/// What has the form of a number, and no phone has.
const OUTSIDE: (&str, &str) = ("+225 712345678", "+225712345678");

const NO_NUMBER: &str = "Enter a phone number with its country code";
const NO_PHONE: &str = "No phone has this number";

struct House {
    home: Home,
    running: Running,
    country: &'static str,
}

impl House {
    fn in_country(country: &'static str) -> Self {
        let pool = format!(
            "{CONFIG}codes_per_account_a_day = 1000\n\n[pool]\ncountry_code = '{country}'\nsign_in = ['username', 'email', 'phone_number']\n"
        );
        let home = Home::new(&pool);
        let running = home.start();
        Self { home, running, country }
    }

    fn number_of(&self, name: &str) -> Value {
        let shown = does(self.home.run(&["user", "show", name, "--json"], &[]), "");
        let shown: Value = serde_json::from_str(&shown.said).unwrap();
        shown["attributes"]["phone_number"].clone()
    }

    /// By the page; what it answers.
    fn sign_up_by_page(&self, name: &str, typed: &str) -> String {
        let email = format!("{name}@domain.com");
        let form = [
            ("username", name),
            ("password", PASSWORD),
            ("confirm_password", PASSWORD),
            ("attributes[email]", &email),
            ("country_code", self.country),
            ("attributes[phone_number]", typed),
        ];
        self.running.browser().submit("/sign-up", &form).unwrap().body
    }

    fn sign_up_by_wire(&self, name: &str, typed: &str) -> String {
        let attributes = json!([{ "Name": "email", "Value": format!("{name}@domain.com") }, { "Name": "phone_number", "Value": typed }]);
        let form = json!({ "ClientId": "web", "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
        self.running.browser().wire("SignUp", &form).unwrap().body
    }

    fn create(&self, name: &str, typed: &str) -> crate::program::Done {
        let (email, phone) = (format!("email={name}@domain.com"), format!("phone_number={typed}"));
        let create = [
            "user",
            "create",
            name,
            "-a",
            &email,
            "-a",
            &phone,
            "--verified",
            "--password-stdin",
            "--permanent",
        ];
        with_input(&self.home, &create, &format!("{PASSWORD}\n"))
    }

    fn import(&self, name: &str, typed: &str) -> crate::program::Done {
        let text = format!(
            "cognito:username,email,email_verified,phone_number,phone_number_verified\n{name},{name}@domain.com,TRUE,{typed},FALSE\n"
        );
        std::fs::write(self.home.path("users.csv"), text).unwrap();
        self.home.run(&["user", "import", "users.csv"], &[])
    }

    /// The two ways to change a number, and what they answer.
    fn changes(&self, who: &mut Browser, typed: &str) -> [String; 2] {
        let form = [("country_code", self.country), ("attributes[phone_number]", typed)];
        let page = who.submit("/profile/phone", &form).unwrap().body;
        let password = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "web",
            "AuthParameters": { "USERNAME": "owner", "PASSWORD": PASSWORD } });
        let tokens = who.wire("InitiateAuth", &password).unwrap().json();
        let change = json!({ "AccessToken": tokens["AuthenticationResult"]["AccessToken"],
            "UserAttributes": [{ "Name": "phone_number", "Value": typed }] });
        [page, who.wire("UpdateUserAttributes", &change).unwrap().body]
    }

    fn was_sent_to(&self, number: &str) -> bool {
        self.running.letters().as_array().unwrap().iter().any(|letter| letter["to"] == number)
    }
}

#[test]
fn national_numbers_at_every_entry_point_are_stored_canonical() {
    for (country, numbers) in GOOD {
        let house = House::in_country(country);
        for (at, (typed, number)) in numbers.iter().enumerate() {
            house.sign_up_by_page(&format!("page{at}"), typed);
            house.sign_up_by_wire(&format!("wire{at}"), typed);
            does(house.import(&format!("import{at}"), typed), "1 account imported");
            does(house.create(&format!("line{at}"), typed), "was created");
            for door in ["page", "wire", "import", "line"] {
                assert_eq!(house.number_of(&format!("{door}{at}")), *number, "{door}: {country} {typed}");
            }
            assert_eq!(sign_in(&house.running, typed, PASSWORD).1, 200, "{country} {typed}");
            let asked = house.running.browser().submit("/forgot-password", &[("username", typed)]);
            asked.unwrap().succeeds();
            house.running.code_for(number);
        }
        house.running.stop();
    }
}

#[test]
fn text_that_is_no_number_is_refused_at_every_entry_point() {
    let house = House::in_country("+49");
    does(house.create("owner", "0151 23456789"), "was created");
    let (mut owner, status) = sign_in(&house.running, "owner", PASSWORD);
    assert_eq!(status, 200);
    for typed in BAD {
        let page = house.sign_up_by_page("jdoe", typed);
        assert!(page.contains(NO_NUMBER), "{typed}: {page}");
        let wire = house.sign_up_by_wire("jdoe", typed);
        assert!(wire.contains("Invalid phone number format."), "{typed}: {wire}");
        refuses(&house.create("jdoe", typed), &["phone_number: ", NO_NUMBER]);
        refuses(&house.import("jdoe", typed), &["line 2, phone_number: ", NO_NUMBER]);
        let [page, wire] = house.changes(&mut owner, typed);
        assert!(page.contains(NO_NUMBER), "{typed}: {page}");
        assert!(wire.contains("Invalid phone number format."), "{typed}: {wire}");
    }
    house.running.stop();
}

#[test]
fn number_outside_the_plan_is_kept_only_for_administrators() {
    let house = House::in_country("+49");
    let (typed, number) = OUTSIDE;
    does(house.create("owner", "0151 23456789"), "was created");
    let (mut owner, _) = sign_in(&house.running, "owner", PASSWORD);
    let page = house.sign_up_by_page("jdoe", typed);
    assert!(page.contains(NO_PHONE), "{page}");
    let wire = house.sign_up_by_wire("jdoe", typed);
    assert!(wire.contains("Invalid phone number format."), "{wire}");
    let [page, wire] = house.changes(&mut owner, typed);
    assert!(page.contains(NO_PHONE), "{page}");
    assert!(wire.contains("Invalid phone number format."), "{wire}");

    does(house.import("moved", typed), "Phone number kept, and nothing is sent to it");
    assert_eq!(house.number_of("moved"), number);
    does(house.create("made", typed), "no phone has +225712345678: it is kept");
    assert_eq!(house.number_of("made"), number);
    let set = ["user", "set-attribute", "owner", "phone_number=+225 712345679"];
    does(house.home.run(&set, &[]), "no phone has +225712345679: it is kept");
    assert_eq!(house.number_of("owner"), "+225712345679");
    // It may name somebody, and the code goes elsewhere.
    assert_eq!(sign_in(&house.running, typed, PASSWORD).1, 200);
    house.running.browser().submit("/forgot-password", &[("username", typed)]).unwrap().succeeds();
    house.running.code_for("made@domain.com");
    assert!(!house.was_sent_to(number) && !house.was_sent_to("+225712345679"));
    house.running.stop();
}
