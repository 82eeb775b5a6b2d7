//! One SQL text, whichever database: statements are dispatched here, and everything above is written once.
//!
//! Statements have `$1` placeholders and native types: TEXT, BIGINT (`i64`), BLOB or BYTEA. To add a
//! database, add a variant to `Link`, `Statement` and [`Row`], and its driver to [`Bind`] and [`Field`].

use super::StoreError;
use super::lending::Loan;
use super::postgres::{Postgres as Database, Sessions};
use super::sqlite::Readers;
use super::tell::Teller;
use super::writer::Lease;
use sqlx::postgres::{PgArguments, PgConnection, PgQueryResult, PgRow};
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow};
use sqlx::{AssertSqlSafe, Decode, Encode, Postgres, Row as _, SqlSafeStr as _, SqlStr, Sqlite, Type};
use std::fmt;
use std::ops::{Deref, DerefMut};

/// What can be bound to a placeholder: what every driver can carry.
pub trait Bind<'q>: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres> {}
impl<'q, T: Encode<'q, Sqlite> + Type<Sqlite> + Encode<'q, Postgres> + Type<Postgres>> Bind<'q> for T {}

/// What can be read from a row: what every driver can carry.
pub trait Field<'r>: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres> {}
impl<'r, T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>> Field<'r> for T {}

/// A row of an answer.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The column at this place, counted from 0.
    pub fn get<'r, T: Field<'r>>(&'r self, column: usize) -> Result<T, StoreError> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }
}

enum Statement<'c> {
    Sqlite(&'c mut SqliteConnection, SqlxQuery<'static, Sqlite, SqliteArguments>),
    Postgres(&'c mut PgConnection, SqlxQuery<'static, Postgres, PgArguments>),
}

/// A statement whose values are being bound.
pub struct Query<'c> {
    statement: Statement<'c>,
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
        let answer = match $query.statement {
            $(Statement::$database(conn, query) => ($answer)(query.$method(conn).await?)),+
        };
        *$query.failed = false;
        Ok(answer)
    }};
}

impl Query<'_> {
    /// Binds the next placeholder.
    #[must_use]
    pub fn bind<'q, T: Bind<'q>>(self, value: T) -> Self {
        let statement = match self.statement {
            Statement::Sqlite(conn, query) => Statement::Sqlite(conn, query.bind(value)),
            Statement::Postgres(conn, query) => Statement::Postgres(conn, query.bind(value)),
        };
        Self { statement, failed: self.failed }
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

pub(super) enum Link {
    SqliteReader(Loan<Readers>),
    SqliteWriter(Lease),
    PostgresReader(Loan<Sessions>),
    PostgresWriter(Loan<Sessions>),
}

/// A connection on which statements run one after the other.
///
/// Once a statement has failed, nothing more is asked of it: what the database still thinks of the
/// transaction differs between databases, and after a full disk SQLite has rolled back by itself and would
/// run the next statement outside of any.
pub struct Conn {
    link: Link,
}

impl Conn {
    pub(super) const fn new(link: Link) -> Self {
        Self { link }
    }

    /// A statement to bind values to. The text is cached with its plan, so it is always the same text.
    pub fn query(&mut self, sql: &'static str) -> Query<'_> {
        self.statement(SqlStr::from_static(sql))
    }

    /// The same for a text that was made of names that stand in the program. No value is ever written into
    /// one.
    pub(crate) fn made(&mut self, sql: String) -> Query<'_> {
        self.statement(AssertSqlSafe(sql).into_sql_str())
    }

    fn statement(&mut self, sql: SqlStr) -> Query<'_> {
        let (statement, failed) = match &mut self.link {
            Link::SqliteReader(loan) => {
                let (conn, failed) = loan.parts();
                (Statement::Sqlite(conn, sqlx::query(sql)), failed)
            }
            Link::SqliteWriter(lease) => {
                let (conn, failed) = lease.parts();
                (Statement::Sqlite(conn, sqlx::query(sql)), failed)
            }
            Link::PostgresReader(loan) | Link::PostgresWriter(loan) => {
                let (conn, failed) = loan.parts();
                (Statement::Postgres(conn, sqlx::query(sql)), failed)
            }
        };
        Query { statement, failed }
    }

    const fn has_failed(&self) -> bool {
        match &self.link {
            Link::SqliteReader(loan) => loan.failed,
            Link::SqliteWriter(lease) => lease.failed,
            Link::PostgresReader(loan) | Link::PostgresWriter(loan) => loan.failed,
        }
    }
}

/// A transaction. Dropping it rolls it back.
///
/// Between `begin` and `commit` await nothing but the database: on SQLite everybody else's write waits for
/// this one.
pub struct Tx {
    conn: Conn,
    /// Who tells other nodes, where the database carries such news.
    teller: Option<Teller>,
    news: Vec<String>,
}

impl Tx {
    pub(super) const fn new(conn: Conn, teller: Option<Teller>) -> Self {
        Self { conn, teller, news: Vec::new() }
    }

    /// Whether others may write at the same time.
    pub(crate) const fn has_rivals(&self) -> bool {
        matches!(self.conn.link, Link::PostgresWriter(_) | Link::PostgresReader(_))
    }

    /// Tells the other nodes, once this is committed; nobody, where the database can't carry that.
    pub(crate) fn tell(&mut self, news: String) {
        if self.teller.is_some() {
            self.news.push(news);
        }
    }

    /// Durable when it returns `Ok`. After a failed statement it is an error on every database, though
    /// PostgreSQL would answer "ok" to the commit of an aborted transaction.
    pub async fn commit(self) -> Result<(), StoreError> {
        if self.conn.has_failed() {
            return Err(StoreError::AfterFailure);
        }
        match self.conn.link {
            Link::SqliteWriter(lease) => lease.commit().await,
            Link::PostgresWriter(loan) => {
                Database::commit(loan).await?;
                let Some(teller) = self.teller else { return Ok(()) };
                self.news.into_iter().for_each(|news| teller.tell(news));
                Ok(())
            }
            Link::SqliteReader(_) | Link::PostgresReader(_) => Err(StoreError::AfterFailure),
        }
    }

    /// Tells SQLite's writer that the last statement ended the transaction by [`NEXT`](super::writer::NEXT).
    pub(super) const fn was_renewed(&mut self) {
        if let Link::SqliteWriter(lease) = &mut self.conn.link {
            lease.renewed = true;
        }
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl fmt::Debug for Row {
    /// Rows hold what people entrusted to the service; they don't show it.
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

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tx").field(&self.conn).finish()
    }
}
