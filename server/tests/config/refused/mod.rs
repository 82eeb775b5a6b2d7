//! What is wrong, and what the refusal says.

mod accounts;
mod messages;

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
