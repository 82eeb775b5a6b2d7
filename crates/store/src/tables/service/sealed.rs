//! Every column that holds something sealed under the key file: what has to be sealed anew before a key can go.
//! A test compares this list with what a store really holds.

use crate::{Conn, Row, StoreError, Tx};
use nameplate_core::identity::UserId;

model::closed_set! {
    /// A column of sealed texts.
    pub enum SealedColumn {
        /// Messages that wait to be sent.
        Message = "outbox.payload",
        /// The secrets of authenticator apps…
        AppSecret = "factors.secret",
        /// …and of those that are being set up.
        PendingAppSecret = "factors.pending",
        /// Those that an undo would bring back.
        FormerAppSecret = "former_factors.secret",
        /// Recovery codes that their owners have not written down yet.
        RecoveryCode = "recovery_codes.readable",
        /// What passwords are compared with in SRP.
        Verifier = "srp_verifiers.verifier",
        /// The keys that tokens are signed with.
        SigningKey = "signing_keys.private_key",
        /// What was entered at sign-ups that wait.
        SignUp = "sign_up_tickets.attributes",
    }
}

impl SealedColumn {
    /// What is in it, for operators.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Message => "messages that wait",
            Self::AppSecret => "authenticator apps",
            Self::PendingAppSecret => "authenticator apps that are being set up",
            Self::FormerAppSecret => "authenticator apps that an undo would bring back",
            Self::RecoveryCode => "recovery codes that are being shown",
            Self::Verifier => "SRP verifiers",
            Self::SigningKey => "signing keys",
            Self::SignUp => "sign-ups that wait",
        }
    }

    /// A page of its rows in the order of their keys, those without anything sealed included.
    const fn page(self) -> &'static str {
        match self {
            Self::Message => "SELECT id, payload AS sealed FROM outbox WHERE id > $1 ORDER BY id LIMIT $2",
            Self::AppSecret => {
                "SELECT user_id, kind, secret AS sealed FROM factors
                 WHERE (user_id, kind) > ($1, $2) ORDER BY user_id, kind LIMIT $3"
            }
            Self::PendingAppSecret => {
                "SELECT user_id, kind, pending AS sealed FROM factors
                 WHERE (user_id, kind) > ($1, $2) ORDER BY user_id, kind LIMIT $3"
            }
            Self::FormerAppSecret => {
                "SELECT c.user_id, f.change, f.kind, f.secret AS sealed
                 FROM former_factors f JOIN undoable_changes c ON c.hash = f.change
                 WHERE (f.change, f.kind) > ($1, $2) ORDER BY f.change, f.kind LIMIT $3"
            }
            Self::RecoveryCode => {
                "SELECT user_id, digest, readable AS sealed FROM recovery_codes
                 WHERE (user_id, digest) > ($1, $2) ORDER BY user_id, digest LIMIT $3"
            }
            Self::Verifier => {
                "SELECT v.user_id, v.name, v.verifier AS sealed, u.password_hash
                 FROM srp_verifiers v JOIN users u ON u.id = v.user_id
                 WHERE (v.user_id, v.name) > ($1, $2) ORDER BY v.user_id, v.name LIMIT $3"
            }
            Self::SigningKey => {
                "SELECT number, kid, private_key AS sealed FROM signing_keys
                 WHERE number > $1 ORDER BY number LIMIT $2"
            }
            Self::SignUp => {
                "SELECT hash, attributes AS sealed FROM sign_up_tickets WHERE hash > $1 ORDER BY hash LIMIT $2"
            }
        }
    }

    /// Puts another text in the place of the one that was read, unless that was changed meanwhile.
    const fn replacement(self) -> &'static str {
        match self {
            Self::Message => "UPDATE outbox SET payload = $1 WHERE payload = $2 AND id = $3",
            Self::AppSecret => {
                "UPDATE factors SET secret = $1 WHERE secret = $2 AND user_id = $3 AND kind = $4"
            }
            Self::PendingAppSecret => {
                "UPDATE factors SET pending = $1 WHERE pending = $2 AND user_id = $3 AND kind = $4"
            }
            Self::FormerAppSecret => {
                "UPDATE former_factors SET secret = $1 WHERE secret = $2 AND change = $3 AND kind = $4"
            }
            Self::RecoveryCode => {
                "UPDATE recovery_codes SET readable = $1 WHERE readable = $2 AND user_id = $3 AND digest = $4"
            }
            Self::Verifier => {
                "UPDATE srp_verifiers SET verifier = $1 WHERE verifier = $2 AND user_id = $3 AND name = $4"
            }
            Self::SigningKey => {
                "UPDATE signing_keys SET private_key = $1 WHERE private_key = $2 AND number = $3"
            }
            Self::SignUp => "UPDATE sign_up_tickets SET attributes = $1 WHERE attributes = $2 AND hash = $3",
        }
    }
}

/// Which row of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedRow {
    /// The message's id.
    Message(String),
    /// Whose second factor, and of which kind.
    Factor(UserId, String),
    /// Whose former second factor, before which change, and of which kind.
    FormerFactor {
        /// Whose.
        user: UserId,
        /// What the store knows the change by.
        change: Vec<u8>,
        /// Which factor.
        kind: String,
    },
    /// Whose recovery code, and its digest.
    RecoveryCode(UserId, Vec<u8>),
    /// Whose verifier, for which of their names.
    Verifier(UserId, String),
    /// The signing key's number.
    SigningKey(i64),
    /// The hash of the ticket.
    SignUp(Vec<u8>),
}

/// Something sealed, where it is, and what else it was sealed with.
#[derive(Debug)]
pub struct Sealed {
    /// Where it is.
    pub row: SealedRow,
    /// The sealed text; `None`: the row has none.
    pub text: Option<Vec<u8>>,
    /// The `kid` of a signing key; the hash of the password that a verifier goes with.
    pub with: String,
}

impl Sealed {
    fn read(column: SealedColumn, row: &Row) -> Result<Self, StoreError> {
        let user = || Ok::<_, StoreError>(UserId(row.get("user_id")?));
        let (place, with) = match column {
            SealedColumn::Message => (SealedRow::Message(row.get("id")?), String::new()),
            SealedColumn::AppSecret | SealedColumn::PendingAppSecret => {
                (SealedRow::Factor(user()?, row.get("kind")?), String::new())
            }
            SealedColumn::FormerAppSecret => {
                let (change, kind) = (row.get("change")?, row.get("kind")?);
                (SealedRow::FormerFactor { user: user()?, change, kind }, String::new())
            }
            SealedColumn::RecoveryCode => {
                (SealedRow::RecoveryCode(user()?, row.get("digest")?), String::new())
            }
            SealedColumn::Verifier => {
                (SealedRow::Verifier(user()?, row.get("name")?), row.get("password_hash")?)
            }
            SealedColumn::SigningKey => (SealedRow::SigningKey(row.get("number")?), row.get("kid")?),
            SealedColumn::SignUp => (SealedRow::SignUp(row.get("hash")?), String::new()),
        };
        Ok(Self { row: place, text: row.get("sealed")?, with })
    }
}

/// Before the first row of a column.
fn before_all(column: SealedColumn) -> SealedRow {
    let nobody = UserId(i64::MIN);
    match column {
        SealedColumn::Message => SealedRow::Message(String::new()),
        SealedColumn::AppSecret | SealedColumn::PendingAppSecret => SealedRow::Factor(nobody, String::new()),
        SealedColumn::FormerAppSecret => {
            SealedRow::FormerFactor { user: nobody, change: Vec::new(), kind: String::new() }
        }
        SealedColumn::RecoveryCode => SealedRow::RecoveryCode(nobody, Vec::new()),
        SealedColumn::Verifier => SealedRow::Verifier(nobody, String::new()),
        SealedColumn::SigningKey => SealedRow::SigningKey(i64::MIN),
        SealedColumn::SignUp => SealedRow::SignUp(Vec::new()),
    }
}

/// So many rows of the column that come after this one, or its first.
pub async fn page(
    conn: &mut Conn,
    column: SealedColumn,
    after: Option<&SealedRow>,
    rows: i64,
) -> Result<Vec<Sealed>, StoreError> {
    let after = after.cloned().unwrap_or_else(|| before_all(column));
    let query = conn.query(column.page());
    let query = match after {
        SealedRow::Message(id) => query.bind(id),
        SealedRow::Factor(user, text) | SealedRow::Verifier(user, text) => query.bind(user.0).bind(text),
        SealedRow::FormerFactor { change, kind, .. } => query.bind(change).bind(kind),
        SealedRow::RecoveryCode(user, digest) => query.bind(user.0).bind(digest),
        SealedRow::SigningKey(number) => query.bind(number),
        SealedRow::SignUp(hash) => query.bind(hash),
    };
    query.bind(rows).all().await?.iter().map(|row| Sealed::read(column, row)).collect()
}

/// A text that was sealed anew.
#[derive(Debug)]
pub struct Resealed {
    /// Where it is.
    pub row: SealedRow,
    /// What was read there.
    pub old: Vec<u8>,
    /// What takes its place.
    pub new: Vec<u8>,
}

/// Puts the text that was sealed anew in the place of the old one. `false`: the row was changed meanwhile, or
/// is gone.
pub async fn replace(tx: &mut Tx, column: SealedColumn, text: &Resealed) -> Result<bool, StoreError> {
    let query = tx.query(column.replacement()).bind(text.new.clone()).bind(text.old.clone());
    let query = match text.row.clone() {
        SealedRow::Message(id) => query.bind(id),
        SealedRow::Factor(user, text) | SealedRow::Verifier(user, text) => query.bind(user.0).bind(text),
        SealedRow::FormerFactor { change, kind, .. } => query.bind(change).bind(kind),
        SealedRow::RecoveryCode(user, digest) => query.bind(user.0).bind(digest),
        SealedRow::SigningKey(number) => query.bind(number),
        SealedRow::SignUp(hash) => query.bind(hash),
    };
    Ok(query.run().await? == 1)
}

/// Forgets a verifier that no password goes with any more: one is made when the password is entered next.
pub async fn forget_verifier(tx: &mut Tx, text: &Resealed) -> Result<(), StoreError> {
    let SealedRow::Verifier(user, name) = &text.row else { return Ok(()) };
    tx.query("DELETE FROM srp_verifiers WHERE verifier = $1 AND user_id = $2 AND name = $3")
        .bind(text.old.clone())
        .bind(user.0)
        .bind(name.clone())
        .run()
        .await
        .map(drop)
}

/// Whether there are digests that somebody may still come with: unused recovery codes, and codes that are on
/// their way.
pub async fn awaits_codes(conn: &mut Conn) -> Result<bool, StoreError> {
    for sql in [
        "SELECT user_id FROM recovery_codes WHERE user_id > $1 AND used_at IS NULL LIMIT 1",
        "SELECT user_id FROM codes WHERE user_id > $1 AND used_at IS NULL LIMIT 1",
    ] {
        if conn.query(sql).bind(i64::MIN).optional().await?.is_some() {
            return Ok(true);
        }
    }
    let requested = "SELECT user_id FROM requested_codes WHERE issue > $1 AND used_at IS NULL LIMIT 1";
    Ok(conn.query(requested).bind(Vec::<u8>::new()).optional().await?.is_some())
}
