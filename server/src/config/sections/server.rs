//! `[server]`: where the service answers, and how long it waits for others.

use crate::config::problems::Problems;
use crate::config::values::duration::Span;
use crate::config::values::network::networks;
use crate::config::values::public_url::PublicUrl;
use crate::config::values::secret::Secret;
use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use store::transfer::location::StoreLocation;
use store::{NotADatabase, PostgresUrl};

/// Where the service answers, where its data is, and how long it waits for others.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSection {
    /// Host and port to listen on. Port 0 takes a free one.
    #[schemars(extend("x-env" = "NAMEPLATE_LISTEN"))]
    pub listen: String,
    /// The address that people type: `http` or `https`, a host, a port if it is an unusual one. It decides
    /// the names of cookies, the origin check, the links in mails, and what passkeys are made for: a passkey
    /// is worth nothing at another host, and there are none at an IP address. Without one: `http://` and
    /// `listen`, unless that is an address that nobody can type, such as `0.0.0.0:3000`: it is refused then.
    #[schemars(extend("x-env" = "NAMEPLATE_PUBLIC_URL"))]
    pub public_url: Option<String>,
    /// The networks of proxies whose `X-Forwarded-For` is believed, such as `10.0.0.0/8`.
    #[schemars(extend("x-env" = "NAMEPLATE_TRUSTED_PROXIES"))]
    pub trusted_proxies: Vec<String>,
    /// The folder of the keys, and of the database if there is no `store_url`.
    #[schemars(extend("x-env" = "NAMEPLATE_DATA"))]
    pub data: PathBuf,
    /// A PostgreSQL database (15 or newer) instead of a SQLite file in the data folder:
    /// `postgres://user:password@db.example.com/nameplate?sslmode=verify-full`; by a Unix socket
    /// `postgres://user@localhost/nameplate?host=/run/postgresql`. Without `sslmode` the connection is
    /// encrypted if the server can, but not verified. Several nodes may share one, with the same keys and
    /// settings. Special characters in user and password are percent-encoded. Better kept in the environment
    /// than in the file.
    #[schemars(extend("x-env" = "NAMEPLATE_STORE_URL"))]
    pub store_url: Option<Secret>,
    /// The largest form, in bytes.
    pub body_limit: u32,
    /// How many connections may be open at once. When all are taken, those that idle the longest make room for
    /// new ones; who finds none that idles is answered 503.
    pub connections: u32,
    /// How many of them one network may have; trusted proxies aren't counted. When less than a quarter of all is
    /// left it may have half as many as are left, or 8 if that is more.
    pub connections_per_network: u32,
    /// How many pages of one account may be told about events live at once.
    pub event_streams_per_account: u32,
    /// How long a browser may take to send the head of a request.
    pub header_timeout: Span,
    /// How long a browser may take to send a form.
    pub body_timeout: Span,
    /// How long an answer may take.
    pub request_timeout: Span,
    /// How long a connection may take nothing of what is sent to it.
    pub write_timeout: Span,
    /// How long the service goes on answering after it was told to stop, while `/readyz` says 503, so that a
    /// balancer stops sending requests here before the port closes. Without one: 5 seconds, or none while the
    /// public address is loopback.
    pub lame_duck: Option<Span>,
    /// How long requests may take to finish once the port is closed.
    pub drain: Span,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, or a list such as `info,accounts=debug`.
    pub log_level: String,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for ServerSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:3000".into(),
            public_url: None,
            trusted_proxies: Vec::new(),
            data: "./data".into(),
            store_url: None,
            body_limit: 64 * 1024,
            connections: 4096,
            connections_per_network: 512,
            event_streams_per_account: 20,
            header_timeout: Span::seconds(10),
            body_timeout: Span::seconds(15),
            request_timeout: Span::seconds(30),
            write_timeout: Span::seconds(30),
            lame_duck: None,
            drain: Span::seconds(10),
            log_format: LogFormat::Text,
            log_level: "info".into(),
        }
    }
}

/// Where and how the service answers.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Host and port, as the system's resolver takes them.
    pub listen: String,
    pub public_url: PublicUrl,
    pub trusted_proxies: Vec<IpNet>,
    pub data: PathBuf,
    /// Where the data is, if it isn't in that folder.
    pub store_url: Option<PostgresUrl>,
    /// Keys from the environment (`NAMEPLATE_KEYS`), instead of the file in the data folder.
    pub keys: Option<Secret>,
    pub body_limit: usize,
    pub connections: usize,
    pub connections_per_network: usize,
    pub event_streams_per_account: usize,
    pub header_timeout: Duration,
    pub body_timeout: Duration,
    pub request_timeout: Duration,
    pub write_timeout: Duration,
    pub lame_duck: Duration,
    pub drain: Duration,
    pub log_format: LogFormat,
    pub log_level: String,
}

impl ServerConfig {
    /// Whether what this address says about others is believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }

    /// Where the database is, if it is a file.
    pub fn database(&self) -> PathBuf {
        self.data.join("nameplate.db")
    }

    /// Where the token of the development mailbox is, if the configuration names none.
    pub fn mailbox_token_file(&self) -> PathBuf {
        self.data.join("mailbox-token")
    }

    /// Where the store is.
    pub fn store_location(&self) -> StoreLocation {
        match &self.store_url {
            Some(url) => StoreLocation::Postgres(Box::new(url.clone())),
            None => StoreLocation::Sqlite(self.database()),
        }
    }

    /// Where the keys are, if they don't come from the environment.
    pub fn key_file(&self) -> PathBuf {
        self.data.join("keys")
    }
}

impl ServerSection {
    pub fn config(&self, keys: Option<Secret>, problems: &mut Problems<'_>) -> ServerConfig {
        self.check(problems);
        let public_url = self.public_url(problems);
        let lame_duck = match (self.lame_duck, public_url.is_loopback()) {
            (Some(chosen), _) => chosen,
            (None, true) => Span::seconds(0),
            (None, false) => Span::seconds(5),
        };
        ServerConfig {
            listen: self.listen.trim().to_owned(),
            public_url,
            trusted_proxies: networks("server.trusted_proxies", &self.trusted_proxies, problems),
            data: self.data.clone(),
            store_url: self.store_url(problems),
            keys,
            body_limit: self.body_limit as usize,
            connections: self.connections as usize,
            connections_per_network: self.connections_per_network as usize,
            event_streams_per_account: self.event_streams_per_account as usize,
            header_timeout: self.header_timeout.0,
            body_timeout: self.body_timeout.0,
            request_timeout: self.request_timeout.0,
            write_timeout: self.write_timeout.0,
            lame_duck: lame_duck.0,
            drain: self.drain.0,
            log_format: self.log_format,
            log_level: self.log_level.clone(),
        }
    }

    fn check(&self, problems: &mut Problems<'_>) {
        let listen = self.listen.trim();
        let port = listen
            .rsplit_once(':')
            .filter(|(host, _)| !host.is_empty())
            .and_then(|(_, port)| port.parse::<u16>().ok());
        if port.is_none() || PublicUrl::parse(&format!("http://{listen}")).is_err() {
            problems.add(
                "server.listen",
                format!("\"{}\" is no host and port", self.listen),
                "for example \"127.0.0.1:3000\" or \"[::]:3000\"",
            );
        }
        if self.data.as_os_str().is_empty() {
            problems.add("server.data", "this is no folder", "for example \"./data\"");
        }
        if !(1024..=1024 * 1024).contains(&self.body_limit) {
            problems.add(
                "server.body_limit",
                format!("{} is out of range", self.body_limit),
                "a number of bytes from 1024 to 1048576",
            );
        }
        problems.at_least_one("server.connections", self.connections.into());
        problems.at_least_one("server.connections_per_network", self.connections_per_network.into());
        problems.at_least_one("server.event_streams_per_account", self.event_streams_per_account.into());
        let waits = [
            ("server.header_timeout", self.header_timeout),
            ("server.body_timeout", self.body_timeout),
            ("server.request_timeout", self.request_timeout),
            ("server.write_timeout", self.write_timeout),
            ("server.drain", self.drain),
        ];
        for (key, wait) in waits {
            problems.positive(key, wait);
        }
        if self.log_level.parse::<tracing_subscriber::EnvFilter>().is_err() {
            problems.add(
                "server.log_level",
                format!("\"{}\" is no level", self.log_level),
                "\"info\", or a list such as \"info,accounts=debug\"",
            );
        }
    }

    fn public_url(&self, problems: &mut Problems<'_>) -> PublicUrl {
        let text = match &self.public_url {
            Some(text) => text.clone(),
            None => format!("http://{}", self.listen.trim()),
        };
        match PublicUrl::parse(&text) {
            Ok(url) if url.can_be_typed() => return url,
            Ok(url) => {
                let wrong = match &self.public_url {
                    Some(_) => format!("\"{text}\" is no address that a browser can open"),
                    None => {
                        format!(
                            "without it the pages are at {url}, as server.listen says, which no browser can open"
                        )
                    }
                };
                let right = "the address that people type, such as https://id.example.com, or http://localhost:3000 while you develop (NAMEPLATE_PUBLIC_URL)";
                problems.add("server.public_url", wrong, right);
            }
            // What is wrong with an address made of `listen` was said about `listen`.
            Err(_) if self.public_url.is_none() => {}
            Err(wrong) => problems.add(
                "server.public_url",
                format!("\"{text}\" {wrong}"),
                "an address such as https://id.example.com, without path",
            ),
        }
        PublicUrl::nowhere()
    }

    /// The text itself is never repeated: it holds a password.
    fn store_url(&self, problems: &mut Problems<'_>) -> Option<PostgresUrl> {
        let wrong = |error: NotADatabase| {
            let right = "an address such as postgres://user:password@db.example.com/nameplate, or none for a SQLite file in the data folder";
            problems.add("server.store_url", error.to_string(), right);
        };
        self.store_url.as_ref()?.reveal().parse().map_err(wrong).ok()
    }
}
