//! How messages leave: by mail server and gateway, or into the development mailbox.

use super::error::ServeError;
use crate::config::{Config, Secret, is_mailbox_token};
use crate::mailbox::DevMailbox;
use crate::mailbox::token::kept_token;
use crate::output::print_line;
use accounts::{Entropy, SystemEntropy};
use delivery::{Arrival, Mailbox, Sms, Smtp, SmtpSettings, Transport};

/// How messages leave, and the mailbox that they stay in while there is no mail server.
pub fn set_up(config: &Config) -> Result<(Transport, Option<DevMailbox>), ServeError> {
    let (transport, mailbox) = transport(config)?;
    let mailbox = match mailbox {
        Some(mailbox) => Some(DevMailbox { mailbox, token: mailbox_token(config)? }),
        None => None,
    };
    Ok((transport, mailbox))
}

fn transport(config: &Config) -> Result<(Transport, Option<Mailbox>), ServeError> {
    let sms = config.mail.sms.as_ref().map(Sms::new).transpose()?;
    let Some(url) = &config.mail.smtp_url else {
        let mailbox = Mailbox::new(|Arrival { to, subject, medium }| {
            print_line(&format!("{} to {to}: {subject}", medium.as_str()));
        });
        let transport = match sms {
            Some(sms) => Transport::MailboxAndSms(mailbox.clone(), sms),
            None => Transport::Mailbox(mailbox.clone()),
        };
        return Ok((transport, Some(mailbox)));
    };
    let settings = SmtpSettings {
        url: url.reveal().to_owned(),
        from: config.pool.mail.from.clone(),
        public_url: config.pool.public_url.clone(),
        extra_roots: None,
    };
    let smtp = Smtp::new(&settings)?;
    Ok((
        sms.map_or_else(|| Transport::Smtp(smtp.clone()), |sms| Transport::SmtpAndSms(smtp.clone(), sms)),
        None,
    ))
}

/// The token of the development mailbox: the configured one, else the one in the data folder, which is made
/// if it is not there.
fn mailbox_token(config: &Config) -> Result<Secret, ServeError> {
    if let Some(token) = &config.mail.mailbox_token {
        return Ok(token.clone());
    }
    let path = config.server.mailbox_token_file();
    let text = kept_token(&path, || (&SystemEntropy as &dyn Entropy).token());
    let text = text.map_err(|fault| ServeError::MailboxToken { path: path.display().to_string(), fault })?;
    let token = text.trim();
    if is_mailbox_token(token) {
        Ok(Secret::new(token))
    } else {
        Err(ServeError::NoMailboxToken(path.display().to_string()))
    }
}
