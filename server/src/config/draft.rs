//! What `nameplate init` asks about, taken from a configuration file and put back into it. The rest of the
//! file stays as it is, comments included.

use super::document::Document;
use super::problems::ConfigError;
use super::sections::File;
use super::sections::pool::SignInWith;
use super::{Config, Environment, FILE, keys};
use model::attribute::CUSTOM_PREFIX;
use model::{AttributeName, Standard};
use serde::Deserialize as _;
use std::path::{Path, PathBuf};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, TableLike, Value};

/// The answers, each a list in the order in which people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub name: String,
    /// Any of [`SIGN_IN`].
    pub sign_in: Vec<String>,
    pub required: Vec<String>,
    /// What sign-up asks for besides.
    pub sign_up: Vec<String>,
    /// What the pages' client may read and write.
    pub read: Vec<String>,
    pub write: Vec<String>,
}

/// What people may sign in with.
pub const SIGN_IN: [&str; 3] = ["username", "email", "phone_number"];

/// Why the answers can't be put into the file.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    #[error("the file is no TOML")]
    Toml(#[from] toml_edit::TomlError),
    #[error(
        "{0} is written in a way that can't be changed from here: change it by hand, as docs/config.md describes it"
    )]
    Shape(&'static str),
}

/// The word for all the standard attributes in a list.
const STANDARD: &str = "standard";

const HEAD: &str = "\
# Nameplate's configuration, begun by `nameplate init`, which can be run again. All that may stand here is in
# docs/config.md, and printed by `nameplate config reference`; `nameplate config check` says whether it is right.
";

/// The file that is read and written.
pub fn path(environment: &Environment, folder: &Path) -> PathBuf {
    environment.config_file().map_or_else(|| folder.join(FILE), |path| folder.join(path))
}

/// Whether the service would start with this text.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(path: &Path, text: &str, environment: &Environment) -> Result<(), ConfigError> {
    let document = Document::parse(path, text)?;
    Config::from_sources(Some(&document), environment, Some(path.to_owned())).map(drop)
}

/// Attributes that there are to choose from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// What people may be asked for, and clients may write.
    pub writable: Vec<String>,
    /// What clients may read.
    pub readable: Vec<String>,
}

/// What stands in the text; without one, what holds with no file.
///
/// # Errors
/// The text is no configuration.
pub fn read(path: &Path, text: Option<&str>) -> Result<(Draft, Choices), ConfigError> {
    let document = text.map(|text| Document::parse(path, text)).transpose()?;
    let table = document.map(|document| document.table).unwrap_or_default();
    // It was read this way once.
    let file = File::deserialize(table).unwrap_or_default();
    let custom: Vec<String> = file.attributes.custom.iter().map(|it| full_name(&it.name)).collect();
    let all = |keep: fn(&Standard) -> bool| {
        let standard = Standard::ALL.into_iter().filter(keep).map(|it| it.as_str().to_owned());
        standard.chain(custom.iter().cloned()).collect::<Vec<_>>()
    };
    let choices = Choices {
        writable: all(|it| !it.is_set_by_service() && *it != Standard::UpdatedAt),
        readable: all(|it| *it != Standard::Sub),
    };
    let (pages, standard) = (file.clients.first(), [STANDARD.to_owned()]);
    let write = resolved(pages.and_then(|it| it.write.as_deref()).unwrap_or(&standard), &choices.writable);
    let draft = Draft {
        name: file.pool.name,
        sign_in: file.pool.sign_in.into_iter().map(|it| spelled(it).to_owned()).collect(),
        required: file.attributes.required,
        sign_up: writable(file.attributes.sign_up, &write),
        read: resolved(pages.and_then(|it| it.read.as_deref()).unwrap_or(&standard), &choices.readable),
        write,
    };
    Ok((draft, choices))
}

fn full_name(custom: &str) -> String {
    if custom.starts_with(CUSTOM_PREFIX) { custom.to_owned() } else { format!("{CUSTOM_PREFIX}{custom}") }
}

const fn spelled(with: SignInWith) -> &'static str {
    match with {
        SignInWith::Username => SIGN_IN[0],
        SignInWith::Email => SIGN_IN[1],
        SignInWith::PhoneNumber => SIGN_IN[2],
    }
}

fn is_standard(name: &str) -> bool {
    name.parse::<AttributeName>().is_ok_and(|name| name.standard().is_some())
}

/// What sign-up asks for, without what the pages' client can't write.
pub fn writable(mut sign_up: Vec<String>, write: &[String]) -> Vec<String> {
    sign_up.retain(|name| write.contains(name));
    sign_up
}

/// These, and the word for all the standard ones among them.
pub fn with_standard(choices: &[String]) -> Vec<String> {
    choices.iter().cloned().chain([STANDARD.to_owned()]).collect()
}

/// The names that a client's list stands for.
pub fn resolved(list: &[String], choices: &[String]) -> Vec<String> {
    let all = list.iter().any(|name| name == STANDARD);
    choices.iter().filter(|name| list.contains(name) || (all && is_standard(name))).cloned().collect()
}

/// The shortest list that stands for these names.
fn abbreviated(names: &[String], choices: &[String]) -> Vec<String> {
    let standard: Vec<_> = choices.iter().filter(|name| is_standard(name)).collect();
    if !standard.iter().all(|name| names.contains(name)) {
        return names.to_vec();
    }
    let rest = names.iter().filter(|name| !is_standard(name)).cloned();
    std::iter::once(STANDARD.to_owned()).chain(rest).collect()
}

impl Draft {
    /// The text with these answers in it. What is there already stays as it is written.
    ///
    /// # Errors
    /// The file is written in a way that this doesn't know.
    pub fn put_into(
        &self,
        text: Option<&str>,
        before: &Self,
        choices: &Choices,
    ) -> Result<String, Unwritable> {
        let mut document: DocumentMut = text.unwrap_or_default().parse()?;
        let fresh = text.is_none();
        let mut put = |section: &'static str,
                       key: &'static str,
                       value: Value,
                       changed: bool|
         -> Result<(), Unwritable> {
            if !changed && !fresh {
                return Ok(());
            }
            let item = document.entry(section).or_insert_with(|| Item::Table(Table::new()));
            set(item.as_table_like_mut().ok_or(Unwritable::Shape(section))?, section, key, value);
            Ok(())
        };
        put("pool", "name", self.name.as_str().into(), self.name != before.name)?;
        put("pool", "sign_in", list(&self.sign_in), self.sign_in != before.sign_in)?;
        put("attributes", "required", list(&self.required), self.required != before.required)?;
        put("attributes", "sign_up", list(&self.sign_up), self.sign_up != before.sign_up)?;
        if fresh || self.read != before.read || self.write != before.write {
            let pages = pages_client(&mut document)?;
            if fresh || self.read != before.read {
                set(pages, "clients", "read", list(&abbreviated(&self.read, &choices.readable)));
            }
            if fresh || self.write != before.write {
                set(pages, "clients", "write", list(&abbreviated(&self.write, &choices.writable)));
            }
        }
        let written = document.to_string();
        Ok(if fresh { format!("{HEAD}\n{}", written.trim_start()) } else { written })
    }
}

fn list(names: &[String]) -> Value {
    Value::Array(names.iter().map(String::as_str).collect::<Array>())
}

/// The first client, which is made if there is none.
fn pages_client(document: &mut DocumentMut) -> Result<&mut dyn TableLike, Unwritable> {
    let clients = document.entry("clients").or_insert_with(|| {
        let mut pages = Table::new();
        set(&mut pages, "clients", "id", "web".into());
        let mut clients = ArrayOfTables::new();
        clients.push(pages);
        Item::ArrayOfTables(clients)
    });
    let shape = || Unwritable::Shape("clients");
    match clients {
        Item::ArrayOfTables(tables) => Ok(tables.get_mut(0).ok_or_else(shape)?),
        Item::Value(Value::Array(tables)) => {
            Ok(tables.get_mut(0).and_then(Value::as_inline_table_mut).ok_or_else(shape)?)
        }
        Item::None | Item::Value(_) | Item::Table(_) => Err(shape()),
    }
}

/// Sets the key. One that is there keeps what stands around it; a new one gets its comment from the
/// reference.
fn set(table: &mut dyn TableLike, section: &str, key: &str, mut value: Value) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        *value.decor_mut() = old.decor().clone();
        *old = value;
        return;
    }
    table.insert(key, Item::Value(value));
    let doc = keys::key(&format!("{section}.{key}")).map(|key| comment(&key.doc)).unwrap_or_default();
    if let Some(mut key) = table.key_mut(key) {
        key.leaf_decor_mut().set_prefix(doc);
    }
}

const WIDTH: usize = 110;

/// The words as lines of a comment.
fn comment(words: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::from("#"));
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines += &format!("{line}\n");
            line = String::from("#");
        }
        line += &format!(" {word}");
    }
    lines + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: Option<&str>) -> (Draft, Choices) {
        super::read(Path::new(FILE), text).unwrap()
    }

    #[test]
    fn draft_written_unchanged_means_the_same_as_no_file() {
        let (before, choices) = read(None);
        let text = before.put_into(None, &before, &choices).unwrap();
        assert!(
            text.starts_with("# Nameplate's configuration")
                && text.contains("\n# The name on pages and in mails.\nname = \"Nameplate\"\n")
        );
        assert_eq!(read(Some(&text)).0, before);
        let config = Config::from_text(&text, &Environment::default()).unwrap();
        let bare = Config::from_text("", &Environment::default()).unwrap();
        assert_eq!(config.pool.clients[0].access, bare.pool.clients[0].access);
        assert_eq!(config.pool.sign_up_attributes, bare.pool.sign_up_attributes);
    }

    #[test]
    fn draft_written_with_a_change_keeps_other_keys_and_comments() {
        let text = "# ours\n[pool]   # here\nname = \"Acme\"  # the name\n\n[limits]\nhashing_queue = 7 # few\n\n[[attributes.custom]]\nname = \"team\"\n\n[[clients]]\nid = \"web\" # pages\nwrite = [\n  \"standard\", # all\n]\n\n[[clients]]\nid = \"app\"\n";
        let (before, choices) = read(Some(text));
        assert_eq!(before.put_into(Some(text), &before, &choices).unwrap(), text);
        let mut draft = before.clone();
        draft.name = "Acme 2".into();
        draft.write.push("custom:team".into());
        draft.required.push("birthdate".into());
        let written = draft.put_into(Some(text), &before, &choices).unwrap();
        for kept in [
            "# ours\n[pool]   # here\n",
            "name = \"Acme 2\"  # the name\n",
            "hashing_queue = 7 # few\n",
            "id = \"web\" # pages\n",
            "id = \"app\"\n",
        ] {
            assert!(written.contains(kept), "{kept:?} is not in:\n{written}");
        }
        assert!(
            written.contains("write = [\"standard\", \"custom:team\"]") && !written.contains("read ="),
            "{written}"
        );
        assert_eq!(read(Some(&written)).0, draft);
    }

    #[test]
    fn draft_written_into_dotted_keys_and_inline_tables_changes_them() {
        let text = "pool.name = \"Acme\"\nclients = [{ id = \"web\", write = [\"email\"] }]\n";
        let (before, choices) = read(Some(text));
        let mut draft = before.clone();
        draft.name = "Other".into();
        draft.write = vec!["email".into(), "name".into()];
        let written = draft.put_into(Some(text), &before, &choices).unwrap();
        assert_eq!(
            written,
            "pool.name = \"Other\"\nclients = [{ id = \"web\", write = [\"email\", \"name\"] }]\n"
        );
    }
}
