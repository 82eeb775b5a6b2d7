//! `[mail]`: how mails leave.

use crate::config::problems::Problems;
use crate::config::values::public_url::PublicUrl;
use crate::config::values::secret::Secret;
use delivery::{Smtp, SmtpFault, SmtpSettings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// How mails leave. Without `smtp_url`, and only on a loopback address, they stay on the development mailbox
/// page, whose address is printed at start. A store that was ever served with a mail server, or at a public
/// address that isn't loopback, has no mailbox again: without `smtp_url` it is refused.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MailSection {
    /// The sender. Without one: the pool's name, no-reply, and the host of the public address.
    pub from: Option<String>,
    /// The mail server: `smtps://user:password@mail.example.com` (TLS, port 465) or
    /// `smtp://user:password@mail.example.com:587?tls=required` (STARTTLS). Special characters in user and
    /// password are percent-encoded. Better kept in the environment than in the file.
    #[schemars(extend("x-env" = "NAMEPLATE_SMTP_URL"))]
    pub smtp_url: Option<Secret>,
    /// The token in the address of the development mailbox, at least 4 letters, digits, `-`, `_`, `.` or `~`.
    /// Without one: a random one, kept in the file `mailbox-token` in the data folder, so that the address
    /// stays the same. For tests.
    #[schemars(extend("x-env" = "NAMEPLATE_MAILBOX_TOKEN"))]
    pub mailbox_token: Option<Secret>,
}

#[expect(
    clippy::derivable_impls,
    reason = "every section says its defaults, so that they are found in one way"
)]
impl Default for MailSection {
    fn default() -> Self {
        Self { from: None, smtp_url: None, mailbox_token: None }
    }
}

const SENDER: &str = "an address, such as \"Nameplate <no-reply@example.com>\"";

impl MailSection {
    pub fn check(&self, from: &str, public_url: &PublicUrl, problems: &mut Problems<'_>) {
        let right = "an address such as smtps://user:password@mail.example.com or smtp://localhost:25";
        if let Some(secret) = &self.smtp_url {
            // The text itself is never repeated: it holds a password.
            match Url::parse(secret.reveal()) {
                Ok(url) if !matches!(url.scheme(), "smtp" | "smtps") => {
                    problems.add(
                        "mail.smtp_url",
                        format!("\"{}\" is not a way to send mail", url.scheme()),
                        right,
                    );
                }
                Ok(url) if url.host_str().is_none_or(str::is_empty) => {
                    problems.add("mail.smtp_url", "it names no mail server", right);
                }
                Ok(_) => self.check_as_sending_does(secret, from, public_url, problems),
                Err(_) => problems.add("mail.smtp_url", "this is no address", right),
            }
        }
        if let Some(from) = &self.from
            && !is_sender(from)
        {
            problems.add("mail.from", "this can't be a sender", SENDER);
        }
        if self.mailbox_token.as_ref().is_some_and(|token| !is_mailbox_token(token.reveal())) {
            // The text itself is never repeated: it opens the mailbox.
            let right = "at least 4 letters, digits, \"-\", \"_\", \".\" or \"~\", or none for a random one";
            problems.add("mail.mailbox_token", "this can't be the token of the development mailbox", right);
        }
    }

    /// What sending itself would refuse at start.
    fn check_as_sending_does(
        &self,
        url: &Secret,
        from: &str,
        public_url: &PublicUrl,
        problems: &mut Problems<'_>,
    ) {
        let settings = SmtpSettings {
            url: url.reveal().into(),
            from: from.into(),
            public_url: public_url.origin().into(),
            extra_roots: None,
        };
        match Smtp::new(&settings) {
            // Said about `from` below, if somebody wrote one.
            Err(SmtpFault::From) if self.from.as_deref().is_some_and(|from| !is_sender(from)) => {}
            Err(SmtpFault::From) => {
                problems.add("mail.from", format!("\"{from}\" can't be a sender"), SENDER);
            }
            Err(problem) => problems.add(
                "mail.smtp_url",
                problem.to_string(),
                "an address such as smtps://user:password@mail.example.com",
            ),
            Ok(_) => {}
        }
    }

    /// The sender of every message.
    pub fn sender(&self, name: &str, host: &str) -> String {
        self.from.clone().unwrap_or_else(|| {
            // Only a plain name goes without quotes into a header (RFC 5322, `atom`).
            let plain = name.chars().all(|c| c.is_alphanumeric() || c == ' ' || c == '-');
            if plain {
                format!("{name} <no-reply@{host}>")
            } else {
                format!("\"{}\" <no-reply@{host}>", name.replace(['"', '\\'], ""))
            }
        })
    }
}

/// Long enough to mean something, and the same in an address and in a cookie (RFC 3986, section 2.3).
pub fn is_mailbox_token(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.~".contains(&it))
}

fn is_sender(text: &str) -> bool {
    let address = match text.trim().strip_suffix('>') {
        Some(rest) => rest.rsplit_once('<').map_or("", |(_, address)| address),
        None => text.trim(),
    };
    // A mail server's own name may be a single word, as `localhost` is.
    let shaped = address
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    shaped && !text.chars().any(char::is_control) && !address.contains(char::is_whitespace)
}
