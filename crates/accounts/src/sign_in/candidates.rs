//! The accounts whose password is compared.

use crate::Context;
use crate::one_time_codes::requester;
use nameplate_core::identifiers::Identifier;
use nameplate_core::identity::Origin;
use store::users::{self, User};
use store::{StoreError, waiting};

/// Whose password is compared: as many for nobody.
pub(crate) async fn candidates(
    ctx: &Context,
    who: Option<&Identifier>,
    origin: &Origin,
) -> Result<Vec<Option<User>>, StoreError> {
    let Some(who) = who else { return Ok(vec![None]) };
    let mut conn = ctx.store.read().await?;
    let account = users::by_identifier(&mut conn, who).await?.filter(|user| user.confirmed);
    let has_usernames = ctx.settings.has_usernames();
    if has_usernames && matches!(who, Identifier::Contact(..)) {
        return Ok(vec![account]);
    }
    let network = requester::network(ctx, origin);
    let waiting = waiting::by_name(&mut conn, &who.to_waiting_key(), &network)
        .await?
        .into_iter()
        .next()
        .map(|it| it.user);
    Ok(if has_usernames { vec![account.or(waiting)] } else { vec![account, waiting] })
}
