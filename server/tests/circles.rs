//! No two files of a crate import each other in a circle.
//!
//! A file imports another by a `use` line, or by a path in its code, macros included. What is re-exported
//! counts as the file that really has it; a `mod` line alone is no import; tests import what they like.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test's helpers can't do, the test can't"
)]
#![expect(clippy::wildcard_enum_match_arm, reason = "syn's enums aren't closed")]

use cargo_metadata::{Metadata, MetadataCommand, Package, TargetKind};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use syn::{Item, UseTree, Visibility};

/// Names from the crate's root on.
type Names = Vec<String>;

/// A module: a file, or a block within one.
#[derive(Debug, Default)]
struct Module {
    file: PathBuf,
    /// What is defined here.
    items: BTreeSet<String>,
    /// What `use` lines give a name here, and whether they hand it on.
    uses: BTreeMap<String, Use>,
    /// What is handed on from elsewhere with a star.
    globs: Vec<Names>,
    /// What its code names by a path, as it is written there.
    paths: Vec<Names>,
}

#[derive(Debug)]
struct Use {
    path: Names,
    is_public: bool,
}

/// Where a module stands, and where the files of the modules in it lie.
#[derive(Debug)]
struct Place {
    module: Names,
    file: PathBuf,
    folder: PathBuf,
}

/// The modules of a crate that are built when it isn't tested.
#[derive(Debug, Default)]
struct Source {
    modules: BTreeMap<Names, Module>,
    tests: BTreeSet<Names>,
}

impl Source {
    /// Reads a crate from its root file on.
    fn read(root: &Path, read: &impl Fn(&Path) -> Option<String>) -> Self {
        let mut source = Self::default();
        let folder = root.parent().unwrap().to_path_buf();
        source.add_file(&Place { module: Names::new(), file: root.to_path_buf(), folder }, read);
        source
    }

    fn add_file(&mut self, place: &Place, read: &impl Fn(&Path) -> Option<String>) {
        let text = read(&place.file).unwrap();
        let parsed = syn::parse_file(&text);
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", place.file.display()));
        self.add_items(place, parsed.items, read);
    }

    fn add_items(&mut self, at: &Place, items: Vec<Item>, read: &impl Fn(&Path) -> Option<String>) {
        self.modules.entry(at.module.clone()).or_default().file.clone_from(&at.file);
        for item in items {
            let is_test = is_only_for_tests(item.to_token_stream());
            let here = self.modules.get_mut(&at.module).unwrap();
            here.items.extend(name_of(&item));
            match item {
                Item::Mod(inner) if is_test => {
                    _ = self.tests.insert(below(&at.module, &inner.ident.to_string()));
                }
                _ if is_test => {}
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    let (module, folder) = (below(&at.module, &name), at.folder.join(&name));
                    if let Some((_, items)) = inner.content {
                        self.add_items(&Place { module, file: at.file.clone(), folder }, items, read);
                    } else {
                        let files = [folder.with_extension("rs"), folder.join("mod.rs")];
                        let file = files.into_iter().find(|file| read(file).is_some());
                        let file = file.unwrap_or_else(|| panic!("no file for {}", module.join("::")));
                        self.add_file(&Place { module, file, folder }, read);
                    }
                }
                Item::Use(line) => here.add_use(&line.tree, &[], !matches!(line.vis, Visibility::Inherited)),
                other => collect_paths(other.to_token_stream(), &mut here.paths),
            }
        }
    }

    /// A path as it is written in a module, from the crate's root on; nothing for what another crate has.
    fn absolute(&self, at: &[String], path: &[String]) -> Option<Names> {
        let (first, rest) = path.split_first()?;
        let module = &self.modules[at];
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some(join(at, rest)),
            "super" => {
                let mut above = at.len().checked_sub(1)?;
                let mut rest = rest;
                while rest.first().is_some_and(|name| name == "super") {
                    (above, rest) = (above.checked_sub(1)?, &rest[1..]);
                }
                Some(join(&at[..above], rest))
            }
            // A module below, or one that a `use` line has given a name.
            name if self.modules.contains_key(&below(at, name)) => Some(join(at, path)),
            name => {
                let used = module.uses.get(name).filter(|used| used.path.first() != Some(first))?;
                Some(join(&self.absolute(at, &used.path)?, rest))
            }
        }
    }

    /// The file that has what a path from the root leads to; nothing for what only tests have.
    fn file_of(&self, path: &[String]) -> Option<&Path> {
        if self.tests.iter().any(|tests| path.starts_with(tests)) {
            return None;
        }
        let known = (0..=path.len()).rev().find(|&length| self.modules.contains_key(&path[..length]))?;
        let (at, rest) = path.split_at(known);
        let module = &self.modules[at];
        let Some((name, rest)) = rest.split_first() else { return Some(&module.file) };
        let handed_on = module.uses.get(name).filter(|used| used.is_public);
        let elsewhere = match handed_on {
            Some(used) => self.absolute(at, &used.path),
            None if module.items.contains(name) => None,
            None => {
                let mut globs = module.globs.iter().filter_map(|glob| self.absolute(at, glob));
                globs.find(|glob| self.has(glob, name)).map(|glob| below(&glob, name))
            }
        };
        match elsewhere {
            Some(path) => self.file_of(&join(&path, rest)),
            None => Some(&module.file),
        }
    }

    /// Whether a module defines a name, or hands it on.
    fn has(&self, at: &[String], name: &str) -> bool {
        let Some(module) = self.modules.get(at) else { return false };
        let below = |glob: &Names| self.absolute(at, glob).is_some_and(|glob| self.has(&glob, name));
        module.items.contains(name)
            || module.uses.get(name).is_some_and(|used| used.is_public)
            || module.globs.iter().any(below)
    }

    /// Which files each file imports.
    fn imports(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let mut imports = BTreeMap::<&Path, BTreeSet<&Path>>::new();
        for (at, module) in &self.modules {
            let from: &Path = &module.file;
            let used = module.uses.values().map(|used| &used.path);
            let all = used.chain(&module.globs).chain(&module.paths);
            let files = all.filter_map(|path| self.absolute(at, path)).filter_map(|path| self.file_of(&path));
            imports.entry(from).or_default().extend(files.filter(|file| *file != from));
        }
        imports
    }

    /// The circles, each as its files.
    fn circles(&self) -> BTreeSet<BTreeSet<&Path>> {
        let imports = self.imports();
        let reached: BTreeMap<_, _> = imports.keys().map(|file| (*file, reached(&imports, file))).collect();
        let circle = |(from, reaches): (&&Path, &BTreeSet<_>)| {
            let back = |file: &&&Path| reached.get(**file).is_some_and(|back| back.contains(from));
            reaches.iter().filter(back).copied().collect::<BTreeSet<_>>()
        };
        reached.iter().map(circle).filter(|circle| !circle.is_empty()).collect()
    }
}

/// The files that a file imports, and those that they import.
fn reached<'a>(imports: &BTreeMap<&'a Path, BTreeSet<&'a Path>>, from: &'a Path) -> BTreeSet<&'a Path> {
    let (mut found, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        open.extend(imports.get(file).into_iter().flatten().copied().filter(|it| found.insert(*it)));
    }
    found
}

impl Module {
    fn add_use(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        let named = |name: &syn::Ident| below(before, &name.to_string());
        match tree {
            UseTree::Path(path) => self.add_use(&path.tree, &named(&path.ident), is_public),
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_use(tree, before, is_public));
            }
            UseTree::Name(name) if name.ident == "self" => {
                self.name(before.last().cloned(), before.to_vec(), is_public);
            }
            UseTree::Name(name) => self.name(Some(name.ident.to_string()), named(&name.ident), is_public),
            UseTree::Rename(name) => self.name(Some(name.rename.to_string()), named(&name.ident), is_public),
            UseTree::Glob(_) if is_public => self.globs.push(before.to_vec()),
            UseTree::Glob(_) => self.paths.push(before.to_vec()),
        }
    }

    fn name(&mut self, name: Option<String>, path: Names, is_public: bool) {
        self.uses.extend(name.map(|name| (name, Use { path, is_public })));
    }
}

fn join(names: &[String], more: &[String]) -> Names {
    names.iter().chain(more).cloned().collect()
}

fn below(names: &[String], name: &str) -> Names {
    join(names, &[name.to_owned()])
}

/// What an item is called, if others can name it.
fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(it) => it.ident.to_string(),
        Item::Enum(it) => it.ident.to_string(),
        Item::Fn(it) => it.sig.ident.to_string(),
        Item::Macro(it) => it.ident.as_ref()?.to_string(),
        Item::Mod(it) => it.ident.to_string(),
        Item::Static(it) => it.ident.to_string(),
        Item::Struct(it) => it.ident.to_string(),
        Item::Trait(it) => it.ident.to_string(),
        Item::TraitAlias(it) => it.ident.to_string(),
        Item::Type(it) => it.ident.to_string(),
        Item::Union(it) => it.ident.to_string(),
        _ => return None,
    })
}

/// Whether an item stands under `#[cfg(test)]`, or under another condition that asks for tests.
fn is_only_for_tests(item: TokenStream) -> bool {
    let tokens: Vec<_> = item.into_iter().collect();
    let attributes = tokens.chunks(2).map_while(|pair| match pair {
        [TokenTree::Punct(hash), TokenTree::Group(inner)] if hash.as_char() == '#' => Some(inner.stream()),
        _ => None,
    });
    let words = |tokens: TokenStream| {
        let text = tokens.to_string();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    attributes.map(words).any(|words| {
        words[0] == "cfg" && words.iter().any(|it| it == "test") && !words.iter().any(|it| it == "not")
    })
}

/// Every path of at least two names, however deep it stands. `pub(in …)` is none.
fn collect_paths(tokens: TokenStream, paths: &mut Vec<Names>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(it)) if it.as_char() == wanted);
    let (mut at, mut continues) = (0, false);
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Ident(first) => {
                let mut path = vec![first.to_string()];
                while let (true, true, Some(TokenTree::Ident(name))) =
                    (is(at, ':'), is(at + 1, ':'), tokens.get(at + 2))
                {
                    path.push(name.to_string());
                    at += 3;
                }
                let is_scope = |next: &TokenTree| matches!(next, TokenTree::Group(it) if it.delimiter() == Delimiter::Parenthesis);
                if first == "pub" && tokens.get(at).is_some_and(is_scope) {
                    at += 1;
                }
                if path.len() > 1 && !continues {
                    paths.push(path);
                }
            }
            TokenTree::Group(inner) => collect_paths(inner.stream(), paths),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
        // `::name` goes on from what isn't a name, or from no crate of ours.
        continues = at > 1 && is(at - 1, ':') && is(at - 2, ':');
    }
}

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap()
}

/// The circles of a crate: of its library, and of each of its programs.
fn circles(package: &Package) -> Vec<BTreeSet<String>> {
    let built = |kind: &TargetKind| {
        matches!(
            kind,
            TargetKind::Lib | TargetKind::CDyLib | TargetKind::RLib | TargetKind::ProcMacro | TargetKind::Bin
        )
    };
    let mut all = Vec::new();
    for target in package.targets.iter().filter(|target| target.kind.iter().any(built)) {
        let root = target.src_path.as_std_path();
        let source = Source::read(root, &|file| std::fs::read_to_string(file).ok());
        let name = |file: &&Path| file.strip_prefix(root.parent().unwrap()).unwrap().display().to_string();
        all.extend(source.circles().iter().map(|circle| circle.iter().map(name).collect()));
    }
    all
}

#[test]
fn files_of_every_crate_import_each_other_without_a_circle() {
    for package in metadata().workspace_packages() {
        let circles = circles(package);
        assert!(circles.is_empty(), "{}: {circles:#?}", package.name);
    }
}

/// The circles of a made-up crate.
fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
    let read = |file: &Path| {
        files.iter().find(|(name, _)| Path::new("src").join(name) == file).map(|(_, text)| (*text).to_owned())
    };
    let source = Source::read(Path::new("src/lib.rs"), &read);
    let name = |file: &&Path| file.strip_prefix("src").unwrap().display().to_string();
    source.circles().iter().map(|circle| circle.iter().map(name).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn circles_of_two_files_using_each_other_are_found() {
    let both = [
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B(super::a::A);"),
        ("c.rs", "use crate::a::A;"),
    ];
    assert_eq!(circles_of(&both), ["a.rs b.rs"]);
}

#[test]
fn circles_of_a_parent_and_child_using_each_other_are_found() {
    let parent = "mod child; use child::help; pub const X: u8 = 1; fn go() { help() }";
    let files =
        [("lib.rs", "mod a;"), ("a/mod.rs", parent), ("a/child.rs", "pub fn help() -> u8 { super::X }")];
    assert_eq!(circles_of(&files), ["a/child.rs a/mod.rs"]);
}

#[test]
fn circles_of_a_parent_that_only_reexports_are_none() {
    let parent = "mod one; mod two; pub use one::*; pub use two::{Two, Two as Zwei};";
    let one = "use super::Zwei; pub struct One; pub const X: u8 = 1;";
    let files =
        [("lib.rs", "mod a;"), ("a/mod.rs", parent), ("a/one.rs", one), ("a/two.rs", "pub struct Two;")];
    assert_eq!(circles_of(&files), [""; 0]);
    let files = [files[0], files[1], files[2], ("a/two.rs", "pub struct Two; const Y: u8 = crate::a::X;")];
    assert_eq!(circles_of(&files), ["a/one.rs a/two.rs"], "through the star");
}

#[test]
fn circles_through_macros_and_module_names_are_found() {
    let a = "use crate::b; fn show() { view! { <p>{b::c::words()}</p> } } pub fn a() {}";
    let c = "pub fn words() { html!(\"{}\", crate::a::a()) }";
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", "pub mod c;"), ("b/c.rs", c)];
    assert_eq!(circles_of(&files), ["a.rs b/c.rs"]);
}

#[test]
fn circles_through_tests_or_other_crates_are_none() {
    let tests = "#[cfg(test)] mod tests { use crate::b::B; }";
    let a = format!("use other::b::B; {tests} pub(in crate::b) struct A; fn x() {{ ::b::c() }}");
    let b = "use crate::a::A; #[cfg(all(test, unix))] mod more;";
    let files = [("lib.rs", "mod a; mod b;"), ("a.rs", &a), ("b.rs", b)];
    assert_eq!(circles_of(&files), [""; 0]);
}
