//! What a mail server's refusal is about: the recipient, us, or the moment.

use crate::parcel::{Answer, Reason, SendError, Step, Words};
use lettre::transport::smtp::Error as SmtpError;
use std::error::Error as _;

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// It will not do now (RFC 5321, section 4.2.1, 4yz).
    TheMoment,
    /// We may not do this: who we are, what we are called, or what we send is not wanted. The operator's to
    /// mend.
    Us,
    /// The person's address: it is none.
    TheRecipient,
}

/// An enhanced status code without its class (RFC 3463).
type Enhanced = (u16, u16);

/// What to make of a refusal. `sender` and `recipient` are those of the mail: of addresses, only the former is
/// logged.
pub fn refusal(step: Step, error: &SmtpError, sender: &str, recipient: &str) -> SendError {
    let Some(status) = error.status().map(u16::from) else {
        return SendError::Later(match step {
            Step::Connect => Reason::Connection(error.to_string()),
            Step::Sender | Step::Recipient | Step::Message => Reason::Silence,
        });
    };
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let words = Words::new(&said, sender, recipient);
    let about = about(step, status, &words);
    let reason = Reason::Answer(Answer { to: Some(step), status, words });
    match about {
        About::TheMoment => SendError::Later(reason),
        About::Us => SendError::AboutUs(reason),
        About::TheRecipient => SendError::Never(reason),
    }
}

fn about(step: Step, status: u16, words: &Words) -> About {
    let final_answer = status >= 500;
    let enhanced = enhanced(status, words.as_str());
    match (step, enhanced) {
        // Whatever its reason: nobody's address was named yet but our own.
        (Step::Sender, _) => About::Us,
        // The sender's address is malformed, or its domain isn't known.
        (Step::Recipient | Step::Message, Some((1, 7 | 8))) => About::Us,
        _ if !final_answer => About::TheMoment,
        // Sign-in, encryption.
        (Step::Connect, _) => About::Us,
        // The address, or the mailbox behind it.
        (Step::Recipient | Step::Message, Some((1 | 2, _))) => About::TheRecipient,
        (Step::Recipient, Some((0, _)) | None) if names_recipient(status, words.as_str()) => {
            About::TheRecipient
        }
        (Step::Recipient | Step::Message, _) => About::Us,
    }
}

/// The enhanced status code, wherever it stands: some servers put it at the end, as `(#5.7.1)`.
fn enhanced(status: u16, words: &str) -> Option<Enhanced> {
    words.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        let mut numbers = word.split('.').map(|number| number.parse::<u16>().ok());
        match (numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()) {
            (class, subject, detail, None) if class == status / 100 => Some((subject, detail)),
            _ => None,
        }
    })
}

/// Of a server that doesn't give enhanced codes: whether `RCPT` was refused because of the address. The
/// numbers for "no such mailbox" stand for "not from you" as well (RFC 5321, section 4.2.3), so the words
/// decide.
fn names_recipient(status: u16, words: &str) -> bool {
    const ABOUT_US: [&str; 18] = [
        "relay",
        "rcpthosts",
        "sender",
        "authenti",
        "authoriz",
        "authoris",
        "log in",
        "login",
        "policy",
        "prohibit",
        "permitted",
        "denied",
        "block",
        "blacklist",
        "spam",
        "reputation",
        "helo",
        "spf",
    ];
    let words = words.to_lowercase();
    // 556: the domain takes no mail at all (RFC 7504).
    matches!(status, 550 | 551 | 553 | 556) && !ABOUT_US.iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn about_is_the_recipient_only_where_the_server_says_so() {
        use About::{TheMoment, TheRecipient, Us};
        use Step::{Connect, Message, Recipient, Sender};
        for (step, status, words, expected) in [
            (Sender, 553, "5.7.1 sender not owned by user", Us),
            (Sender, 550, "5.1.1 no such user", Us),
            (Sender, 501, "5.1.7 bad sender address syntax", Us),
            (Sender, 550, "who are you?", Us),
            (Sender, 530, "5.7.0 must issue a STARTTLS command first", Us),
            (Sender, 451, "4.3.0 try again", Us),
            (Connect, 535, "5.7.8 authentication failed", Us),
            (Connect, 554, "no SMTP service here", Us),
            (Connect, 421, "4.3.2 too many connections", TheMoment),
            (Recipient, 550, "5.1.1 user unknown", TheRecipient),
            (Recipient, 550, "5.1.2 host unknown", TheRecipient),
            (Recipient, 553, "5.1.3 bad recipient address syntax", TheRecipient),
            (Recipient, 550, "5.1.6 recipient has moved", TheRecipient),
            (Recipient, 556, "5.1.10 null MX", TheRecipient),
            (Recipient, 550, "5.2.1 mailbox disabled", TheRecipient),
            (Recipient, 552, "5.2.2 mailbox full", TheRecipient),
            (Recipient, 550, "5.1.7 bad sender address syntax", Us),
            (Recipient, 553, "5.1.8 domain of the sender does not exist", Us),
            (Recipient, 450, "4.1.8 domain of the sender not found", Us),
            (Recipient, 550, "5.7.1 relaying denied", Us),
            (Recipient, 553, "5.7.1 sender address rejected: not owned by user", Us),
            (Recipient, 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Us),
            (Recipient, 550, "sorry, no mailbox here by that name. (#5.1.1)", TheRecipient),
            (Recipient, 550, "5.7.26 unauthenticated mail is not accepted", Us),
            (Recipient, 554, "5.4.6 mail loops", Us),
            (Recipient, 550, "no such user here", TheRecipient),
            (Recipient, 550, "5.0.0 user unknown", TheRecipient),
            (Recipient, 551, "user not local", TheRecipient),
            (Recipient, 550, "relay not permitted", Us),
            (Recipient, 550, "Administrative prohibition", Us),
            (Recipient, 550, "Sender verify failed", Us),
            (Recipient, 554, "Relay access denied", Us),
            (Recipient, 530, "authentication required", Us),
            (Recipient, 503, "bad sequence of commands", Us),
            (Recipient, 450, "4.2.1 mailbox busy", TheMoment),
            (Recipient, 451, "4.7.1 greylisted", TheMoment),
            (Message, 550, "5.1.1 user unknown", TheRecipient),
            (Message, 550, "5.7.1 message refused by policy", Us),
            (Message, 554, "5.6.0 we don't like it", Us),
            (Message, 554, "not this one", Us),
            (Message, 550, "not this one", Us),
            (Message, 452, "4.3.1 no room", TheMoment),
            // Another class than the answer's is no code: the address of a machine, a version.
            (Recipient, 550, "no such user, says 10.1.1 of 4.7.1", TheRecipient),
        ] {
            let told = about(step, status, &Words::new(words, "a@b.example", "me@domain.com"));
            assert_eq!(told, expected, "{step:?} {status} {words}");
        }
    }
}
