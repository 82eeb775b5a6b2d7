//! What is written down is what the program says.

use expect_test::expect_file;

/// Refreshes with `UPDATE_EXPECT=1 cargo test -p server --test docs`, which the difference says too.
#[test]
fn config_reference_in_docs_is_the_generated_one() {
    expect_file!["../../docs/config.md"].assert_eq(&server::config::reference());
}

#[test]
fn command_line_reference_in_docs_is_the_generated_one() {
    expect_file!["../../docs/cli.md"].assert_eq(&server::cli::reference::reference());
}

#[test]
fn limits_reference_in_docs_is_the_generated_one() {
    expect_file!["../../docs/limits.md"].assert_eq(&accounts::limits_reference());
}

#[test]
fn wire_api_reference_in_docs_is_the_generated_one() {
    expect_file!["../../docs/api.md"].assert_eq(&wire::reference());
}

#[test]
fn config_keys_and_sections_have_a_doc_sentence() {
    for section in server::config::keys::sections() {
        assert!(section.doc.ends_with('.'), "[{}] has no comment", section.name);
        for key in &section.keys {
            assert!(key.doc.ends_with('.'), "{}.{} has no comment", section.name, key.name);
        }
    }
}
