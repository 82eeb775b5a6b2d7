//! Statements that don't wait for each other's answers: several go to SQLite's thread in one batch.
//!
//! Each trip to that thread is two wake-ups, more work than a small statement, and while it lasts every other
//! write waits.

use crate::engine::StoreError;
use crate::engine::connection::{Query, Row};
use crate::engine::sqlite::writer::NEXT;
use crate::engine::transaction::Tx;
use nameplate_core::secretive;
use std::borrow::Cow;
use std::fmt;

/// A statement with its values, to be run with others.
pub struct Statement {
    sql: &'static str,
    values: Vec<Value>,
}

/// What a [`Statement`] carries to a placeholder.
pub enum Value {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

secretive!(Value);

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl Statement {
    /// A statement to bind values to; its placeholders are `$1`, `$2`, … as everywhere.
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, values: Vec::new() }
    }

    /// Binds the next placeholder.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }
}

impl fmt::Debug for Statement {
    /// Values are personal data, and are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Statement").field(&self.sql).finish()
    }
}

impl Tx {
    /// Runs them in this order. When one fails the transaction has failed, as ever.
    pub async fn write(&mut self, writes: Vec<Statement>) -> Result<(), StoreError> {
        for batch in self.batches(writes) {
            batch.bound_to(self).run().await?;
        }
        Ok(())
    }

    /// Runs them as the last ones, and commits: on SQLite in the same batch. None of them looks at what
    /// another one writes.
    pub async fn commit_with(mut self, writes: Vec<Statement>) -> Result<(), StoreError> {
        if self.has_concurrent_writers() {
            for batch in carried(writes) {
                batch.bound_to(&mut self).run().await?;
            }
            return self.commit().await;
        }
        let sql = Cow::Owned(joined(&writes) + NEXT);
        let values = writes.into_iter().flat_map(|write| write.values).collect();
        Batch { sql, values }.bound_to(&mut self).run().await?;
        self.was_renewed();
        self.commit().await
    }

    /// Runs statements that answer: the rows of all of them, one after the other.
    pub async fn read_all(&mut self, asked: Vec<Statement>) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        for batch in self.batches(asked) {
            rows.append(&mut batch.bound_to(self).all().await?);
        }
        Ok(rows)
    }

    /// Only SQLite takes several statements with values at once; the text is the same for the same work, so
    /// it is cached with its plans like any other.
    fn batches(&self, writes: Vec<Statement>) -> Vec<Batch> {
        if writes.len() > 1 && !self.has_concurrent_writers() {
            let sql = Cow::Owned(joined(&writes));
            return vec![Batch { sql, values: writes.into_iter().flat_map(|write| write.values).collect() }];
        }
        writes
            .into_iter()
            .map(|write| Batch { sql: Cow::Borrowed(write.sql), values: write.values })
            .collect()
    }
}

/// What goes to the database at once.
struct Batch {
    sql: Cow<'static, str>,
    values: Vec<Value>,
}

impl Batch {
    fn bound_to(self, tx: &mut Tx) -> Query<'_> {
        let query = match self.sql {
            Cow::Borrowed(sql) => tx.query(sql),
            Cow::Owned(sql) => tx.query_composed(sql),
        };
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Number(number) => query.bind(number),
            Value::Text(text) => query.bind(text),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }
}

/// One text, whose placeholders go on counting from one statement to the next.
fn joined(writes: &[Statement]) -> String {
    let mut before = 0;
    writes.iter().map(|write| renumbered(write, &mut before) + ";\n").collect()
}

/// PostgreSQL takes one statement with values at a time, but it may carry others in front (`WITH … AS`). All
/// of them see what was there before, and no two may change one row: so only those that write to different
/// tables go together.
fn carried(writes: Vec<Statement>) -> Vec<Batch> {
    let mut groups: Vec<Vec<Statement>> = Vec::new();
    for write in writes {
        match groups.last_mut() {
            Some(group) if group.iter().all(|other| table(other.sql) != table(write.sql)) => {
                group.push(write);
            }
            _ => groups.push(vec![write]),
        }
    }
    groups.into_iter().map(carrying).collect()
}

fn carrying(writes: Vec<Statement>) -> Batch {
    let mut before = 0;
    let mut texts: Vec<_> = writes.iter().map(|write| renumbered(write, &mut before)).collect();
    let last = texts.pop().unwrap_or_default();
    let carried: Vec<_> =
        texts.iter().enumerate().map(|(n, text)| format!("write_{n} AS ({text})")).collect();
    let sql = if carried.is_empty() { last } else { format!("WITH {}\n{last}", carried.join(",\n")) };
    Batch { sql: Cow::Owned(sql), values: writes.into_iter().flat_map(|write| write.values).collect() }
}

/// What it writes to.
fn table(sql: &str) -> Option<&str> {
    let mut words = sql.split_ascii_whitespace();
    match words.next()? {
        "UPDATE" => words.next(),
        _ => words.nth(1), // INSERT INTO, DELETE FROM
    }
}

fn renumbered(write: &Statement, before: &mut usize) -> String {
    let mut parts = write.sql.split('$');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        let number: usize = number.parse().unwrap_or_default();
        text.push('$');
        text.push_str(&(*before + number).to_string());
        text.push_str(rest);
    }
    *before += write.values.len();
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meta;
    use crate::testing::TestStore;

    fn note(name: &str, value: &str) -> Statement {
        // The second placeholder stands first, and twice.
        Statement::new(
            "INSERT INTO meta (value, name) VALUES ($2, $1) ON CONFLICT (name) DO UPDATE SET value = $2",
        )
        .bind(name.to_owned())
        .bind(value.to_owned())
    }

    #[tokio::test]
    async fn write_many_statements_gives_each_its_own_values() {
        let place = TestStore::new();
        let store = place.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        tx.write(vec![note("a", "1"), note("b", "2"), note("a", "3")]).await.unwrap();
        tx.write(vec![note("c", "4")]).await.unwrap();
        tx.write(Vec::new()).await.unwrap();
        tx.commit().await.unwrap();
        let mut conn = store.read().await.unwrap();
        for (name, value) in [("a", "3"), ("b", "2"), ("c", "4")] {
            assert_eq!(meta::get(&mut conn, name).await.unwrap().as_deref(), Some(value), "{name}");
        }
    }

    #[tokio::test]
    async fn commit_with_several_statements_applies_them_in_order() {
        let counter = |key: &str, count: i64| {
            Statement::new("INSERT INTO limits (key, count, since, free_at) VALUES ($1, $2, 0, 0)")
                .bind(key.as_bytes().to_vec())
                .bind(count)
        };
        let more = Statement::new("UPDATE limits SET count = count + $1 WHERE key = $2")
            .bind(40)
            .bind(b"x".to_vec());
        let place = TestStore::new();
        let store = place.open().await.unwrap();
        let tx = store.begin().await.unwrap();
        tx.commit_with(vec![note("a", "1"), counter("x", 2), note("a", "3"), more, note("b", "4")])
            .await
            .unwrap();
        let mut conn = store.read().await.unwrap();
        for (name, value) in [("a", "3"), ("b", "4")] {
            assert_eq!(meta::get(&mut conn, name).await.unwrap().as_deref(), Some(value), "{name}");
        }
        let row = conn.query("SELECT count FROM limits").optional().await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 42);
    }

    #[tokio::test]
    async fn read_all_returns_rows_in_the_order_of_the_statements() {
        let place = TestStore::new();
        let store = place.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let noted = |name: &str, value: &str| {
            Statement::new("INSERT INTO meta (name, value) VALUES ($1, $2) RETURNING value")
                .bind(name.to_owned())
                .bind(value.to_owned())
        };
        let named =
            |name: &str| Statement::new("SELECT value FROM meta WHERE name = $1").bind(name.to_owned());
        let rows = tx
            .read_all(vec![noted("a", "1"), named("a"), named("nothing"), noted("b", "2"), named("a")])
            .await
            .unwrap();
        let values: Vec<_> = rows.iter().map(|row| row.get::<String>(0).unwrap()).collect();
        assert_eq!(values, ["1", "1", "2", "1"]);
    }

    #[tokio::test]
    async fn write_with_one_failing_statement_keeps_none_of_them() {
        let place = TestStore::new();
        let store = place.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let broken = Statement::new("INSERT INTO meta (name, value) VALUES ($1, NULL)").bind("b".to_owned());
        tx.write(vec![note("a", "1"), broken, note("c", "2")]).await.unwrap_err();
        tx.write(vec![note("d", "3")]).await.unwrap_err();
        assert!(matches!(tx.commit().await, Err(StoreError::AfterFailure)));
        let mut conn = store.read().await.unwrap();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(meta::get(&mut conn, name).await.unwrap(), None, "{name}");
        }
    }
}
