//! Every message as people read it, compared with `preview/`. After a wanted change: `UPDATE_EXPECT=1 cargo
//! test -p nameplate-delivery`, and look at the difference.

use delivery::{Asked, ContactChange, Message, MessageKind, Preview, Service, preview, write};
use expect_test::expect_file;
use model::DeliveryMedium;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identity::Origin;
use nameplate_core::settings::Settings;
use std::collections::BTreeSet;
use std::fs;

const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

fn settings() -> Settings {
    Settings { public_url: "https://id.example.com".to_owned(), ..Settings::default() }
}

fn previews() -> Vec<Preview> {
    preview(&settings()).unwrap()
}

/// The samples of one kind of message.
fn previews_of(kind: MessageKind) -> Vec<Preview> {
    let found: Vec<_> = previews().into_iter().filter(|it| it.kind == kind).collect();
    assert!(!found.is_empty(), "{kind:?}");
    found
}

fn asked(username: &str) -> Asked {
    let origin = Origin::new([192, 0, 2, 7].into(), "curl/8");
    Asked::new(Some(username), Timestamp(1_795_356_120_000), &origin)
}

/// The four templates that pick the words of a message, and what its own files end with.
const PARTS: [(&str, &str); 4] = [
    (include_str!("../../templates/en/subject.txt"), "subject.txt"),
    (include_str!("../../templates/en/sms.txt"), "sms.txt"),
    (include_str!("../../templates/en/letter.txt"), "txt"),
    (include_str!("../../templates/en/letter.html"), "html"),
];

#[test]
fn templates_of_every_kind_are_picked_by_its_name() {
    for kind in MessageKind::ALL {
        for (picks, end) in PARTS {
            let start = format!("{{%- when Message::{kind:?} {{ ");
            let line = picks.lines().find(|line| line.starts_with(&start)).unwrap();
            let own = format!("{{% include \"en/{}.{end}\" %}}", kind.as_str());
            assert!(line.ends_with(&own), "{own} is not in: {line}");
        }
    }
}

#[test]
fn templates_folder_holds_the_files_of_every_kind_and_no_others() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/templates/en");
    let found: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains('.'))
        .collect();
    let shared = ["README.md", "letter.html", "letter.txt", "sms.txt", "subject.txt"].map(str::to_owned);
    let own = MessageKind::ALL
        .into_iter()
        .flat_map(|kind| PARTS.map(|(_, end)| format!("{}.{end}", kind.as_str())));
    assert_eq!(found, own.chain(shared).collect());
}

#[test]
fn message_of_every_kind_matches_the_approved_text() {
    for Preview { name, subject, text, html, .. } in MessageKind::ALL.into_iter().flat_map(previews_of) {
        expect_file![format!("preview/{name}.txt")].assert_eq(&format!("Subject: {subject}\n\n{text}\n"));
        if !html.is_empty() {
            expect_file![format!("preview/{name}.html")].assert_eq(&format!("{html}\n"));
        }
    }
}

#[test]
fn code_in_a_message_is_one_string_and_never_in_the_subject() {
    for kind in MessageKind::ALL.into_iter().filter(|kind| kind.carries_code()) {
        for Preview { name, subject, text, html, .. } in previews_of(kind) {
            assert!(!subject.contains("418207"), "{name}");
            assert!(text.contains("418207"), "{name}");
            assert!(html.is_empty() || html.contains(r#"<p class="digits">418207</p>"#), "{name}");
        }
    }
}

#[test]
fn message_of_a_kind_without_code_holds_none() {
    for kind in MessageKind::ALL.into_iter().filter(|kind| !kind.carries_code()) {
        for Preview { name, text, html, .. } in previews_of(kind) {
            assert!(!text.contains("418207") && !html.contains("418207"), "{name}");
        }
    }
}

#[test]
fn text_message_with_a_code_fits_one_gsm_message() {
    for kind in MessageKind::ALL {
        for Preview { name, text, .. } in
            previews_of(kind).into_iter().filter(|it| it.medium == DeliveryMedium::Sms)
        {
            let length = text.chars().count();
            assert!(text.chars().all(|c| GSM.contains(c)), "{name}: {text}");
            assert!(!kind.carries_code() || length <= 160, "{name}: {length} characters");
        }
    }
}

#[test]
fn mail_parts_in_text_and_html_say_the_same() {
    for Preview { name, text, html, .. } in
        previews().into_iter().filter(|it| it.medium == DeliveryMedium::Email)
    {
        let body = html.split_once("<h1>").unwrap().1.replace("&#8217;", "’");
        let plain: String =
            body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
        let words = |text: &str| {
            text.split_whitespace()
                .filter(|word| !matches!(*word, "--" | "1." | "2."))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        // The tags are gone, and with them the only difference.
        assert_eq!(words(&plain).concat(), words(&text).concat(), "{name}");
    }
}

#[test]
fn mail_with_typed_markup_escapes_it() {
    let service = Service::of(&settings());
    let asked = asked("<img src=x onerror=alert(1)>");
    let to = Contact::email("\"<b>\"@domain.com");
    let new = Contact::email("<script>@domain.com");
    let change = ContactChange::Added;
    let written = write(&service, &Message::ContactChanged { to, new, change, asked }).unwrap();
    for markup in ["<img", "<b>", "<script"] {
        assert!(!written.html.contains(markup), "{markup}");
        assert!(written.text.contains(markup), "{markup}");
    }
}

#[test]
fn mail_with_a_line_break_in_typed_text_starts_no_new_line() {
    let service = Service::of(&settings());
    let asked = asked("jdoe\r\nBcc: everybody@domain.com\r\n\r\nBuy!");
    let to = Contact::email("me@domain.com\r\nBcc: everybody@domain.com");
    let written = write(&service, &Message::AddressDeleted { to, asked }).unwrap();
    assert_eq!(written.subject.lines().count(), 1);
    assert!(!written.to.contains(['\r', '\n']));
    assert!(!written.text.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("Buy!")));
}

#[test]
fn mail_without_a_username_still_reads_well() {
    let service = Service::of(&settings());
    let asked = Asked { username: None, ..asked("") };
    let (to, new) = (Contact::email("me@domain.com"), Contact::email("me@anotherdomain.com"));
    let written = write(&service, &Message::ChangeDone { to, new, asked }).unwrap();
    assert!(
        written.text.contains("Your account at id.example.com now has this email address:"),
        "{}",
        written.text
    );
}

#[test]
fn host_of_every_public_url_is_found() {
    let host = |public_url: &str| {
        Service::of(&Settings { public_url: public_url.to_owned(), ..Settings::default() }).host
    };
    assert_eq!(host("http://127.0.0.1:3000"), "127.0.0.1");
    assert_eq!(host("https://id.example.com/"), "id.example.com");
    assert_eq!(host("http://[::1]:3000"), "[::1]");
    assert_eq!(host("http://[::1]"), "[::1]");
}
