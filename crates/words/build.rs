//! Makes a function of each message, so that a key or an argument that isn't there doesn't compile.
#![expect(clippy::expect_used, clippy::panic, reason = "a build that can't go on says why")]

#[path = "build/generate.rs"]
mod generate;
#[path = "build/variables.rs"]
mod variables;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=messages");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let files = files(Path::new("messages/en"));
    let generated = generate::generate(&files).unwrap_or_else(|fault| panic!("{fault}"));
    fs::write(out.join("list.rs"), generated.list).expect("the folder is cargo's");
    fs::write(out.join("functions.rs"), generated.functions).expect("the folder is cargo's");
}

/// A file of messages.
#[derive(Debug)]
pub struct File {
    /// Where it is, from this crate's folder.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

fn files(folder: &Path) -> Vec<File> {
    let entries = fs::read_dir(folder).expect("the messages are in the tree");
    let mut paths: Vec<_> = entries.map(|it| it.expect("it can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == "ftl"));
    paths.sort();
    let read = |path: PathBuf| File { text: fs::read_to_string(&path).expect("it is text"), path };
    paths.into_iter().map(read).collect()
}
