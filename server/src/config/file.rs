//! What may stand in `nameplate.toml`: one field for each section.

use super::accounts::AccountsSection;
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
use super::sms::SmsSection;
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

impl File {
    /// Whether text messages reach anybody: through a gateway, or on the mailbox page of development.
    pub(super) fn sends_texts(&self) -> bool {
        self.sms.is_on() || self.mail.smtp_url.is_none()
    }
}
