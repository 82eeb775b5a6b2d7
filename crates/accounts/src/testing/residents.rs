//! A store with many accounts in a short time, for benchmarks: the rows that sign-up, confirmation and
//! sign-in leave behind, many to a statement.

use crate::testing::{PASSWORD, origin};
use crate::{Context, Unavailable};
use model::{Event, Password};
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{SessionId, SessionToken};
use std::collections::HashMap;
use std::sync::LazyLock;
use std::time::Duration;
use store::{StoreError, Tx};

/// Rows of one statement.
const BATCH: usize = 100;
/// Statements of one transaction, for each table.
const BATCHES: usize = 20;

/// What everybody has besides the email address. `%` becomes the number of the account.
const ATTRIBUTES: [(&str, &str); 7] = [
    ("given_name", "Jane"),
    ("family_name", "Doe%"),
    ("nickname", "J%"),
    ("birthdate", "1990-07-14"),
    ("locale", "en-GB"),
    ("zoneinfo", "Europe/Berlin"),
    ("website", "https://people.domain.com/%"),
];

/// `INSERT` for so many rows for each newcomer: the text has to be the same for every batch.
type Statement = LazyLock<String>;

fn insert(into: &str, columns: usize, then: &str) -> String {
    let row = |row: usize| {
        let places: Vec<_> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    let rows: Vec<_> = (0..BATCH).map(row).collect();
    format!("INSERT INTO {into} VALUES {} {then}", rows.join(", "))
}

static USERS: Statement = LazyLock::new(|| {
    let columns = "users (sub, username, username_key, status, password_hash, created_at, updated_at, confirmed_at, attributes,
                   proven)";
    insert(columns, 10, "RETURNING id, username")
});
static ALIASES: Statement = LazyLock::new(|| insert("aliases (kind, key, user_id, verified_at)", 4, ""));
static SESSIONS: Statement = LazyLock::new(|| {
    insert(
        "sessions (id, hash, user_id, client, created_at, last_seen_at, expires_at, network, user_agent, username)",
        10,
        "",
    )
});
static EVENTS: Statement =
    LazyLock::new(|| insert("events (user_id, payload, at, network, user_agent)", 5, ""));

/// Somebody whom a benchmark may act for. Their password is [`PASSWORD`].
#[derive(Debug, Clone)]
pub struct Resident {
    /// What they sign in with.
    pub username: String,
    /// A session of theirs that is alive.
    pub session: SessionToken,
}

struct Newcomer {
    id: i64,
    number: usize,
    resident: Resident,
}

impl Newcomer {
    fn email(&self) -> String {
        format!("{}@domain.com", self.resident.username)
    }

    /// As the store has them.
    fn attributes(&self) -> String {
        let own = ATTRIBUTES.map(|(name, value)| (name, value.replace('%', &self.number.to_string())));
        let all: HashMap<_, _> = own.into_iter().chain([("email", self.email())]).collect();
        serde_json::json!(all).to_string()
    }
}

/// Adds at least so many confirmed accounts, each with eight attributes, a session and an event. `watch`
/// hears how many there are by now; what comes back is every `sample`-th of them.
///
/// # Errors
/// The store can't be written.
pub async fn fill(
    ctx: &Context,
    accounts: usize,
    sample: usize,
    mut watch: impl FnMut(usize),
) -> Result<Vec<Resident>, Unavailable> {
    let hash = ctx.passwords.hash(&Password::new(PASSWORD), &*ctx.entropy).await?;
    let (mut residents, mut number) = (Vec::new(), 0);
    while number < accounts {
        let mut tx = ctx.store.begin().await?;
        for _ in 0..BATCHES {
            let mut newcomers: Vec<_> = (0..BATCH).map(|place| newcomer(ctx, number + place)).collect();
            number += BATCH;
            move_in(ctx, &mut tx, &hash, &mut newcomers).await?;
            let sampled = newcomers.into_iter().filter(|it| it.number.is_multiple_of(sample));
            residents.extend(sampled.map(|it| it.resident));
            if number >= accounts {
                break;
            }
        }
        tx.commit().await?;
        watch(number);
    }
    Ok(residents)
}

fn newcomer(ctx: &Context, number: usize) -> Newcomer {
    let resident =
        Resident { username: format!("resident{number}"), session: SessionToken::generate(&*ctx.entropy) };
    Newcomer { id: 0, number, resident }
}

async fn move_in(
    ctx: &Context,
    tx: &mut Tx,
    hash: &str,
    newcomers: &mut [Newcomer],
) -> Result<(), StoreError> {
    let now = ctx.now();
    let mut users = tx.query(&USERS);
    for it in &*newcomers {
        let name = &it.resident.username;
        users = users.bind(ctx.entropy.uuid_v4()).bind(name.clone()).bind(name.clone()).bind("confirmed");
        users = users
            .bind(hash.to_owned())
            .bind(now.0)
            .bind(now.0)
            .bind(now.0)
            .bind(it.attributes())
            .bind(format!("email {}", now.0));
    }
    let rows = users.all().await?;
    let ids = rows
        .iter()
        .map(|row| Ok((row.get(1)?, row.get(0)?)))
        .collect::<Result<HashMap<String, i64>, StoreError>>()?;
    for it in &mut *newcomers {
        it.id = ids.get(&it.resident.username).copied().unwrap_or_default();
    }
    bring_belongings(tx, newcomers, now).await?;
    sign_them_in(ctx, tx, newcomers).await
}

async fn sign_them_in(ctx: &Context, tx: &mut Tx, newcomers: &[Newcomer]) -> Result<(), StoreError> {
    let (now, from) = (ctx.now(), origin());
    // That it is used is written down now and then: not in the middle of a measurement of reading.
    let seen = now.plus(Duration::from_secs(6 * 60 * 60));
    let end = now.plus(ctx.settings.sessions.absolute);
    let mut sessions = tx.query(&SESSIONS);
    for it in newcomers {
        let session = SessionId(it.resident.session.hash());
        sessions = sessions.bind(session.number()).bind(session.0.to_vec());
        sessions = sessions.bind(it.id).bind(ctx.pages_client().0).bind(now.0);
        sessions =
            sessions.bind(seen.0).bind(end.0).bind(from.network.to_string()).bind(from.user_agent.clone());
        sessions = sessions.bind(it.resident.username.clone());
    }
    sessions.run().await?;
    let mut events = tx.query(&EVENTS);
    for it in newcomers {
        let event = Event::SignIn { username: it.resident.username.clone() };
        let payload = serde_json::to_string(&event).map_err(StoreError::unreadable)?;
        events = events
            .bind(it.id)
            .bind(payload)
            .bind(now.0)
            .bind(from.network.to_string())
            .bind(from.user_agent.clone());
    }
    events.run().await.map(drop)
}

async fn bring_belongings(tx: &mut Tx, newcomers: &[Newcomer], now: Timestamp) -> Result<(), StoreError> {
    let mut aliases = tx.query(&ALIASES);
    for it in newcomers {
        aliases = aliases.bind("email").bind(it.email()).bind(it.id).bind(now.0);
    }
    aliases.run().await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPool;

    #[tokio::test]
    async fn fill_creates_accounts_that_are_signed_in_and_can_sign_in() {
        let pool = TestPool::new().await;
        let mut heard = Vec::new();
        let residents = fill(&pool, 250, 50, |number| heard.push(number)).await.unwrap();
        assert_eq!((residents.len(), heard), (6, vec![300]));
        let viewer = pool.viewer_of(&residents[5].session).await;
        let profile = crate::attributes::profile(&pool, &viewer).await.unwrap();
        let shown = |name: &str| profile.attributes.get(&name.parse().unwrap()).map(String::as_str);
        assert_eq!((shown("email"), shown("email_verified")), (Some("resident250@domain.com"), Some("true")));
        assert_eq!((shown("nickname"), shown("given_name")), (Some("J250"), Some("Jane")));
        pool.try_sign_in("resident250@domain.com", PASSWORD).await.unwrap();
    }
}
