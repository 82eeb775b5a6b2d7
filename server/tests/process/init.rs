//! `nameplate init`, as far as it asks nothing.

use crate::program::Home;
use std::fs;

#[test]
fn init_without_a_terminal_is_refused_and_writes_nothing() {
    let home = Home::new("");
    fs::remove_file(home.path("nameplate.toml")).unwrap();
    let done = home.run(&["init"], &[]);
    assert_eq!((done.code, done.said.as_str()), (Some(2), ""), "{done:?}");
    assert!(
        done.complained.contains("there is no terminal to ask them on") && done.complained.contains("--yes"),
        "{done:?}"
    );
    assert!(!home.path("nameplate.toml").exists());
}

#[test]
fn init_with_answers_writes_a_commented_file_that_is_served() {
    let home = Home::new("");
    fs::remove_file(home.path("nameplate.toml")).unwrap();
    let answers = [
        "init",
        "--yes",
        "--name",
        "Acme",
        "--sign-in",
        "email",
        "--required",
        "email,family_name",
        "--write",
        "email,family_name,name",
    ];
    let done = home.run(&answers, &[]);
    assert_eq!((done.code, done.complained.as_str()), (Some(0), ""), "{done:?}");
    assert!(
        done.said.contains("+name = \"Acme\"") && done.said.contains("nameplate.toml is written"),
        "{done:?}"
    );
    let text = fs::read_to_string(home.path("nameplate.toml")).unwrap();
    for part in [
        "# The name on pages and in mails.\nname = \"Acme\"",
        "required = [\"email\", \"family_name\"]",
        "read = [\"standard\"]",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
    assert_eq!(home.run(&["config", "check"], &[]).code, Some(0));
    let running = home.start();
    let page = running.browser().get("/sign-up").unwrap().body;
    assert!(
        page.contains("Acme")
            && page.contains("attributes[family_name]")
            && !page.contains("attributes[nickname]"),
        "{page}"
    );
    running.stop();
}

#[test]
fn init_over_an_existing_file_keeps_its_comments_and_other_keys() {
    let text = "# ours\n[pool] # the pool\nname = \"Acme\" # its name\n\n[limits]\nhashing_queue = 7 # few\n";
    let home = Home::new(text);
    let done = home.run(&["init", "--yes"], &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.said.contains("stays as it is"), "{done:?}");
    let done = home.run(&["init", "--yes", "--name", "Acme 2"], &[]);
    assert!(done.said.contains("-name = \"Acme\" # its name\n+name = \"Acme 2\" # its name\n"), "{done:?}");
    assert_eq!(
        fs::read_to_string(home.path("nameplate.toml")).unwrap(),
        text.replace("\"Acme\"", "\"Acme 2\"")
    );
}

#[test]
fn init_with_contradicting_answers_is_refused_and_writes_nothing() {
    let home = Home::new("# ours\n");
    let unknown = home.run(&["init", "--yes", "--required", "nope"], &[]);
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
    assert!(unknown.complained.contains("there is no attribute called \"nope\""), "{unknown:?}");
    let wrong = home.run(&["init", "--yes", "--write", "email", "--required", "email,name"], &[]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    assert!(wrong.complained.contains("can't write \"name\""), "{wrong:?}");
    assert_eq!(fs::read_to_string(home.path("nameplate.toml")).unwrap(), "# ours\n");
}
