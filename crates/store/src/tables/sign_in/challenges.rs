//! Sign-ins whose password was right and that wait for something more.

use crate::tables::accounts::password_fingerprint::PasswordFingerprint;
use crate::{Conn, StoreError, Tx};
use model::Factor;
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{ChallengeToken, UserId};

/// What a sign-in waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Which second factor it is to be.
    Choice,
    /// The code of this one.
    Factor(Factor),
    /// A password in the place of one that the operator knows.
    NewPassword,
}

/// As the wire API calls it.
const NEW_PASSWORD: &str = "NEW_PASSWORD_REQUIRED";

impl Asks {
    const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Choice => None,
            Self::Factor(factor) => Some(factor.as_str()),
            Self::NewPassword => Some(NEW_PASSWORD),
        }
    }

    fn read(text: Option<&str>) -> Result<Self, StoreError> {
        match text {
            None => Ok(Self::Choice),
            Some(NEW_PASSWORD) => Ok(Self::NewPassword),
            Some(name) => {
                name.parse().map(Self::Factor).map_err(|_| StoreError::unreadable("an unknown second factor"))
            }
        }
    }

    /// The factor that is asked for.
    pub const fn factor(self) -> Option<Factor> {
        match self {
            Self::Factor(factor) => Some(factor),
            Self::Choice | Self::NewPassword => None,
        }
    }
}

/// A sign-in that waits.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Whose account it is.
    pub user: UserId,
    /// The application that they sign in to.
    pub client: ClientId,
    /// Which password was right.
    pub password: PasswordFingerprint,
    /// The next step.
    pub asks: Asks,
    /// From when on the sign-in begins anew.
    pub expires_at: Timestamp,
}

/// Remembers it by the hash of its token.
pub async fn insert(
    tx: &mut Tx,
    token: &ChallengeToken,
    it: &Stored,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.query(
        "INSERT INTO challenges (hash, user_id, client, password, asks, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token.hash().to_vec())
    .bind(it.user.0)
    .bind(it.client.0.clone())
    .bind(it.password.0.clone())
    .bind(it.asks.as_str())
    .bind(now.0)
    .bind(it.expires_at.0)
    .run()
    .await?;
    Ok(())
}

/// The sign-in of that token, while it waits.
pub async fn get(
    conn: &mut Conn,
    token: &ChallengeToken,
    now: Timestamp,
) -> Result<Option<Stored>, StoreError> {
    let query = conn.query("SELECT user_id, client, password, asks, expires_at FROM challenges WHERE hash = $1 AND expires_at > $2");
    let Some(row) = query.bind(token.hash().to_vec()).bind(now.0).optional().await? else { return Ok(None) };
    let asks: Option<String> = row.get("asks")?;
    Ok(Some(Stored {
        user: UserId(row.get("user_id")?),
        client: ClientId(row.get("client")?),
        password: PasswordFingerprint(row.get("password")?),
        asks: Asks::read(asks.as_deref())?,
        expires_at: Timestamp(row.get("expires_at")?),
    }))
}

/// Another factor is asked for. `false`: the sign-in waits no longer.
pub async fn choose(
    tx: &mut Tx,
    token: &ChallengeToken,
    factor: Factor,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = tx.query("UPDATE challenges SET asks = $2 WHERE hash = $1 AND expires_at > $3");
    Ok(query.bind(token.hash().to_vec()).bind(factor.as_str()).bind(now.0).run().await? == 1)
}

/// Ends the waiting. `false`: it had ended before.
pub async fn take(tx: &mut Tx, token: &ChallengeToken, now: Timestamp) -> Result<bool, StoreError> {
    let query = tx.query("DELETE FROM challenges WHERE hash = $1 AND expires_at > $2");
    Ok(query.bind(token.hash().to_vec()).bind(now.0).run().await? == 1)
}
