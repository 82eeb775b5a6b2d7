//! The arrows between the crates: each may use those that stand here, and no other.
//!
//! frontend → app → accounts, words; server → app, wire → accounts → delivery → store → core → model.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what a test's helpers can't do, the test can't"
)]

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, NodeDep, PackageId};
use std::collections::{BTreeMap, BTreeSet};

const OURS: [&str; 11] = [
    "app",
    "bench",
    "frontend",
    "nameplate-accounts",
    "nameplate-core",
    "nameplate-delivery",
    "nameplate-model",
    "nameplate-store",
    "nameplate-wire",
    "nameplate-words",
    "server",
];

/// What each of them may use of the others, in the order of the alphabet. The doors reach accounts and plain
/// data; only the process, which opens stores and sets transports up, reaches below.
const ARROWS: [(&str, &[&str]); 11] = [
    ("nameplate-model", &[]),
    ("nameplate-words", &[]),
    ("nameplate-core", &["nameplate-model"]),
    ("nameplate-store", &["nameplate-core", "nameplate-model"]),
    ("nameplate-delivery", &["nameplate-core", "nameplate-model", "nameplate-store"]),
    ("nameplate-accounts", &["nameplate-core", "nameplate-delivery", "nameplate-model", "nameplate-store"]),
    ("nameplate-wire", &["nameplate-accounts", "nameplate-core", "nameplate-model"]),
    ("app", &["nameplate-accounts", "nameplate-core", "nameplate-model", "nameplate-words"]),
    ("frontend", &["app"]),
    (
        "server",
        &[
            "app",
            "nameplate-accounts",
            "nameplate-core",
            "nameplate-delivery",
            "nameplate-model",
            "nameplate-store",
            "nameplate-wire",
            "nameplate-words",
        ],
    ),
    // It measures the finished program, and only fills its store.
    ("bench", &["nameplate-accounts", "nameplate-core"]),
];

/// What Cargo knows about the workspace.
fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    // The arrows are the same everywhere; without a platform Cargo would fetch the crates of all of them.
    let options = ["--locked", "--filter-platform", "x86_64-unknown-linux-gnu"].map(ToOwned::to_owned);
    MetadataCommand::new().manifest_path(manifest).other_options(options).exec().unwrap()
}

/// The crates that each crate is built with. Tests and build scripts may use what they like.
struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    fn of(metadata: &Metadata) -> Self {
        let name = |id: &PackageId| metadata[id].name.to_string();
        let normal = |dep: &&NodeDep| dep.dep_kinds.iter().any(|it| it.kind == DependencyKind::Normal);
        let nodes = &metadata.resolve.as_ref().unwrap().nodes;
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        for node in nodes {
            graph
                .entry(name(&node.id))
                .or_default()
                .extend(node.deps.iter().filter(normal).map(|dep| name(&dep.pkg)));
        }
        Self(graph)
    }

    fn direct(&self, of: &str) -> BTreeSet<&str> {
        self.0[of].iter().map(String::as_str).collect()
    }

    fn all(&self, of: &str) -> BTreeSet<&str> {
        let (first, _) = self.0.get_key_value(of).unwrap();
        let (mut found, mut open) = (BTreeSet::new(), vec![first.as_str()]);
        while let Some(name) = open.pop() {
            open.extend(self.0[name].iter().map(String::as_str).filter(|it| found.insert(*it)));
        }
        found
    }

    fn ours(&self, of: &str) -> Vec<&str> {
        self.direct(of).into_iter().filter(|name| OURS.contains(name)).collect()
    }
}

/// What a crate asks for of another one of ours, by its own manifest: whether always, and with which
/// features.
fn manifest<'a>(metadata: &'a Metadata, of: &str, on: &str) -> (bool, Vec<&'a str>) {
    let package = metadata.workspace_packages().into_iter().find(|it| it.name == of).unwrap();
    let dependency =
        package.dependencies.iter().find(|it| it.name == on && it.kind == DependencyKind::Normal);
    let dependency = dependency.unwrap_or_else(|| panic!("{of} does not depend on {on}"));
    (!dependency.optional, dependency.features.iter().map(String::as_str).collect())
}

#[test]
fn crate_dependencies_are_exactly_the_known_arrows() {
    let metadata = metadata();
    let mut members: Vec<_> = metadata.workspace_packages().iter().map(|it| it.name.to_string()).collect();
    members.sort();
    assert_eq!(members, OURS, "a new crate needs its place in this test");

    // Cargo unites features over the workspace, so that app has its server's half here.
    let graph = Graph::of(&metadata);
    for (name, uses) in ARROWS {
        assert_eq!(graph.ours(name), uses, "{name}");
    }
}

#[test]
fn frontend_uses_app_with_hydrate_and_server_with_ssr() {
    let metadata = metadata();
    assert_eq!(manifest(&metadata, "frontend", "app"), (true, vec!["hydrate"]));
    assert_eq!(manifest(&metadata, "server", "app"), (true, vec!["ssr"]));
    let (always, _) = manifest(&metadata, "app", "nameplate-accounts");
    assert!(!always, "app without ssr would reach the accounts");
}

#[test]
fn model_depends_only_on_serde_and_zeroize() {
    let metadata = metadata();
    assert_eq!(Graph::of(&metadata).direct("nameplate-model"), BTreeSet::from(["serde", "zeroize"]));
}

#[test]
fn accounts_depend_on_no_web_framework_or_database() {
    let metadata = metadata();
    let graph = Graph::of(&metadata);
    // Text messages are sent by HTTP, as mails are by SMTP; what answers requests is none of their business.
    let client = |name: &&str| *name != "tower-service";
    let web = |name: &&str| {
        client(name) && ["leptos", "axum", "server_fn", "tower"].iter().any(|it| is_of_family(name, it))
    };
    let wrong: Vec<_> = graph.all("nameplate-accounts").into_iter().filter(web).collect();
    assert!(wrong.is_empty(), "accounts reach {wrong:?}");
    for name in ["nameplate-accounts", "nameplate-delivery", "nameplate-core"] {
        assert!(!graph.direct(name).contains("sqlx"), "{name} speaks to a database by itself");
    }
}

#[test]
fn wire_depends_on_no_page_framework() {
    let metadata = metadata();
    let graph = Graph::of(&metadata);
    let pages = |name: &&str| ["leptos", "server_fn"].iter().any(|it| is_of_family(name, it));
    let wrong: Vec<_> = graph.all("nameplate-wire").into_iter().filter(pages).collect();
    assert!(wrong.is_empty(), "wire reaches {wrong:?}");
}

#[test]
fn frontend_reaches_neither_accounts_nor_a_database() {
    let browser = reachable_with("frontend", "app/hydrate");
    assert!(
        browser.contains("leptos") && browser.contains("nameplate-model"),
        "the list is empty: {browser:?}"
    );
    let servers = |name: &&String| {
        [
            "nameplate-core",
            "nameplate-accounts",
            "sqlx",
            "libsqlite3-sys",
            "tokio",
            "axum",
            "leptos_axum",
            "lettre",
        ]
        .iter()
        .any(|it| is_of_family(name, it))
    };
    let wrong: Vec<_> = browser.iter().filter(servers).collect();
    assert!(wrong.is_empty(), "the browser's half reaches {wrong:?}");
}

/// `sqlx`, and `sqlx-core` with it.
fn is_of_family(name: &str, family: &str) -> bool {
    name == family || name.strip_prefix(family).is_some_and(|rest| rest.starts_with(['-', '_']))
}

/// The crates that are really built for one package alone, for the browser, as `cargo tree` has them:
/// metadata unites features over the whole workspace.
fn reachable_with(package: &str, feature: &str) -> BTreeSet<String> {
    let mut tree = std::process::Command::new(env!("CARGO"));
    tree.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    tree.args(["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]);
    tree.args(["--package", package, "--features", feature, "--target", "wasm32-unknown-unknown"]);
    let output = tree.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split_whitespace().next()).map(ToOwned::to_owned).collect()
}
