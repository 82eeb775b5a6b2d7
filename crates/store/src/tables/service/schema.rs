//! The migrations that a database has had.

use crate::{Conn, StoreError};

/// The number of the newest migration; 0: there is none.
pub async fn version(conn: &mut Conn) -> Result<i64, StoreError> {
    let row =
        conn.query("SELECT COALESCE(MAX(version), 0) AS version FROM _sqlx_migrations").optional().await?;
    row.map_or(Ok(0), |row| row.get("version"))
}
