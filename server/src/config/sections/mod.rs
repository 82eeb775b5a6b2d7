//! What may stand in `nameplate.toml`: one file for each section, with its keys as fields.

mod accounts;
mod attributes;
pub mod clients;
mod codes;
mod events;
mod hashing;
mod limits;
pub mod mail;
mod password;
pub mod pool;
pub mod server;
mod sessions;
mod sms;

use accounts::AccountsSection;
use attributes::AttributesSection;
use clients::ClientSection;
use codes::CodesSection;
use events::EventsSection;
use hashing::HashingSection;
use limits::LimitsSection;
use mail::MailSection;
use password::PasswordSection;
use pool::PoolSection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use server::ServerSection;
use sessions::SessionsSection;
use sms::SmsSection;

/// The whole file. Its fields and their comments are what the reference is made from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    pub pool: PoolSection,
    pub attributes: AttributesSection,
    pub password: PasswordSection,
    pub clients: Vec<ClientSection>,
    pub sessions: SessionsSection,
    pub accounts: AccountsSection,
    pub events: EventsSection,
    pub codes: CodesSection,
    pub limits: LimitsSection,
    pub hashing: HashingSection,
    pub mail: MailSection,
    pub sms: SmsSection,
    pub server: ServerSection,
}

impl Default for File {
    fn default() -> Self {
        Self {
            pool: PoolSection::default(),
            attributes: AttributesSection::default(),
            password: PasswordSection::default(),
            clients: vec![ClientSection::pages()],
            sessions: SessionsSection::default(),
            accounts: AccountsSection::default(),
            events: EventsSection::default(),
            codes: CodesSection::default(),
            limits: LimitsSection::default(),
            hashing: HashingSection::default(),
            mail: MailSection::default(),
            sms: SmsSection::default(),
            server: ServerSection::default(),
        }
    }
}
