//! The Secure Remote Password protocol as Cognito's clients speak it: the server compares without ever seeing
//! the password. (SRP-6a, RFC 5054, over the 3072-bit group and SHA-256; how the session key is made of it is
//! Cognito's own.)
//!
//! The `srp` crate hashes numbers in another form than these clients, so only the arithmetic comes from a
//! library. It takes the same time for every secret.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use hmac::{Hmac, KeyInit as _, Mac as _};
use nameplate_core::entropy::Entropy;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::LazyLock;

/// The prime of the group (RFC 3526, section 5). Its generator is 2.
const PRIME: &str = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD\
                     EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
                     EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F\
                     83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
                     E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510\
                     15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
                     ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C\
                     BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
/// The bytes of a number of the group.
const WIDTH: usize = 384;
const BITS: u32 = 3072;
/// What the session key is expanded with.
const INFO: &[u8] = b"Caldera Derived Key\x01";

type Number = [u8; WIDTH];

pub(crate) struct Group {
    pub(crate) params: BoxedMontyParams,
    pub(crate) prime: Number,
    /// H(pad N | pad g).
    pub(crate) k: [u8; 32],
}

pub(crate) static GROUP: LazyLock<Group> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "it stands above")]
    let prime = number(PRIME).expect("these are 768 digits");
    #[expect(clippy::expect_used, reason = "it ends with a one")]
    let odd = Odd::new(integer(&prime)).into_option().expect("the prime is odd");
    Group { params: BoxedMontyParams::new_vartime(odd), k: hash(&[&pad(&prime), &[2]]), prime }
});

/// Reads hexadecimal digits, at most as many as there are in a number of the group.
pub(crate) fn number(text: &str) -> Option<Number> {
    let digits = text.trim_start_matches('0');
    if digits.len() > 2 * WIDTH || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut number = [0; WIDTH];
    for (byte, digits) in
        number.iter_mut().zip(format!("{digits:0>width$}", width = 2 * WIDTH).as_bytes().chunks(2))
    {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(number)
}

fn integer(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice_truncated(bytes, BITS)
}

/// An exponent: a number of 256 bits.
pub(crate) fn exponent(bytes: &[u8; 32]) -> BoxedUint {
    BoxedUint::from_be_slice_truncated(bytes, 256)
}

pub(crate) fn element(bytes: &[u8]) -> BoxedMontyForm {
    BoxedMontyForm::new(integer(bytes), &GROUP.params)
}

pub(crate) fn generator() -> BoxedMontyForm {
    element(&[2])
}

pub(crate) fn plain(element: &BoxedMontyForm) -> Number {
    let mut number = [0; WIDTH];
    number.copy_from_slice(&element.retrieve().to_be_bytes());
    number
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hash.finalize().into()
}

/// A number as these clients hash it: without zeros in front, but for one where it would look negative.
#[expect(clippy::indexing_slicing, reason = "the lengths are those of the algorithms")]
fn pad(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len().saturating_sub(1));
    let number = &number[start..];
    let negative = number.first().is_none_or(|first| first & 0x80 != 0);
    std::iter::repeat_n(0, usize::from(negative)).chain(number.iter().copied()).collect()
}

pub(crate) fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

/// A number of the group that one side tells the other. Never zero.
#[derive(Debug, Clone)]
pub(crate) struct Public(pub(crate) Number);

impl Public {
    /// Reads a client's number. `None`: it is none of the group, or zero, with which no password would be
    /// needed.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        number(text).filter(|it| *it < GROUP.prime && it.iter().any(|byte| *byte != 0)).map(Self)
    }

    pub(crate) fn to_hex(&self) -> String {
        hex(&pad(&self.0))
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn private_key(pool: &str, user: &str, password: &str, salt: &[u8]) -> BoxedUint {
    let identity = hash(&[pool.as_bytes(), user.as_bytes(), b":", password.as_bytes()]);
    exponent(&hash(&[&pad(salt), &identity]))
}

/// What a password is compared with. Whoever has it can guess the password, so it is stored sealed.
#[derive(Clone)]
pub(crate) struct Verifier(Number);

impl Verifier {
    /// That of a password, bound to the user pool and to what the user is called in the exchange.
    pub(crate) fn new(pool: &str, user: &str, password: &str, salt: &[u8]) -> Self {
        Self(plain(&generator().pow(&private_key(pool, user, password, salt))))
    }

    /// One that nobody knows a password for: some number of the group.
    pub(crate) fn of_nobody(chance: [u8; 32]) -> Self {
        let mut number = [0; WIDTH];
        number[WIDTH - 32..].copy_from_slice(&chance);
        Self(number)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// What both sides come to know, if the password is right.
pub(crate) type SessionKey = [u8; 16];

/// The server's number, and the key that a client with the right password computes too.
pub(crate) fn challenge(a: &Public, verifier: &Verifier, entropy: &dyn Entropy) -> (Public, SessionKey) {
    let b = exponent(&entropy.bytes());
    let v = element(&verifier.0);
    let public = Public(plain(&(element(&GROUP.k) * &v + generator().pow(&b))));
    let u = scrambled(a, &public);
    let shared = (element(&a.0) * v.pow(&exponent(&u))).pow(&b);
    (public, session_key(&u, &shared))
}

pub(crate) fn scrambled(a: &Public, b: &Public) -> [u8; 32] {
    hash(&[&pad(&a.0), &pad(&b.0)])
}

#[expect(clippy::indexing_slicing, reason = "the lengths are those of the algorithms")]
pub(crate) fn session_key(u: &[u8; 32], shared: &BoxedMontyForm) -> SessionKey {
    let pseudorandom = mac(&pad(u), &[&pad(&plain(shared))]).finalize().into_bytes();
    let expanded = mac(&pseudorandom, &[INFO]).finalize().into_bytes();
    let mut key = SessionKey::default();
    key.copy_from_slice(&expanded[..16]);
    key
}

/// Whether this is the proof of somebody who knows the key. Takes the same time for every wrong one.
pub(crate) fn proves(key: &SessionKey, parts: &[&[u8]], proof: &[u8]) -> bool {
    mac(key, parts).verify_slice(proof).is_ok()
}

#[cfg(any(test, feature = "testing"))]
#[cfg(any(test, feature = "testing"))]
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pad_of_a_number_writes_it_as_clients_do() {
        assert_eq!(pad(&[0, 0, 1]), [1]);
        assert_eq!(pad(&[0, 0x80]), [0, 0x80]);
        assert_eq!(pad(&[0, 0]), [0, 0][..1]);
    }

    #[test]
    fn public_value_that_is_zero_modulo_the_prime_is_refused() {
        for hostile in ["", "0", "00", PRIME, &format!("{PRIME}0"), "-1", "xyz", &"f".repeat(768)] {
            assert!(Public::from_hex(hostile).is_none(), "{hostile}");
        }
        assert_eq!(Public::from_hex("00FF").map(|it| it.to_hex()).as_deref(), Some("00ff"));
    }
}
