//! What each form declares: the arguments of its server function, read from the source. Nothing that is
//! compiled in knows their names.

use leptos::server_fn::axum::server_fn_paths;
use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use syn::{FnArg, Item, ItemFn, LitStr, Pat};

/// A form, by the address that it posts to.
#[derive(Debug, Clone)]
pub struct Form {
    pub path: &'static str,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    /// `name[key]=value`, any number of times.
    pub is_map: bool,
}

impl Field {
    /// A field of this name as it is posted.
    pub fn in_form(&self) -> String {
        if self.is_map { format!("{}[email]", self.name) } else { self.name.clone() }
    }
}

impl Form {
    pub fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|it| it.name == field)
    }
}

/// Every form there is.
pub fn forms() -> Vec<Form> {
    let mut found = BTreeMap::new();
    for source in sources(folder("../app/src")) {
        for item in syn::parse_file(&source).unwrap().items {
            if let Item::Fn(function) = item
                && let Some(path) = endpoint(&function)
            {
                found.insert(path, fields(&function));
            }
        }
    }
    let forms = server_fn_paths().map(|(path, _)| {
        let fields = found.remove(path).unwrap_or_else(|| panic!("no source declares {path}"));
        Form { path, fields }
    });
    let mut forms: Vec<_> = forms.collect();
    forms.sort_by_key(|form| form.path);
    forms
}

/// Where the function is posted to, if it is a server function.
fn endpoint(function: &ItemFn) -> Option<String> {
    let declared = function.attrs.iter().find(|it| it.path().is_ident("server"))?;
    let mut path = None;
    // The other arguments have values as well, which have to be read to get past them.
    declared
        .parse_nested_meta(|argument| {
            let value = argument.value()?;
            if argument.path.is_ident("endpoint") {
                path = Some(value.parse::<LitStr>()?.value());
            } else {
                value.parse::<syn::Expr>()?;
            }
            Ok(())
        })
        .unwrap();
    path
}

fn fields(function: &ItemFn) -> Vec<Field> {
    let arguments = function.sig.inputs.iter().map(|argument| {
        let FnArg::Typed(argument) = argument else { panic!("a server function has no self") };
        let Pat::Ident(name) = &*argument.pat else { panic!("an argument has a name") };
        let is_map = argument.ty.to_token_stream().to_string().contains("BTreeMap");
        Field { name: name.ident.to_string(), is_map }
    });
    arguments.collect()
}

/// What the authentication flows and challenges of the wire API call their parameters: the model doesn't say,
/// the operations do.
pub fn parameters() -> Vec<String> {
    let mut names = Vec::new();
    for source in sources(folder("../crates/wire/src/operations")) {
        collect_parameters(source.parse().unwrap(), &mut names);
    }
    names.sort();
    names.dedup();
    assert!(names.iter().any(|name| name == "SRP_A"), "{names:?}");
    names
}

fn collect_parameters(tokens: TokenStream, names: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_parameters(group.stream(), names),
            TokenTree::Literal(literal) => names.extend(parameter(&literal)),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

fn parameter(literal: &Literal) -> Option<String> {
    let text = literal.to_string();
    let name = text.strip_prefix('"')?.strip_suffix('"')?;
    let is_capital = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    (is_capital && name.len() > 2).then(|| name.to_owned())
}

fn folder(below: &str) -> String {
    format!("{}/{below}", env!("CARGO_MANIFEST_DIR"))
}

/// The texts of all Rust files in it, and below.
fn sources(folder: impl AsRef<Path>) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources.extend(self::sources(path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push(fs::read_to_string(path).unwrap());
        }
    }
    sources
}
