//! An authenticator in software: it makes passkeys (ES256), and answers with them as a browser would hand it
//! on.
#![expect(clippy::indexing_slicing, reason = "a test that can't be set up has failed")]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const KEY_INCLUDED: u8 = 1 << 6;

/// A passkey that it holds.
#[derive(Debug, Clone)]
struct Held {
    id: Vec<u8>,
    pkcs8: Vec<u8>,
    domain: String,
    user: String,
}

/// The device of one person, and the browser in front of it. A clone is a copy of its keys.
#[derive(Debug, Clone)]
pub struct Authenticator {
    /// The address of the page, as the browser tells it.
    origin: String,
    /// Whether it makes sure who uses it.
    verifies: bool,
    /// How often it has signed, if it counts.
    counter: u32,
    counts: bool,
    held: Vec<Held>,
}

#[expect(clippy::expect_used, reason = "a test that can't be set up has failed")]
impl Authenticator {
    /// A new one, before a page at this address.
    pub fn at(origin: &str) -> Self {
        Self { origin: origin.to_owned(), verifies: true, counter: 0, counts: false, held: Vec::new() }
    }

    /// The same in front of a page at another address.
    #[must_use]
    pub fn fooled_by(self, origin: &str) -> Self {
        Self { origin: origin.to_owned(), ..self }
    }

    /// One that lets anybody use it.
    #[must_use]
    pub fn careless(self) -> Self {
        Self { verifies: false, ..self }
    }

    /// One that counts how often it has signed.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { counts: true, ..self }
    }

    /// `navigator.credentials.create`: a `RegistrationResponseJSON`. `None`: it has one of the excluded
    /// passkeys.
    pub fn create(&mut self, options: &str) -> Option<String> {
        let options: Value = serde_json::from_str(options).expect("options");
        let excluded = options["excludeCredentials"].as_array().into_iter().flatten();
        let excluded: Vec<_> = excluded.map(|it| bytes(&it["id"])).collect();
        if self.held.iter().any(|held| excluded.contains(&held.id)) {
            return None;
        }
        let (random, mut id) = (SystemRandom::new(), vec![0; 32]);
        random.fill(&mut id).expect("random bytes");
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random)
            .expect("a key");
        let held = Held {
            id,
            pkcs8: pkcs8.as_ref().to_vec(),
            domain: text(&options["rp"]["id"]),
            user: text(&options["user"]["id"]),
        };
        let mut data = self.data(&held.domain, KEY_INCLUDED);
        data.extend([0; 16]);
        data.extend(u16::try_from(held.id.len()).expect("a short id").to_be_bytes());
        data.extend(&held.id);
        // A COSE key: kty 2 (EC2), alg -7 (ES256), crv 1 (P-256), x, y (RFC 9053).
        let point = &pair.public_key().as_ref()[1..];
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[..32]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[32..]);
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        attestation.push(u8::try_from(data.len()).expect("less than 256 bytes"));
        attestation.extend(&data);
        let id = encoded(&held.id);
        let answer = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(self.client_data("webauthn.create", &options).as_bytes()),
                "attestationObject": encoded(&attestation),
                "transports": ["internal"],
            },
        });
        self.held.push(held);
        Some(answer.to_string())
    }

    /// `navigator.credentials.get`, with the newest passkey for that domain: an `AuthenticationResponseJSON`.
    /// `None`: it holds none.
    pub fn get(&mut self, options: &str) -> Option<String> {
        let options: Value = serde_json::from_str(options).expect("options");
        let domain = text(&options["rpId"]);
        let held = self.held.iter().rev().find(|held| held.domain == domain)?.clone();
        self.counter += u32::from(self.counts);
        let (data, client_data) = (self.data(&domain, 0), self.client_data("webauthn.get", &options));
        let random = SystemRandom::new();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &held.pkcs8, &random).expect("a key");
        let signed = [data.as_slice(), &Sha256::digest(client_data.as_bytes())].concat();
        let signature = pair.sign(&random, &signed).expect("a signature");
        let id = encoded(&held.id);
        let answer = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encoded(client_data.as_bytes()),
                "authenticatorData": encoded(&data),
                "signature": encoded(signature.as_ref()),
                "userHandle": held.user,
            },
        });
        Some(answer.to_string())
    }

    /// The authenticator data (WebAuthn level 3, section 6.1), as far as it is the same for both.
    fn data(&self, domain: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(domain.as_bytes()).to_vec();
        data.push(USER_PRESENT | verified | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, what: &str, options: &Value) -> String {
        json!({"type": what, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false})
            .to_string()
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap_or_default()).unwrap_or_default()
}
