//! Sealing everything anew under the newest key, so that older ones can go.

use crate::factors::{app, recovery};
use crate::sign_in::srp::verifiers;
use crate::{Context, Unavailable};
use nameplate_core::keys::{Purpose, sealed_with};
use store::keys::{Counts, in_words, sealed_under};
use store::sealed::{self, Resealed, Sealed, SealedColumn, SealedRow};
use store::srp_verifiers::Name;
use store::{StoreError, retried};

/// So many rows are sealed anew in one transaction: no request should wait for more.
const BATCH: i64 = if cfg!(test) { 2 } else { 200 };
/// A node that still seals with an older key is not waited for longer.
const ROUNDS: usize = 3;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being sealed anew, for operators.
    pub what: &'static str,
    /// So many of its rows were looked at.
    pub seen: u64,
    /// So many of them were sealed anew.
    pub resealed: u64,
}

/// What was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// What the key is called that everything is sealed with now.
    pub newest: String,
    /// What the keys are called that nothing needs any more.
    pub keys: Vec<String>,
    /// So many texts were sealed anew.
    pub resealed: u64,
}

/// Why the older keys are still needed.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum RetireError {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("there is no older key to retire: {0} is the only one in use")]
    NothingOld(String),
    #[error(
        "there is no older key to retire: the store is still used with {in_use}, and {waiting} waits; restart every node with {waiting} in front first"
    )]
    NotUsedYet { in_use: String, waiting: String },
    #[error(
        "these can't be opened with any of the keys, and may be damaged ({0}): keep the older keys, in case the missing one is found"
    )]
    Unopenable(String),
    #[error(
        "something was sealed with an older key meanwhile ({0}): restart every node with the newest key in front, then run this command again"
    )]
    StillSealing(String),
}

impl From<StoreError> for RetireError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Seals everything anew that isn't sealed under the newest key, and keeps what finds the digests of the older
/// keys. Can be stopped at any time and begun again: it goes on where it was.
///
/// # Errors
/// There is nothing to do, or something needs an older key still.
pub async fn retire_keys(
    ctx: &Context,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Retired, RetireError> {
    let newest = ctx.keys.fingerprints().into_iter().next().unwrap_or_default();
    let old = ctx.keys.old();
    if old.is_empty() {
        return Err(match ctx.keys.accepted() {
            Some(waiting) => RetireError::NotUsedYet { in_use: newest, waiting },
            None => RetireError::NothingOld(newest),
        });
    }
    // First, or a digest that only an older key finds could be lost with it.
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        store::keys::keep_digests(&mut tx, &ctx.keys, &*ctx.entropy).await?;
        tx.commit().await
    })
    .await?;
    let resealed = reseal_until_done(ctx, &old, progress).await?;
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        store::keys::end_use(&mut tx, &ctx.keys).await?;
        tx.commit().await
    })
    .await?;
    Ok(Retired { newest, keys: old, resealed })
}

/// Nodes seal while this runs, and one may not use the newest key yet.
async fn reseal_until_done(
    ctx: &Context,
    old: &[String],
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<u64, RetireError> {
    let (mut resealed, mut left) = (0, Counts::new());
    for _ in 0..ROUNDS {
        let mut unopenable = Counts::new();
        for column in SealedColumn::ALL {
            let done = reseal_column(ctx, column, progress).await?;
            resealed += done.resealed;
            if done.unopenable > 0 {
                unopenable.insert(column.words(), done.unopenable);
            }
        }
        if !unopenable.is_empty() {
            return Err(RetireError::Unopenable(in_words(&unopenable)));
        }
        left = Counts::new();
        for (_, counts) in sealed_under(&ctx.store).await?.into_iter().filter(|(key, _)| old.contains(key)) {
            counts.into_iter().for_each(|(what, count)| *left.entry(what).or_default() += count);
        }
        if left.is_empty() {
            return Ok(resealed);
        }
    }
    Err(RetireError::StillSealing(in_words(&left)))
}

#[derive(Debug, Default)]
struct Done {
    resealed: u64,
    unopenable: u64,
}

async fn reseal_column(
    ctx: &Context,
    column: SealedColumn,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Done, StoreError> {
    let (mut done, mut seen, mut after) = (Done::default(), 0, None);
    loop {
        let page = sealed::page(&mut ctx.store.read().await?, column, after.as_ref(), BATCH).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.row.clone());
        seen += page.len() as u64;
        let batch = Batch::of(ctx, column, page);
        done.unopenable += batch.unopenable;
        done.resealed += retried(|| write(ctx, column, &batch)).await?;
        progress(Progress { what: column.words(), seen, resealed: done.resealed });
    }
}

/// What becomes of some rows.
#[derive(Debug, Default)]
struct Batch {
    resealed: Vec<Resealed>,
    /// Verifiers that no password goes with any more. One is made when the password is entered next.
    worthless: Vec<Resealed>,
    unopenable: u64,
}

impl Batch {
    fn of(ctx: &Context, column: SealedColumn, page: Vec<Sealed>) -> Self {
        let mut batch = Self::default();
        for row in page {
            let Some(old) =
                row.text.clone().filter(|it| sealed_with(it).is_some() && !ctx.keys.is_newest(it))
            else {
                continue;
            };
            let lock = Lock::of(&row);
            match ctx.keys.open(lock.purpose, &old, &lock.context) {
                Ok(text) => {
                    let new = ctx.keys.seal(lock.purpose, &text, &lock.context, &*ctx.entropy);
                    batch.resealed.push(Resealed { row: row.row, old, new });
                }
                Err(_) if column == SealedColumn::Verifier => {
                    batch.worthless.push(Resealed { row: row.row, old, new: Vec::new() });
                }
                Err(_) => batch.unopenable += 1,
            }
        }
        batch
    }
}

/// What a text was sealed for.
struct Lock {
    purpose: Purpose,
    context: Vec<u8>,
}

impl Lock {
    fn of(sealed: &Sealed) -> Self {
        let lock = |purpose, context: Vec<u8>| Self { purpose, context };
        match &sealed.row {
            SealedRow::Message(id) => lock(Purpose::Outbox, id.as_bytes().to_vec()),
            SealedRow::Factor(user, _) | SealedRow::FormerFactor { user, .. } => {
                lock(Purpose::Factors, app::context(*user))
            }
            SealedRow::RecoveryCode(user, _) => lock(Purpose::Factors, recovery::context(*user)),
            SealedRow::Verifier(user, name) => {
                // One of a name that this version doesn't know can't be opened.
                let name = Name::ALL.into_iter().find(|it| it.as_str() == name);
                let context = name.map(|name| verifiers::context(*user, name, &sealed.with));
                lock(Purpose::Srp, context.unwrap_or_default())
            }
            SealedRow::SigningKey(_) => lock(Purpose::Tokens, sealed.with.clone().into_bytes()),
            SealedRow::SignUp(hash) => lock(Purpose::SignUps, hash.clone()),
        }
    }
}

/// How many of them were still as they were read.
async fn write(ctx: &Context, column: SealedColumn, batch: &Batch) -> Result<u64, StoreError> {
    if batch.resealed.is_empty() && batch.worthless.is_empty() {
        return Ok(0);
    }
    let mut tx = ctx.store.begin().await?;
    let mut written = 0;
    for text in &batch.resealed {
        written += u64::from(sealed::replace(&mut tx, column, text).await?);
    }
    for text in &batch.worthless {
        sealed::forget_verifier(&mut tx, text).await?;
    }
    tx.commit().await.map(|()| written)
}
