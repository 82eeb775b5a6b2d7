//! What the signatures of our functions may not have.
//!
//! Only what is built is looked at: tests take what they like.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test's helpers can't do, the test can't")]
#![expect(clippy::wildcard_enum_match_arm, reason = "syn's enums aren't closed")]

use cargo_metadata::{MetadataCommand, TargetKind};
use std::fmt;
use std::path::{Path, PathBuf};
use syn::{
    Attribute, Block, FnArg, ImplItem, ImplItemFn, Item, ItemImpl, Pat, Signature, Stmt, TraitItem, Type,
    Visibility,
};

/// A function, and where it stands.
struct Function {
    file: PathBuf,
    signature: Signature,
    belongs_to: Owner,
}

/// What a function belongs to.
enum Owner {
    /// Nothing, or the trait that declares it.
    Itself,
    /// The type that it is a method of.
    Type { name: String, is_public: bool },
    /// A trait, which says what it takes.
    Trait,
}

impl Owner {
    fn of(block: &ItemImpl, method: &ImplItemFn) -> Self {
        let name = match &*block.self_ty {
            Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
            _ => None,
        };
        let is_public = matches!(method.vis, Visibility::Public(_));
        if block.trait_.is_some() {
            Self::Trait
        } else {
            Self::Type { name: name.unwrap_or_default(), is_public }
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.signature.ident)
    }
}

/// The functions of a crate, or of a part of it.
#[derive(Default)]
struct Functions(Vec<Function>);

impl Functions {
    fn add_file(&mut self, file: &Path, folder: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let parsed = syn::parse_file(&text);
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.add_items(parsed.items, file, folder);
    }

    fn add_items(&mut self, items: Vec<Item>, file: &Path, folder: &Path) {
        for item in items {
            match item {
                Item::Mod(module) if !is_only_for_tests(&module.attrs) => {
                    let folder = folder.join(module.ident.to_string());
                    if let Some((_, items)) = module.content {
                        self.add_items(items, file, &folder);
                    } else {
                        let files = [folder.with_extension("rs"), folder.join("mod.rs")];
                        let file = files.into_iter().find(|file| file.exists());
                        self.add_file(&file.unwrap_or_else(|| panic!("no file for {folder:?}")), &folder);
                    }
                }
                Item::Fn(function) if !is_only_for_tests(&function.attrs) => {
                    self.add(function.sig, Some(*function.block), file, Owner::Itself);
                }
                Item::Impl(mut block) if !is_only_for_tests(&block.attrs) => {
                    for item in std::mem::take(&mut block.items) {
                        if let ImplItem::Fn(method) = item
                            && !is_only_for_tests(&method.attrs)
                        {
                            let owner = Owner::of(&block, &method);
                            self.add(method.sig, Some(method.block), file, owner);
                        }
                    }
                }
                Item::Trait(block) if !is_only_for_tests(&block.attrs) => {
                    for item in block.items {
                        if let TraitItem::Fn(method) = item {
                            self.add(method.sig, method.default, file, Owner::Itself);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, signature: Signature, body: Option<Block>, file: &Path, belongs_to: Owner) {
        self.0.push(Function { file: file.to_path_buf(), signature, belongs_to });
        for statement in body.into_iter().flat_map(|body| body.stmts) {
            if let Stmt::Item(item) = statement {
                self.add_items(vec![item], file, Path::new(""));
            }
        }
    }
}

/// Whether something stands under `#[cfg(test)]`, or under another condition that asks for tests.
fn is_only_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|it| it.path().is_ident("cfg")).any(|it| {
        let condition = it.meta.require_list().unwrap().tokens.to_string();
        let words: Vec<_> = condition.split(|c: char| !c.is_alphanumeric()).collect();
        words.contains(&"test") && !words.contains(&"not")
    })
}

/// The functions of every crate.
fn all_functions() -> Vec<Function> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new().manifest_path(manifest).no_deps().exec().unwrap();
    let built = [TargetKind::Lib, TargetKind::CDyLib, TargetKind::RLib, TargetKind::Bin];
    let mut functions = Functions::default();
    for package in metadata.workspace_packages() {
        let targets = package.targets.iter().filter(|it| it.kind.iter().any(|kind| built.contains(kind)));
        for target in targets {
            let root = target.src_path.as_std_path();
            functions.add_file(root, root.parent().unwrap());
        }
    }
    let top = metadata.workspace_root.as_std_path();
    let mut all = functions.0;
    for function in &mut all {
        function.file = function.file.strip_prefix(top).unwrap().to_path_buf();
    }
    all
}

/// Whether a parameter is a tuple: taken apart in the list of parameters, or handed on as one.
fn is_tuple(parameter: &FnArg) -> bool {
    fn is_tuple_type(of: &Type) -> bool {
        match of {
            Type::Reference(reference) => is_tuple_type(&reference.elem),
            Type::Tuple(tuple) => !tuple.elems.is_empty(),
            _ => false,
        }
    }
    match parameter {
        FnArg::Typed(typed) => matches!(*typed.pat, Pat::Tuple(_)) || is_tuple_type(&typed.ty),
        FnArg::Receiver(_) => false,
    }
}

/// Those that take a tuple, though nothing but themselves says what they take.
fn with_tuples(functions: Vec<Function>) -> Vec<String> {
    let says_itself = |it: &Function| !matches!(it.belongs_to, Owner::Trait);
    let takes_one = |it: &Function| says_itself(it) && it.signature.inputs.iter().any(is_tuple);
    let mut found: Vec<_> = functions.into_iter().filter(takes_one).map(|it| it.to_string()).collect();
    found.sort();
    found
}

/// The methods of the handle of the accounts that only this crate may call, and that stand elsewhere.
fn hidden_on_the_handle(functions: Vec<Function>) -> Vec<String> {
    let is_hidden = |it: &Function| {
        let is_its_own = it.file == Path::new(HANDLE);
        let is_method = matches!(&it.belongs_to, Owner::Type { name, is_public: false } if name == "Context");
        is_method && !is_its_own && it.file.starts_with("crates/accounts")
    };
    functions.into_iter().filter(is_hidden).map(|it| it.to_string()).collect()
}

/// Where the handle that the doors hold has its methods.
const HANDLE: &str = "crates/accounts/src/context.rs";

#[test]
fn context_has_no_hidden_methods_outside_its_file() {
    let functions = all_functions();
    let is_there = |it: &Function| it.file == Path::new(HANDLE) && it.signature.ident == "settings";
    assert!(functions.iter().any(is_there), "the handle is not found");
    let found = hidden_on_the_handle(functions);
    assert_eq!(found, [""; 0], "make these functions over a `&Context`: `use` lines show who needs whom");
}

#[test]
fn parameters_of_functions_are_never_tuples() {
    let functions = all_functions();
    assert!(functions.len() > 2000, "only {} functions are found", functions.len());
    assert_eq!(
        with_tuples(functions),
        [""; 0],
        "give these a type with a name, or hand on what there is already"
    );
}

/// The functions of a made-up file.
fn functions_of(file: &str, text: &str) -> Vec<Function> {
    let mut functions = Functions::default();
    functions.add_items(syn::parse_file(text).unwrap().items, Path::new(file), Path::new(""));
    functions.0
}

#[test]
fn tuples_in_signatures_at_any_depth_are_found() {
    let text = "
        fn taken_apart((x, y): (u8, u8)) {}
        struct S;
        impl S { fn handed_on(&self, both: &(u8, u8)) { fn within(both: (u8, u8)) {} } }
        mod inner { trait T { fn declared(both: (u8, u8)); } }
        fn others(unit: (), many: &[(u8, u8)], maybe: Option<(u8, u8)>) -> (u8, u8) {}";
    let found = ["a.rs: declared", "a.rs: handed_on", "a.rs: taken_apart", "a.rs: within"];
    assert_eq!(with_tuples(functions_of("a.rs", text)), found);
}

#[test]
fn tuples_in_tests_and_foreign_traits_are_ignored() {
    let text = "
        impl From<(u8, u8)> for S { fn from((x, y): (u8, u8)) -> Self { S } }
        #[cfg(any(test, feature = \"testing\"))] fn helper((x, y): (u8, u8)) {}
        #[cfg(test)] mod tests { fn helper((x, y): (u8, u8)) {} }";
    assert_eq!(with_tuples(functions_of("a.rs", text)), [""; 0]);
}

#[test]
fn hidden_methods_outside_the_file_of_the_context_are_found() {
    let text = "
        impl Context { fn one(&self) {} pub(crate) fn two(&self) {} pub fn three(&self) {} }
        mod inner { impl crate::Context { fn four() {} } }
        impl fmt::Debug for Context { fn fmt(&self) {} }
        impl Other { fn five(&self) {} }
        fn six(ctx: &Context) {}
        #[cfg(test)] mod tests { impl Context { fn seven(&self) {} } }";
    let found = |file| hidden_on_the_handle(functions_of(file, text));
    let hidden = ["one", "two", "four"].map(|name| format!("crates/accounts/src/sign_up/start.rs: {name}"));
    assert_eq!(found("crates/accounts/src/sign_up/start.rs"), hidden);
    assert_eq!(found(HANDLE), [""; 0]);
    assert_eq!(found("app/src/context.rs"), [""; 0]);
}
