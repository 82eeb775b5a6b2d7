//! Codes of authenticator apps (RFC 6238): six digits, a new one every 30 seconds, HMAC-SHA-1, which is what
//! every app computes. The codes of the steps before and after count too, for clocks that are not quite
//! right.

use crate::Context;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use nameplate_core::identity::UserId;
use nameplate_core::keys::Purpose;
use nameplate_core::settings::Settings;
use store::StoreError;
use totp_rs::{Algorithm, Builder, Totp};

const DIGITS: u8 = 6;
const STEP: u64 = 30;
const SKEW: u16 = 1;
/// As RFC 4226 recommends.
const SECRET: usize = 20;

/// What an app is told, once.
#[derive(Clone, PartialEq, Eq)]
pub struct AppSecret {
    /// In Base32, to be typed.
    pub text: String,
    /// To be scanned: `otpauth://totp/…`.
    pub uri: String,
}

impl std::fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

/// An app as the service knows it.
pub(crate) struct App(Totp);

impl App {
    pub(crate) fn generate(entropy: &dyn Entropy) -> Self {
        Self::of(&entropy.bytes::<SECRET>())
    }

    fn of(secret: &[u8]) -> Self {
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_skew(SKEW);
        // What the strict builder refuses is checked by the constants above.
        Self(totp.with_secret(secret.to_vec()).build_noncompliant())
    }

    /// Opens what [`App::sealed`] made for this account.
    pub(crate) fn open(ctx: &Context, user: UserId, sealed: &[u8]) -> Result<Self, StoreError> {
        let secret =
            ctx.keys.open(Purpose::Factors, sealed, &context(user)).map_err(StoreError::unreadable)?;
        Ok(Self::of(&secret))
    }

    pub(crate) fn sealed(&self, ctx: &Context, user: UserId) -> Vec<u8> {
        ctx.keys.seal(Purpose::Factors, self.0.secret().as_bytes(), &context(user), &*ctx.entropy)
    }

    /// The time step that this code belongs to, if it is one of now.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let step = self.0.check(code, u64::try_from(now.secs()).unwrap_or_default())?;
        i64::try_from(step).ok()
    }

    /// What the app is told about itself: whose it is, and at which service.
    pub(crate) fn secret(&self, settings: &Settings, username: &str) -> Result<AppSecret, StoreError> {
        // The label's two halves stand at a colon.
        let plain = |text: &str| text.replace(':', " ");
        let named = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP)
            .with_secret(self.0.secret().as_bytes().to_vec())
            .with_account_name(plain(username))
            .with_issuer(Some(plain(&settings.name)))
            .build()
            .map_err(StoreError::unreadable)?;
        Ok(AppSecret {
            text: self.0.secret().to_base32(),
            uri: named.to_url().map_err(StoreError::unreadable)?,
        })
    }

    /// What the app shows at that moment.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn shows(&self, at: Timestamp) -> String {
        self.0.generate(u64::try_from(at.secs()).unwrap_or_default()).to_string()
    }
}

/// A sealed secret belongs to one account: under another it can't be opened.
pub(crate) fn context(user: UserId) -> Vec<u8> {
    format!("app of {}", user.0).into_bytes()
}

/// What an app with this secret, as it is typed, shows at that moment.
#[cfg(any(test, feature = "testing"))]
pub fn shown_by(secret: &str, at: Timestamp) -> Option<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).ok()?;
    Some(App::of(secret.as_bytes()).shows(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn app_codes_are_those_of_rfc_6238() {
        // RFC 6238, appendix B, the last six of its eight digits.
        let app = App::of(b"12345678901234567890");
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            assert_eq!(app.shows(at(seconds)), code);
            assert_eq!(app.step_of(code, at(seconds)), Some(seconds / 30));
        }
    }

    #[test]
    fn step_of_code_tolerates_one_step_of_skew_but_not_two() {
        let app = App::of(b"12345678901234567890");
        let code = app.shows(at(3000));
        for (seconds, step) in
            [(2969, None), (2970, Some(100)), (3000, Some(100)), (3059, Some(100)), (3060, None)]
        {
            assert_eq!(app.step_of(&code, at(seconds)), step, "{seconds}");
        }
    }

    #[test]
    fn app_secret_names_the_service_and_the_username() {
        let settings = Settings { name: "Acme: accounts".into(), ..Settings::default() };
        let secret = App::of(b"12345678901234567890").secret(&settings, "jdoe").unwrap();
        assert_eq!(secret.text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            secret.uri.starts_with(
                "otpauth://totp/Acme%20%20accounts:jdoe?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            ),
            "{}",
            secret.uri
        );
        assert_eq!(format!("{secret:?}"), "AppSecret(…)");
    }
}
