//! Codes that people ask for who have not signed in, and who asked for each.

use crate::engine::readable;
use crate::tables::service::outbox;
use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::clock::Timestamp;
use nameplate_core::code::{AttemptCost, CodePurpose, CodeScope, Issue, Slot};
use nameplate_core::identity::UserId;
use nameplate_core::secretive;

/// A requested code, as the store has it.
#[derive(Clone)]
pub struct Requested {
    /// The account, purpose and contact that it is for.
    pub slot: Slot,
    /// Its row: the name that requesters and the message know it by.
    pub issue: Issue,
    /// What it proves.
    pub value: String,
    /// What an entered code is compared with, under the key file.
    pub digest: Vec<u8>,
    /// When its message is due. Until then another requester can join it.
    pub sent_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// Whether the right code was entered already.
    pub used: bool,
    /// The row of the outbox that carries it.
    pub message: Option<String>,
}

secretive!(Requested);

/// The columns of [`Requested`], of a statement that calls the table `c`.
macro_rules! columns {
    () => {
        "c.issue, c.user_id, c.attribute, c.value, c.digest, c.sent_at, c.expires_at, c.used_at, c.message"
    };
}

impl Requested {
    fn read(row: &Row, purpose: CodePurpose) -> Result<Self, StoreError> {
        let attribute: String = row.get("attribute")?;
        let attribute: model::AttributeName =
            attribute.parse().map_err(|_| StoreError::unreadable("a code for no attribute"))?;
        Ok(Self {
            issue: row
                .get::<Vec<u8>>("issue")?
                .try_into()
                .map_err(|_| StoreError::unreadable("the name of a code"))?,
            slot: Slot::new(UserId(row.get("user_id")?), purpose, attribute),
            value: row.get("value")?,
            digest: row.get("digest")?,
            sent_at: Timestamp(row.get("sent_at")?),
            expires_at: Timestamp(row.get("expires_at")?),
            used: row.get::<Option<i64>>("used_at")?.is_some(),
            message: row.get("message")?,
        })
    }
}

/// What is written of a new one besides.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The contact in canonical form.
    pub contact: &'a str,
    /// The network that asked.
    pub network: &'a [u8],
}

/// Adds a code.
pub async fn insert(tx: &mut Tx, code: &Requested, place: Place<'_>) -> Result<(), StoreError> {
    tx.query_of(
        code.slot.user,
        "INSERT INTO requested_codes (issue, user_id, purpose, attribute, value, contact, digest, network, sent_at,
                                      expires_at, attempts, message)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)",
    )
    .bind(code.issue.to_vec())
    .bind(code.slot.user.0)
    .bind(code.slot.purpose.as_str())
    .bind(code.slot.attribute.as_str().to_owned())
    .bind(code.value.clone())
    .bind(place.contact.to_owned())
    .bind(code.digest.clone())
    .bind(place.network.to_vec())
    .bind(code.sent_at.0)
    .bind(code.expires_at.0)
    .bind(code.message.clone())
    .run()
    .await?;
    Ok(())
}

/// The code of this account that waits to be sent to this contact; otherwise one that waits for another
/// account.
pub async fn queued(
    conn: &mut Conn,
    scope: CodeScope,
    contact: &str,
    now: Timestamp,
) -> Result<Option<Requested>, StoreError> {
    const OWN: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM requested_codes c
         WHERE contact = $1 AND purpose = $2 AND sent_at > $3 AND sent_at <= $5 AND used_at IS NULL AND user_id = $4
         ORDER BY sent_at LIMIT 1"
    );
    const ANY: &str = concat!(
        "SELECT ",
        columns!(),
        " FROM requested_codes c
         WHERE contact = $1 AND purpose = $2 AND sent_at > $3 AND sent_at <= $5 AND used_at IS NULL AND user_id <> $4
         ORDER BY sent_at LIMIT 1"
    );
    for sql in [OWN, ANY] {
        let query = conn
            .query_of(scope.user, sql)
            .bind(contact.to_owned())
            .bind(scope.purpose.as_str())
            .bind(now.0)
            .bind(scope.user.0)
            .bind(now.plus(outbox::FURTHEST).0);
        if let Some(row) = query.optional().await? {
            return Requested::read(&row, scope.purpose).map(Some);
        }
    }
    Ok(None)
}

/// The codes that one message carries, each of another account.
pub async fn in_message(tx: &mut Tx, scope: CodeScope, message: &str) -> Result<Vec<Requested>, StoreError> {
    let CodeScope { user, purpose } = scope;
    let rows = tx
        .query_of(
            user,
            concat!("SELECT ", columns!(), " FROM requested_codes c WHERE message = $1 ORDER BY issue"),
        )
        .bind(message.to_owned())
        .all()
        .await?;
    Ok(readable(&rows, "requested_codes", |row| Requested::read(row, purpose)))
}

/// Makes it another code, before it is sent.
pub async fn set_digest(tx: &mut Tx, code: &Requested, digest: Vec<u8>) -> Result<(), StoreError> {
    let issue = &code.issue;
    let query = tx.query_of(code.slot.user, "UPDATE requested_codes SET digest = $2 WHERE issue = $1");
    query.bind(issue.to_vec()).bind(digest).run().await.map(drop)
}

/// The newest code of the account that nobody asked for: an administrator sent it.
pub async fn newest_unasked(
    conn: &mut Conn,
    scope: CodeScope,
    now: Timestamp,
) -> Result<Option<Requested>, StoreError> {
    let row = conn
        .query_of(
            scope.user,
            concat!(
                "SELECT ",
                columns!(),
                " FROM requested_codes c
             WHERE user_id = $1 AND purpose = $2 AND sent_at <= $3
               AND NOT EXISTS (SELECT 1 FROM requesters WHERE requesters.issue = c.issue)
             ORDER BY sent_at DESC, issue LIMIT 1"
            ),
        )
        .bind(scope.user.0)
        .bind(scope.purpose.as_str())
        .bind(now.0)
        .optional()
        .await?;
    row.map(|row| Requested::read(&row, scope.purpose)).transpose()
}

/// The requester's newest code that was sent, used and expired ones included.
pub async fn newest_of(
    conn: &mut Conn,
    scope: CodeScope,
    requester: &[u8],
    now: Timestamp,
) -> Result<Option<Requested>, StoreError> {
    let row = conn
        .query_of(
            scope.user,
            concat!(
                "SELECT ",
                columns!(),
                " FROM requested_codes c JOIN requesters r ON r.issue = c.issue
             WHERE c.user_id = $1 AND c.purpose = $2 AND r.requester = $3 AND c.sent_at <= $4
             ORDER BY c.sent_at DESC, c.issue LIMIT 1"
            ),
        )
        .bind(scope.user.0)
        .bind(scope.purpose.as_str())
        .bind(requester.to_vec())
        .bind(now.0)
        .optional()
        .await?;
    row.map(|row| Requested::read(&row, scope.purpose)).transpose()
}

/// The newest codes of the account that were sent, used and expired ones included.
pub async fn newest(
    conn: &mut Conn,
    scope: CodeScope,
    most: u32,
    now: Timestamp,
) -> Result<Vec<Requested>, StoreError> {
    let rows = conn
        .query_of(
            scope.user,
            concat!(
                "SELECT ",
                columns!(),
                " FROM requested_codes c
             WHERE user_id = $1 AND purpose = $2 AND sent_at <= $3 ORDER BY sent_at DESC, issue LIMIT $4"
            ),
        )
        .bind(scope.user.0)
        .bind(scope.purpose.as_str())
        .bind(now.0)
        .bind(i64::from(most))
        .all()
        .await?;
    Ok(readable(&rows, "requested_codes", |row| Requested::read(row, scope.purpose)))
}

/// Makes somebody on this network a requester of the code. Whoever is one already stays it.
pub async fn join(
    tx: &mut Tx,
    user: UserId,
    issue: &Issue,
    requester: &[u8],
    network: &[u8],
) -> Result<(), StoreError> {
    tx.query_of(
        user,
        "INSERT INTO requesters (issue, requester, attempts, network) VALUES ($1, $2, 0, $3)
         ON CONFLICT (issue, requester) DO NOTHING",
    )
    .bind(issue.to_vec())
    .bind(requester.to_vec())
    .bind(network.to_vec())
    .run()
    .await?;
    Ok(())
}

/// Whether the requester's code before is worth nothing: of each requester the newest one counts. A code that
/// nobody has asked for any more goes.
pub async fn supersede(
    tx: &mut Tx,
    scope: CodeScope,
    requester: &[u8],
    newest: &Issue,
) -> Result<(), StoreError> {
    let rows = tx
        .query_of(
            scope.user,
            "DELETE FROM requesters WHERE requester = $1 AND issue <> $2
             AND issue IN (SELECT issue FROM requested_codes WHERE user_id = $3 AND purpose = $4)
             RETURNING issue",
        )
        .bind(requester.to_vec())
        .bind(newest.to_vec())
        .bind(scope.user.0)
        .bind(scope.purpose.as_str())
        .all()
        .await?;
    for row in &rows {
        tx.query_of(
            scope.user,
            "DELETE FROM requested_codes
             WHERE issue = $1 AND NOT EXISTS (SELECT 1 FROM requesters WHERE issue = $1)",
        )
        .bind(row.get::<Vec<u8>>("issue")?)
        .run()
        .await?;
    }
    Ok(())
}

/// Counts a try of a requester. `false`: they have had so many.
pub async fn count_own(
    tx: &mut Tx,
    code: &Requested,
    requester: &[u8],
    cost: AttemptCost,
) -> Result<bool, StoreError> {
    let issue = &code.issue;
    let query = tx.query_of(
        code.slot.user,
        "UPDATE requesters SET attempts = attempts + $3
         WHERE issue = $1 AND requester = $2 AND attempts < $4",
    );
    let query = query
        .bind(issue.to_vec())
        .bind(requester.to_vec())
        .bind(i64::from(cost.attempts))
        .bind(i64::from(cost.below));
    Ok(query.run().await? == 1)
}

/// Counts a try of somebody who only knows the name. `false`: there were so many.
pub async fn count_by_name(tx: &mut Tx, code: &Requested, cost: AttemptCost) -> Result<bool, StoreError> {
    let issue = &code.issue;
    let query = tx.query_of(
        code.slot.user,
        "UPDATE requested_codes SET attempts = attempts + $2 WHERE issue = $1 AND attempts < $3",
    );
    Ok(query.bind(issue.to_vec()).bind(i64::from(cost.attempts)).bind(i64::from(cost.below)).run().await?
        == 1)
}

/// Uses the code up. `false`: it was used, or is gone, or has expired.
pub async fn consume(tx: &mut Tx, code: &Requested, now: Timestamp) -> Result<bool, StoreError> {
    let issue = &code.issue;
    let query = tx.query_of(
        code.slot.user,
        "UPDATE requested_codes SET used_at = $2 WHERE issue = $1 AND used_at IS NULL AND expires_at > $2",
    );
    Ok(query.bind(issue.to_vec()).bind(now.0).run().await? == 1)
}

/// Makes every code of this purpose worthless.
pub async fn consume_all(tx: &mut Tx, scope: CodeScope, now: Timestamp) -> Result<(), StoreError> {
    tx.query_of(
        scope.user,
        "UPDATE requested_codes SET used_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL",
    )
    .bind(scope.user.0)
    .bind(scope.purpose.as_str())
    .bind(now.0)
    .run()
    .await?;
    Ok(())
}
