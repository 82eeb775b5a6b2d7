//! Statements of which nothing is asked but that they succeed: several are one trip to SQLite's thread.
//!
//! A trip is two wake-ups, more work than a small statement, and while it lasts everybody else's write waits.

use super::{Query, StoreError, Tx};
use std::fmt;

/// A statement with its values, to be run with others.
pub(crate) struct Write {
    sql: &'static str,
    values: Vec<Value>,
}

/// What a [`Write`] carries to a placeholder.
pub(crate) enum Value {
    Number(i64),
    Text(String),
}

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

impl Write {
    /// A statement to bind values to; its placeholders are `$1`, `$2`, … as everywhere.
    pub(crate) const fn new(sql: &'static str) -> Self {
        Self { sql, values: Vec::new() }
    }

    /// Binds the next placeholder.
    #[must_use]
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }
}

impl fmt::Debug for Write {
    /// Values are what people entrusted to the service; they are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Write").field(&self.sql).finish()
    }
}

impl Tx {
    /// Runs them in this order. When one fails the transaction has failed, as ever.
    pub(crate) async fn write(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        // Only SQLite takes several statements with values at once; the text is the same for the same work, so it is
        // cached with its plans like any other.
        if writes.len() > 1 && !self.has_rivals() {
            let sql = joined(&writes);
            let values = writes.into_iter().flat_map(|write| write.values);
            bind(self.made(sql), values).run().await?;
            return Ok(());
        }
        for write in writes {
            bind(self.query(write.sql), write.values).run().await?;
        }
        Ok(())
    }
}

fn bind(query: Query<'_>, values: impl IntoIterator<Item = Value>) -> Query<'_> {
    values.into_iter().fold(query, |query, value| match value {
        Value::Number(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
    })
}

/// One text, whose placeholders go on counting from one statement to the next.
fn joined(writes: &[Write]) -> String {
    let mut text = String::new();
    let mut before = 0;
    for write in writes {
        let mut parts = write.sql.split('$');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_digit).count();
            let (number, rest) = part.split_at(digits);
            let number: usize = number.parse().unwrap_or_default();
            text.push('$');
            text.push_str(&(before + number).to_string());
            text.push_str(rest);
        }
        text.push_str(";\n");
        before += write.values.len();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::meta;
    use crate::testing::TestStore;

    fn note(name: &str, value: &str) -> Write {
        // The second placeholder stands first, and twice.
        Write::new("INSERT INTO meta (value, name) VALUES ($2, $1) ON CONFLICT (name) DO UPDATE SET value = $2")
            .bind(name.to_owned())
            .bind(value.to_owned())
    }

    #[tokio::test]
    async fn every_statement_has_its_own_values() {
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
    async fn when_one_of_several_fails_none_of_them_holds() {
        let place = TestStore::new();
        let store = place.open().await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let broken = Write::new("INSERT INTO meta (name, value) VALUES ($1, NULL)").bind("b".to_owned());
        tx.write(vec![note("a", "1"), broken, note("c", "2")]).await.unwrap_err();
        tx.write(vec![note("d", "3")]).await.unwrap_err();
        assert!(matches!(tx.commit().await, Err(StoreError::AfterFailure)));
        let mut conn = store.read().await.unwrap();
        for name in ["a", "b", "c", "d"] {
            assert_eq!(meta::get(&mut conn, name).await.unwrap(), None, "{name}");
        }
    }
}
