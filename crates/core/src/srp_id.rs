//! What an account is called in SRP by whoever names it by a contact (`USER_ID_FOR_SRP`).
//!
//! Its `sub` would tell a stranger which account has a contact. The id looks like a UUID of version 4; its last 32
//! bits are a digest of the others, keyed with the secret of made-up answers: so this installation knows its ids,
//! real and made up, from any other UUID, and nobody else does.

use crate::entropy::Entropy;
use crate::keys::Keys;
use uuid::{Builder, Uuid};

/// The bytes before the mark.
const BODY: usize = 12;

/// A new one.
pub fn generate(keys: &Keys, entropy: &dyn Entropy) -> String {
    marked(keys, entropy.bytes())
}

/// The one for a name that has none: always the same for the same name and round. Where the id of a round belongs
/// to an account already, the next round has another one.
pub fn made_up(keys: &Keys, name: &str, round: u8) -> String {
    let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] =
        keys.made_up(&[b"srp id for", name.as_bytes(), &[round]]);
    marked(keys, bytes)
}

/// Whether this carries the mark: nobody may be called so.
pub fn is_marked(keys: &Keys, text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|id| marked(keys, id.into_bytes()) == id.hyphenated().to_string())
}

/// Whether this has the form of such an id, or of a `sub`.
pub fn has_form(text: &str) -> bool {
    Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text.to_ascii_lowercase())
}

fn marked(keys: &Keys, bytes: [u8; 16]) -> String {
    let mut bytes = Builder::from_random_bytes(bytes).into_uuid().into_bytes();
    let (body, mark) = bytes.split_at_mut(BODY);
    let digest = keys.made_up(&[b"mark of srp ids", body]);
    mark.iter_mut().zip(digest).for_each(|(byte, digest)| *byte = digest);
    Uuid::from_bytes(bytes).hyphenated().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{SeededEntropy, SystemEntropy};

    fn keys(seed: u64) -> Keys {
        Keys::generate(&SeededEntropy::new(seed))
    }

    #[test]
    fn srp_id_is_a_uuid_of_version_4_that_carries_the_mark() {
        let keys = keys(1);
        for id in [generate(&keys, &SystemEntropy), made_up(&keys, "email:me@domain.com", 0)] {
            assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 4, "{id}");
            assert!(has_form(&id) && is_marked(&keys, &id) && is_marked(&keys, &id.to_uppercase()), "{id}");
            assert!(!is_marked(&self::keys(2), &id), "{id}: the mark is keyed");
        }
    }

    #[test]
    fn srp_id_that_is_made_up_is_stable_by_name_and_round() {
        let keys = keys(1);
        let id = |name, round| made_up(&keys, name, round);
        assert_eq!(id("email:me@domain.com", 0), id("email:me@domain.com", 0));
        assert_ne!(id("email:me@domain.com", 0), id("email:me@domain.com", 1));
        assert_ne!(id("email:me@domain.com", 0), id("email:my@domain.com", 0));
    }

    #[test]
    fn is_marked_is_false_for_other_ids_and_names() {
        let (keys, entropy): (_, &dyn Entropy) = (keys(1), &SystemEntropy);
        for other in [entropy.uuid_v4(), "jdoe".into(), String::new(), "é".repeat(36)] {
            assert!(!is_marked(&keys, &other), "{other}");
        }
        assert!(!has_form("jdoe") && !has_form(&entropy.uuid_v4().replace('-', "")));
    }
}
