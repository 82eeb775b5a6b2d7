//! The commands besides serving.

use crate::program::{CONFIG, Home};
use std::fs;

#[test]
fn command_line_without_or_with_wrong_arguments_explains_itself() {
    let home = Home::new(CONFIG);
    let version = home.run(&["--version"], &[]);
    assert_eq!(
        (version.code, version.said.trim()),
        (Some(0), concat!("nameplate ", env!("CARGO_PKG_VERSION")))
    );
    let help = home.run(&["--help"], &[]);
    assert_eq!(help.code, Some(0));
    for word in ["Usage: nameplate [COMMAND]", "config", "keys", "--version", "NAMEPLATE_CONFIG"] {
        assert!(help.said.contains(word), "{word} is missing:\n{}", help.said);
    }
    let wrong = home.run(&["confg"], &[]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.complained.contains("'config'"), "{wrong:?}");
    assert!(!home.data().exists());
}

#[test]
fn config_check_with_faults_names_each_in_words() {
    let home = Home::new(CONFIG);
    let right = home.run(&["config", "check"], &[("NAMEPLATE_LISTN", "x")]);
    assert_eq!((right.code, right.complained.as_str()), (Some(0), ""), "{right:?}");
    assert!(
        right.said.contains("nameplate.toml is right")
            && right.said.contains("did you mean NAMEPLATE_LISTEN?"),
        "{right:?}"
    );

    fs::write(home.path("nameplate.toml"), "[pool]\nsign_in = []\n\n[password]\nmin_length = 1\n").unwrap();
    let wrong = home.run(&["config", "check"], &[]);
    assert_eq!((wrong.code, wrong.said.as_str()), (Some(2), ""), "{wrong:?}");
    let lines: Vec<_> = wrong.complained.lines().collect();
    assert_eq!(lines.len(), 2, "{wrong:?}");
    assert!(lines.iter().all(|line| line.starts_with("nameplate: ./nameplate.toml, line ")
        || line.starts_with("nameplate: nameplate.toml, line ")));
    assert!(!home.data().exists(), "a check starts nothing");
}

#[test]
fn config_reference_prints_the_documented_reference() {
    let printed = Home::new(CONFIG).run(&["config", "reference"], &[]);
    assert_eq!((printed.code, printed.said), (Some(0), server::config::reference()));
}

#[test]
fn keys_rotate_puts_a_new_key_first_and_keeps_the_old_ones() {
    let home = Home::new(CONFIG);
    let before = home.run(&["keys", "rotate"], &[]);
    assert_eq!(before.code, Some(1), "{before:?}");
    assert!(before.complained.contains("there are no keys yet") && !home.data().exists(), "{before:?}");

    home.start().stop();
    let keys = || fs::read_to_string(home.data().join("keys")).unwrap();
    let secrets = |text: &str| {
        text.lines().filter(|line| !line.starts_with('#')).map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let old = secrets(&keys());
    let done = home.run(&["keys", "rotate"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.said.contains("the newest key is now ") && done.said.contains("Restart nameplate"),
        "{done:?}"
    );
    let new = secrets(&keys());
    assert_eq!((new.len(), &new[1..]), (2, &old[..]));
    assert!(new.iter().all(|secret| !done.said.contains(secret)), "a key is no text for a console");

    let elsewhere = home.run(&["keys", "rotate"], &[("NAMEPLATE_KEYS", &keys())]);
    assert_eq!(elsewhere.code, Some(1), "{elsewhere:?}");
    assert!(elsewhere.complained.contains("NAMEPLATE_KEYS"), "{elsewhere:?}");
}

#[test]
fn keys_rotate_signing_makes_another_key_and_says_when_it_signs() {
    let home = Home::new(CONFIG);
    home.start().stop();
    let done = home.run(&["keys", "rotate-signing"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.said.starts_with("the new key is ") && done.said.contains("; it signs from 20"), "{done:?}");
}

#[test]
fn keys_rotate_signing_without_a_store_creates_none() {
    let home = Home::with_files(CONFIG);
    let before = home.run(&["keys", "rotate-signing"], &[]);
    assert_eq!(before.code, Some(1), "{before:?}");
    assert!(before.complained.contains("there is no store at") && !home.data().exists(), "{before:?}");
}

#[test]
fn commands_given_what_a_terminal_obeys_print_it_written_out() {
    let home = Home::new(CONFIG);
    home.start().stop();
    let red = "\u{1b}[31mjane\u{202e}";
    for arguments in [
        &["user", "show", red][..],
        &["user", "disable", red],
        &["user", "delete", red, "--yes"],
        &["user", "list", red],
        &["user", "create", red, "--password-stdin"],
        &["backup", red, red],
        &["copy", red, red],
        &[red],
        &["--config", red],
    ] {
        let done = home.run(arguments, &[]);
        assert_ne!(done.code, Some(0), "{arguments:?} {done:?}");
        for text in [&done.said, &done.complained] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{arguments:?} {done:?}");
        }
    }
    let shown = home.run(&["user", "show", red], &[]);
    assert!(shown.complained.contains("\\u001b[31mjane"), "{shown:?}");
}
