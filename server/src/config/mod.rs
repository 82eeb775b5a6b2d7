//! The configuration: defaults, then `nameplate.toml`, then the environment; refused in words when something
//! is wrong.
//!
//! Each section is a file with its keys as fields; their comments are the reference (`docs/config.md`). A new
//! key is a field with a comment and a default, and a line in that section's check.

mod accounts;
mod attributes;
mod clients;
mod codes;
mod document;
pub mod draft;
mod duration;
mod environment;
mod events;
mod faults;
mod file;
mod hashing;
pub mod keys;
mod limits;
mod mail;
mod password;
mod pool;
mod public_url;
mod reference;
mod secret;
mod server;
mod sessions;
mod sms;

pub use environment::Environment;
pub use faults::{ConfigError, Fault, Place};
pub use mail::is_mailbox_token;
pub use public_url::{NotAnOrigin, PublicUrl};
pub use reference::reference;
pub use secret::Secret;
pub use server::{LogFormat, ServerConfig};

use ::pool::delivery::SmsSettings;
use ::pool::settings::{MailSettings, Settings};
use document::{Document, wrong_value};
use faults::Faults;
use file::File;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where the file is when nobody says.
pub const FILE: &str = "nameplate.toml";

/// Everything that the service was told.
#[derive(Debug, Clone)]
pub struct Config {
    pub server: ServerConfig,
    pub pool: Settings,
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
        let place = |key: &str| place(key, document, environment);
        let mut faults = Faults::new(&place);
        let config = build(&file, keys, &mut faults);
        faults.into_result()?;
        Ok(Self { file: path, warnings: environment.unknown(), ..config })
    }
}

fn read(path: &Path) -> Result<Document, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|error| Fault {
        place: Place::File { path: path.to_owned(), line: None },
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
        let place = Place::Environment(variable.to_owned());
        let path = format!("{}.{}", section.name, key.name);
        // Alone first, so that a refusal names the variable and not the file.
        let alone = toml::Table::from_iter([(section.name.clone(), toml::Value::Table(one(value.clone())))]);
        File::deserialize(alone).map_err(|error| wrong_value(place, &path, &error))?;
        let entry = table.entry(&section.name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let Some(existing) = entry.as_table_mut() {
            existing.insert(key.name.clone(), value);
        }
    }
    File::deserialize(table).map_err(|error| wrong_value(Place::Default, "", &error))
}

fn place(key: &str, document: Option<&Document>, environment: &Environment) -> Place {
    let overridden =
        environment.overrides().find(|(section, it, ..)| key == format!("{}.{}", section.name, it.name));
    match overridden {
        Some((_, _, variable, _)) => Place::Environment(variable.to_owned()),
        None => document.and_then(|document| document.place(key)).unwrap_or(Place::Default),
    }
}

fn build(file: &File, keys: Option<Secret>, faults: &mut Faults<'_>) -> Config {
    file.pool.check(file, faults);
    let schema = file.attributes.schema(faults);
    let clients = clients::clients(&file.clients, &schema, faults);
    let sign_up_attributes = file.attributes.asked_at_sign_up(&schema, clients.first(), faults);
    file.pool.check_code_can_be_sent(file, &sign_up_attributes, faults);
    let server = file.server.config(keys, faults);
    let from = file.mail.sender(file.pool.name.trim(), server.public_url.host());
    file.mail.check(&from, &server.public_url, faults);
    refuse_unreachable_mailbox(file, &server, faults);
    let settings = Settings {
        name: file.pool.name.trim().to_owned(),
        public_url: server.public_url.origin().to_owned(),
        sign_in: file.pool.options(),
        country_code: file.pool.country_code.clone(),
        sign_up_attributes,
        policy: file.password.policy(faults),
        clients,
        sessions: file.sessions.times(faults),
        accounts: file.accounts.times(faults),
        events: file.events.times(faults),
        codes: file.codes.times(faults),
        limits: file.limits.limits(faults),
        hashing: file.hashing.hashing(faults),
        mail: MailSettings { from },
        texts: file.sends_texts(),
        schema,
    };
    let mail = MailConfig {
        smtp_url: file.mail.smtp_url.clone(),
        mailbox_token: file.mail.mailbox_token.clone(),
        sms: file.sms.settings(faults),
    };
    Config { server, pool: settings, mail, file: None, warnings: Vec::new() }
}

/// The development mailbox shows every code to whoever opens it: it must not be where others can go.
fn refuse_unreachable_mailbox(file: &File, server: &ServerConfig, faults: &mut Faults<'_>) {
    if file.mail.smtp_url.is_none() && !server.public_url.is_loopback() {
        faults.add(
            "mail.smtp_url",
            format!("{} is no loopback address, and no mail could be sent from there", server.public_url),
            "the address of a mail server (NAMEPLATE_SMTP_URL), or a public address such as http://localhost:3000 (NAMEPLATE_PUBLIC_URL)",
        );
    }
}
