//! The promise to send: an outbox row in the transaction of the use case.

use super::Message;
use crate::Inner;
use crate::codes::Issued;
use crate::keys::Purpose;
use crate::store::{StoreError, Tx};

/// Queues the message: it is sent if, and only if, the transaction is committed. With the code that it carries it is
/// dropped unsent once that code was replaced, used or has expired.
///
/// Where text messages reach nobody, nothing is promised to a phone number: a notice would only be given up later.
///
/// After the commit, [`Pool::commit`](crate::Pool::commit) wakes the worker.
pub(crate) async fn queue(tx: &mut Tx, inner: &Inner, message: &Message, code: Option<&Issued>) -> Result<(), StoreError> {
    if !inner.settings.reaches(message.to().kind) {
        return Ok(());
    }
    let now = inner.clock.now();
    let id = inner.entropy.uuid_v4();
    let plain = serde_json::to_vec(message).map_err(StoreError::unreadable)?;
    let payload = inner.keys.seal(Purpose::Outbox, &plain, id.as_bytes(), &*inner.entropy);
    tx.query(
        "INSERT INTO outbox (id, medium, payload, user_id, purpose, attribute, issue, created_at, due_at, attempts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, 0)",
    )
    .bind(id)
    .bind(message.medium().as_str())
    .bind(payload)
    .bind(code.map(|it| it.slot.user.0))
    .bind(code.map(|it| it.slot.purpose.as_str()))
    .bind(code.map(|it| it.slot.attribute.as_str().to_owned()))
    .bind(code.map(|it| it.issue.to_vec()))
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}
