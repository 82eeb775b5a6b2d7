//! One SQL text, whichever database: statements are dispatched here, and everything above is written once.
//!
//! Statements have `$1` placeholders and native types: TEXT, BIGINT (`i64`), BLOB or BYTEA. To add a
//! database, add a variant to `Backend`, `DriverQuery` and [`Row`], and its driver to [`Bind`] and [`Field`].

use crate::engine::StoreError;
use crate::engine::pool::Pooled;
use crate::engine::postgres::connections::PostgresConnections;
use crate::engine::sqlite::readers::SqliteReaders;
use crate::engine::sqlite::writer::Lease;
use nameplate_core::identity::UserId;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow};
use sqlx::{
    AssertSqlSafe, ColumnIndex, Decode, Encode, Postgres, Row as _, SqlSafeStr as _, SqlStr, Sqlite, Type,
};
use std::fmt;

/// What can be bound to a placeholder: what every driver can carry.
pub trait Bind<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}
impl<'q, T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>> Bind<'q> for T {}

/// What can be read from a row: what every driver can carry.
pub trait Field<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}
impl<'r, T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>> Field<'r> for T {}

/// What a column of a row is called: its name, or in tests its place.
pub trait Column: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> {}
impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>> Column for T {}

/// A row of an answer.
pub enum Row {
    /// As SQLite's driver has it.
    Sqlite(SqliteRow),
    /// As PostgreSQL's driver has it.
    Postgres(PgRow),
}

impl Row {
    /// What the column holds.
    pub fn get<'r, T: Field<'r>>(&'r self, column: impl Column) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }
}

/// The rows of a list. One that can't be read, as a newer version at another node may have written it, is left
/// out and logged: it takes none of the others with it. Not for what refuses something by being there, such as
/// a second factor.
pub fn readable<'r, T>(
    rows: impl IntoIterator<Item = &'r Row>,
    of: &'static str,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Vec<T> {
    rows.into_iter().filter_map(|row| read(row).map_err(|error| left_out(of, &error)).ok()).collect()
}

/// Tells the operator that a list has an element that can't be read.
pub fn left_out(of: &'static str, error: &StoreError) {
    tracing::warn!(
        of,
        error = error as &dyn std::error::Error,
        "a row that can't be read was left out of a list"
    );
}

enum DriverQuery<'c> {
    Sqlite(&'c mut SqliteConnection, SqlxQuery<'static, Sqlite, SqliteArguments>),
    Postgres(&'c mut PgConnection, SqlxQuery<'static, Postgres, PgArguments>),
}

/// A statement whose values are being bound.
pub struct Query<'c> {
    query: DriverQuery<'c>,
    failed: &'c mut bool,
}

/// Runs the statement one of the ways there are, and keeps the connection's `failed` flag honest. The last
/// argument says for each database how its answer becomes ours.
macro_rules! execute {
    ($query:ident, $method:ident, { $($database:ident => $answer:expr),+ }) => {{
        if *$query.failed {
            return Err(StoreError::AfterFailure);
        }
        // Set first: a statement that is given up halfway (its future is dropped) counts as failed.
        *$query.failed = true;
        let answer = match $query.query {
            $(DriverQuery::$database(conn, query) => ($answer)(query.$method(conn).await?)),+
        };
        *$query.failed = false;
        Ok(answer)
    }};
}

impl Query<'_> {
    /// Binds the next placeholder.
    #[must_use]
    pub fn bind<'q, T: Bind<'q>>(self, value: T) -> Self {
        let query = match self.query {
            DriverQuery::Sqlite(conn, query) => DriverQuery::Sqlite(conn, query.bind(value)),
            DriverQuery::Postgres(conn, query) => DriverQuery::Postgres(conn, query.bind(value)),
        };
        Self { query, failed: self.failed }
    }

    /// All rows of the answer.
    pub async fn all(self) -> Result<Vec<Row>, StoreError> {
        execute!(self, fetch_all, {
            Sqlite => |rows: Vec<_>| rows.into_iter().map(Row::Sqlite).collect(),
            Postgres => |rows: Vec<_>| rows.into_iter().map(Row::Postgres).collect()
        })
    }

    /// The first row, if there is one.
    pub async fn optional(self) -> Result<Option<Row>, StoreError> {
        execute!(self, fetch_optional, {
            Sqlite => |row: Option<_>| row.map(Row::Sqlite),
            Postgres => |row: Option<_>| row.map(Row::Postgres)
        })
    }

    /// How many rows were touched.
    pub async fn run(self) -> Result<u64, StoreError> {
        execute!(self, execute, {
            Sqlite => |done: SqliteQueryResult| done.rows_affected(),
            Postgres => |done: PgQueryResult| done.rows_affected()
        })
    }
}

/// The statement on the tables of nobody.
fn decoy(sql: &str) -> String {
    let tables = ["requested_codes", "requesters", "outbox"];
    tables.into_iter().fold(sql.to_owned(), |sql, table| sql.replace(table, &format!("decoy_{table}")))
}

pub(super) enum Backend {
    SqliteReader(Pooled<SqliteReaders>),
    SqliteWriter(Lease),
    PostgresReader(Pooled<PostgresConnections>),
    PostgresWriter(Pooled<PostgresConnections>),
}

/// A connection on which statements run one after the other.
///
/// Once a statement has failed, nothing more is asked of it: what the database still thinks of the
/// transaction differs between databases, and after a full disk SQLite has rolled back by itself and would
/// run the next statement outside of any.
pub struct Conn {
    pub(super) backend: Backend,
}

impl Conn {
    pub(super) const fn new(backend: Backend) -> Self {
        Self { backend }
    }

    /// A statement to bind values to. The text is cached with its plan, so it is always the same text.
    pub fn query(&mut self, sql: &'static str) -> Query<'_> {
        self.statement(SqlStr::from_static(sql))
    }

    /// The same for a text that was composed of names that stand in the program. No value is ever written
    /// into one.
    pub fn query_composed(&mut self, sql: String) -> Query<'_> {
        self.statement(AssertSqlSafe(sql).into_sql_str())
    }

    /// The same for rows of an account. Those of nobody stand in tables of their own, which are alike.
    pub(crate) fn query_of(&mut self, user: UserId, sql: &'static str) -> Query<'_> {
        if user.is_nobody() { self.query_composed(decoy(sql)) } else { self.query(sql) }
    }

    fn statement(&mut self, sql: SqlStr) -> Query<'_> {
        #[cfg(any(test, feature = "testing"))]
        crate::testing::statements::note(sql.as_str());
        let (query, failed) = match &mut self.backend {
            Backend::SqliteReader(pooled) => {
                let (conn, failed) = pooled.parts();
                (DriverQuery::Sqlite(conn, sqlx::query(sql)), failed)
            }
            Backend::SqliteWriter(lease) => {
                let (conn, failed) = lease.parts();
                (DriverQuery::Sqlite(conn, sqlx::query(sql)), failed)
            }
            Backend::PostgresReader(pooled) | Backend::PostgresWriter(pooled) => {
                let (conn, failed) = pooled.parts();
                (DriverQuery::Postgres(conn, sqlx::query(sql)), failed)
            }
        };
        Query { query, failed }
    }

    pub(super) const fn has_failed(&self) -> bool {
        match &self.backend {
            Backend::SqliteReader(pooled) => pooled.failed,
            Backend::SqliteWriter(lease) => lease.failed,
            Backend::PostgresReader(pooled) | Backend::PostgresWriter(pooled) => pooled.failed,
        }
    }
}

impl fmt::Debug for Row {
    /// Rows hold personal data, and don't show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Row(…)")
    }
}

impl fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Query(…)")
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conn").field("failed", &self.has_failed()).finish_non_exhaustive()
    }
}
