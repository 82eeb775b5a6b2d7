//! The ceremonies of WebAuthn (level 3, section 7), by `webauthn_rp`: what an authenticator is asked, and
//! whether its answer is right. No clock of ours, no store, no account.

use crate::Unavailable;
use crate::passkeys::bounds::PATIENCE;
use serde_json::Value;
use std::num::NonZeroU32;
use store::passkeys::Kept;
use url::{Host, Url};
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

/// The length of a user handle in bytes.
const HANDLE: usize = 32;

type PublicKey = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// Who asks: authenticators keep a passkey for one domain, and browsers say at which address it was used.
#[derive(Debug)]
pub(crate) struct RelyingParty {
    id: RpId,
    origin: String,
}

/// A ceremony that has begun.
#[derive(Debug)]
pub(crate) struct Opened {
    /// What the library has to know when the answer comes.
    pub(crate) state: Vec<u8>,
    /// What the browser is handed.
    pub(crate) options: Value,
}

/// A passkey that an authenticator has just made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) credential: Vec<u8>,
    pub(crate) transports: u8,
    pub(crate) public_key: Vec<u8>,
    pub(crate) state: Vec<u8>,
}

/// What an authenticator has signed.
#[derive(Debug)]
pub(crate) struct Answer(DiscoverableAuthentication<HANDLE>);

impl Answer {
    /// Reads an `AuthenticationResponseJSON`.
    pub(crate) fn parse(json: &str) -> Option<Self> {
        DiscoverableAuthentication::<HANDLE>::from_json_relaxed(json.as_bytes()).ok().map(Self)
    }

    /// Which passkey has answered.
    pub(crate) fn credential(&self) -> Vec<u8> {
        self.0.raw_id().as_ref().to_vec()
    }
}

fn patience() -> NonZeroU32 {
    u32::try_from(PATIENCE.as_millis()).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX)
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> Unavailable {
    Unavailable(Box::new(error))
}

impl RelyingParty {
    /// The one at a public address. A domain, never an IP address (section 5.1.3, step 8).
    pub(crate) fn at(public_url: &str) -> Option<Self> {
        let mut url = Url::parse(public_url).ok()?;
        let loopback = match url.host()? {
            Host::Domain(_) => false,
            Host::Ipv4(address) if address.is_loopback() => true,
            Host::Ipv6(address) if address.to_canonical().is_loopback() => true,
            Host::Ipv4(_) | Host::Ipv6(_) => return None,
        };
        if loopback {
            url.set_host(Some("localhost")).ok()?;
        }
        let id = RpId::Domain(AsciiDomain::try_from(url.host_str()?.to_owned()).ok()?);
        Some(Self { id, origin: url.origin().ascii_serialization() })
    }

    pub(crate) fn domain(&self) -> &str {
        self.id.as_ref()
    }

    /// Asks for a new passkey: one that needs no username beside it, and proves its user each time. An
    /// authenticator that has one of these makes no second one.
    pub(crate) fn ask_for_new(&self, user: [u8; HANDLE], known: &[Kept]) -> Result<Opened, Unavailable> {
        let Ok(user) = UserHandle::<HANDLE>::decode(user);
        let known = known.iter().filter_map(|kept| {
            let id = CredentialId::<Vec<u8>>::decode(kept.credential.clone()).ok()?;
            Some(PublicKeyCredentialDescriptor {
                id,
                transports: AuthTransports::decode(kept.transports).ok()?,
            })
        });
        let entity = PublicKeyCredentialUserEntity::from(&user);
        let mut options = PublicKeyCredentialCreationOptions::passkey(&self.id, entity, known.collect());
        options.timeout = patience();
        // To insist on it would shut out every device that doesn't know it; each sign-in asks for its user
        // anyway.
        options.extensions.cred_protect = CredProtect::None;
        let (state, options) = options.start_ceremony().map_err(fault)?;
        Ok(Opened {
            state: state.encode().map_err(fault)?,
            options: serde_json::to_value(options).map_err(fault)?,
        })
    }

    /// The passkey in a `RegistrationResponseJSON`. `None`: the answer isn't right.
    pub(crate) fn made(&self, state: &[u8], answer: &str) -> Option<Made> {
        let state = RegistrationServerState::<HANDLE>::decode(state).ok()?;
        let answer = Registration::from_json_relaxed(answer.as_bytes()).ok()?;
        let options = RegistrationVerificationOptions::<&str, &str> {
            allowed_origins: &[&self.origin],
            // Authenticators may add some (section 9.4).
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        let made = state.verify(&self.id, &answer, &options).inspect_err(refused).ok()?;
        let (Ok(public_key), Ok(state), Ok(transports)) =
            (made.static_state().encode(), made.dynamic_state().encode(), made.transports().encode());
        Some(Made { credential: made.id().as_ref().to_vec(), transports, public_key, state: state.to_vec() })
    }

    /// Asks for any passkey of this domain. Whose they are is not known yet.
    pub(crate) fn ask_for_any(&self) -> Result<Opened, Unavailable> {
        let mut options = DiscoverableCredentialRequestOptions::passkey(&self.id);
        options.0.timeout = patience();
        let (state, options) = options.start_ceremony().map_err(fault)?;
        Ok(Opened {
            state: state.encode().map_err(fault)?,
            options: serde_json::to_value(options).map_err(fault)?,
        })
    }

    /// Whether this passkey of this user has answered what was asked: what is kept of it from now on. A
    /// signature counter that didn't grow is a refusal: the key may have been copied (section 6.1.1).
    pub(crate) fn proven(
        &self,
        state: &[u8],
        answer: &Answer,
        kept: &Kept,
        user: [u8; HANDLE],
    ) -> Option<Vec<u8>> {
        let state = DiscoverableAuthenticationServerState::decode(state).ok()?;
        let Ok(user) = UserHandle::<HANDLE>::decode(user);
        let public_key =
            StaticState::<PublicKey>::decode(kept.public_key.as_slice()).inspect_err(refused).ok()?;
        let before: [u8; 7] = kept.state.as_slice().try_into().ok()?;
        let before = DynamicState::decode(before).inspect_err(refused).ok()?;
        let mut passkey = AuthenticatedCredential::new(answer.0.raw_id(), &user, public_key, before)
            .inspect_err(refused)
            .ok()?;
        let options = AuthenticationVerificationOptions::<&str, &str> {
            allowed_origins: &[&self.origin],
            error_on_unsolicited_extensions: false,
            ..Default::default()
        };
        state.verify(&self.id, &answer.0, &mut passkey, &options).inspect_err(refused).ok()?;
        let Ok(after) = passkey.dynamic_state().encode();
        Some(after.to_vec())
    }
}

/// A reason may quote what was sent: it is only for operators who ask for it.
fn refused(error: &impl std::fmt::Display) {
    tracing::debug!(%error, "an authenticator's answer was refused");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relying_party_at_a_public_url_has_its_domain_and_origin() {
        let at = |public_url: &str| {
            RelyingParty::at(public_url).map(|party| (party.domain().to_owned(), party.origin))
        };
        for (public_url, domain, origin) in [
            ("https://id.example.com", "id.example.com", "https://id.example.com"),
            ("https://id.example.com:8443/", "id.example.com", "https://id.example.com:8443"),
            ("http://localhost:3000", "localhost", "http://localhost:3000"),
            ("http://127.0.0.1:3000", "localhost", "http://localhost:3000"),
            ("http://[::1]:3000", "localhost", "http://localhost:3000"),
        ] {
            assert_eq!(at(public_url), Some((domain.to_owned(), origin.to_owned())));
        }
        for public_url in ["https://192.0.2.7", "http://[2001:db8::1]:3000"] {
            assert_eq!(at(public_url), None, "an IP address has no passkeys");
        }
    }
}
