//! SQLite's readers: pooled connections that change nothing.

use crate::engine::pool::Recover;
use deadpool::managed::{Manager, Metrics, RecycleResult};
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// Opens them.
pub(in crate::engine) struct SqliteReaders(SqliteConnectOptions);

impl SqliteReaders {
    pub(in crate::engine) fn new(options: SqliteConnectOptions) -> Self {
        Self(options.create_if_missing(false).pragma("query_only", "on"))
    }
}

impl Manager for SqliteReaders {
    type Type = SqliteConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> Result<SqliteConnection, sqlx::Error> {
        SqliteConnection::connect_with(&self.0).await
    }

    async fn recycle(&self, _: &mut SqliteConnection, _: &Metrics) -> RecycleResult<sqlx::Error> {
        Ok(())
    }
}

impl Recover for SqliteReaders {
    async fn recover(conn: &mut SqliteConnection, _: bool) -> Result<(), sqlx::Error> {
        conn.ping().await
    }
}
