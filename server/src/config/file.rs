//! What may stand in `nameplate.toml`: one field for each section.

use super::attributes::AttributesSection;
use super::clients::ClientSection;
use super::codes::CodesSection;
use super::events::EventsSection;
use super::hashing::HashingSection;
use super::limits::LimitsSection;
use super::mail::MailSection;
use super::password::PasswordSection;
use super::pool::PoolSection;
use super::server::ServerSection;
use super::sessions::SessionsSection;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole file. Its fields and their comments are what the reference is made from.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    pub pool: PoolSection,
    pub attributes: AttributesSection,
    pub password: PasswordSection,
    pub clients: Vec<ClientSection>,
    pub sessions: SessionsSection,
    pub events: EventsSection,
    pub codes: CodesSection,
    pub limits: LimitsSection,
    pub hashing: HashingSection,
    pub mail: MailSection,
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
            events: EventsSection::default(),
            codes: CodesSection::default(),
            limits: LimitsSection::default(),
            hashing: HashingSection::default(),
            mail: MailSection::default(),
            server: ServerSection::default(),
        }
    }
}
