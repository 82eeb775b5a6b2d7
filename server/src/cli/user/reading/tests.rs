use super::contents::Form;
use super::decode::decode;
use super::error::REASON;
use super::*;
use accounts::admin::Status;
use std::fmt::Write as _;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// What a file holds, in short: a line for each account or fault.
fn told(text: &str) -> String {
    let contents = match read(text, NOW) {
        Ok(contents) => contents,
        Err(fault) => return format!("refused: {fault}"),
    };
    let mut told = contents.remarks.iter().map(|remark| format!("* {remark}\n")).collect::<String>();
    for entry in contents.entries {
        match entry.read {
            Err(faults) => told.extend(faults.iter().map(|fault| format!("! {fault}\n"))),
            Ok(it) => {
                let attributes: Vec<_> =
                    it.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let verified: String =
                    it.verified.iter().map(|kind| format!(" +{}", kind.as_str())).collect();
                let state = if it.status == Status::Unconfirmed { " waits" } else { "" };
                let disabled = if it.disabled_at.is_some() { " disabled" } else { "" };
                let provider = it.elsewhere.provider.map(|name| format!(" via {name}")).unwrap_or_default();
                let second = if it.elsewhere.second_factor { " 2nd" } else { "" };
                let sub = it.sub.map(|sub| format!(" sub {sub}")).unwrap_or_default();
                let created = it.created_at.map(|at| format!(" {at}")).unwrap_or_default();
                let name = it.username.unwrap_or_default();
                let rest = format!("{verified}{state}{disabled}{provider}{second}{sub}{created}");
                writeln!(told, "{}: {name} [{}]{rest}", it.place, attributes.join(", ")).unwrap();
            }
        }
    }
    told
}

const HEADER: &str = "profile,address,birthdate,gender,preferred_username,updated_at,website,picture,phone_number,phone_number_verified,\
zoneinfo,locale,email,email_verified,given_name,family_name,middle_name,name,nickname,cognito:mfa_enabled,cognito:username";

#[test]
fn read_csv_of_a_user_pool_undoes_its_escapes() {
    let row = ",12 Main St\\, Springfield,02/01/1985,,,1700000000,,,+12128601234,false,,,ann@domain.com,true,,,,Ann \\\\ Lee,,TRUE,ann";
    assert_eq!(
        told(&format!("{HEADER}\n{row}\n")),
        "line 2: ann [address=12 Main St, Springfield, birthdate=02/01/1985, email=ann@domain.com, name=Ann \\\\ Lee, \
         phone_number=+12128601234] +email 2nd\n"
    );
    let read = read("cognito:username,updated_at\nann,1700000000\n", NOW).unwrap();
    assert_eq!(
        read.entries[0].read.as_ref().unwrap().updated_at.unwrap().to_string(),
        "2023-11-14T22:13:20Z"
    );
}

#[test]
fn read_csv_with_quotes_and_blank_lines_counts_lines_as_an_editor() {
    let text = "cognito:username,name,address\r\n\r\nann,\"Lee, Ann \"\"A\"\"\",\"1 Street\r\nTown\"\r\n,,\r\n\r\nben, \"Ben\" ,\"a\\, b\"\r\ncleo,\"C";
    assert_eq!(told(text), "refused: line 8: the quote (\") that begins here is never closed");
    let text = text.replace(",\"C", ",C\",");
    assert_eq!(
        told(&text),
        "line 3: ann [address=1 Street\nTown, name=Lee, Ann \"A\"]\nline 7: ben [address=a, b, name=Ben]\nline 8: cleo [name=C\"]\n"
    );
}

#[test]
fn read_csv_with_other_separators_detects_and_tells_them() {
    for (separator, called) in [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        let text = format!(
            "cognito:username{separator}name{separator}email\nann{separator}Lee, Ann{separator}ann@domain.com\n"
        );
        let expected = format!(
            "* Its fields are separated by {called}.\nline 2: ann [email=ann@domain.com, name=Lee, Ann]\n"
        );
        assert_eq!(told(&text), expected);
    }
    let said = told("sep=;\ncognito:username;name\nann;Ann\n");
    assert_eq!(said, "* Its fields are separated by semicolons.\nline 3: ann [name=Ann]\n");
}

#[test]
fn read_csv_with_malformed_rows_names_them_and_keeps_the_others() {
    let text = "cognito:username,name,\nann,Lee, Ann\nben\ncleo,Cleo,,,\n,,,\ndora,Dora,x\neve,Eve,\n";
    assert_eq!(
        told(text),
        "! line 2, column 3: there is a value, and the column has no name\n\
         ! line 3: there are 1 fields, and 3 columns: put a backslash before a separator in a value, or the value in quotes\n\
         line 4: cleo [name=Cleo]\n\
         ! line 6, column 3: there is a value, and the column has no name\n\
         line 7: eve [name=Eve]\n"
    );
    assert_eq!(
        told("cognito:username,name,name\n"),
        "refused: line 1, column 3: there is a second column name"
    );
    let flag = told("username,email,email_verified\nann,ann@domain.com,yes\nben,ben@domain.com,True\n");
    assert_eq!(
        flag,
        "! line 2, email_verified: this is neither true nor false\nline 3: ben [email=ben@domain.com] +email\n"
    );
    assert_eq!(
        told("cognito:username,cognito:groups\nann,x\n"),
        "* Columns that aren't imported: cognito:groups.\nline 2: ann []\n"
    );
}

#[test]
fn read_file_that_holds_no_accounts_is_refused_by_name() {
    assert_eq!(told(" \n"), "refused: the file is empty");
    assert!(told("Dear all,\n").starts_with(
        "refused: line 1: none of the files that can be imported begins like this: \"Dear all,\""
    ));
    assert!(
        told("\nUsers:\n- Username: ann\n").contains("line 2: this is not JSON: run aws with --output json")
    );
    assert!(told("name,nickname\nann,Ann\n").contains("a table with a column cognito:username"));
    assert!(told("\u{1B}[31mred\n").contains("\"\u{FFFD}[31mred\""));
}

fn user(name: &str, more: &str) -> String {
    format!(
        r#"{{"Username": "{name}", "Attributes": [{{"Name": "email", "Value": "{name}@domain.com"}}]{more}}}"#
    )
}

#[test]
fn read_json_in_pages_lists_or_lines_finds_every_user() {
    let (ann, ben) = (user("ann", ""), user("ben", ""));
    let page = |users: &str| format!("{{\"Users\": [{users}], \"PaginationToken\": \"x\"}}");
    let both = |one: &str, two: &str| {
        format!("{one} (ann): ann [email=ann@domain.com]\n{two} (ben): ben [email=ben@domain.com]\n")
    };
    for (text, expected) in [
        (page(&format!("{ann}, {ben}")), both("line 1, Users[0]", "line 1, Users[1]")),
        (format!("{}{}", page(&ann), page(&ben)), both("line 1, Users[0]", "line 1, Users[0]")),
        (
            format!("{}\n{}\n{}", page(&ann), page(&ben), page("")),
            both("line 1, Users[0]", "line 2, Users[0]"),
        ),
        (format!("[{}, {}]", page(&ann), page(&ben)), both("line 1, Users[0]", "line 1, Users[0]")),
        (format!("[\n{ann},\n{ben}\n]"), both("line 2, Users[0]", "line 3, Users[1]")),
        (format!("{ann}\n\n{ben}\n"), both("line 1", "line 3")),
        (format!("{ann}{ben}"), both("line 1", "line 1")),
    ] {
        assert_eq!(told(&text), expected, "{text}");
    }
    assert_eq!(told("{\"PaginationToken\": \"x\"}"), "");
    assert_eq!(told("{\"Users\": []}"), "");
    let one = ann.replace("\"Attributes\"", "\"UserAttributes\"");
    assert_eq!(told(&one), "line 1 (ann): ann [email=ann@domain.com]\n");
}

#[test]
fn read_json_understands_every_documented_status_and_date() {
    let state = |status: &str| {
        told(&user("ann", &format!(r#", "UserStatus": "{status}""#)))
            .replace("line 1 (ann): ann [email=ann@domain.com]", "")
    };
    for status in ["CONFIRMED", "RESET_REQUIRED", "FORCE_CHANGE_PASSWORD", "UNKNOWN"] {
        assert_eq!(state(status), "\n", "{status}");
    }
    assert_eq!(state("UNCONFIRMED"), " waits\n");
    assert_eq!((state("ARCHIVED"), state("COMPROMISED")), (" disabled\n".into(), " disabled\n".into()));
    assert_eq!(state("EXTERNAL_PROVIDER"), " via another provider\n");
    assert_eq!(state("RETIRED"), "! line 1 (ann), UserStatus: RETIRED is no status of Cognito's\n");
    assert_eq!(
        told(&user("ann", r#", "Enabled": false, "MFAOptions": [{"DeliveryMedium": "SMS"}]"#))
            .split(']')
            .next_back(),
        Some(" disabled 2nd\n")
    );
    let created = |date: &str| told(&user("ann", &format!(r#", "UserCreateDate": {date}"#)));
    for date in [
        "1683188430.123",
        "1683188430123",
        r#""2023-05-04T08:20:30.123Z""#,
        r#""2023-05-04T10:20:30.123000+02:00""#,
        r#""2023-05-04 10:20:30.123+02:00""#,
    ] {
        assert!(created(date).ends_with("] 2023-05-04T08:20:30.123Z\n"), "{date}: {}", created(date));
    }
    assert!(created("null").ends_with("]\n"));
    for date in [r#""soon""#, "1e300", "-1e300", "[]", "true"] {
        assert_eq!(created(date), "! line 1 (ann), UserCreateDate: this is no time\n");
    }
}

#[test]
fn read_json_of_an_external_user_names_the_provider() {
    let external = |name: &str, identities: &str| {
        told(&format!(
            r#"{{"Username": "{name}", "UserStatus": "EXTERNAL_PROVIDER",
               "Attributes": [{{"Name": "identities", "Value": "{identities}"}}, {{"Name": "cognito:user_status", "Value": "x"}}]}}"#
        ))
    };
    let identities =
        r#"[{\"userId\":\"1\",\"providerName\":\"Google\",\"providerType\":\"Google\",\"primary\":true}]"#;
    assert!(external("google_1234567890", identities).ends_with(": google_1234567890 [] via Google\n"));
    assert!(external("signinwithapple_0001.ab", "nonsense").ends_with(" via signinwithapple\n"));
}

#[test]
fn read_json_with_errors_names_line_and_column() {
    assert_eq!(
        told("{\"Users\": [\n  {\"Username\": \"ann\",}\n]}"),
        "refused: line 2, column 22: key must be a string"
    );
    assert_eq!(told("{\"Users\": [\n"), "refused: line 2, column 1: EOF while parsing a list");
    let of_a_kind = told("[\n  {\"Username\": 7},\n  3,\n  {\"Name\": \"x\"}\n]");
    assert_eq!(
        of_a_kind,
        "! line 2, column 16: invalid type: integer `7`, expected a string\n\
         ! line 3, column 3: this is no user, but a value of another kind\n\
         ! line 4, Users[2]: this is neither a user of Cognito's nor a line of nameplate user export\n"
    );
    let (ann, ben) = (user("ann", ""), user("ben", ""));
    let broken = told(&format!("{ann}\n{{\"Username\": \n{ben}\n"));
    assert_eq!(
        broken,
        "line 1 (ann): ann [email=ann@domain.com]\n! line 2, column 12: EOF while parsing a value\nline 3 (ben): ben [email=ben@domain.com]\n"
    );
    let twice = r#"{"Username": "ann", "Attributes": [{"Name": "name", "Value": "A"}, {"Name": "name", "Value": 7}, {"Name": "x", "Value": []}]}"#;
    assert_eq!(
        told(twice),
        "! line 1 (ann), name: this attribute is there twice\n! line 1 (ann), x: this is no text\n"
    );
    let deep = format!("[{}1{}]", "[".repeat(500), "]".repeat(500));
    assert!(told(&deep).contains("line 1, column"), "{}", told(&deep));
}

#[test]
fn read_file_with_any_contents_never_panics() {
    let texts = [
        "{",
        "[",
        "{}",
        "[]",
        "[[]]",
        "[[[[]]]]",
        "\"",
        "\\",
        "\\,",
        "\u{FEFF}",
        "\r",
        "\r\r\n\n",
        "cognito:username",
        "cognito:username\n\"",
        "sep=",
        "sep=\n",
        "sep=;",
        "{}{}",
        "null",
        "[null]",
        "{\"Users\": null}",
        "{\"Users\": {}}",
        "{\"username\": 1}",
        "cognito:username,é\né\\",
        "email\n\"\"\"",
    ];
    for text in texts {
        told(text);
        for at in 0..=text.len() {
            told(text.get(..at).unwrap_or_default());
        }
    }
}

#[test]
fn decode_reads_every_known_encoding_and_names_the_others() {
    let text = "cognito:username,name\nann,Zoë\n";
    let units = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let (little, big) = (units(u16::to_le_bytes), units(u16::to_be_bytes));
    let with_mark = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    for bytes in [
        text.as_bytes().to_vec(),
        with_mark(&[0xEF, 0xBB, 0xBF], text.as_bytes()),
        with_mark(&[0xFF, 0xFE], &little),
        with_mark(&[0xFE, 0xFF], &big),
        little,
        big,
    ] {
        assert_eq!(decode(bytes).unwrap().0, text);
    }
    let refused = |bytes: &[u8]| decode(bytes.to_vec()).unwrap_err().to_string();
    let latin = refused(b"cognito:username,name\nann,Zo\xEB\n");
    assert!(latin.starts_with("line 2: the byte EB is not UTF-8. This may be Windows-1252"), "{latin}");
    assert!(refused(b"PK\x03\x04...").contains("spreadsheet"));
    assert!(refused(b"\x1F\x8B\x08").contains("gzip"));
    assert!(refused(b"\xFF\xFE\x00\x00a\x00\x00\x00").contains("UTF-32"));
    assert!(refused(b"\xFF\xFEa").contains("damaged"));
    assert_eq!(refused(b"ann\nb\0n"), "line 2: there is a NUL character: the file isn't a text");
}

#[test]
fn left_out_rows_are_read_again_as_they_were() {
    let text = "cognito:username;name;address\nann;\"Lee; \"\"A\"\"\";\"1 Street\nTown\"\n";
    let contents = read(text, NOW).unwrap();
    let Form::Csv(table) = &contents.form else { panic!("a table") };
    let again = table.left_out_header()
        + &table.left_out(contents.entries[0].source, "line 2, name: \"odd\", they say");
    assert_eq!(told(&again), "line 2: ann [address=1 Street\nTown, name=Lee; \"A\"]\n");
    let more = read(&again, NOW).unwrap();
    let Form::Csv(table) = &more.form else { panic!("a table") };
    assert_eq!(
        table.left_out_header() + &table.left_out(more.entries[0].source, "again").replace("again", "x"),
        again.replace("\"line 2, name: \"\"odd\"\", they say\"", "x")
    );

    let backslash = "cognito:username,name\nann,a\\\\,b\n";
    let contents = read(backslash, NOW).unwrap();
    let Form::Csv(table) = &contents.form else { panic!("a table") };
    let again = table.left_out_header() + &table.left_out(contents.entries[0].source, "x");
    assert_eq!(told(&again), told(backslash), "{again}");

    let ann = json::left_out(&user("ann", ""), "line 1: odd");
    assert!(ann.starts_with("{\"nameplate:reason\":\"line 1: odd\",\"Username\":\"ann\""), "{ann}");
    assert_eq!(told(&ann), "line 1 (ann): ann [email=ann@domain.com]\n");
    assert_eq!(json::left_out(&ann, "again").matches(REASON).count(), 1);
    assert_eq!(
        json::left_out("{\"Username\": ", "x"),
        "{\"nameplate:reason\":\"x\",\"nameplate:text\":\"{\\\"Username\\\": \"}\n"
    );
    let record = r#"{"nameplate:reason":"x","username":"ann","sub":"s","status":"confirmed","created_at":"2023-05-04T08:20:30Z","updated_at":"2023-05-04T08:20:30Z","attributes":{}}"#;
    assert_eq!(told(record), "line 1: ann [] sub s 2023-05-04T08:20:30Z\n");
}
