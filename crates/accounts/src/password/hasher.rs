//! Hashing of passwords: Argon2id (RFC 9106), away from the async threads, as many at once as there are
//! permits.
//!
//! Who computes takes the next one from the line by itself. Where each waited for a permit, and to be woken
//! for it, a tenth of the processor lay idle while others waited.

use crate::password::canonical::canonical;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use model::Password;
use model::password::PASSWORD_MAX;
use nameplate_core::entropy::Entropy;
use nameplate_core::settings::Hashing;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Semaphore, TryAcquireError, oneshot};
use zeroize::Zeroizing;

const SALT: usize = 16;
const OUTPUT: usize = 32;

/// A password could not be hashed or compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HashingError {
    /// Too many are waiting already.
    #[error("too many passwords wait to be hashed")]
    Busy,
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

impl HashingError {
    fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// It is the password.
    pub(crate) matches: bool,
    /// The hash was made with other settings than today's, and is worth making again.
    pub(crate) outdated: bool,
}

/// Hashes and compares. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Hasher(Arc<Shared>);

struct Shared {
    params: Params,
    /// So many compute at the same time.
    permits: usize,
    line: Mutex<Line>,
    /// Who has one of these waits or computes; whoever gets none is turned away.
    places: Arc<Semaphore>,
    /// The memory of a computation is kept for the next one: to get it from the system takes a third of the
    /// time.
    memory: Mutex<Vec<Vec<Block>>>,
    /// The costs of everything that was computed, for tests.
    #[cfg(test)]
    computed: Mutex<Vec<Cost>>,
    /// Compared with where there is no account: the same work for a stranger.
    nobody: PasswordHash,
}

/// What a hash takes to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) iterations: u32,
    pub(crate) parallelism: u32,
}

impl Cost {
    /// That of a stored hash. `None`: there is none, or passwords can't be compared with it.
    pub(crate) fn of_hash(hash: &str) -> Option<Self> {
        params_of(hash).as_ref().map(Self::of)
    }

    fn of(params: &Params) -> Self {
        Self { memory_kib: params.m_cost(), iterations: params.t_cost(), parallelism: params.p_cost() }
    }
}

type Job = Box<dyn FnOnce(&Shared) + Send>;

#[derive(Default)]
struct Line {
    waiting: VecDeque<Job>,
    at_work: usize,
}

impl Hasher {
    /// # Errors
    /// The settings are outside of what Argon2 can do.
    pub(crate) fn new(hashing: &Hashing, queue: usize, entropy: &dyn Entropy) -> Result<Self, HashingError> {
        let params = Params::new(hashing.memory_kib, hashing.iterations, hashing.parallelism, Some(OUTPUT))
            .map_err(HashingError::failed)?;
        let permits = hashing.permits.max(1);
        let nobody = phc(&params, &entropy.bytes(), &entropy.bytes())?;
        Ok(Self(Arc::new(Shared {
            params,
            permits,
            line: Mutex::default(),
            places: Arc::new(Semaphore::new(permits + queue)),
            memory: Mutex::new(Vec::with_capacity(permits)),
            #[cfg(test)]
            computed: Mutex::default(),
            nobody,
        })))
    }

    /// The PHC string of a new hash.
    pub(crate) async fn hash(
        &self,
        password: &Password,
        entropy: &dyn Entropy,
    ) -> Result<String, HashingError> {
        let (salt, password): ([u8; SALT], _) = (entropy.bytes(), bounded(password)?);
        self.work(move |shared| {
            let output = shared.compute(&shared.params, password.as_bytes(), &salt)?;
            Ok(phc(&shared.params, &salt, &output)?.to_string())
        })
        .await
    }

    /// Whether a hash that was made elsewhere is taken: `None`, if passwords can't be compared with it,
    /// `false`, if that would cost more than four times as much as with a hash made here. Sign-in is what
    /// anybody may ask for.
    pub(crate) fn takes(&self, hash: &str) -> Option<bool> {
        let usual = Hashing::default();
        let ours = cost(&self.0.params).max(u64::from(usual.memory_kib) * u64::from(usual.iterations));
        params_of(hash).map(|params| cost(&params) <= 4 * ours)
    }

    /// Takes as long as a comparison with a hash of this cost, or of today's.
    pub(crate) async fn verify_for_nobody(
        &self,
        cost: Option<Cost>,
        password: &Password,
    ) -> Result<Verdict, HashingError> {
        let nobody = match cost {
            Some(cost) => self.0.nobody_at(cost)?,
            None => self.0.nobody.clone(),
        };
        let verdict = self.compare(nobody, password, Forms::Both).await?;
        Ok(Verdict { matches: false, ..verdict })
    }

    /// Compares with a hash that was made here lately: one computation, whatever the password.
    pub(crate) async fn verify_recent(
        &self,
        hash: Option<&str>,
        password: &Password,
    ) -> Result<Verdict, HashingError> {
        match hash {
            Some(text) => self.compare(parsed(text)?, password, Forms::Canonical).await,
            None => self.verify_for_nobody(None, password).await,
        }
    }

    /// Compares with the hash of an account; with none, for as long and to no avail.
    ///
    /// A password whose canonical form is another text is compared as it was typed, too: so were hashes made
    /// that are older than that form, or come from elsewhere.
    pub(crate) async fn verify(
        &self,
        hash: Option<&str>,
        password: &Password,
    ) -> Result<Verdict, HashingError> {
        match hash {
            Some(text) => self.compare(parsed(text)?, password, Forms::Both).await,
            None => self.verify_for_nobody(None, password).await,
        }
    }

    async fn compare(
        &self,
        known: PasswordHash,
        password: &Password,
        forms: Forms,
    ) -> Result<Verdict, HashingError> {
        // One that is too long was never hashed, and is not now: its length is no secret.
        let other = Zeroizing::new(password.reveal().to_owned());
        let Ok(password) = bounded(password) else { return Ok(Verdict { matches: false, outdated: false }) };
        let typed = (forms == Forms::Both && other.as_str() != password.as_str()).then_some(other);
        self.work(move |shared| {
            let params = Params::try_from(&known).map_err(HashingError::failed)?;
            let (Some(salt), Some(expected)) = (&known.salt, &known.hash) else {
                return Err(HashingError::failed("a stored hash without salt or output"));
            };
            let is = |text: &str| {
                let output = shared.compute(&params, text.as_bytes(), salt)?;
                Ok(bool::from(output.as_slice().ct_eq(expected.as_bytes())))
            };
            let same = is(&password)?;
            let as_typed = typed.as_deref().map_or(Ok(false), |typed| is(typed))?;
            let outdated = Cost::of(&params) != Cost::of(&shared.params);
            Ok(Verdict { matches: same || as_typed, outdated: outdated || (as_typed && !same) })
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Shared) -> Result<T, HashingError> + Send + 'static,
    ) -> Result<T, HashingError> {
        let place = Arc::clone(&self.0.places).try_acquire_owned().map_err(|full| match full {
            TryAcquireError::NoPermits => HashingError::Busy,
            TryAcquireError::Closed => HashingError::failed(full),
        })?;
        let (answer, asked) = oneshot::channel();
        self.enter(Box::new(move |shared| {
            // What nobody waits for any more is not begun; what was begun keeps its place to its end.
            if !answer.is_closed() {
                // Whoever waits for one that panics is told; the others are none the worse. Its place is free
                // before they hear.
                let done = catch_unwind(AssertUnwindSafe(|| job(shared)));
                drop(place);
                _ = answer.send(done.unwrap_or_else(|_| Err(HashingError::failed("it panicked"))));
            }
        }));
        asked.await.map_err(HashingError::failed)?
    }

    /// The costs of what was computed since this was last asked.
    #[cfg(test)]
    pub(crate) fn take_computed(&self) -> Vec<Cost> {
        std::mem::take(&mut self.0.computed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, job: Job) {
        let shared = &self.0;
        let mut line = shared.line();
        line.waiting.push_back(job);
        if line.at_work < shared.permits {
            line.at_work += 1;
            let shared = Arc::clone(shared);
            tokio::task::spawn_blocking(move || shared.work_off());
        }
    }
}

/// Which forms of a password are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forms {
    Canonical,
    /// As it was typed, too.
    Both,
}

fn parsed(text: &str) -> Result<PasswordHash, HashingError> {
    PasswordHash::new(text).map_err(HashingError::failed)
}

impl Shared {
    /// What nobody's password is compared with at this cost.
    fn nobody_at(&self, cost: Cost) -> Result<PasswordHash, HashingError> {
        let Cost { memory_kib, iterations, parallelism } = cost;
        let params =
            Params::new(memory_kib, iterations, parallelism, Some(OUTPUT)).map_err(HashingError::failed)?;
        let params = ParamsString::try_from(&params).map_err(HashingError::failed)?;
        Ok(PasswordHash { params, ..self.nobody.clone() })
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what waits, until nothing does.
    fn work_off(&self) {
        while let Some(job) = self.next() {
            job(self);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut line = self.line();
        let job = line.waiting.pop_front();
        if job.is_none() {
            line.at_work -= 1;
        }
        job
    }

    fn compute(&self, params: &Params, password: &[u8], salt: &[u8]) -> Result<[u8; OUTPUT], HashingError> {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        memory.resize(params.block_count(), Block::default());
        #[cfg(test)]
        self.computed.lock().unwrap_or_else(PoisonError::into_inner).push(Cost::of(params));
        let mut output = [0; OUTPUT];
        let done = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password, salt, &mut output, &mut memory);
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        done.map(|()| output).map_err(HashingError::failed)
    }
}

fn bounded(password: &Password) -> Result<Zeroizing<String>, HashingError> {
    let text = canonical(password);
    // In characters, as the policy counts; a character has four bytes at most.
    if text.len() > 4 * PASSWORD_MAX {
        return Err(HashingError::failed("too long"));
    }
    Ok(text)
}

/// How a hash is made, if it is one that passwords can be compared with.
fn params_of(text: &str) -> Option<Params> {
    let hash = PasswordHash::new(text).ok()?;
    let whole = hash.algorithm == ARGON2ID_IDENT && hash.salt.is_some() && hash.hash.is_some();
    Params::try_from(&hash).ok().filter(|_| whole)
}

/// Memory and time of one computation.
fn cost(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

fn phc(params: &Params, salt: &[u8; SALT], output: &[u8; OUTPUT]) -> Result<PasswordHash, HashingError> {
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(HashingError::failed)?,
        salt: Some(Salt::new(salt).map_err(HashingError::failed)?),
        hash: Some(Output::new(output).map_err(HashingError::failed)?),
    })
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("params", &self.0.params).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nameplate_core::entropy::SystemEntropy;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::task::JoinSet;

    const LIGHT: Hashing = Hashing { memory_kib: 64, iterations: 1, parallelism: 1, permits: 2 };

    fn hasher(hashing: Hashing) -> Hasher {
        Hasher::new(&hashing, 8, &SystemEntropy).unwrap()
    }

    #[tokio::test]
    async fn verify_password_matches_only_the_right_one() {
        let hasher = hasher(LIGHT);
        let hash = hasher.hash(&Password::new("mysecurerandompassword#123"), &SystemEntropy).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        let right = hasher.verify(Some(&hash), &Password::new("mysecurerandompassword#123")).await.unwrap();
        assert_eq!(right, Verdict { matches: true, outdated: false });
        for wrong in ["mysecurerandompassword#124", "", "mysecurerandompassword#123 "] {
            assert!(!hasher.verify(Some(&hash), &Password::new(wrong)).await.unwrap().matches, "{wrong}");
        }
        assert!(!hasher.verify(None, &Password::new("")).await.unwrap().matches);
    }

    #[tokio::test]
    async fn verify_password_as_another_keyboard_composes_it_matches() {
        let hasher = hasher(LIGHT);
        let phone = Password::new("cr\u{e8}me br\u{fb}l\u{e9}e");
        let mac = Password::new("cre\u{300}me\u{a0}bru\u{302}le\u{301}e");
        for (set, entered) in [(&phone, &mac), (&mac, &phone), (&mac, &mac)] {
            let hash = hasher.hash(set, &SystemEntropy).await.unwrap();
            let verdict = hasher.verify(Some(&hash), entered).await.unwrap();
            assert_eq!(verdict, Verdict { matches: true, outdated: false });
        }
    }

    #[tokio::test]
    async fn verify_with_hash_of_the_typed_form_matches_and_is_outdated() {
        let typed = "cre\u{300}me";
        let argon =
            Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, Some(32)).unwrap());
        let mut output = [0; 32];
        argon.hash_password_into(typed.as_bytes(), b"somesalt0123", &mut output).unwrap();
        let text = format!("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQwMTIz${}", Output::new(&output).unwrap());
        let verdict = hasher(LIGHT).verify(Some(&text), &Password::new(typed)).await.unwrap();
        assert_eq!(verdict, Verdict { matches: true, outdated: true });
        let composed = hasher(LIGHT).verify(Some(&text), &Password::new("cr\u{e8}me")).await.unwrap();
        assert!(!composed.matches, "another text was hashed");
    }

    #[tokio::test]
    async fn verify_hash_with_older_settings_matches_and_is_outdated() {
        let old = hasher(LIGHT).hash(&Password::new("hunter22"), &SystemEntropy).await.unwrap();
        let today = hasher(Hashing { memory_kib: 128, ..LIGHT });
        let verdict = today.verify(Some(&old), &Password::new("hunter22")).await.unwrap();
        assert_eq!(verdict, Verdict { matches: true, outdated: true });
    }

    #[tokio::test]
    async fn verify_hash_of_another_implementation_matches() {
        // The reference implementation: argon2 -id -k 64 -t 2 -p 1 with the salt "somesalt0123".
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 2, 1, Some(32)).unwrap());
        let mut output = [0; 32];
        hash.hash_password_into(b"hunter22", b"somesalt0123", &mut output).unwrap();
        let text = format!("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQwMTIz${}", Output::new(&output).unwrap());
        assert!(hasher(LIGHT).verify(Some(&text), &Password::new("hunter22")).await.unwrap().matches);
    }

    #[tokio::test]
    async fn hash_with_a_full_queue_is_busy() {
        let hasher = Hasher::new(&Hashing { permits: 1, ..LIGHT }, 1, &SystemEntropy).unwrap();
        let taken = Arc::clone(&hasher.0.places).acquire_many_owned(2).await.unwrap();
        let password = Password::new("hunter22");
        assert_eq!(hasher.hash(&password, &SystemEntropy).await, Err(HashingError::Busy));
        drop(taken);
        assert!(hasher.hash(&password, &SystemEntropy).await.is_ok());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn work_by_many_at_once_answers_each_within_the_permits() {
        let hasher = Hasher::new(&LIGHT, 200, &SystemEntropy).unwrap();
        let computing = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for n in 0..200_usize {
            let (hasher, computing) = (hasher.clone(), Arc::clone(&computing));
            tasks.spawn(async move {
                let asked = hasher.work(move |_| {
                    let others = computing.fetch_add(1, Ordering::SeqCst);
                    std::thread::yield_now();
                    computing.fetch_sub(1, Ordering::SeqCst);
                    assert!(n % 10 != 0, "one that fails");
                    Ok((n, others))
                });
                (n, asked.await)
            });
        }
        for (n, answer) in tasks.join_all().await {
            match answer {
                Ok((answered, others)) => {
                    assert!(answered == n && others < 2, "{n}: {answered}, beside {others}");
                }
                Err(error) => assert!(n % 10 == 0, "{n}: {error}"),
            }
        }
        assert_eq!(hasher.0.places.available_permits(), 202);
        while hasher.0.line().at_work > 0 {
            tokio::task::yield_now().await;
        }
        assert!(hasher.0.line().waiting.is_empty());
    }

    #[tokio::test]
    async fn work_that_is_cancelled_while_queued_is_not_computed() {
        let hasher = Hasher::new(&Hashing { permits: 1, ..LIGHT }, 8, &SystemEntropy).unwrap();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let busy = tokio::spawn({
            let hasher = hasher.clone();
            async move { hasher.work(move |_| wait.recv().map_err(HashingError::failed)).await }
        });
        while hasher.0.line().at_work == 0 {
            tokio::task::yield_now().await;
        }
        {
            let mut given_up = Box::pin(hasher.work(|_| -> Result<(), _> { panic!("it was given up") }));
            assert!(futures_util::poll!(given_up.as_mut()).is_pending());
        }
        let last = tokio::spawn({
            let hasher = hasher.clone();
            async move { hasher.work(|_| Ok(7)).await }
        });
        go.send(()).unwrap();
        assert_eq!((busy.await.unwrap(), last.await.unwrap()), (Ok(()), Ok(7)));
    }

    #[tokio::test]
    async fn hash_of_an_endless_password_is_refused() {
        let endless = Password::new("x".repeat(1_000_000));
        assert!(hasher(LIGHT).hash(&endless, &SystemEntropy).await.is_err());
        assert!(!hasher(LIGHT).verify(None, &endless).await.unwrap().matches);
    }
}
