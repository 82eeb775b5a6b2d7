//! What surrounds the store: the configuration, the data folder, the mail server, the address.

use super::finding::Finding;
use crate::config::{Config, ServerConfig};
use crate::lifecycle::store::without_mailbox;
use delivery::{Reason, SendError, Smtp, SmtpSettings};
use nameplate_core::country::{Countries, Country};
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// What strange settings there are. One that is wrong is refused before anything is looked at.
pub fn configuration(config: &Config) -> Vec<Finding> {
    const WHAT: &str = "configuration";
    let source = match &config.file {
        Some(path) => format!("{} is right", path.display()),
        None => "there is no configuration file, and none is needed".to_owned(),
    };
    let strange = config
        .warnings
        .iter()
        .map(|warning| Finding::look(WHAT, warning, "correct its name, or take it away"));
    std::iter::once(Finding::ok(WHAT, source)).chain(strange).collect()
}

/// Who besides their owner may open the folder and what is in it.
pub fn folder(server: &ServerConfig) -> Vec<Finding> {
    const WHAT: &str = "data folder";
    let data = &server.data;
    let shown = data.display();
    let Some(mode) = mode(data) else {
        return vec![Finding::look(
            WHAT,
            format!("{shown} is not there yet"),
            "that is well, it is made when nameplate first starts",
        )];
    };
    if !data.is_dir() {
        return vec![Finding::wrong(
            WHAT,
            format!("{shown} is no folder"),
            "take it away, or name another one in server.data",
        )];
    }
    let mut findings = Vec::new();
    if mode & 0o077 != 0 {
        findings.push(Finding::look(
            WHAT,
            format!("others may look into {shown} (mode {mode:04o})"),
            format!("chmod 700 {shown}"),
        ));
    }
    for file in [server.key_file(), server.database(), server.mailbox_token_file()] {
        let shown = file.display();
        if let Some(mode) = self::mode(&file).filter(|mode| mode & 0o077 != 0) {
            findings.push(Finding::wrong(
                WHAT,
                format!("{shown} is open to others (mode {mode:04o})"),
                format!("chmod 600 {shown}"),
            ));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(WHAT, format!("{shown} is for its owner alone")));
    }
    findings
}

fn mode(path: &Path) -> Option<u32> {
    fs::metadata(path).ok().map(|it| it.permissions().mode() & 0o7777)
}

/// Whether mail would leave. Nothing is sent. A store that was served for real is refused where none would.
pub async fn mail(config: &Config, production: bool) -> Finding {
    const WHAT: &str = "mail";
    let Some(url) = &config.mail.smtp_url else {
        if production {
            let says = "there is no mail server, and the store was served with one or at a public address: it has no development mailbox";
            return Finding::wrong(WHAT, says, without_mailbox(&config.server));
        }
        return Finding::look(
            WHAT,
            "messages stay in the development mailbox, and none is sent",
            "for others than yourself set mail.smtp_url (NAMEPLATE_SMTP_URL)",
        );
    };
    let settings = SmtpSettings {
        url: url.reveal().to_owned(),
        from: config.pool.mail.from.clone(),
        public_url: config.pool.public_url.clone(),
        extra_roots: None,
    };
    let smtp = match Smtp::new(&settings) {
        Ok(smtp) => smtp,
        Err(fault) => return refused_mail(&fault),
    };
    match smtp.check().await {
        Ok(()) => Finding::ok(WHAT, format!("the mail server takes us in, and mails from {}", settings.from)),
        Err(SendError::AboutUs(Reason::Answer(answer))) if answer.is_about_sender() => Finding::wrong(
            WHAT,
            format!("the mail server takes no mails from {} ({answer})", smtp.sender()),
            "set mail.from to an address that this sign-in may send from, or let the server allow it; messages wait for three days meanwhile",
        ),
        Err(error) => refused_mail(&error),
    }
}

/// Where text messages would go that strangers ask for.
pub fn texts(config: &Config) -> Option<Finding> {
    const WHAT: &str = "text messages";
    let home = || Countries::Only(Country::at_home(&config.pool.country_code));
    let told = match (config.pool.texts, &config.pool.limits.text_countries) {
        (false, _) => return None,
        (true, Some(Countries::All)) => {
            let says = "whoever isn't signed in may have them sent to numbers of all countries";
            return Some(Finding::look(
                WHAT,
                says,
                "name the countries that you need in limits.text_countries",
            ));
        }
        (true, Some(named)) => format!("sign-ups are sent to {named} (limits.text_countries)"),
        (true, None) => format!(
            "sign-ups are sent to {}, and to the countries of numbers that accounts had before this was asked (limits.text_countries)",
            home()
        ),
    };
    Some(Finding::ok(WHAT, told))
}

fn refused_mail(error: &dyn Error) -> Finding {
    Finding::wrong(
        "mail",
        format!("the mail server doesn't take us in ({error})"),
        "look at mail.smtp_url (NAMEPLATE_SMTP_URL); messages wait for three days meanwhile",
    )
}

/// The address that people type, and the one that is listened on.
pub async fn address(server: &ServerConfig) -> [Finding; 2] {
    const WHAT: &str = "public address";
    let url = &server.public_url;
    let public = match (url.is_https(), url.is_loopback()) {
        (true, _) => Finding::ok(WHAT, format!("{url}, by TLS")),
        (false, true) => Finding::ok(WHAT, format!("{url}, for this machine alone")),
        (false, false) => Finding::wrong(
            WHAT,
            format!("{url} has no TLS: whoever is on the way reads passwords"),
            "put a proxy with a certificate in front, and set server.public_url to its https:// address",
        ),
    };
    [public, port(&server.listen).await]
}

/// Whose word about the visitors' addresses is believed. Who speaks TLS for us must be among them.
pub fn proxies(server: &ServerConfig) -> Finding {
    const WHAT: &str = "proxies";
    let trusted = &server.trusted_proxies;
    if trusted.iter().any(|network| network.prefix_len() == 0) {
        return Finding::wrong(
            WHAT,
            "every address is in server.trusted_proxies, so every visitor may make up where they come from",
            "name the addresses of your proxies alone (NAMEPLATE_TRUSTED_PROXIES)",
        );
    }
    if trusted.is_empty() && server.public_url.is_https() {
        return Finding::look(
            WHAT,
            "a proxy speaks TLS for us, and none is in server.trusted_proxies: all its visitors share the limits of one network",
            "name its address, such as 127.0.0.1 (NAMEPLATE_TRUSTED_PROXIES), and let it send X-Forwarded-For",
        );
    }
    let all: Vec<_> = trusted.iter().map(ToString::to_string).collect();
    match all.is_empty() {
        true => Finding::ok(WHAT, "none is trusted, so visitors are who connects"),
        false => Finding::ok(WHAT, format!("X-Forwarded-For is believed from {}", all.join(", "))),
    }
}

async fn port(listen: &str) -> Finding {
    const WHAT: &str = "port";
    if listen.ends_with(":0") {
        return Finding::ok(WHAT, format!("{listen}: whichever is free"));
    }
    // Who listens everywhere listens here too.
    let here = listen.replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
    if let Ok(Ok(stream)) = timeout(Duration::from_secs(2), TcpStream::connect(&here)).await {
        return match timeout(Duration::from_secs(5), is_ours(stream, &here)).await {
            Ok(Ok(true)) => Finding::ok(WHAT, format!("nameplate serves at {listen}")),
            _ => Finding::wrong(
                WHAT,
                format!("another program has {listen}"),
                "stop it, or choose another port in server.listen",
            ),
        };
    }
    match TcpListener::bind(listen).await {
        Ok(_) => Finding::ok(WHAT, format!("{listen} is free; nameplate is not running there")),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Finding::wrong(
            WHAT,
            format!("{listen} is not for everybody to listen on ({error})"),
            "choose a port above 1023 in server.listen, with a proxy in front of it",
        ),
        Err(error) => Finding::wrong(
            WHAT,
            format!("{listen} can't be listened on ({error})"),
            "choose an address of this machine in server.listen",
        ),
    }
}

/// Whether what answers there answers as we do.
async fn is_ours(mut stream: TcpStream, host: &str) -> std::io::Result<bool> {
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).await?;
    Ok(answer.ends_with(b"\r\n\r\nok\n"))
}
