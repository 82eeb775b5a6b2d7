//! What an installation decides. `server` builds it from the config file; [`Settings::default`] is "no file".

use crate::client::ClientId;
pub use crate::client::{AppClient, ClientSecret, Flow};
use crate::country::{Countries, Country};
use crate::identifiers::{ContactKind, Identifier, username_key};
use crate::{phone, srp_id};
use ipnet::IpNet;
use model::{AccessLists, AttributeName, Policy, Schema, SignInOptions, Standard};
use std::time::Duration;

/// Everything that the operator may set about accounts.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What the service is called on pages and in mails.
    pub name: String,
    /// Scheme, host and port that people reach it under, without a slash at the end.
    pub public_url: String,
    /// Which attributes there are.
    pub schema: Schema,
    /// How people say who they are.
    pub sign_in: SignInOptions,
    /// The calling code of the country that most people here are from, such as `+1`: a number without a country
    /// is read as one of that.
    pub country_code: String,
    /// The attributes that sign-up asks for, in order, required ones included.
    pub sign_up_attributes: Vec<AttributeName>,
    /// What a new password must have.
    pub policy: Policy,
    /// The app clients. The first one is the pages' own.
    pub clients: Vec<AppClient>,
    /// How long people stay signed in.
    pub sessions: SessionTimes,
    /// When unconfirmed accounts are removed.
    pub accounts: AccountTimes,
    /// How long the trail of an account is kept.
    pub events: EventTimes,
    /// How long codes work, and how soon another may be sent.
    pub codes: CodeTimes,
    /// How much is too much.
    pub limits: Limits,
    /// What a password hash costs.
    pub hashing: Hashing,
    /// Who mails are from.
    pub mail: MailSettings,
    /// Whether text messages reach anybody: there is a gateway, or the mailbox of development. Without, a
    /// phone number is stored as it is given, and nothing is ever sent there.
    pub texts: bool,
}

impl Settings {
    /// The app client of that id.
    pub fn client(&self, id: &ClientId) -> Option<&AppClient> {
        self.clients.iter().find(|client| client.id == *id)
    }

    /// Whether messages reach contacts of this kind.
    pub const fn reaches(&self, kind: ContactKind) -> bool {
        match kind {
            ContactKind::Email => true,
            ContactKind::PhoneNumber => self.texts,
        }
    }

    /// Whether messages reach this contact: none goes to a number that no phone can have.
    pub fn reaches_contact(&self, kind: ContactKind, value: &str) -> bool {
        self.reaches(kind) && (kind != ContactKind::PhoneNumber || phone::is_in_plan(value))
    }

    /// Whether messages go to this contact for somebody who isn't signed in, while no account has verified it:
    /// text messages cost money, and in some countries they earn it for whoever asks for them.
    pub fn reaches_for_strangers(&self, kind: ContactKind, value: &str) -> bool {
        match kind {
            ContactKind::Email => true,
            ContactKind::PhoneNumber => match &self.limits.text_countries {
                Some(countries) => countries.have(value),
                None => Countries::Only(Country::at_home(&self.country_code)).have(value),
            },
        }
    }

    /// Whom a typed text names here. `None`: it can't be anybody. The ids that applications know accounts by are
    /// usernames, also where people have none.
    pub fn identifier(&self, typed: &str) -> Option<Identifier> {
        let id = model::typed::identifier(typed);
        if srp_id::has_form(&id) {
            return Some(Identifier::Username(username_key(&id)));
        }
        Identifier::parse(typed, self.sign_in, &self.country_code)
    }

    /// Whether sign-up asks for a username; otherwise the `sub` is the username.
    pub const fn has_usernames(&self) -> bool {
        self.sign_in.username
    }
}

impl Default for Settings {
    /// What holds with no config file: username or verified email, email required, one client `web`.
    fn default() -> Self {
        let mut schema = Schema::standard();
        if let Some(email) = schema.get_mut(&Standard::Email.into()) {
            email.required = true;
        }
        let asked = [
            Standard::Email,
            Standard::GivenName,
            Standard::FamilyName,
            Standard::Nickname,
            Standard::PhoneNumber,
        ];
        let web = AppClient {
            name: "Web".into(),
            ..AppClient::new("web", AccessLists::resolve(&schema, None, None))
        };
        Self {
            name: "Nameplate".into(),
            public_url: "http://127.0.0.1:3000".into(),
            schema,
            sign_in: SignInOptions::default(),
            country_code: "+1".into(),
            sign_up_attributes: asked.map(AttributeName::from).into(),
            policy: Policy::default(),
            clients: vec![web],
            sessions: SessionTimes::default(),
            accounts: AccountTimes::default(),
            events: EventTimes::default(),
            codes: CodeTimes::default(),
            limits: Limits::default(),
            hashing: Hashing::default(),
            mail: MailSettings::default(),
            texts: true,
        }
    }
}

/// How long a sign-in lasts, and how many an account has.
#[derive(Debug, Clone, Copy)]
pub struct SessionTimes {
    /// It ends when it was not used for this long…
    pub idle: Duration,
    /// …and at the latest after this.
    pub absolute: Duration,
    /// So long after it, what is dangerous asks for the password once more.
    pub fresh: Duration,
    /// So many sessions of one account are alive: one more ends the oldest.
    pub per_account: u32,
}

impl Default for SessionTimes {
    fn default() -> Self {
        Self { idle: days(14), absolute: days(90), fresh: Duration::from_secs(15 * 60), per_account: 100 }
    }
}

/// How long accounts are kept that nobody can use, and changes can be undone.
#[derive(Debug, Clone, Copy)]
pub struct AccountTimes {
    /// One that isn't confirmed for so long is removed.
    pub keep_unconfirmed: Duration,
    /// So long the change of a contact or second factor can be undone.
    pub undo: Duration,
}

impl Default for AccountTimes {
    fn default() -> Self {
        Self { keep_unconfirmed: days(30), undo: days(7) }
    }
}

/// How long the trail of an account goes back.
#[derive(Debug, Clone, Copy)]
pub struct EventTimes {
    /// An event is forgotten after this.
    pub keep: Duration,
}

impl Default for EventTimes {
    /// A year, and time to look back on it.
    fn default() -> Self {
        Self { keep: days(400) }
    }
}

/// How long a code lasts, and how soon another one may follow.
#[derive(Debug, Clone, Copy)]
pub struct CodeTimes {
    /// Of a code that confirms an account or verifies a contact.
    pub lifetime: Duration,
    /// Of a code that sets a new password: it opens the account, so it lasts no longer than it takes to read
    /// a message.
    pub reset_lifetime: Duration,
    /// Of a code that is asked for at sign-in, and of the sign-in that waits for it.
    pub sign_in_lifetime: Duration,
    /// A new one is sent no sooner than this after the last.
    pub resend_after: Duration,
    /// Where a code to some contact has set a password, and all second factors have their codes sent there too,
    /// those count again after this.
    pub factors_after_reset: Duration,
}

impl Default for CodeTimes {
    fn default() -> Self {
        let (hour, while_at_it) = (Duration::from_secs(60 * 60), Duration::from_secs(10 * 60));
        Self {
            lifetime: days(1),
            reset_lifetime: hour,
            sign_in_lifetime: while_at_it,
            resend_after: Duration::from_secs(30),
            factors_after_reset: days(1),
        }
    }
}

/// How much one account, address or network may ask for.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Failed sign-ins of one account from one network before waiting begins.
    pub sign_in_failures_free: u32,
    /// The first wait; it doubles with every failure…
    pub sign_in_first_wait: Duration,
    /// …up to this one. An account is never locked for good.
    pub sign_in_longest_wait: Duration,
    /// Sign-ins from one network, all accounts together.
    pub sign_ins_per_network_an_hour: u32,
    /// New accounts from one network.
    pub sign_ups_per_network_an_hour: u32,
    /// How often one network is told within an hour that a username is taken.
    pub taken_answers_per_network_an_hour: u32,
    /// Codes that one account asks for to one destination within 24 hours, signed in.
    pub codes_per_destination_a_day: u32,
    /// Codes that one destination gets within 24 hours for sign-ins whose password was right.
    pub sign_in_codes_per_destination_a_day: u32,
    /// Codes that one account may have sent within 24 hours, all destinations together.
    pub codes_per_account_a_day: u32,
    /// How often a sign-up may change its address within 24 hours.
    pub sign_up_addresses_a_day: u32,
    /// Codes entered or asked for by one network for accounts that it only named.
    pub code_requests_per_network_an_hour: u32,
    /// Mails that one network asks for within an hour without having proven anything.
    pub mails_per_network_an_hour: u32,
    /// Text messages, likewise.
    pub texts_per_network_an_hour: u32,
    /// Mails that all strangers together ask for within an hour.
    pub mails_for_strangers_an_hour: u32,
    /// Text messages to numbers that no account has verified, whoever asks.
    pub texts_for_strangers_an_hour: u32,
    /// Where text messages go that strangers ask for, to numbers that no account has verified. `None`: to the
    /// country that most people here are from, and where the accounts of an earlier version are from.
    pub text_countries: Option<Countries>,
    /// An application that has proven its secret has as much as so many networks, all its visitors together.
    pub networks_per_application: u32,
    /// Networks for which nothing is counted by network.
    pub trusted_networks: Vec<IpNet>,
    /// Changes of one account within an hour, refused ones included.
    pub changes_per_account_an_hour: u32,
    /// Password hashes that may wait for their turn; whoever comes then is told that the service is busy.
    pub hashing_queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_failures_free: 5,
            sign_in_first_wait: Duration::from_secs(1),
            sign_in_longest_wait: Duration::from_secs(15 * 60),
            sign_ins_per_network_an_hour: 1000,
            sign_ups_per_network_an_hour: 100,
            taken_answers_per_network_an_hour: 60,
            codes_per_destination_a_day: 5,
            sign_in_codes_per_destination_a_day: 30,
            codes_per_account_a_day: 30,
            sign_up_addresses_a_day: 10,
            code_requests_per_network_an_hour: 100,
            mails_per_network_an_hour: 60,
            texts_per_network_an_hour: 10,
            mails_for_strangers_an_hour: 2000,
            texts_for_strangers_an_hour: 200,
            text_countries: None,
            networks_per_application: 50,
            trusted_networks: Vec::new(),
            changes_per_account_an_hour: 300,
            hashing_queue: 64,
        }
    }
}

/// The cost of a password hash (Argon2id, RFC 9106).
#[derive(Debug, Clone, Copy)]
pub struct Hashing {
    /// Memory for each hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes that the memory is split into.
    pub parallelism: u32,
    /// Hashes computed at the same time.
    pub permits: usize,
}

impl Default for Hashing {
    /// OWASP's recommendation, on every core.
    fn default() -> Self {
        let permits = std::thread::available_parallelism().map_or(1, usize::from);
        Self { memory_kib: 19_456, iterations: 2, parallelism: 1, permits }
    }
}

/// How mails look from the outside.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The `From` of every mail.
    pub from: String,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self { from: "Nameplate <no-reply@localhost>".into() }
    }
}

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 24 * 60 * 60)
}
