//! `[sms]`: how text messages leave.

use crate::config::problems::Problems;
use crate::config::values::secret::Secret;
use delivery::{Sms, SmsFault, SmsProvider, SmsSettings, TWILIO};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How text messages leave: codes for phone numbers, and notices to those that are verified. Without a
/// provider a phone number is stored as it is given, can't be verified and signs nobody in; only while mails
/// stay on the development mailbox page, texts do as well.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmsSection {
    /// Who sends them: Twilio (or a service with the same request), or an address of your own that takes a
    /// JSON request.
    pub provider: Provider,
    /// Of Twilio the address without a path, `https://api.twilio.com` by default. Of a webhook where the
    /// request goes: `POST` with `{"id": …, "to": "+12125550123", "text": …}`, answered with any 2xx once the
    /// message is taken. `id` is the same on each attempt; it is also in the headers `Idempotency-Key` and
    /// `Webhook-Id`. 408, 425, 429 and 5xx mean later, for up to three days; so do 401 to 407, 410 and
    /// 415, which are yours to mend and in the log; another 4xx gives the message up.
    pub url: Option<Secret>,
    /// Twilio's account SID, `AC…`.
    pub account: Option<String>,
    /// The SID of a Twilio API key, `SK…`, if `token` is the secret of one and not the account's own.
    pub api_key: Option<String>,
    /// Twilio's auth token; the bearer token of a webhook, which needs none. Better kept in the environment
    /// than in the file.
    pub token: Option<Secret>,
    /// Twilio's sender: a number, a name, or the SID of a messaging service (`MG…`).
    pub from: Option<String>,
    /// Signs the requests of a webhook by Standard Webhooks (`Webhook-Signature`): 24 to 64 bytes in base64,
    /// with or without `whsec_` in front. Better kept in the environment than in the file.
    pub secret: Option<Secret>,
}

/// Who sends text messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub enum Provider {
    None,
    Twilio,
    Webhook,
}

impl Default for SmsSection {
    fn default() -> Self {
        Self {
            provider: Provider::None,
            url: None,
            account: None,
            api_key: None,
            token: None,
            from: None,
            secret: None,
        }
    }
}

impl SmsSection {
    /// Whether there is a way for text messages.
    pub fn is_on(&self) -> bool {
        self.provider != Provider::None
    }

    /// How to reach the gateway. `None`: there is none.
    pub fn settings(&self, problems: &mut Problems<'_>) -> Option<SmsSettings> {
        self.refuse_what_means_nothing(problems);
        let text = |secret: &Option<Secret>| secret.as_ref().map(|secret| secret.reveal().to_owned());
        let provider = match self.provider {
            Provider::None => return None,
            Provider::Twilio => SmsProvider::Twilio {
                base: text(&self.url).unwrap_or_else(|| TWILIO.to_owned()),
                account: self.account.clone().unwrap_or_default(),
                api_key: self.api_key.clone(),
                token: text(&self.token).unwrap_or_default(),
                from: self.from.clone().unwrap_or_default(),
            },
            Provider::Webhook => SmsProvider::Webhook {
                url: text(&self.url).unwrap_or_default(),
                token: text(&self.token),
                secret: text(&self.secret),
            },
        };
        let settings = SmsSettings { provider, extra_roots: None };
        // The texts themselves are never repeated: they are secrets, or may hold some.
        if let Err(fault) = Sms::new(&settings) {
            let (key, right) = right(&fault, self.provider);
            problems.add(key, fault.to_string(), right);
        }
        Some(settings)
    }

    /// A key of another provider was meant to do something, and does nothing.
    fn refuse_what_means_nothing(&self, problems: &mut Problems<'_>) {
        const ALL: [Provider; 2] = [Provider::Twilio, Provider::Webhook];
        let keys = [
            ("url", self.url.is_some(), &ALL[..]),
            ("account", self.account.is_some(), &ALL[..1]),
            ("api_key", self.api_key.is_some(), &ALL[..1]),
            ("token", self.token.is_some(), &ALL[..]),
            ("from", self.from.is_some(), &ALL[..1]),
            ("secret", self.secret.is_some(), &ALL[1..]),
        ];
        for (key, _, of) in keys.into_iter().filter(|(_, given, of)| *given && !of.contains(&self.provider)) {
            let right = match of {
                [Provider::Twilio] => "none, or provider = \"twilio\"",
                [Provider::Webhook] => "none, or provider = \"webhook\"",
                _ => "none, or provider = \"twilio\" or \"webhook\"",
            };
            problems.add(&format!("sms.{key}"), "the provider that is set doesn't use it", right);
        }
    }
}

/// The key that is at fault, and what it should be.
fn right(fault: &SmsFault, provider: Provider) -> (&'static str, &'static str) {
    match fault {
        SmsFault::Url | SmsFault::NotAnOrigin | SmsFault::ClearToken | SmsFault::Tls(_)
            if provider == Provider::Twilio =>
        {
            ("sms.url", "none, or an address such as https://api.twilio.com")
        }
        SmsFault::Url | SmsFault::NotAnOrigin | SmsFault::ClearToken | SmsFault::Tls(_) => {
            ("sms.url", "an address such as https://sms.example.com/send (NAMEPLATE_SMS_URL)")
        }
        SmsFault::Unsigned => (
            "sms.url",
            "an address that begins with https://, or a secret in sms.secret (NAMEPLATE_SMS_SECRET)",
        ),
        SmsFault::Account => ("sms.account", "the account's SID, AC and 32 letters and digits"),
        SmsFault::ApiKey => ("sms.api_key", "none, or the key's SID, SK and 32 letters and digits"),
        SmsFault::Token => ("sms.token", "the provider's token (NAMEPLATE_SMS_TOKEN)"),
        SmsFault::From => {
            ("sms.from", "a number such as \"+12125550123\", a name, or a messaging service's id")
        }
        SmsFault::Secret => {
            ("sms.secret", "whsec_ and the base64 of 24 to 64 random bytes (NAMEPLATE_SMS_SECRET)")
        }
    }
}
