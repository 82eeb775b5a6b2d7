//! Recovery codes: ten of them, shown once, kept as digests, each good for one sign-in.

use crate::Context;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use nameplate_core::identity::UserId;
use nameplate_core::keys::Purpose;
use std::time::Duration;
use store::factors::{self, Spent};
use store::{StoreError, Tx};

/// So many at once.
const NUMBER: usize = 10;
/// So many characters each: 50 bits.
const LENGTH: usize = 10;
/// Without those that look like others.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// So long they can be read, if nobody says before that they are written down.
pub(crate) const READABLE: Duration = Duration::from_secs(15 * 60);

#[expect(clippy::indexing_slicing, reason = "the alphabet has 32 characters")]
fn generate(entropy: &dyn Entropy) -> String {
    entropy.bytes::<LENGTH>().iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// As people read it.
pub(crate) fn grouped(code: &str) -> String {
    let (first, rest) = code.split_at(LENGTH / 2);
    format!("{first}-{rest}")
}

/// What was typed, if it can be a recovery code.
pub(crate) fn read(typed: &str) -> Option<String> {
    let code = model::typed::recovery_code(typed);
    (code.len() == LENGTH && code.bytes().all(|c| ALPHABET.contains(&c))).then_some(code)
}

fn parts<'a>(user: &'a [u8], code: &'a str) -> [&'a [u8]; 3] {
    [b"recovery code", user, code.as_bytes()]
}

pub(crate) fn context(user: UserId) -> Vec<u8> {
    format!("recovery code of {}", user.0).into_bytes()
}

/// Gives the account new codes in the place of those that it has.
pub(crate) async fn renew(tx: &mut Tx, ctx: &Context, user: UserId) -> Result<(), StoreError> {
    factors::remove_recovery_codes(tx, user).await?;
    let (id, now) = (user.0.to_le_bytes(), ctx.clock.now());
    for _ in 0..NUMBER {
        let code = generate(&*ctx.entropy);
        let digest = ctx.keys.digest(Purpose::Factors, &parts(&id, &code));
        let readable = ctx.keys.seal(Purpose::Factors, code.as_bytes(), &context(user), &*ctx.entropy);
        factors::add_recovery_code(tx, user, &digest, &readable, now).await?;
    }
    Ok(())
}

/// Spends the code, under whichever key it was digested.
pub(crate) async fn spend(
    tx: &mut Tx,
    ctx: &Context,
    user: UserId,
    code: &str,
    now: Timestamp,
) -> Result<Spent, StoreError> {
    let id = user.0.to_le_bytes();
    let mut found = Spent::Unknown;
    for digest in ctx.keys.digests(Purpose::Factors, &parts(&id, code)) {
        match factors::spend_recovery_code(tx, user, &digest, now).await? {
            Spent::Unknown => {}
            known @ (Spent::Now | Spent::Before) => found = known,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nameplate_core::entropy::SeededEntropy;

    #[test]
    fn read_recovery_code_in_any_spelling_finds_it() {
        let code = generate(&SeededEntropy::new(3));
        let shown = grouped(&code);
        assert_eq!(shown.len(), LENGTH + 1);
        for typed in
            [shown.clone(), shown.to_uppercase(), code.clone(), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(read(&typed).as_deref(), Some(code.as_str()), "{typed}");
        }
        for typed in ["123456", "", "abcde-fghi", "abcde-fgh0i", "abcde-fghijk"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }
}
