//! The configuration: defaults, then `nameplate.toml`, then the environment; refused in words when something
//! is wrong.
//!
//! Each section is a file with its keys as fields; their comments are the reference (`docs/config.md`). A new
//! key is a field with a comment and a default, and a line in that section's check.

mod cross_checks;
mod document;
pub mod draft;
mod environment;
pub mod keys;
mod problems;
mod reference;
mod sections;
mod values;

pub use environment::Environment;
pub use problems::{ConfigError, Problem, Source};
pub use reference::reference;
pub use sections::mail::is_mailbox_token;
pub use sections::server::{LogFormat, ServerConfig};
pub use values::public_url::{NotAnOrigin, PublicUrl};
pub use values::secret::Secret;

use delivery::SmsSettings;
use document::{Document, wrong_value};
use nameplate_core::settings::{MailSettings, Settings};
use problems::Problems;
use sections::{File, clients};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use words::Language;

/// Where the file is when nobody says.
pub const FILE: &str = "nameplate.toml";

/// Everything that the service was told.
#[derive(Debug, Clone)]
pub struct Config {
    pub server: ServerConfig,
    pub pool: Settings,
    /// The language of the pages.
    pub language: Language,
    pub mail: MailConfig,
    /// The file, if there was one.
    pub file: Option<PathBuf>,
    /// What was strange but no reason to refuse.
    pub warnings: Vec<String>,
}

/// How messages leave.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Without one messages stay in the development mailbox.
    pub smtp_url: Option<Secret>,
    /// The token of that mailbox, if it isn't the one in the data folder.
    pub mailbox_token: Option<Secret>,
    /// The gateway for text messages.
    pub sms: Option<SmsSettings>,
}

impl Config {
    /// Whether this is more than a developer's machine talking to itself: mail leaves, or others can come.
    pub fn is_production(&self) -> bool {
        self.mail.smtp_url.is_some() || !self.server.public_url.is_loopback()
    }

    /// Reads the file that `NAMEPLATE_CONFIG` names, or `nameplate.toml` in `folder` if it is there, then
    /// what the environment overrides.
    pub fn load(environment: &Environment, folder: &Path) -> Result<Self, ConfigError> {
        let usual = folder.join(FILE);
        // A file that somebody named must be there; the usual one may be.
        let path = environment
            .config_file()
            .map(|path| folder.join(path))
            .or_else(|| usual.exists().then_some(usual));
        let document = path.as_deref().map(read).transpose()?;
        Self::from_sources(document.as_ref(), environment, path)
    }

    /// The same with the text of a file, for tests and tools.
    pub fn from_text(text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let path = PathBuf::from(FILE);
        let document = Document::parse(&path, text)?;
        Self::from_sources(Some(&document), environment, Some(path))
    }

    /// The service was given port 0: its address is known only now.
    pub fn listening_on(&mut self, port: u16) {
        let told = self.server.listen.rsplit_once(':').is_some_and(|(_, port)| port == "0");
        if let (true, Some(host)) = (told, self.server.public_url.origin().strip_suffix(":0"))
            && let Ok(url) = PublicUrl::parse(&format!("{host}:{port}"))
        {
            self.pool.public_url = url.origin().to_owned();
            self.server.public_url = url;
        }
    }

    fn from_sources(
        document: Option<&Document>,
        environment: &Environment,
        path: Option<PathBuf>,
    ) -> Result<Self, ConfigError> {
        let file = merge(document, environment)?;
        let keys = environment.keys()?;
        let source = |key: &str| source(key, document, environment);
        let mut problems = Problems::new(&source);
        let config = build(&file, keys, &mut problems);
        problems.into_result()?;
        Ok(Self { file: path, warnings: environment.unknown(), ..config })
    }
}

fn read(path: &Path) -> Result<Document, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| Problem {
        source: Source::File { path: path.to_owned(), line: None },
        key: String::new(),
        wrong: format!("it can't be read ({error})"),
        right: "a readable file in UTF-8, or no NAMEPLATE_CONFIG".into(),
    })?;
    Document::parse(path, &text)
}

/// The file's values with those of the environment above them.
fn merge(document: Option<&Document>, environment: &Environment) -> Result<File, ConfigError> {
    let mut table = document.map(|document| document.table.clone()).unwrap_or_default();
    for (section, key, variable, text) in environment.overrides() {
        let one = |value: toml::Value| toml::Table::from_iter([(key.name.clone(), value)]);
        let value = key.kind.read(text);
        let source = Source::Environment(variable.to_owned());
        let path = format!("{}.{}", section.name, key.name);
        // Alone first, so that a refusal names the variable and not the file.
        let alone = toml::Table::from_iter([(section.name.clone(), toml::Value::Table(one(value.clone())))]);
        File::deserialize(alone).map_err(|error| wrong_value(source, &path, &error))?;
        let entry = table.entry(&section.name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let Some(existing) = entry.as_table_mut() {
            existing.insert(key.name.clone(), value);
        }
    }
    File::deserialize(table).map_err(|error| wrong_value(Source::Default, "", &error))
}

fn source(key: &str, document: Option<&Document>, environment: &Environment) -> Source {
    let overridden =
        environment.overrides().find(|(section, it, ..)| key == format!("{}.{}", section.name, it.name));
    match overridden {
        Some((_, _, variable, _)) => Source::Environment(variable.to_owned()),
        None => document.and_then(|document| document.source_of(key)).unwrap_or(Source::Default),
    }
}

fn build(file: &File, keys: Option<Secret>, problems: &mut Problems<'_>) -> Config {
    file.pool.check(problems);
    cross_checks::check_sign_in(file, problems);
    let schema = file.attributes.schema(problems);
    let clients = clients::clients(&file.clients, &schema, problems);
    let sign_up_attributes = file.attributes.asked_at_sign_up(&schema, clients.first(), problems);
    cross_checks::check_code_can_be_sent(file, &sign_up_attributes, problems);
    let server = file.server.config(keys, problems);
    let from = file.mail.sender(file.pool.name.trim(), server.public_url.host());
    file.mail.check(&from, &server.public_url, problems);
    cross_checks::refuse_unreachable_mailbox(file, &server, problems);
    let settings = Settings {
        name: file.pool.name.trim().to_owned(),
        public_url: server.public_url.origin().to_owned(),
        sign_in: file.pool.options(),
        country_code: file.pool.country_code.clone(),
        sign_up_attributes,
        policy: file.password.policy(problems),
        clients,
        sessions: file.sessions.times(problems),
        accounts: file.accounts.times(problems),
        events: file.events.times(problems),
        codes: file.codes.times(problems),
        limits: file.limits.limits(problems),
        hashing: file.hashing.hashing(problems),
        mail: MailSettings { from },
        texts: cross_checks::sends_texts(file),
        schema,
    };
    let mail = MailConfig {
        smtp_url: file.mail.smtp_url.clone(),
        mailbox_token: file.mail.mailbox_token.clone(),
        sms: file.sms.settings(problems),
    };
    let language = file.pool.language.into();
    Config { server, pool: settings, language, mail, file: None, warnings: Vec::new() }
}
