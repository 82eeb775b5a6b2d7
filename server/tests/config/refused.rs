//! What is wrong, and what the refusal says.

use crate::load;

#[expect(clippy::expect_used, reason = "a configuration that is not refused has failed the test")]
fn refusal(text: &str, environment: &[(&str, &str)]) -> String {
    load(text, environment).map(|_| ()).expect_err(text).to_string()
}

/// What is wrong, and everything that the refusal must say about it.
type Case = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

#[track_caller]
fn are_refused(cases: &[Case]) {
    for (text, environment, said) in cases {
        let refusal = refusal(text, environment);
        for words in *said {
            assert!(
                refusal.contains(words),
                "{text}\n{environment:?}\nshould say {words:?}, says:\n{refusal}"
            );
        }
        assert!(refusal.contains("Right would be: "), "{refusal}");
    }
}

#[test]
fn config_with_an_unknown_key_names_its_line_and_a_suggestion() {
    are_refused(&[
        (
            "\n[password]\nmin_lenght = 8\n",
            &[],
            &["nameplate.toml, line 3: password.min_lenght: there is no such key", "\"min_length\""],
        ),
        (
            "[pasword]\nmin_length = 8\n",
            &[],
            &["nameplate.toml, line 1: pasword: ", "Right would be: \"password\"."],
        ),
        ("min_length = 8\n", &[], &["line 1: min_length: ", "\"min_length\" below [password]"]),
        (
            "[server]\nsmtp_url = 'smtp://localhost'\n",
            &[],
            &["line 2: server.smtp_url", "\"smtp_url\" below [mail]"],
        ),
        (
            "[[clients]]\nid = 'web'\nwriet = []\n",
            &[],
            &["line 3: clients[0].wriet", "Right would be: \"write\"."],
        ),
        (
            "[[attributes.custom]]\nname = 'a'\n\n[[attributes.custom]]\nname = 'b'\nlengh = 3\n",
            &[],
            &["line 6: attributes.custom[1].lengh"],
        ),
        ("[pool]\nqqqqqqqq = 1\n", &[], &["pool.qqqqqqqq", "one of name, sign_in"]),
        ("[pool]\nnam = 'x'\n[codes]\nlifetim = '1h'\n", &[], &["line 2: pool.nam", "line 4: codes.lifetim"]),
    ]);
}

#[test]
fn config_value_of_a_wrong_type_names_the_right_one() {
    are_refused(&[
        (
            "[password]\nmin_length = 'eight'\n",
            &[],
            &["nameplate.toml, line 2: password.min_length: ", "a whole number; by default 8"],
        ),
        ("[password]\nmin_length = -1\n", &[], &["line 2: password.min_length: ", "a whole number"]),
        ("[password]\nrequire_numbers = 1\n", &[], &["line 2: password.require_numbers: ", "true or false"]),
        (
            "[codes]\nlifetime = 24\n",
            &[],
            &["line 2: codes.lifetime: ", "a duration in quotes, such as \"30s\""],
        ),
        ("[codes]\nlifetime = 'a while'\n", &[], &["line 2: codes.lifetime: ", "a duration in quotes"]),
        (
            "[pool]\nsign_in = 'email'\n",
            &[],
            &["line 2: pool.sign_in: ", "\"username\", \"email\", \"phone_number\""],
        ),
        (
            "[pool]\nsign_in = ['username', 'mail']\n",
            &[],
            &["line 2: pool.sign_in", "\"username\", \"email\", \"phone_number\""],
        ),
        (
            "[server]\nlog_format = 'xml'\n",
            &[],
            &["line 2: server.log_format: ", "one of \"text\", \"json\""],
        ),
        ("password = 8\n", &[], &["line 1: password: ", "docs/config.md"]),
        ("[[clients]]\nname = 'Web'\n", &[], &["line 1: clients[0]: ", "missing field `id`"]),
        (
            "",
            &[("NAMEPLATE_PASSWORD_MIN_LENGTH", "eight")],
            &["environment variable NAMEPLATE_PASSWORD_MIN_LENGTH: password.min_length: ", "a whole number"],
        ),
        (
            "",
            &[("NAMEPLATE_POOL_SIGN_IN", "email,mail")],
            &["environment variable NAMEPLATE_POOL_SIGN_IN: pool.sign_in: ", "\"phone_number\""],
        ),
        (
            "",
            &[("NAMEPLATE_CODES_LIFETIME", "24")],
            &["environment variable NAMEPLATE_CODES_LIFETIME: codes.lifetime: "],
        ),
    ]);
}

#[test]
fn config_that_is_no_toml_names_its_line() {
    are_refused(&[
        ("[pool]\nname = \n", &[], &["nameplate.toml, line 2: this is not TOML"]),
        ("[pool]\nname = Nameplate\n", &[], &["nameplate.toml, line 2: this is not TOML"]),
        ("[pool]\nname = 'a'\nname = 'b'\n", &[], &["nameplate.toml, line 3: this is not TOML"]),
        ("[pool\n", &[], &["nameplate.toml, line 1: this is not TOML"]),
    ]);
}

#[test]
fn config_with_an_unknown_attribute_names_a_suggestion() {
    are_refused(&[
        (
            "[attributes]\nrequired = ['email', 'nick_name']\n",
            &[],
            &[
                "nameplate.toml, line 2: attributes.required: ",
                "called \"nick_name\". Right would be: \"nickname\".",
            ],
        ),
        (
            "[attributes]\nsign_up = ['team']\n",
            &[],
            &["attributes.sign_up: there is no attribute called \"team\""],
        ),
        ("[attributes]\nimmutable = ['familyname']\n", &[], &["attributes.immutable: ", "\"family_name\""]),
        (
            "[[clients]]\nid = 'web'\nread = ['standard', 'emial']\n",
            &[],
            &["line 3: clients[0].read: ", "\"email\""],
        ),
        (
            "[[clients]]\nid = 'web'\nwrite = ['custom:team']\n",
            &[],
            &["line 3: clients[0].write: there is no attribute called \"custom:team\""],
        ),
        (
            "[attributes]\nsign_up = ['nickname', 'nickname']\n",
            &[],
            &["attributes.sign_up: \"nickname\" is there twice"],
        ),
        (
            "",
            &[("NAMEPLATE_ATTRIBUTES_REQUIRED", "email,brithdate")],
            &["environment variable NAMEPLATE_ATTRIBUTES_REQUIRED: attributes.required: ", "\"birthdate\""],
        ),
    ]);
}

#[test]
fn config_of_sign_up_attributes_must_be_writable_by_the_pages() {
    are_refused(&[
        (
            "[[clients]]\nid = 'web'\nwrite = ['nickname']\n",
            &[],
            &[
                "line 3: clients[0].write: the pages' client \"web\" can't write \"email\", which is required at sign-up",
                "\"email\" in the write list",
            ],
        ),
        (
            "[[attributes.custom]]\nname = 'team'\nrequired = true\n",
            &[],
            &["can't write \"custom:team\", which is required at sign-up"],
        ),
        (
            "[[attributes.custom]]\nname = 'team'\n\n[attributes]\nrequired = ['email', 'custom:team']\n",
            &[],
            &["line 5: attributes.required: ", "can't write \"custom:team\""],
        ),
        (
            "[attributes]\nrequired = ['email', 'updated_at']\n",
            &[],
            &["line 2: attributes.required: \"updated_at\" is set by the service itself"],
        ),
        (
            "[attributes]\nsign_up = ['email_verified']\n",
            &[],
            &["line 2: attributes.sign_up: \"email_verified\" is set by the service itself"],
        ),
        (
            "[attributes]\nsign_up = ['nickname']\n[[clients]]\nid = 'web'\nwrite = ['email']\n",
            &[],
            &["line 2: attributes.sign_up: the pages' client can't write \"nickname\""],
        ),
        (
            "[attributes]\nrequired = []\nsign_up = ['nickname']\n",
            &[],
            &["line 3: attributes.sign_up: sign-up asks for no address", "\"email\""],
        ),
    ]);
}

#[test]
fn config_of_custom_attributes_checks_names_and_bounds() {
    are_refused(&[
        ("[[attributes.custom]]\nname = ''\n", &[], &["line 2: attributes.custom[0].name: "]),
        (
            "[[attributes.custom]]\nname = 'twenty-one-characters'\n",
            &[],
            &["line 2: attributes.custom[0].name: ", "1 to 20"],
        ),
        ("[[attributes.custom]]\nname = 'a b'\n", &[], &["line 2: attributes.custom[0].name: "]),
        (
            "[[attributes.custom]]\nname = 'a'\n[[attributes.custom]]\nname = 'a'\n",
            &[],
            &["line 4: attributes.custom[1].name: this name is there twice"],
        ),
        (
            "[[attributes.custom]]\nname = 'a'\nmin = 5\nmax = 4\n",
            &[],
            &["attributes.custom[0]: ", "0 <= min <= max <= 2048"],
        ),
        ("[[attributes.custom]]\nname = 'a'\nmax = 2049\n", &[], &["attributes.custom[0]: "]),
        (
            "[[attributes.custom]]\nname = 'a'\ntype = 'date'\nmax = 3\n",
            &[],
            &["attributes.custom[0]: only texts and numbers"],
        ),
        (
            "[[attributes.custom]]\nname = 'a'\ntype = 'color'\n",
            &[],
            &["line 3: attributes.custom[0].type: ", "\"text\", \"number\", \"date\", \"boolean\""],
        ),
    ]);
}

#[test]
fn config_of_text_countries_other_than_codes_or_all_is_refused() {
    are_refused(&[
        (
            "[limits]\ntext_countries = ['DE', 'Germany', '+49']\n",
            &[],
            &["line 2: limits.text_countries: \"Germany\" is no country's code", "\"+49\" is no", "[\"*\"]"],
        ),
        (
            "[limits]\ntext_countries = ['*', 'DE']\n",
            &[],
            &["limits.text_countries: \"*\" is no country's code"],
        ),
    ]);
}

#[test]
fn config_without_a_way_to_sign_in_is_refused() {
    are_refused(&[
        (
            "[pool]\ncountry_code = '1'\n",
            &[],
            &["line 2: pool.country_code: \"1\" is no country's calling code"],
        ),
        (
            "[pool]\nsign_in = []\n",
            &[],
            &["line 2: pool.sign_in: nobody could sign in", "\"username\", \"email\", \"phone_number\""],
        ),
        (
            "[pool]\nsign_in = ['email']\n[attributes]\nrequired = []\n",
            &[],
            &["line 2: pool.sign_in: ", "\"email\" in attributes.required"],
        ),
        (
            "[pool]\nsign_in = ['phone_number']\n",
            &[],
            &["line 2: pool.sign_in: ", "\"phone_number\" in attributes.required"],
        ),
        (
            "[pool]\nsign_in = ['username', 'phone_number']\n[mail]\nsmtp_url = 'smtp://localhost'\n",
            &[],
            &[
                "line 2: pool.sign_in: there is no gateway for text messages, so no code would ever reach a phone number",
                "a gateway in [sms]",
            ],
        ),
        ("[pool]\nname = ' '\n", &[], &["line 2: pool.name: "]),
        ("[pool]\nname = \"a\\nb\"\n", &[], &["line 2: pool.name: ", "one line"]),
        ("clients = []\n", &[], &["line 1: clients: the pages have no client"]),
        ("[[clients]]\nid = 'a b'\n", &[], &["line 2: clients[0].id: "]),
        (
            "[[clients]]\nid = 'web'\n[[clients]]\nid = 'web'\n",
            &[],
            &["line 4: clients[1].id: another client has this id"],
        ),
    ]);
}

#[test]
fn config_of_a_public_url_must_be_a_bare_origin() {
    const KEY: &str = "line 2: server.public_url: ";
    are_refused(&[
        (
            "[server]\npublic_url = 'http://localhost:3000/id'\n",
            &[],
            &[KEY, "goes on after the host", "https://id.example.com, without path"],
        ),
        ("[server]\npublic_url = 'localhost:3000'\n", &[], &[KEY]),
        ("[server]\npublic_url = 'ftp://localhost'\n", &[], &[KEY, "neither http:// nor https://"]),
        (
            "[server]\nlisten = '3000'\n",
            &[],
            &["line 2: server.listen: \"3000\" is no host and port", "127.0.0.1:3000"],
        ),
        ("[server]\nlisten = 'two words:3000'\n", &[], &["line 2: server.listen: "]),
        (
            "",
            &[("NAMEPLATE_LISTEN", "127.0.0.1:70000")],
            &["environment variable NAMEPLATE_LISTEN: server.listen: "],
        ),
        (
            "",
            &[("NAMEPLATE_PUBLIC_URL", "http://localhost/x")],
            &["environment variable NAMEPLATE_PUBLIC_URL: server.public_url: "],
        ),
        (
            "[server]\npublic_url = 'http://[::]:3000'\n",
            &[],
            &["line 2: server.public_url: \"http://[::]:3000\" is no address that a browser can open"],
        ),
        (
            "[server]\nlisten = '0.0.0.0:3000'\n[mail]\nsmtp_url = 'smtp://localhost'\n",
            &[],
            &["server.public_url: without it the pages are at http://0.0.0.0:3000", "https://id.example.com"],
        ),
        (
            "",
            &[("NAMEPLATE_LISTEN", "[::]:0"), ("NAMEPLATE_SMTP_URL", "smtp://localhost")],
            &["server.public_url: without it the pages are at http://[::]:0", "NAMEPLATE_PUBLIC_URL"],
        ),
        (
            "[server]\ntrusted_proxies = ['10.0.0.0/33']\n",
            &[],
            &["line 2: server.trusted_proxies: ", "10.0.0.0/8"],
        ),
    ]);
}

#[test]
fn config_without_a_mail_server_allows_only_loopback() {
    are_refused(&[
        (
            "",
            &[("NAMEPLATE_PUBLIC_URL", "https://id.example.com")],
            &["mail.smtp_url: https://id.example.com is no loopback address", "NAMEPLATE_SMTP_URL"],
        ),
        (
            "",
            &[("NAMEPLATE_LISTEN", "0.0.0.0:3000")],
            &[
                "http://0.0.0.0:3000, as server.listen says, which no browser can open",
                "NAMEPLATE_PUBLIC_URL",
            ],
        ),
    ]);
    let mail = ("NAMEPLATE_SMTP_URL", "smtps://user:password@mail.example.com");
    let public = load("", &[("NAMEPLATE_PUBLIC_URL", "https://id.example.com"), mail]).unwrap();
    assert!(public.server.public_url.is_https() && public.mail.smtp_url.is_some());
    assert_eq!(public.pool.mail.from, "Nameplate <no-reply@id.example.com>");
    assert!(
        load("", &[("NAMEPLATE_LISTEN", "0.0.0.0:3000"), ("NAMEPLATE_PUBLIC_URL", "http://localhost:3000")])
            .is_ok()
    );
}

#[test]
fn config_numbers_and_durations_out_of_range_name_the_range() {
    are_refused(&[
        (
            "[password]\nmin_length = 5\n",
            &[],
            &["line 2: password.min_length: 5 is out of range", "a number from 6 to 99"],
        ),
        ("[password]\nmin_length = 100\n", &[], &["password.min_length: 100 is out of range"]),
        (
            "[hashing]\nmemory_kib = 64\n",
            &[],
            &["line 2: hashing.memory_kib: 64 is out of range", "from 7168"],
        ),
        (
            "[limits]\nsign_ups_per_network_an_hour = 0\n",
            &[],
            &["limits.sign_ups_per_network_an_hour: 0 would refuse everybody"],
        ),
        ("[codes]\nlifetime = '8days'\n", &[], &["line 2: codes.lifetime: ", "at most 7days"]),
        ("[codes]\nreset_lifetime = '2days'\n", &[], &["line 2: codes.reset_lifetime: ", "at most 1day"]),
        ("[codes]\nfactors_after_reset = '8days'\n", &[], &["codes.factors_after_reset: ", "at most 7days"]),
        ("[codes]\nlifetime = '20s'\n", &[], &["codes.resend_after: "]),
        (
            "[sessions]\nidle = '100days'\n",
            &[],
            &["line 2: sessions.idle: it is longer than sessions.absolute"],
        ),
        ("[sessions]\nper_account = 0\n", &[], &["sessions.per_account: 0 would refuse everybody"]),
        ("[events]\nkeep = '1h'\n", &[], &["line 2: events.keep: ", "at least 1day"]),
        (
            "[accounts]\nkeep_unconfirmed = '1h'\n",
            &[],
            &["line 2: accounts.keep_unconfirmed: ", "at least 1day"],
        ),
        ("[accounts]\nundo = '1h'\n", &[], &["line 2: accounts.undo: ", "at least 1day"]),
        (
            "[server]\nstore_url = 'nameplate.db'\n",
            &[],
            &["line 2: server.store_url: this is no address", "a SQLite file in the data folder"],
        ),
        ("[server]\ndrain = '0s'\n", &[], &["line 2: server.drain: this is no time at all"]),
        ("[server]\nbody_limit = 1\n", &[], &["line 2: server.body_limit: ", "from 1024 to 1048576"]),
        ("[server]\nlog_level = '=='\n", &[], &["line 2: server.log_level: "]),
    ]);
}

#[test]
fn config_with_several_faults_names_them_all() {
    let said =
        refusal("[password]\nmin_length = 1\n[pool]\nname = ''\n", &[("NAMEPLATE_PUBLIC_URL", "nowhere")]);
    for key in ["password.min_length", "pool.name", "server.public_url"] {
        assert!(said.contains(key), "{key} is missing: {said}");
    }
    assert_eq!(said.lines().count(), 3, "{said}");
}

#[test]
fn config_error_never_repeats_a_secret() {
    const SECRET: &str = "hunter2";
    for wrong in [
        "smtp://user:hunter2@mail.example.com",
        "smtp://hunter2",
        "smtps://user:hunter2@",
        "http://user:hunter2@mail.example.com",
        "smtps:/\u{20}/hunter2",
        "hunter2",
        "smtps://user:hunter2@mail.example.com?tls=hunter2",
    ] {
        let text = format!("[mail]\nsmtp_url = '{wrong}'\n[pool]\nname = ''\n");
        for said in [refusal(&text, &[]), refusal("[pool]\nname = ''\n", &[("NAMEPLATE_SMTP_URL", wrong)])] {
            assert!(!said.contains(SECRET), "{wrong}: {said}");
        }
    }
    are_refused(&[("[mail]\nsmtp_url = 9177\n", &[], &["line 2: mail.smtp_url: this is no text"])]);
    assert!(!refusal("[mail]\nsmtp_url = 9177\n", &[]).contains("9177"));
    assert!(!refusal("[mail]\nsmtp_url = smtp://a:hunter2@b\n", &[]).contains(SECRET));

    let keys = refusal("", &[("NAMEPLATE_KEYS", "hunter2")]);
    assert!(keys.contains("environment variable NAMEPLATE_KEYS: ") && !keys.contains(SECRET), "{keys}");

    for wrong in [
        "hunter2",
        "mysql://user:hunter2@db/x",
        "postgres://user:hunter2@db",
        "postgres://user@db/x?password=hunter2",
    ] {
        let text = format!("[server]\nstore_url = '{wrong}'\n");
        for said in [refusal(&text, &[]), refusal("", &[("NAMEPLATE_STORE_URL", wrong)])] {
            assert!(said.contains("server.store_url: ") && !said.contains(SECRET), "{wrong}: {said}");
        }
    }
    let store = "postgres://user:hunter2@db.example.com/nameplate";
    assert!(!format!("{:?}", load("", &[("NAMEPLATE_STORE_URL", store)]).unwrap()).contains(SECRET));

    let fine = load("", &[("NAMEPLATE_SMTP_URL", "smtps://user:hunter2@mail.example.com")]).unwrap();
    assert!(!format!("{fine:?}").contains(SECRET));
}

#[test]
fn config_of_a_mailbox_token_must_be_long_and_fit_a_url() {
    are_refused(&[
        (
            "[mail]\nmailbox_token = 'abc'\n",
            &[],
            &["line 2: mail.mailbox_token: this can't be the token", "at least 4 letters, digits"],
        ),
        (
            "",
            &[("NAMEPLATE_MAILBOX_TOKEN", "abc")],
            &["environment variable NAMEPLATE_MAILBOX_TOKEN: mail.mailbox_token: "],
        ),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "abcd efgh")], &["NAMEPLATE_MAILBOX_TOKEN"]),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "abcd/efgh")], &["NAMEPLATE_MAILBOX_TOKEN"]),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "schlüssel")], &["NAMEPLATE_MAILBOX_TOKEN"]),
    ]);
    assert!(!refusal("[mail]\nmailbox_token = 'hunter2/'\n", &[]).contains("hunter2"));
    let fine = load("", &[("NAMEPLATE_MAILBOX_TOKEN", "a-B_c.~9")]).unwrap();
    assert_eq!(fine.mail.mailbox_token.as_ref().map(|token| token.reveal()), Some("a-B_c.~9"));
    assert!(!format!("{fine:?}").contains("a-B_c.~9"));
    assert!(load("", &[("NAMEPLATE_MAILBOX_TOKEN", "")]).unwrap().mail.mailbox_token.is_none());
}

#[test]
fn config_of_an_unusable_mail_server_is_refused() {
    are_refused(&[
        (
            "[mail]\nsmtp_url = 'http://mail.example.com'\n",
            &[],
            &["line 2: mail.smtp_url: ", "smtps://user:password@mail.example.com"],
        ),
        (
            "[mail]\nsmtp_url = 'smtp://user:password@mail.example.com'\n",
            &[],
            &["line 2: mail.smtp_url: ", "unencrypted"],
        ),
        (
            "[mail]\nsmtp_url = 'smtp://mail.example.com?tls=maybe'\n",
            &[],
            &["line 2: mail.smtp_url: ", "tls=required"],
        ),
        ("[mail]\nfrom = 'nobody'\n", &[], &["line 2: mail.from: ", "Nameplate <no-reply@example.com>"]),
        ("[mail]\nfrom = \"a@b.example\\nBcc: x@y.example\"\n", &[], &["line 2: mail.from: "]),
    ]);
}

#[test]
fn config_of_an_unusable_sms_gateway_is_refused() {
    const TWILIO: &str = "[sms]\nprovider = 'twilio'\n";
    let without = |missing: &str| {
        let keys = [("account", "AC1"), ("token", "x"), ("from", "+12125550123")];
        let given =
            keys.iter().filter(|(key, _)| *key != missing).map(|(key, value)| format!("{key} = '{value}'\n"));
        refusal(&format!("{TWILIO}{}", given.collect::<String>()), &[])
    };
    for (key, right) in
        [("account", "the account's SID"), ("token", "NAMEPLATE_SMS_TOKEN"), ("from", "+12125550123")]
    {
        let said = without(key);
        assert!(
            said.contains(&format!("sms.{key}: ")) && said.contains(right) && said.lines().count() == 1,
            "{said}"
        );
    }
    are_refused(&[
        (
            "[sms]\nprovider = 'pigeon'\n",
            &[],
            &["line 2: sms.provider: ", "\"none\", \"twilio\", \"webhook\""],
        ),
        ("[sms]\nprovider = 'webhook'\n", &[], &["sms.url: it is no address", "NAMEPLATE_SMS_URL"]),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'http://sms.example.com'\n",
            &[],
            &["sms.url: texts would travel unencrypted", "a secret in sms.secret"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'http://sms.example.com'\ntoken = 'x'\n",
            &[],
            &["line 3: sms.url: the token would travel unencrypted"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'https://sms.example.com'\nsecret = 'x'\n",
            &[],
            &["line 4: sms.secret: ", "whsec_"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'https://sms.example.com'\nfrom = 'x'\n",
            &[],
            &["line 4: sms.from: ", "\"twilio\""],
        ),
        (
            "",
            &[("NAMEPLATE_SMS_TOKEN", "x")],
            &["environment variable NAMEPLATE_SMS_TOKEN: sms.token: the provider that is set doesn't use it"],
        ),
    ]);
    for wrong in ["http://hunter2.example.com/hunter2", "https://me:hunter2@sms.example.com", "hunter2"] {
        let text =
            format!("[sms]\nprovider = 'webhook'\nurl = '{wrong}'\ntoken = 'hunter2'\nsecret = 'hunter2'\n");
        assert!(!refusal(&text, &[]).contains("hunter2"), "{wrong}");
    }
}

#[test]
fn config_of_clients_is_checked_without_repeating_a_secret() {
    are_refused(&[
        (
            "[[clients]]\nid = 'web'\nsecret = 'short'\n",
            &[],
            &["line 3: clients[0].secret: this is no secret of a client"],
        ),
        (
            "[[clients]]\nid = 'web'\nsecret_file = '/nowhere/at/all'\n",
            &[],
            &["line 3: clients[0].secret_file: it can't be read"],
        ),
        (
            "[[clients]]\nid = 'web'\nflows = ['ALLOW_ADMIN']\n",
            &[],
            &["line 3: clients[0].flows", "ALLOW_USER_SRP_AUTH"],
        ),
        (
            "[[clients]]\nid = 'web'\naccess_token_lifetime = '1min'\n",
            &[],
            &["line 3: clients[0].access_token_lifetime", "\"5min\" to \"24h\""],
        ),
        (
            "[[clients]]\nid = 'web'\nrefresh_token_lifetime = '30min'\n",
            &[],
            &["line 3: clients[0].refresh_token_lifetime", "\"1h\""],
        ),
        (
            "[[clients]]\nid = 'web'\norigins = ['https://app.example/']\n",
            &[],
            &["line 3: clients[0].origins[0]", "without a slash"],
        ),
        (
            "[[clients]]\nid = 'web'\norigins = ['https://*.example.com']\n",
            &[],
            &["line 3: clients[0].origins[0]", "is no origin"],
        ),
        ("[[clients]]\nid = 'web'\nflows = []\n", &[], &["line 3: clients[0].flows: the list is empty"]),
        ("[[clients]]\nid = 'web'\norigins = []\n", &[], &["line 3: clients[0].origins: the list is empty"]),
    ]);
    let text = "[[clients]]\nid = 'web'\nsecret = 'not a good secret at all'\n";
    assert!(!load(text, &[]).unwrap_err().to_string().contains("good secret"));
    let right = load("[[clients]]\nid = 'web'\nsecret = 'abcdefghijklmnopqrstuvwxyz'\n", &[]).unwrap();
    assert!(!format!("{right:?}").contains("abcdefghij"));
}
