//! A store that is full.

use accounts::testing::{Resident, TestStore};
use accounts::{Keys, Parts, Role, Settings, SystemClock, SystemEntropy};
use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For so many of the accounts at most the load acts.
const ACTIVE: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A store with its key file beside it. Removed when dropped.
pub struct Place {
    pub kind: Kind,
    pub users: usize,
    pub filled_in: Duration,
    store: TestStore,
}

impl Place {
    pub fn fill(kind: Kind, users: usize) -> Result<Self> {
        let store = match kind {
            Kind::Sqlite => TestStore::sqlite(),
            Kind::Postgres => TestStore::new(),
        };
        ensure!(
            kind == Kind::Sqlite || store.url().is_some(),
            "no PostgreSQL: NAMEPLATE_TEST_POSTGRES_URL is not set"
        );
        eprintln!("{kind}: {users} accounts move in");
        let started = now();
        let runtime = tokio::runtime::Runtime::new()?;
        let residents = runtime.block_on(move_in(&store, users))?;
        let place = Self { kind, users, filled_in: started.elapsed(), store };
        let lines: Vec<_> =
            residents.iter().map(|it| format!("{} {}\n", it.username, it.session.reveal())).collect();
        fs::write(place.residents(), lines.concat())?;
        eprintln!("{kind}: {users} accounts moved in within {:.1} s", place.filled_in.as_secs_f64());
        Ok(place)
    }

    /// Who acts: a line each, the username and the token of a session.
    pub fn residents(&self) -> PathBuf {
        self.data().join("residents")
    }

    /// The same for applications: the username and an access token.
    pub fn applications(&self) -> PathBuf {
        self.data().join("applications")
    }

    pub fn data(&self) -> PathBuf {
        self.store.folder().to_owned()
    }

    pub fn url(&self) -> Option<&str> {
        self.store.url()
    }

    /// The first one of those who act.
    pub fn somebody(&self) -> Result<(String, String)> {
        let residents = fs::read_to_string(self.residents())?;
        let (name, session) =
            residents.lines().next().and_then(|line| line.split_once(' ')).context("nobody lives here")?;
        Ok((name.to_owned(), session.to_owned()))
    }
}

async fn move_in(store: &TestStore, users: usize) -> Result<Vec<Resident>> {
    let opened = store.open().await?;
    let entropy = Arc::new(SystemEntropy);
    let keys = Keys::load_or_create(&store.folder().join("keys"), &*entropy)?;
    let (clock, role, settings) = (Arc::new(SystemClock), Role::Serves, Settings::default());
    let parts = Parts { store: opened, clock, entropy, keys, role, settings };
    let pool = accounts::maintenance::open(parts).await?;
    let sample = (users / ACTIVE).max(1);
    let watch = |number: usize| {
        if number.is_multiple_of(100_000) {
            eprintln!("  {number}");
        }
    };
    let residents = accounts::testing::fill(&pool, users, sample, watch).await?;
    pool.store().close().await;
    Ok(residents)
}

#[expect(clippy::disallowed_methods, reason = "measuring time is what this is for")]
pub fn now() -> Instant {
    Instant::now()
}
