//! The client's side, for tests.

use crate::sign_in::srp::Challenge;
use crate::sign_in::srp::srp6a::{
    GROUP, Public, element, exponent, generator, hex, mac, number, plain, private_key, scrambled, session_key,
};
use crypto_bigint::BoxedUint;
use hmac::Mac as _;
use nameplate_core::entropy::{Entropy, SeededEntropy};

/// Somebody who signs in without telling the password.
#[derive(Debug)]
pub struct SrpClient {
    a: BoxedUint,
    public: Public,
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
impl SrpClient {
    /// A client whose secret number comes from this seed.
    pub fn new(seed: u64) -> Self {
        let entropy: &dyn Entropy = &SeededEntropy::new(seed);
        let a = exponent(&entropy.bytes());
        let public = Public(plain(&generator().pow(&a)));
        Self { a, public }
    }

    /// What it begins with.
    pub fn public(&self) -> String {
        hex(&self.public.0)
    }

    /// What it answers a challenge of this user pool with, if that is the password.
    pub fn proof(&self, pool_id: &str, challenge: &Challenge, password: &str, timestamp: &str) -> Vec<u8> {
        let (_, pool) = pool_id.split_once('_').expect("the id of a pool");
        let b = Public::from_hex(&challenge.public).expect("a number");
        let salt = number(&challenge.salt).expect("a number");
        let x = private_key(pool, &challenge.user_id, password, &salt);
        let u = scrambled(&self.public, &b);
        let base = element(&b.0) - element(&GROUP.k) * generator().pow(&x);
        let shared = base.pow(&self.a) * base.pow(&x).pow(&exponent(&u));
        let parts =
            [pool.as_bytes(), challenge.user_id.as_bytes(), &challenge.secret_block, timestamp.as_bytes()];
        mac(&session_key(&u, &shared), &parts).finalize().into_bytes().to_vec()
    }
}
