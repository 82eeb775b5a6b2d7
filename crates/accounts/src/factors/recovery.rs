//! Recovery codes: ten of them, shown once, kept as digests, each good for one sign-in.

use crate::account::events;
use crate::error::CommonError;
use crate::factors::second_factors::FactorError;
use crate::sign_in::freshness::require_fresh;
use crate::{Context, limits};
use model::Event;
use nameplate_core::clock::Timestamp;
use nameplate_core::entropy::Entropy;
use nameplate_core::identity::{Origin, UserId, Viewer};
use nameplate_core::keys::Purpose;
use std::time::Duration;
use store::factors::{self, Spent};
use store::{StoreError, Tx, retried, users};

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
fn grouped(code: &str) -> String {
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

/// Makes new recovery codes for somebody who has a second factor; the old ones are worth nothing from
/// then on.
pub async fn make_recovery_codes(ctx: &Context, viewer: &Viewer, origin: &Origin) -> Result<(), FactorError> {
    require_fresh(ctx, viewer)?;
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        let user = users::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
        limits::count_change(&mut tx, ctx, user.id).await??;
        let stored = factors::of_user(&mut tx, user.id).await?;
        if !stored.iter().any(|it| it.enabled) {
            return Err(FactorError::NotAtHand(model::Factor::SoftwareToken));
        }
        renew(&mut tx, ctx, user.id).await?;
        let event = Event::CreateRecoveryCodes { username: user.username };
        events::record(&mut tx, user.id, &event, ctx.now(), origin).await?;
        events::commit(ctx, tx, user.id).await?;
        Ok(())
    })
    .await
}

/// The codes that were made just now, for as long as nobody has said that they are written down.
pub async fn recovery_codes(ctx: &Context, viewer: &Viewer) -> Result<Vec<String>, FactorError> {
    require_fresh(ctx, viewer)?;
    let mut conn = ctx.store.read().await?;
    let sealed = factors::readable_codes(&mut conn, viewer.user, ctx.now().minus(READABLE)).await?;
    let open = |sealed: &Vec<u8>| {
        let code =
            ctx.keys.open(Purpose::Factors, sealed, &context(viewer.user)).map_err(StoreError::unreadable)?;
        Ok(grouped(std::str::from_utf8(&code).map_err(StoreError::unreadable)?))
    };
    sealed.iter().map(open).collect()
}

/// They are written down: nobody, the service included, can read them any more.
pub async fn hide_recovery_codes(ctx: &Context, viewer: &Viewer) -> Result<(), FactorError> {
    retried(async || {
        let mut tx = ctx.store.begin().await?;
        factors::hide_codes(&mut tx, viewer.user).await?;
        tx.commit().await
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nameplate_core::entropy::SeededEntropy;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
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
