//! Where a PostgreSQL database is, told as a URL.

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// The address of a PostgreSQL database: `postgres://user:password@host:port/database?sslmode=verify-full`. A
/// Unix socket is told by its folder: `postgres://user@localhost/database?host=/run/postgresql`.
///
/// Shown, it is host and database; the password shows itself to nobody.
#[derive(Clone)]
pub struct PostgresUrl(PgConnectOptions);

/// Why a text is no such address. None of the words repeats a value, which may be a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NotADatabase {
    #[error("this is no address")]
    NoUrl,
    #[error("it begins neither with postgres:// nor with postgresql://")]
    Scheme,
    #[error("it names no database")]
    NoDatabase,
    #[error("one of its parameters is none of {}", PARAMETERS.join(", "))]
    Parameter,
    #[error("one of its parts can't be read (port, sslmode, or a wrong percent-encoding)")]
    Unreadable,
}

/// What may stand after the question mark.
const PARAMETERS: [&str; 9] = [
    "application_name",
    "dbname",
    "host",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
];

impl FromStr for PostgresUrl {
    type Err = NotADatabase;

    fn from_str(text: &str) -> Result<Self, NotADatabase> {
        let url = Url::parse(text.trim()).map_err(|_| NotADatabase::NoUrl)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(NotADatabase::Scheme);
        }
        // The driver would only log what it doesn't know, value and all.
        if url.query_pairs().any(|(name, _)| !PARAMETERS.contains(&&*name)) {
            return Err(NotADatabase::Parameter);
        }
        let named = |(name, value): (Cow<'_, str>, Cow<'_, str>)| name == "dbname" && !value.is_empty();
        if url.path().trim_start_matches('/').is_empty() && !url.query_pairs().any(named) {
            return Err(NotADatabase::NoDatabase);
        }
        PgConnectOptions::from_url(&url).map(Self).map_err(|_| NotADatabase::Unreadable)
    }
}

impl PostgresUrl {
    /// For the driver. Statements are not logged: their values are people's.
    pub(in crate::engine) fn options(&self) -> PgConnectOptions {
        let options = match self.0.get_application_name() {
            Some(_) => self.0.clone(),
            None => self.0.clone().application_name("nameplate"),
        };
        options.disable_statement_logging()
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let database = self.0.get_database().unwrap_or_default();
        match self.0.get_socket() {
            Some(folder) => write!(f, "{}/{database}", folder.display()),
            None => write!(f, "{}:{}/{database}", self.0.get_host(), self.0.get_port()),
        }
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "hunter2secret";

    #[test]
    fn display_of_a_postgres_url_hides_user_and_password() {
        let shown = |text: &str| text.parse::<PostgresUrl>().unwrap().to_string();
        assert_eq!(
            shown(&format!("postgres://jane:{SECRET}@db.example.com/nameplate")),
            "db.example.com:5432/nameplate"
        );
        assert_eq!(
            shown("postgresql://jane@[::1]:6432/nameplate?sslmode=verify-full"),
            "[::1]:6432/nameplate"
        );
        assert_eq!(
            shown("postgres://jane@localhost/nameplate?host=/run/postgresql"),
            "/run/postgresql/nameplate"
        );
        let url: PostgresUrl = format!("postgres://jane:{SECRET}@db/nameplate").parse().unwrap();
        assert!(!format!("{url:?} {url}").contains(SECRET));
    }

    #[test]
    fn parse_of_a_wrong_postgres_url_is_refused_without_its_text() {
        let cases = [
            (SECRET.to_owned(), NotADatabase::NoUrl),
            (format!("mysql://jane:{SECRET}@db/x"), NotADatabase::Scheme),
            (format!("postgres://jane:{SECRET}@db"), NotADatabase::NoDatabase),
            (format!("postgres://jane@db/x?passwd={SECRET}"), NotADatabase::Parameter),
            (format!("postgres://jane@db/x?password={SECRET}"), NotADatabase::Parameter),
            (format!("postgres://jane@db/x?{SECRET}"), NotADatabase::Parameter),
            (format!("postgres://jane@db/x?sslmode={SECRET}"), NotADatabase::Unreadable),
            (format!("postgres://jane:{SECRET}@db:port/x"), NotADatabase::NoUrl),
        ];
        for (text, why) in cases {
            let refused = text.parse::<PostgresUrl>().unwrap_err();
            assert!(!refused.to_string().contains(SECRET), "{refused}");
            assert_eq!(refused, why, "{text}");
        }
    }
}
