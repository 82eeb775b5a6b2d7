//! `app/js/page.js` wakes the islands in the place of Leptos's own script. When Leptos changes that one, this test
//! fails: look whether ours must follow, then run it with `UPDATE_EXPECT=1`.

use cargo_metadata::MetadataCommand;
use expect_test::expect_file;

#[test]
fn leptos_loader_is_the_one_ours_was_written_after() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    // Without a platform Cargo would fetch the crates of all of them.
    let options = ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(ToOwned::to_owned);
    let metadata = MetadataCommand::new().manifest_path(manifest).other_options(options).exec().unwrap();
    let leptos = metadata.packages.iter().find(|package| package.name == "leptos").unwrap();
    let script = leptos.manifest_path.with_file_name("src").join("hydration/island_script.js");
    expect_file!["fixtures/leptos_island_script.js"].assert_eq(&std::fs::read_to_string(script).unwrap());
}
