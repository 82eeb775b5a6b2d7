//! What is pasted is cleaned in one way at every door: pages, API, command line and import.

use crate::accounts::{does, sign_in, with_input};
use crate::browser::PASSWORD;
use crate::program::{CONFIG, Home, Running};
use serde_json::{Value, json};

/// Pasted values of one account, and what is meant.
struct Pasted {
    email: &'static str,
    phone: &'static str,
    number: &'static str,
    name: &'static str,
    birthdate: &'static str,
    website: &'static str,
}

const PASTED: [Pasted; 3] = [
    Pasted {
        email: " \u{FEFF}NAME@domain.com\u{200B}",
        phone: "\u{202D}+1 212 860 1235\u{202C}",
        number: "+12128601235",
        name: "\u{2068}Jane\u{2069}",
        birthdate: "\u{200E}1985–02–01",
        website: "https://jane\u{AD}.example/\u{200B}",
    },
    Pasted {
        email: "Jane Doe <NAME@domain.com>",
        phone: "tel:+1-212-860-1236",
        number: "+12128601236",
        name: "Jane\u{A0}",
        birthdate: "１９８５-０２-０１",
        website: "https://jane.example/\u{A0}",
    },
    Pasted {
        email: "mailto:NAME@domain.com.",
        phone: "＋١ ٢١٢ ٨٦٠ ١٢٣٧",
        number: "+12128601237",
        name: "\u{200B}Jane",
        birthdate: "१९८५-०२-०१",
        website: "\u{FEFF}https://jane.example/",
    },
];

impl Pasted {
    fn of(&self, name: &str) -> [(&'static str, String); 5] {
        [
            ("email", self.email.replace("NAME", name)),
            ("phone_number", self.phone.to_owned()),
            ("given_name", self.name.to_owned()),
            ("birthdate", self.birthdate.to_owned()),
            ("website", self.website.to_owned()),
        ]
    }
}

fn meant(name: &str, number: &str) -> Value {
    json!({ "email": format!("{name}@domain.com"), "phone_number": number, "given_name": "Jane",
        "birthdate": "1985-02-01", "website": "https://jane.example/" })
}

fn stored(home: &Home, name: &str) -> Value {
    let shown = does(home.run(&["user", "show", name, "--json"], &[]), "");
    let shown: Value = serde_json::from_str(&shown.said).unwrap();
    let wanted = meant(name, "");
    let of = |attribute: &String| (attribute.clone(), shown["attributes"][attribute].clone());
    wanted.as_object().unwrap().keys().map(of).collect::<serde_json::Map<_, _>>().into()
}

fn sign_up_by_page(running: &Running, name: &str, pasted: &Pasted) {
    let typed = format!("\u{200B}{name}\u{200E}");
    let attributes: Vec<_> =
        pasted.of(name).into_iter().map(|(it, value)| (format!("attributes[{it}]"), value)).collect();
    let mut form = vec![("username", typed.as_str()), ("password", PASSWORD), ("confirm_password", PASSWORD)];
    form.extend(attributes.iter().map(|(it, value)| (it.as_str(), value.as_str())));
    running.browser().submit("/sign-up", &form).unwrap().succeeds();
}

fn sign_up_by_wire(running: &Running, name: &str, pasted: &Pasted) {
    let attributes: Vec<_> =
        pasted.of(name).into_iter().map(|(it, value)| json!({ "Name": it, "Value": value })).collect();
    let form =
        json!({ "ClientId": "web", "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
    running.browser().wire("SignUp", &form).unwrap().succeeds();
}

fn create(home: &Home, name: &str, pasted: &Pasted) {
    let attributes: Vec<_> = pasted.of(name).map(|(it, value)| format!("{it}={value}")).to_vec();
    let typed = format!("{name}\u{200B}");
    let mut arguments = vec!["user", "create", &typed, "--verified", "--password-stdin", "--permanent"];
    arguments.extend(attributes.iter().flat_map(|it| ["-a", it.as_str()]));
    does(with_input(home, &arguments, &format!("{PASSWORD}\n")), "was created");
}

fn import(home: &Home, name: &str, pasted: &Pasted) {
    let (names, values): (Vec<_>, Vec<_>) = pasted.of(name).into_iter().unzip();
    let text = format!(
        "cognito:username,email_verified,{}\n\u{200B}{name}\u{200B},TRUE,{}\n",
        names.join(","),
        values.join(",")
    );
    std::fs::write(home.path("users.csv"), text).unwrap();
    does(home.run(&["user", "import", "users.csv"], &[]), "1 account imported");
}

#[test]
fn pasted_values_at_every_entry_point_are_stored_clean() {
    let home = Home::new(&format!("{CONFIG}codes_per_account_a_day = 1000\n"));
    let running = home.start();
    for (at, pasted) in PASTED.iter().enumerate() {
        let name = |door: &str| format!("{door}{at}");
        sign_up_by_page(&running, &name("page"), pasted);
        sign_up_by_wire(&running, &name("wire"), pasted);
        create(&home, &name("line"), pasted);
        import(&home, &name("import"), pasted);
        for door in ["page", "wire", "line", "import"] {
            assert_eq!(stored(&home, &name(door)), meant(&name(door), pasted.number), "{door} {at}");
        }
        // Signed in with a pasted name, and changed on the page and by an administrator.
        let (mut browser, status) = sign_in(&running, &pasted.email.replace("NAME", &name("line")), PASSWORD);
        assert_eq!(status, 200, "{at}");
        let changed = [("attributes[given_name]", pasted.name), ("attributes[website]", pasted.website)];
        browser.submit("/profile", &changed).unwrap().succeeds();
        let set = format!("birthdate={}", pasted.birthdate);
        does(home.run(&["user", "set-attribute", &name("line"), &set], &[]), "");
        assert_eq!(stored(&home, &name("line")), meant(&name("line"), pasted.number), "{at}");
    }
    running.stop();
}

#[test]
fn pasted_codes_at_every_entry_point_are_accepted() {
    let home = Home::new(&format!("{CONFIG}codes_per_account_a_day = 1000\n"));
    let running = home.start();
    let arabic = |code: &str| -> String {
        code.chars().filter_map(|c| char::from_u32(0x660 + c.to_digit(10)?)).collect()
    };
    let ways: [&dyn Fn(&str) -> String; 4] = [
        &|code| format!("\u{200B}{code}\u{200E}."),
        &arabic,
        &|code| format!("{}–{}", &code[..3], &code[3..]),
        &|code| format!("Your\u{A0}code\u{A0}is\u{A0}{code}."),
    ];
    for (at, way) in ways.iter().enumerate() {
        let mut browser = running.browser();
        browser.sign_up(&format!("page{at}")).unwrap().succeeds();
        let code = way(&running.code_for(&format!("page{at}@domain.com")));
        browser.submit("/confirm", &[("code", &code)]).unwrap().succeeds();
        assert!(browser.get("/profile").unwrap().status == 200, "{code}");

        let (name, email) = (format!("wire{at}"), format!("wire{at}@domain.com"));
        let attributes = json!([{ "Name": "email", "Value": email }]);
        let form = json!({ "ClientId": "web", "Username": name, "Password": PASSWORD, "UserAttributes": attributes });
        browser.wire("SignUp", &form).unwrap().succeeds();
        // The published pattern has no spaces.
        let code = way(&running.code_for(&email)).replace('\u{A0}', "");
        let form = json!({ "ClientId": "web", "Username": name, "ConfirmationCode": code });
        let confirmed = browser.wire("ConfirmSignUp", &form).unwrap();
        assert!(confirmed.status == 200 || code.starts_with("Your"), "{code}: {}", confirmed.body);
    }
    running.stop();
}
