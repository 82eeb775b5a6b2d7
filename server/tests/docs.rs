//! What is written down is what the program says.

use expect_test::expect_file;

/// Refreshes with `UPDATE_EXPECT=1 cargo test -p server --test docs`, which the difference says too.
#[test]
fn the_reference_of_the_configuration_is_the_generated_one() {
    expect_file!["../../docs/config.md"].assert_eq(&server::config::reference());
}

#[test]
fn the_reference_of_the_command_line_is_the_generated_one() {
    expect_file!["../../docs/cli.md"].assert_eq(&server::cli::reference::reference());
}

#[test]
fn the_reference_of_the_limits_is_the_generated_one() {
    expect_file!["../../docs/limits.md"].assert_eq(&accounts::limits_reference());
}

#[test]
fn the_reference_of_the_wire_api_is_the_generated_one() {
    expect_file!["../../docs/api.md"].assert_eq(&wire::reference());
}

#[test]
fn every_key_and_every_section_has_words_of_its_own() {
    for section in server::config::keys::sections() {
        assert!(section.doc.ends_with('.'), "[{}] has no comment", section.name);
        for key in &section.keys {
            assert!(key.doc.ends_with('.'), "{}.{} has no comment", section.name, key.name);
        }
    }
}
