//! What a gateway's refusal is about: the number, us, or the moment.

use crate::parcel::{Answer, Reason, SendError, Words};
use hyper::StatusCode;
use serde::Deserialize;

/// What Twilio says in the body of a refusal.
#[derive(Debug, Default, Deserialize)]
pub struct TwilioError {
    code: Option<u32>,
    #[serde(default)]
    message: String,
}

impl TwilioError {
    /// Reads a body, as far as it can be read.
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Whether the number is at fault: it is none, or wants no messages. Everything else that Twilio refuses
    /// with 400 is ours: the sender, a country that isn't switched on, an account without money.
    fn names_recipient(&self) -> bool {
        // https://www.twilio.com/docs/api/errors: invalid, unreachable, no mobile number, unsubscribed.
        self.code.is_none_or(|code| {
            matches!(code, 21211 | 21214 | 21217 | 21401 | 21407 | 21421 | 21610 | 21614 | 21635)
        })
    }
}

/// What an answer means for the message (RFC 9110, section 15). `twilio`: what stands in its body.
pub fn verdict(status: StatusCode, twilio: Option<&TwilioError>, number: &str) -> Result<(), SendError> {
    let words = twilio.map(|it| {
        let code = it.code.map(|code| format!("{code} ")).unwrap_or_default();
        Words::new(&format!("{code}{}", it.message), "", number)
    });
    let reason =
        Reason::Answer(Answer { to: None, status: status.as_u16(), words: words.unwrap_or_default() });
    match status.as_u16() {
        200..=299 => Ok(()),
        // Not now: too long, too early, too often.
        408 | 425 | 429 => Err(SendError::Later(reason)),
        // A wrong token, address or form, or no money left.
        401..=407 | 410 | 415 => Err(SendError::AboutUs(reason)),
        400..=499 if twilio.is_none_or(TwilioError::names_recipient) => Err(SendError::Never(reason)),
        400..=499 => Err(SendError::AboutUs(reason)),
        _ => Err(SendError::Later(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    enum Told {
        Sent,
        Later,
        AboutUs,
        Never,
    }

    fn told(status: u16, twilio: Option<&str>) -> Told {
        let error = twilio.map(|body| TwilioError::read(body.as_bytes()));
        match verdict(StatusCode::from_u16(status).unwrap(), error.as_ref(), "+12128601234") {
            Ok(()) => Told::Sent,
            Err(SendError::Later(_)) => Told::Later,
            Err(SendError::AboutUs(_)) => Told::AboutUs,
            Err(SendError::Never(_)) => Told::Never,
        }
    }

    #[test]
    fn verdict_of_a_webhook_follows_its_status() {
        for status in [200, 201, 202, 204] {
            assert_eq!(told(status, None), Told::Sent, "{status}");
        }
        for status in [302, 408, 425, 429, 500, 502, 503] {
            assert_eq!(told(status, None), Told::Later, "{status}");
        }
        for status in [401, 402, 403, 404, 405, 406, 407, 410, 415] {
            assert_eq!(told(status, None), Told::AboutUs, "{status}");
        }
        for status in [400, 409, 413, 422] {
            assert_eq!(told(status, None), Told::Never, "{status}");
        }
    }

    #[test]
    fn verdict_of_twilio_is_about_the_number_only_where_its_code_says_so() {
        for (code, expected) in [
            (21211, Told::Never),   // the number is none
            (21610, Told::Never),   // its owner wants no messages
            (21614, Told::Never),   // no mobile phone
            (21212, Told::AboutUs), // the sender is none
            (21408, Told::AboutUs), // the country isn't switched on
            (21606, Told::AboutUs), // the sender may not send texts
            (21608, Told::AboutUs), // a trial account
            (63038, Told::AboutUs), // the day's messages are used up
        ] {
            let body = format!(r#"{{"code": {code}, "message": "no", "status": 400}}"#);
            assert_eq!(told(400, Some(&body)), expected, "{code}");
            assert_eq!(told(401, Some(&body)), Told::AboutUs);
            assert_eq!(told(429, Some(&body)), Told::Later);
        }
        assert_eq!(told(400, Some("no JSON")), Told::Never);
    }
}
