//! What a right configuration means.

use crate::load;
use nameplate_core::settings::Settings;
use server::config::{Config, Environment, PublicUrl};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[test]
fn environment_variable_overrides_the_file() {
    let file = "[pool]\nname = 'From the file'\nsign_in = ['username']\n[password]\nmin_length = 10\n[server]\ndata = 'file'\n";
    let set = [
        ("NAMEPLATE_POOL_NAME", "From outside"),
        ("NAMEPLATE_POOL_SIGN_IN", "username, email"),
        ("NAMEPLATE_PASSWORD_MIN_LENGTH", "12"),
        ("NAMEPLATE_PASSWORD_REQUIRE_NUMBERS", "true"),
        ("NAMEPLATE_DATA", "outside"),
        ("NAMEPLATE_LISTEN", "[::1]:4000"),
        ("NAMEPLATE_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.1"),
        ("NAMEPLATE_SESSIONS_IDLE", "1h"),
    ];
    let config = load(file, &set).unwrap();
    assert_eq!(config.pool.name, "From outside");
    assert!(config.pool.sign_in.username && config.pool.sign_in.email && !config.pool.sign_in.phone_number);
    assert_eq!((config.pool.policy.min_length, config.pool.policy.require_numbers), (12, true));
    assert_eq!(config.server.data, Path::new("outside"));
    assert_eq!(config.server.public_url, PublicUrl::parse("http://[::1]:4000").unwrap());
    assert_eq!(config.pool.sessions.idle, Duration::from_secs(3600));
    assert!(
        config.server.trusts("10.1.2.3".parse().unwrap())
            && config.server.trusts("192.0.2.1".parse().unwrap())
    );
    assert!(!config.server.trusts("192.0.2.2".parse().unwrap()));

    let without = load(file, &[("NAMEPLATE_POOL_NAME", " ")]).unwrap();
    assert_eq!(without.pool.name, "From the file", "an empty variable counts as absent");
    assert_eq!(without.pool.policy.min_length, 10);
}

#[test]
fn environment_variable_that_is_unknown_is_a_warning() {
    let config = load("", &[("NAMEPLATE_LISTN", "127.0.0.1:1")]).unwrap();
    let said = config.warnings.join("\n");
    assert!(said.contains("NAMEPLATE_LISTN") && said.contains("did you mean NAMEPLATE_LISTEN?"), "{said}");
}

#[test]
fn environment_variable_for_a_limit_never_turns_it_off() {
    let (ours, many) = (nameplate_core::settings::Limits::default(), "4294967295");
    let config =
        load("", &[("NAMEPLATE_LIMITS_SIGN_IN_FAILURES_FREE", many), ("NAMEPLATE_CODES_RESEND_AFTER", "0s")])
            .unwrap();
    assert_eq!(config.pool.limits.sign_in_failures_free, ours.sign_in_failures_free);
    assert_eq!(config.pool.codes.resend_after.as_secs(), 30);
    assert_eq!(config.warnings.len(), 2, "{:?}", config.warnings);
}

#[test]
fn config_without_a_file_has_the_documented_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::load(&Environment::default(), folder.path()).unwrap();
    let Config { server, pool, mail, file, language, warnings } = &config;
    assert!(file.is_none() && warnings.is_empty() && mail.smtp_url.is_none());
    assert_eq!(language.tag(), "en");
    assert_eq!(
        (server.listen.as_str(), server.public_url.origin()),
        ("127.0.0.1:3000", "http://127.0.0.1:3000")
    );
    assert_eq!(server.data, Path::new("./data"));
    assert!(server.trusted_proxies.is_empty());

    assert!(pool.sign_in.username && pool.sign_in.email && !pool.sign_in.phone_number);
    let asked: Vec<_> = pool.sign_up_attributes.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["email", "given_name", "family_name", "nickname", "phone_number"]);
    let required: Vec<_> =
        pool.schema.definitions().filter(|it| it.required).map(|it| it.name.to_string()).collect();
    assert_eq!(required.iter().filter(|name| *name != "sub").collect::<Vec<_>>(), ["email"]);
    assert_eq!(pool.policy.min_length, 8);
    let policy = pool.policy;
    assert!(
        !(policy.require_lowercase
            || policy.require_uppercase
            || policy.require_numbers
            || policy.require_symbols)
    );

    let [web] = pool.clients.as_slice() else { panic!("one client: {:?}", pool.clients) };
    assert_eq!(web.id.0, "web");
    for definition in pool.schema.definitions() {
        assert!(web.access.may_read(&definition.name), "{}", definition.name);
        let people = !["sub", "email_verified", "phone_number_verified", "updated_at"]
            .contains(&definition.name.as_str());
        assert_eq!(
            web.access.may_write(&definition.name),
            people && definition.mutable,
            "{}",
            definition.name
        );
    }
}

/// The pool has defaults of its own for its tests: they are the same, or its tests would test something else.
#[test]
fn config_without_a_file_matches_the_defaults_of_the_pool() {
    let ours = load("", &[]).unwrap().pool;
    let Settings { sessions, codes, limits, hashing, policy, sign_in, .. } = Settings::default();
    let words = |settings: &[&dyn std::fmt::Debug]| format!("{settings:?}");
    assert_eq!(
        words(&[
            &ours.sessions,
            &ours.codes,
            &ours.limits,
            &ours.hashing,
            &ours.policy,
            &ours.sign_in,
            &ours.sign_up_attributes
        ]),
        words(&[
            &sessions,
            &codes,
            &limits,
            &hashing,
            &policy,
            &sign_in,
            &Settings::default().sign_up_attributes
        ]),
    );
    let theirs = Settings::default().clients.remove(0);
    for name in ours.schema.definitions().map(|it| &it.name) {
        let access = |of: &model::AccessLists| (of.may_read(name), of.may_write(name));
        assert_eq!(access(&ours.clients[0].access), access(&theirs.access), "{name}");
    }
}

#[test]
fn config_file_defines_attributes_and_access_lists() {
    let text = "
        [attributes]
        required = ['email', 'family_name']
        sign_up = ['nickname', 'custom:team']
        immutable = ['birthdate']

        [[attributes.custom]]
        name = 'team'
        label = 'Team'
        max = 30

        [[clients]]
        id = 'pages'
        name = 'Our pages'
        write = ['email', 'family_name', 'nickname', 'custom:team']
        read = ['standard', 'custom:team']

        [[clients]]
        id = 'app'
        read = ['email']
    ";
    let pool = load(text, &[]).unwrap().pool;
    let asked: Vec<_> = pool.sign_up_attributes.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["email", "family_name", "nickname", "custom:team"]);
    let team = pool.schema.definitions().find(|it| it.name.as_str() == "custom:team").unwrap();
    assert_eq!(
        (team.label.as_deref(), team.max, team.mutable, team.required),
        (Some("Team"), 30, true, false)
    );
    assert!(!pool.schema.definitions().find(|it| it.name.as_str() == "birthdate").unwrap().mutable);
    let [pages, app] = pool.clients.as_slice() else { panic!("two clients") };
    let (team, email, nickname) = (&team.name, "email".parse().unwrap(), "nickname".parse().unwrap());
    assert!(pages.access.may_write(team) && pages.access.may_read(team) && pages.access.may_read(&nickname));
    assert!(
        app.access.may_read(&email)
            && !app.access.may_read(&nickname)
            && !app.access.may_read(team)
            && !app.access.may_write(team)
    );
}

#[test]
fn sign_up_attributes_by_default_follow_a_short_write_list() {
    let pool = load("[[clients]]\nid = 'web'\nwrite = ['email', 'nickname']\n", &[]).unwrap().pool;
    let asked: Vec<_> = pool.sign_up_attributes.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["email", "nickname"]);
}

#[test]
fn required_attributes_may_be_none_with_usernames() {
    let pool = load(
        "[pool]\nsign_in = ['username', 'email', 'phone_number']\n[attributes]\nrequired = []\nsign_up = ['email', 'phone_number']\n",
        &[],
    );
    assert!(pool.unwrap().pool.sign_in.phone_number);
}

/// What people with a mail server and no gateway have: phone numbers are kept, and nothing is sent there.
#[test]
fn texts_are_on_with_a_gateway_or_in_development() {
    const PHONES: &str = "[pool]\nsign_in = ['phone_number']\n[attributes]\nrequired = ['phone_number']\n";
    const GATEWAY: [(&str, &str); 3] = [
        ("NAMEPLATE_SMS_PROVIDER", "webhook"),
        ("NAMEPLATE_SMS_URL", "https://sms.example.com/hunter2"),
        ("NAMEPLATE_SMS_TOKEN", "hunter2"),
    ];
    let mail = ("NAMEPLATE_SMTP_URL", "smtps://user:password@mail.example.com");
    assert!(load(PHONES, &[]).unwrap().pool.texts);
    assert!(!load("", &[mail]).unwrap().pool.texts);
    assert!(load(PHONES, &[mail]).is_err());
    let both = load(PHONES, &[&GATEWAY[..], &[mail]].concat()).unwrap();
    assert!(both.pool.texts && both.mail.sms.is_some());
    assert!(!format!("{both:?}").contains("hunter2"));
    let twilio = "[sms]\nprovider = 'twilio'\naccount = 'AC1'\ntoken = 'x'\nfrom = '+12125550123'\n";
    assert!(load(twilio, &[mail]).unwrap().pool.texts);
}

#[test]
fn config_file_that_was_named_must_exist() {
    let folder = tempfile::tempdir().unwrap();
    let named = |name: &str| Config::load(&Environment::from([("NAMEPLATE_CONFIG", name)]), folder.path());
    let said = named("mine.toml").expect_err("it is not there").to_string();
    assert!(said.contains("mine.toml: it can't be read") && said.contains("NAMEPLATE_CONFIG"), "{said}");

    std::fs::write(folder.path().join("mine.toml"), "[pool]\nname = 'Mine'\n").unwrap();
    std::fs::write(folder.path().join("nameplate.toml"), "[pool]\nname = 'Usual'\n").unwrap();
    assert_eq!(named("mine.toml").unwrap().pool.name, "Mine");
    let usual = Config::load(&Environment::default(), folder.path()).unwrap();
    assert_eq!(
        (usual.pool.name.as_str(), usual.file),
        ("Usual", Some(folder.path().join(PathBuf::from("nameplate.toml"))))
    );
}

#[test]
fn listening_on_replaces_port_zero_by_the_given_one() {
    let mut config = load("[server]\nlisten = '127.0.0.1:0'\n", &[]).unwrap();
    config.listening_on(4321);
    assert_eq!(
        (config.server.public_url.origin(), config.pool.public_url.as_str()),
        ("http://127.0.0.1:4321", "http://127.0.0.1:4321")
    );
    let mut fixed =
        load("[server]\nlisten = '127.0.0.1:0'\npublic_url = 'http://localhost:8080'\n", &[]).unwrap();
    fixed.listening_on(4321);
    assert_eq!(fixed.server.public_url.origin(), "http://localhost:8080");
}
