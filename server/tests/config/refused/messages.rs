//! Where the service is reached, and how its messages leave.

use super::{are_refused, refusal};
use crate::load;

#[test]
fn config_of_text_countries_other_than_codes_or_all_is_refused() {
    are_refused(&[
        (
            "[limits]\ntext_countries = ['DE', 'Germany', '+49']\n",
            &[],
            &["line 2: limits.text_countries: \"Germany\" is no country's code", "\"+49\" is no", "[\"*\"]"],
        ),
        (
            "[limits]\ntext_countries = ['*', 'DE']\n",
            &[],
            &["limits.text_countries: \"*\" is no country's code"],
        ),
    ]);
}

#[test]
fn config_of_a_public_url_must_be_a_bare_origin() {
    const KEY: &str = "line 2: server.public_url: ";
    are_refused(&[
        (
            "[server]\npublic_url = 'http://localhost:3000/id'\n",
            &[],
            &[KEY, "goes on after the host", "https://id.example.com, without path"],
        ),
        ("[server]\npublic_url = 'localhost:3000'\n", &[], &[KEY]),
        ("[server]\npublic_url = 'ftp://localhost'\n", &[], &[KEY, "neither http:// nor https://"]),
        (
            "[server]\nlisten = '3000'\n",
            &[],
            &["line 2: server.listen: \"3000\" is no host and port", "127.0.0.1:3000"],
        ),
        ("[server]\nlisten = 'two words:3000'\n", &[], &["line 2: server.listen: "]),
        (
            "",
            &[("NAMEPLATE_LISTEN", "127.0.0.1:70000")],
            &["environment variable NAMEPLATE_LISTEN: server.listen: "],
        ),
        (
            "",
            &[("NAMEPLATE_PUBLIC_URL", "http://localhost/x")],
            &["environment variable NAMEPLATE_PUBLIC_URL: server.public_url: "],
        ),
        (
            "[server]\npublic_url = 'http://[::]:3000'\n",
            &[],
            &["line 2: server.public_url: \"http://[::]:3000\" is no address that a browser can open"],
        ),
        (
            "[server]\nlisten = '0.0.0.0:3000'\n[mail]\nsmtp_url = 'smtp://localhost'\n",
            &[],
            &["server.public_url: without it the pages are at http://0.0.0.0:3000", "https://id.example.com"],
        ),
        (
            "",
            &[("NAMEPLATE_LISTEN", "[::]:0"), ("NAMEPLATE_SMTP_URL", "smtp://localhost")],
            &["server.public_url: without it the pages are at http://[::]:0", "NAMEPLATE_PUBLIC_URL"],
        ),
        (
            "[server]\ntrusted_proxies = ['10.0.0.0/33']\n",
            &[],
            &["line 2: server.trusted_proxies: ", "10.0.0.0/8"],
        ),
    ]);
}

#[test]
fn config_without_a_mail_server_allows_only_loopback() {
    are_refused(&[
        (
            "",
            &[("NAMEPLATE_PUBLIC_URL", "https://id.example.com")],
            &["mail.smtp_url: https://id.example.com is no loopback address", "NAMEPLATE_SMTP_URL"],
        ),
        (
            "",
            &[("NAMEPLATE_LISTEN", "0.0.0.0:3000")],
            &[
                "http://0.0.0.0:3000, as server.listen says, which no browser can open",
                "NAMEPLATE_PUBLIC_URL",
            ],
        ),
    ]);
    let mail = ("NAMEPLATE_SMTP_URL", "smtps://user:password@mail.example.com");
    let public = load("", &[("NAMEPLATE_PUBLIC_URL", "https://id.example.com"), mail]).unwrap();
    assert!(public.server.public_url.is_https() && public.mail.smtp_url.is_some());
    assert_eq!(public.pool.mail.from, "Nameplate <no-reply@id.example.com>");
    assert!(
        load("", &[("NAMEPLATE_LISTEN", "0.0.0.0:3000"), ("NAMEPLATE_PUBLIC_URL", "http://localhost:3000")])
            .is_ok()
    );
}

#[test]
fn config_of_a_mailbox_token_must_be_long_and_fit_a_url() {
    are_refused(&[
        (
            "[mail]\nmailbox_token = 'abc'\n",
            &[],
            &["line 2: mail.mailbox_token: this can't be the token", "at least 4 letters, digits"],
        ),
        (
            "",
            &[("NAMEPLATE_MAILBOX_TOKEN", "abc")],
            &["environment variable NAMEPLATE_MAILBOX_TOKEN: mail.mailbox_token: "],
        ),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "abcd efgh")], &["NAMEPLATE_MAILBOX_TOKEN"]),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "abcd/efgh")], &["NAMEPLATE_MAILBOX_TOKEN"]),
        ("", &[("NAMEPLATE_MAILBOX_TOKEN", "schlüssel")], &["NAMEPLATE_MAILBOX_TOKEN"]),
    ]);
    assert!(!refusal("[mail]\nmailbox_token = 'hunter2/'\n", &[]).contains("hunter2"));
    let fine = load("", &[("NAMEPLATE_MAILBOX_TOKEN", "a-B_c.~9")]).unwrap();
    assert_eq!(fine.mail.mailbox_token.as_ref().map(|token| token.reveal()), Some("a-B_c.~9"));
    assert!(!format!("{fine:?}").contains("a-B_c.~9"));
    assert!(load("", &[("NAMEPLATE_MAILBOX_TOKEN", "")]).unwrap().mail.mailbox_token.is_none());
}

#[test]
fn config_of_an_unusable_mail_server_is_refused() {
    are_refused(&[
        (
            "[mail]\nsmtp_url = 'http://mail.example.com'\n",
            &[],
            &["line 2: mail.smtp_url: ", "smtps://user:password@mail.example.com"],
        ),
        (
            "[mail]\nsmtp_url = 'smtp://user:password@mail.example.com'\n",
            &[],
            &["line 2: mail.smtp_url: ", "unencrypted"],
        ),
        (
            "[mail]\nsmtp_url = 'smtp://mail.example.com?tls=maybe'\n",
            &[],
            &["line 2: mail.smtp_url: ", "tls=required"],
        ),
        ("[mail]\nfrom = 'nobody'\n", &[], &["line 2: mail.from: ", "Nameplate <no-reply@example.com>"]),
        ("[mail]\nfrom = \"a@b.example\\nBcc: x@y.example\"\n", &[], &["line 2: mail.from: "]),
    ]);
}

#[test]
fn config_of_an_unusable_sms_gateway_is_refused() {
    const TWILIO: &str = "[sms]\nprovider = 'twilio'\n";
    let without = |missing: &str| {
        let keys = [("account", "AC1"), ("token", "x"), ("from", "+12125550123")];
        let given =
            keys.iter().filter(|(key, _)| *key != missing).map(|(key, value)| format!("{key} = '{value}'\n"));
        refusal(&format!("{TWILIO}{}", given.collect::<String>()), &[])
    };
    for (key, right) in
        [("account", "the account's SID"), ("token", "NAMEPLATE_SMS_TOKEN"), ("from", "+12125550123")]
    {
        let said = without(key);
        assert!(
            said.contains(&format!("sms.{key}: ")) && said.contains(right) && said.lines().count() == 1,
            "{said}"
        );
    }
    are_refused(&[
        (
            "[sms]\nprovider = 'pigeon'\n",
            &[],
            &["line 2: sms.provider: ", "\"none\", \"twilio\", \"webhook\""],
        ),
        ("[sms]\nprovider = 'webhook'\n", &[], &["sms.url: it is no address", "NAMEPLATE_SMS_URL"]),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'http://sms.example.com'\n",
            &[],
            &["sms.url: texts would travel unencrypted", "a secret in sms.secret"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'http://sms.example.com'\ntoken = 'x'\n",
            &[],
            &["line 3: sms.url: the token would travel unencrypted"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'https://sms.example.com'\nsecret = 'x'\n",
            &[],
            &["line 4: sms.secret: ", "whsec_"],
        ),
        (
            "[sms]\nprovider = 'webhook'\nurl = 'https://sms.example.com'\nfrom = 'x'\n",
            &[],
            &["line 4: sms.from: ", "\"twilio\""],
        ),
        (
            "",
            &[("NAMEPLATE_SMS_TOKEN", "x")],
            &["environment variable NAMEPLATE_SMS_TOKEN: sms.token: the provider that is set doesn't use it"],
        ),
    ]);
    for wrong in ["http://hunter2.example.com/hunter2", "https://me:hunter2@sms.example.com", "hunter2"] {
        let text =
            format!("[sms]\nprovider = 'webhook'\nurl = '{wrong}'\ntoken = 'hunter2'\nsecret = 'hunter2'\n");
        assert!(!refusal(&text, &[]).contains("hunter2"), "{wrong}");
    }
}
