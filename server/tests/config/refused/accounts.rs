//! Attributes, ways to sign in, and applications.

use super::are_refused;
use crate::load;

#[test]
fn config_with_an_unknown_attribute_names_a_suggestion() {
    are_refused(&[
        (
            "[attributes]\nrequired = ['email', 'nick_name']\n",
            &[],
            &[
                "nameplate.toml, line 2: attributes.required: ",
                "called \"nick_name\". Right would be: \"nickname\".",
            ],
        ),
        (
            "[attributes]\nsign_up = ['team']\n",
            &[],
            &["attributes.sign_up: there is no attribute called \"team\""],
        ),
        ("[attributes]\nimmutable = ['familyname']\n", &[], &["attributes.immutable: ", "\"family_name\""]),
        (
            "[[clients]]\nid = 'web'\nread = ['standard', 'emial']\n",
            &[],
            &["line 3: clients[0].read: ", "\"email\""],
        ),
        (
            "[[clients]]\nid = 'web'\nwrite = ['custom:team']\n",
            &[],
            &["line 3: clients[0].write: there is no attribute called \"custom:team\""],
        ),
        (
            "[attributes]\nsign_up = ['nickname', 'nickname']\n",
            &[],
            &["attributes.sign_up: \"nickname\" is there twice"],
        ),
        (
            "",
            &[("NAMEPLATE_ATTRIBUTES_REQUIRED", "email,brithdate")],
            &["environment variable NAMEPLATE_ATTRIBUTES_REQUIRED: attributes.required: ", "\"birthdate\""],
        ),
    ]);
}

#[test]
fn config_of_sign_up_attributes_must_be_writable_by_the_pages() {
    are_refused(&[
        (
            "[[clients]]\nid = 'web'\nwrite = ['nickname']\n",
            &[],
            &[
                "line 3: clients[0].write: the pages' client \"web\" can't write \"email\", which is required at sign-up",
                "\"email\" in the write list",
            ],
        ),
        (
            "[[attributes.custom]]\nname = 'team'\nrequired = true\n",
            &[],
            &["can't write \"custom:team\", which is required at sign-up"],
        ),
        (
            "[[attributes.custom]]\nname = 'team'\n\n[attributes]\nrequired = ['email', 'custom:team']\n",
            &[],
            &["line 5: attributes.required: ", "can't write \"custom:team\""],
        ),
        (
            "[attributes]\nrequired = ['email', 'updated_at']\n",
            &[],
            &["line 2: attributes.required: \"updated_at\" is set by the service itself"],
        ),
        (
            "[attributes]\nsign_up = ['email_verified']\n",
            &[],
            &["line 2: attributes.sign_up: \"email_verified\" is set by the service itself"],
        ),
        (
            "[attributes]\nsign_up = ['nickname']\n[[clients]]\nid = 'web'\nwrite = ['email']\n",
            &[],
            &["line 2: attributes.sign_up: the pages' client can't write \"nickname\""],
        ),
        (
            "[attributes]\nrequired = []\nsign_up = ['nickname']\n",
            &[],
            &["line 3: attributes.sign_up: sign-up asks for no address", "\"email\""],
        ),
    ]);
}

#[test]
fn config_of_custom_attributes_checks_names_and_bounds() {
    are_refused(&[
        ("[[attributes.custom]]\nname = ''\n", &[], &["line 2: attributes.custom[0].name: "]),
        (
            "[[attributes.custom]]\nname = 'twenty-one-characters'\n",
            &[],
            &["line 2: attributes.custom[0].name: ", "1 to 20"],
        ),
        ("[[attributes.custom]]\nname = 'a b'\n", &[], &["line 2: attributes.custom[0].name: "]),
        (
            "[[attributes.custom]]\nname = 'a'\n[[attributes.custom]]\nname = 'a'\n",
            &[],
            &["line 4: attributes.custom[1].name: this name is there twice"],
        ),
        (
            "[[attributes.custom]]\nname = 'a'\nmin = 5\nmax = 4\n",
            &[],
            &["attributes.custom[0]: ", "0 <= min <= max <= 2048"],
        ),
        ("[[attributes.custom]]\nname = 'a'\nmax = 2049\n", &[], &["attributes.custom[0]: "]),
        (
            "[[attributes.custom]]\nname = 'a'\ntype = 'date'\nmax = 3\n",
            &[],
            &["attributes.custom[0]: only texts and numbers"],
        ),
        (
            "[[attributes.custom]]\nname = 'a'\ntype = 'color'\n",
            &[],
            &["line 3: attributes.custom[0].type: ", "\"text\", \"number\", \"date\", \"boolean\""],
        ),
    ]);
}

#[test]
fn config_without_a_way_to_sign_in_is_refused() {
    are_refused(&[
        (
            "[pool]\ncountry_code = '1'\n",
            &[],
            &["line 2: pool.country_code: \"1\" is no country's calling code"],
        ),
        (
            "[pool]\nsign_in = []\n",
            &[],
            &["line 2: pool.sign_in: nobody could sign in", "\"username\", \"email\", \"phone_number\""],
        ),
        (
            "[pool]\nsign_in = ['email']\n[attributes]\nrequired = []\n",
            &[],
            &["line 2: pool.sign_in: ", "\"email\" in attributes.required"],
        ),
        (
            "[pool]\nsign_in = ['phone_number']\n",
            &[],
            &["line 2: pool.sign_in: ", "\"phone_number\" in attributes.required"],
        ),
        (
            "[pool]\nsign_in = ['username', 'phone_number']\n[mail]\nsmtp_url = 'smtp://localhost'\n",
            &[],
            &[
                "line 2: pool.sign_in: there is no gateway for text messages, so no code would ever reach a phone number",
                "a gateway in [sms]",
            ],
        ),
        ("[pool]\nname = ' '\n", &[], &["line 2: pool.name: "]),
        ("[pool]\nname = \"a\\nb\"\n", &[], &["line 2: pool.name: ", "one line"]),
        ("clients = []\n", &[], &["line 1: clients: the pages have no client"]),
        ("[[clients]]\nid = 'a b'\n", &[], &["line 2: clients[0].id: "]),
        (
            "[[clients]]\nid = 'web'\n[[clients]]\nid = 'web'\n",
            &[],
            &["line 4: clients[1].id: another client has this id"],
        ),
    ]);
}

#[test]
fn config_of_clients_is_checked_without_repeating_a_secret() {
    are_refused(&[
        (
            "[[clients]]\nid = 'web'\nsecret = 'short'\n",
            &[],
            &["line 3: clients[0].secret: this is no secret of a client"],
        ),
        (
            "[[clients]]\nid = 'web'\nsecret_file = '/nowhere/at/all'\n",
            &[],
            &["line 3: clients[0].secret_file: it can't be read"],
        ),
        (
            "[[clients]]\nid = 'web'\nflows = ['ALLOW_ADMIN']\n",
            &[],
            &["line 3: clients[0].flows", "ALLOW_USER_SRP_AUTH"],
        ),
        (
            "[[clients]]\nid = 'web'\naccess_token_lifetime = '1min'\n",
            &[],
            &["line 3: clients[0].access_token_lifetime", "\"5min\" to \"24h\""],
        ),
        (
            "[[clients]]\nid = 'web'\nrefresh_token_lifetime = '30min'\n",
            &[],
            &["line 3: clients[0].refresh_token_lifetime", "\"1h\""],
        ),
        (
            "[[clients]]\nid = 'web'\norigins = ['https://app.example/']\n",
            &[],
            &["line 3: clients[0].origins[0]", "without a slash"],
        ),
        (
            "[[clients]]\nid = 'web'\norigins = ['https://*.example.com']\n",
            &[],
            &["line 3: clients[0].origins[0]", "is no origin"],
        ),
        ("[[clients]]\nid = 'web'\nflows = []\n", &[], &["line 3: clients[0].flows: the list is empty"]),
        ("[[clients]]\nid = 'web'\norigins = []\n", &[], &["line 3: clients[0].origins: the list is empty"]),
    ]);
    let text = "[[clients]]\nid = 'web'\nsecret = 'not a good secret at all'\n";
    assert!(!load(text, &[]).unwrap_err().to_string().contains("good secret"));
    let right = load("[[clients]]\nid = 'web'\nsecret = 'abcdefghijklmnopqrstuvwxyz'\n", &[]).unwrap();
    assert!(!format!("{right:?}").contains("abcdefghij"));
}
