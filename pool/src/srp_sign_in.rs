//! Signing in an application without telling the password (operations InitiateAuth, USER_SRP_AUTH, and
//! RespondToAuthChallenge, PASSWORD_VERIFIER).
//!
//! Between the two nothing is remembered here: what the server has to know travels with the client, sealed.

use crate::clock::Timestamp;
use crate::identifiers::{Identifier, username_key};
use crate::keys::Purpose;
use crate::limits::{self, DAY, HOUR, Rate};
use crate::sessions::{Origin, UserId};
use crate::settings::ClientId;
use crate::sign_in::{Proven, SignInError};
use crate::sign_in_for_tokens::Entered;
use crate::srp::{self, Public, SessionKey, Verifier};
use crate::store::srp_verifiers::{self, Name};
use crate::store::users::{self, User};
use crate::store::{StoreError, retried};
use crate::{Pool, Unavailable};
use model::{FieldName, IdentifierKind, Password};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// How long a challenge waits for its answer.
const PATIENCE: Duration = Duration::from_secs(3 * 60);
const SALT: usize = 16;

/// What a client computes its proof from.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// What the account is called in this exchange, whether it exists or not.
    pub user_id: String,
    /// In hexadecimal digits, as are the numbers.
    pub salt: String,
    pub public: String,
    /// Comes back with the proof.
    pub secret_block: Vec<u8>,
}

/// What a client answers.
#[derive(Debug, Clone)]
pub struct Proof {
    pub username: String,
    pub secret_block: Vec<u8>,
    pub timestamp: String,
    pub signature: Vec<u8>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SrpError {
    /// With such a number no password would be needed.
    #[error("the client's number is none of the group")]
    NotInGroup,
    /// The challenge was answered before, is too old, or another client's.
    #[error("the challenge is no longer open")]
    Over,
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

impl From<StoreError> for SrpError {
    fn from(error: StoreError) -> Self {
        Self::SignIn(error.into())
    }
}

/// The sealed state of an exchange. Every field is as long for nobody as for somebody.
#[derive(Serialize, Deserialize)]
struct Block {
    client: ClientId,
    /// What was typed, in canonical form: failures count for that.
    name: String,
    user_id: String,
    /// 16 hexadecimal digits; nobody is 0.
    user: String,
    /// Which password it is about.
    password: String,
    key: String,
    until: Timestamp,
    /// Makes it one of a kind.
    number: String,
}

/// Who is meant, as far as the exchange shows.
struct Meant {
    user: UserId,
    user_id: String,
    password: String,
    salt: Vec<u8>,
    verifier: Verifier,
}

/// Which password something is about, without its hash.
pub(crate) fn fingerprint(password_hash: &str) -> String {
    srp::hex(&Sha256::digest(password_hash.as_bytes()))
}

/// A verifier goes with one password of one account: under another it can't be opened.
fn context(user: UserId, name: Name, password_hash: &str) -> Vec<u8> {
    format!("{} {} {password_hash}", user.0, name.as_str()).into_bytes()
}

impl Pool {
    /// Begins an exchange. For a name that is nobody's it looks and works the same, and fails at the end.
    ///
    /// # Errors
    /// The client's number is one that would make passwords needless; too many exchanges from this network.
    pub async fn srp_challenge(
        &self,
        client: &ClientId,
        typed: &str,
        public: &str,
        origin: &Origin,
    ) -> Result<Challenge, SrpError> {
        let (inner, typed) = (&*self.inner, typed.trim());
        let client = inner.settings.client(client).ok_or(SignInError::UnknownClient)?.id.clone();
        if typed.is_empty() {
            return Err(SignInError::Missing(vec![FieldName::Username]).into());
        }
        let public = Public::from_hex(public).ok_or(SrpError::NotInGroup)?;
        let who = Identifier::parse(typed, inner.settings.sign_in);
        let name = who.as_ref().map_or_else(|| typed.to_owned(), Identifier::to_key);
        retried(|| self.admit_challenge(origin)).await?;
        let meant = self.meant(who.as_ref(), (typed, &name), origin).await?;
        let (ours, key) = self.computed(public, meant.verifier).await?;
        let block = Block {
            client,
            name,
            user_id: meant.user_id.clone(),
            user: format!("{:016x}", meant.user.0),
            password: meant.password,
            key: srp::hex(&key),
            until: self.now().plus(PATIENCE),
            number: inner.entropy.token(),
        };
        Ok(Challenge {
            user_id: meant.user_id,
            salt: srp::hex(&meant.salt),
            public: ours.to_hex(),
            secret_block: self.sealed(&block)?,
        })
    }

    async fn admit_challenge(&self, origin: &Origin) -> Result<(), SignInError> {
        if origin.tally.is_paid() {
            return Ok(());
        }
        let (inner, now) = (&*self.inner, self.now());
        let key = limits::key(inner, &["challenges for", &origin.household().to_string()]);
        let rate = Rate { times: inner.settings.limits.sign_ins_per_network_an_hour, per: HOUR };
        let mut tx = inner.store.begin().await?;
        limits::count(&mut tx, &key, rate, now).await??;
        tx.commit().await?;
        origin.tally.count();
        Ok(())
    }

    /// The exponentiations take a few milliseconds.
    async fn computed(
        &self,
        public: Public,
        verifier: Verifier,
    ) -> Result<(Public, SessionKey), SignInError> {
        let entropy = Arc::clone(&self.inner.entropy);
        let done = tokio::task::spawn_blocking(move || srp::challenge(&public, &verifier, &*entropy)).await;
        done.map_err(|error| Unavailable(Box::new(error)).into())
    }

    fn sealed(&self, block: &Block) -> Result<Vec<u8>, SignInError> {
        let text = serde_json::to_vec(block).map_err(StoreError::unreadable)?;
        Ok(self.inner.keys.seal(Purpose::Srp, &text, b"challenge", &*self.inner.entropy))
    }

    /// What the account is called depends on what was typed, and not on whether there is one: a username is
    /// called by its canonical form, and a contact by a `sub`.
    async fn meant(
        &self,
        who: Option<&Identifier>,
        (typed, name): (&str, &str),
        origin: &Origin,
    ) -> Result<Meant, StoreError> {
        let inner = &*self.inner;
        let by_username = inner.settings.sign_in.kind_of(typed) == IdentifierKind::Username;
        let kind = if by_username { Name::Username } else { Name::Sub };
        // The account whose password would be compared.
        let user = self.candidates(who, origin).await?.into_iter().flatten().next();
        let mut conn = inner.store.read().await?;
        let id = user.as_ref().map_or(UserId(0), |user| user.id);
        let sealed = srp_verifiers::get(&mut conn, id, kind).await?;
        drop(conn);
        let user_id = match (by_username, &user) {
            (true, _) => username_key(typed),
            (false, Some(user)) => user.sub.clone(),
            (false, None) => {
                uuid::Builder::from_random_bytes(self.made_up(&["sub for", name])).into_uuid().to_string()
            }
        };
        let hash =
            user.as_ref().and_then(|user| user.comparable_hash(self.now())).unwrap_or_default().to_owned();
        let kept =
            sealed.and_then(|sealed| inner.keys.open(Purpose::Srp, &sealed, &context(id, kind, &hash)).ok());
        let known = kept.and_then(|kept| {
            let (salt, verifier) = kept.split_at_checked(SALT)?;
            Some((salt.to_vec(), Verifier::from_bytes(verifier)?))
        });
        let nobody = Verifier::of_nobody(inner.entropy.bytes());
        let (salt, verifier) = known.unwrap_or_else(|| (self.salt_of(&user_id), nobody));
        Ok(Meant { user: id, user_id, password: fingerprint(&hash), salt, verifier })
    }

    /// The same for accounts that exist and that don't, and whatever the password.
    ///
    /// Never with a zero byte in front: it is a number to some clients, which leave that out, and a text to
    /// others (pycognito), which don't.
    fn salt_of(&self, user_id: &str) -> Vec<u8> {
        let mut salt = self.made_up::<SALT>(&["srp salt of", user_id]);
        salt[0] = salt[0].max(1);
        salt.to_vec()
    }

    fn made_up<const N: usize>(&self, parts: &[&str]) -> [u8; N] {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        // Under the oldest key: one that is added changes no answer.
        let digest = self.inner.keys.digests(Purpose::Masks, &parts).last().copied().unwrap_or_default();
        let mut bytes = [0; N];
        bytes.copy_from_slice(&digest[..N]);
        bytes
    }

    /// Ends an exchange: signs in whoever has computed the same key, and so has the password.
    ///
    /// A try counts before it is judged, as with a password; and a challenge is answered once.
    pub async fn answer_srp_challenge(
        &self,
        client: &ClientId,
        proof: &Proof,
        origin: &Origin,
    ) -> Result<Entered, SrpError> {
        let inner = &*self.inner;
        let client = inner.settings.client(client).ok_or(SignInError::UnknownClient)?;
        let opened = inner.keys.open(Purpose::Srp, &proof.secret_block, b"challenge").ok();
        let block: Block = opened
            .and_then(|text| serde_json::from_slice(&text).ok())
            .ok_or(SignInError::WrongCredentials)?;
        if block.client != client.id || block.until <= self.now() {
            return Err(SrpError::Over);
        }
        if !origin.tally.is_paid() {
            retried(|| self.use_up(&block)).await?;
        }
        let failures = self.failed_sign_ins(&block.name, origin);
        retried(|| self.admit_sign_in(&failures, origin)).await?.map_err(SignInError::from)?;
        let user = UserId(i64::from_str_radix(&block.user, 16).unwrap_or(0));
        let user = users::by_id(&mut inner.store.read().await?, user).await?;
        let right = self.is_proven(&block, proof) && self.is_called(&block, &proof.username, user.as_ref());
        let compared = |user: &User| {
            user.comparable_hash(self.now()).is_some_and(|hash| fingerprint(hash) == block.password)
        };
        match user.filter(|user| !right || compared(user)) {
            Some(user) if right && !user.has_password() => {
                retried(|| self.note_failure(Some(&user), origin)).await?;
                Err(SignInError::ResetRequired.into())
            }
            Some(user) if right => {
                self.refuse_disabled(&user, origin).await?;
                Ok(self.enter(&Proven { user, rehashed: None }, &failures, client, origin).await?)
            }
            user => {
                retried(|| self.note_failure(user.as_ref(), origin)).await?;
                Err(SignInError::WrongCredentials.into())
            }
        }
    }

    async fn use_up(&self, block: &Block) -> Result<(), SrpError> {
        let (inner, now) = (&*self.inner, self.now());
        let key = limits::key(inner, &["challenge", &block.number]);
        let mut tx = inner.store.begin().await?;
        let first = limits::count(&mut tx, &key, Rate { times: 1, per: DAY }, now).await?.is_ok();
        if !first {
            return Err(SrpError::Over);
        }
        Ok(tx.commit().await?)
    }

    fn is_proven(&self, block: &Block, proof: &Proof) -> bool {
        let mut key = SessionKey::default();
        for (byte, digits) in key.iter_mut().zip(block.key.as_bytes().chunks(2)) {
            *byte = std::str::from_utf8(digits)
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok())
                .unwrap_or_default();
        }
        let parts = [
            self.srp_name().as_bytes(),
            block.user_id.as_bytes(),
            &proof.secret_block,
            proof.timestamp.as_bytes(),
        ];
        srp::proves(&key, &parts, &proof.signature)
    }

    /// Clients call the account as they were told to, or as it was typed.
    fn is_called(&self, block: &Block, username: &str, user: Option<&User>) -> bool {
        let as_typed = Identifier::parse(username, self.inner.settings.sign_in)
            .is_some_and(|who| who.to_key() == block.name);
        as_typed
            || username == block.user_id
            || user.is_some_and(|user| username == user.sub || username == user.username)
    }

    /// What the user pool is called in the exchange: its id after the underscore.
    fn srp_name(&self) -> &str {
        self.inner.id.split_once('_').map_or(&self.inner.id, |(_, name)| name)
    }

    /// Keeps what the exchange needs of a password that was just set or proven, whose hash this is; of one
    /// that was replaced meanwhile, nothing. Nobody is refused because this fails: signing in with the
    /// password makes up for it.
    ///
    /// Nothing, where no application may use it: whoever stole it could guess faster than with the password's
    /// hash.
    pub(crate) async fn keep_verifiers(&self, user: UserId, password: &Password, hash: &str) {
        if !self.takes_srp() {
            return;
        }
        if let Err(error) = self.try_to_keep_verifiers(user, password, hash).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "what SRP needs of a password was not kept"
            );
        }
    }

    async fn try_to_keep_verifiers(
        &self,
        user: UserId,
        password: &Password,
        hash: &str,
    ) -> Result<(), Unavailable> {
        let inner = &*self.inner;
        let Some(account) = users::by_id(&mut inner.store.read().await?, user).await? else { return Ok(()) };
        let names = [(Name::Username, username_key(&account.username)), (Name::Sub, account.sub)];
        let mut kept = Vec::new();
        for (name, user_id) in names {
            let (pool, password, salt) =
                (self.srp_name().to_owned(), password.clone(), self.salt_of(&user_id));
            let made = tokio::task::spawn_blocking(move || {
                let verifier = Verifier::new(&pool, &user_id, password.reveal(), &salt);
                [salt.as_slice(), verifier.as_bytes()].concat()
            });
            let made = made.await.map_err(|error| Unavailable(Box::new(error)))?;
            kept.push((
                name,
                inner.keys.seal(Purpose::Srp, &made, &context(user, name, hash), &*inner.entropy),
            ));
        }
        retried(|| self.write_verifiers(user, hash, &kept)).await?;
        Ok(())
    }

    async fn write_verifiers(
        &self,
        user: UserId,
        hash: &str,
        kept: &[(Name, Vec<u8>)],
    ) -> Result<(), StoreError> {
        let mut tx = self.inner.store.begin().await?;
        if users::lock(&mut tx, user).await?.is_none_or(|now| now.password_hash != hash) {
            return Ok(());
        }
        for (name, sealed) in kept {
            srp_verifiers::set(&mut tx, user, *name, sealed).await?;
        }
        tx.commit().await
    }

    /// The same for an account whose password was just proven, if it is needed: the account is from before,
    /// or its hash was just made anew.
    pub(crate) async fn renew_verifiers(&self, proven: &Proven, password: &Password) {
        if !self.takes_srp() {
            return;
        }
        let hash = proven.rehashed.as_deref().unwrap_or(&proven.user.password_hash);
        match self.has_verifier(proven.user.id, hash).await {
            Ok(true) => {}
            Ok(false) => self.keep_verifiers(proven.user.id, password, hash).await,
            Err(error) => tracing::warn!(%error, "what SRP needs of a password was not looked up"),
        }
    }

    async fn has_verifier(&self, user: UserId, hash: &str) -> Result<bool, StoreError> {
        let mut conn = self.inner.store.read().await?;
        for name in [Name::Username, Name::Sub] {
            let sealed = srp_verifiers::get(&mut conn, user, name).await?;
            let kept = sealed.and_then(|sealed| {
                self.inner.keys.open(Purpose::Srp, &sealed, &context(user, name, hash)).ok()
            });
            // A salt with a zero byte in front is from before there were none.
            if kept.is_none_or(|kept| kept.first() == Some(&0)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
