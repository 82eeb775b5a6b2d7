//! A sign-in whose password was right and that is asked for a second factor (operation
//! RespondToAuthChallenge: SMS_MFA, EMAIL_OTP, SOFTWARE_TOKEN_MFA, SELECT_MFA_TYPE).

use crate::account::events;
use crate::error::CommonError;
use crate::factors::after_reset::{Counting, counting};
use crate::factors::second_factors::Usable;
use crate::limits::rate::Wait;
use crate::one_time_codes::Recipient;
use crate::sign_in::second_factor::code;
use crate::sign_in::second_factor::error::ChallengeError;
use crate::{Context, Unavailable};
use model::{CodeDeliveryDetails, Factor};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::identity::{ChallengeToken, Origin};
use store::challenges::{self, Asks, Stored};
use store::profile::{self, Account};
use store::users::{self, User};
use store::{Conn, LockedAccount, PasswordFingerprint, StoreError, Tx, factors, retried};

/// The password was right, and this is asked for beside it.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// Comes back with the code.
    pub token: ChallengeToken,
    /// What the account is called by applications (`USER_ID_FOR_SRP`).
    pub username: String,
    /// `None`: whoever signs in chooses among the choices first.
    pub factor: Option<Factor>,
    /// Every second factor that may be used (`MFAS_CAN_CHOOSE`).
    pub choices: Vec<Factor>,
    /// Where the code went, if one was sent.
    pub delivery: Option<CodeDeliveryDetails>,
    /// No factor counts before then, since the password was reset: only a recovery code does.
    pub possible_at: Option<Timestamp>,
}

/// A sign-in that waits for its second factor, as its page shows it.
#[derive(Debug, Clone)]
pub struct PendingChallenge {
    /// The one that is asked for. `None`: none counts yet.
    pub factor: Option<Factor>,
    /// When they count again, since the password was reset.
    pub possible_at: Option<Timestamp>,
    /// When the one that is asked for goes: it was turned on before changes were undone.
    pub goes_at: Option<Timestamp>,
    /// What else could be asked for.
    pub others: Vec<Factor>,
    /// Where the code went, if it is one that is sent, and when another one may be asked for.
    pub delivery: Option<(CodeDeliveryDetails, Timestamp)>,
    /// Those that can be entered in the place of a code.
    pub recovery_codes_left: u32,
    /// From when on the sign-in begins anew.
    pub expires_at: Timestamp,
}

/// Who signs in, and in which way it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// One factor is asked for at once; another one can be chosen instead.
    Browser,
    /// Where several are equally good, the application asks which.
    Application,
}

/// A request that signs somebody in.
#[derive(Clone, Copy)]
pub(crate) struct SignInRequest<'a> {
    pub(crate) client: &'a ClientId,
    pub(crate) door: Door,
    pub(crate) origin: &'a Origin,
}

/// Asks for a second factor, if the account has one: to be called once the password was right, with the
/// account's row taken. `None`: the password is all.
pub(crate) async fn demand(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    password: &PasswordFingerprint,
    request: SignInRequest<'_>,
) -> Result<Option<Challenge>, StoreError> {
    let (user, account) = (locked.user(), locked.account());
    let stored = factors::asked_of_user(tx, user.id, ctx.clock.now()).await?;
    if !stored.iter().any(|it| it.enabled) {
        return Ok(None);
    }
    let Counting { usable, possible_at } = counting(ctx, user, account, &stored);
    if usable.is_empty() && possible_at.is_none() {
        return Ok(None);
    }
    let is_clear = |it: &&Usable| request.door == Door::Browser || usable.len() == 1 || it.preferred;
    let asked = usable.first().filter(is_clear);
    let (token, now) = (ChallengeToken::generate(&*ctx.entropy), ctx.clock.now());
    let waiting = Stored {
        user: user.id,
        client: request.client.clone(),
        password: password.clone(),
        asks: asked.map_or(Asks::Choice, |it| Asks::Factor(it.factor)),
        expires_at: now.plus(ctx.settings.codes.sign_in_lifetime),
    };
    challenges::insert(tx, &token, &waiting, now).await?;
    let contact = asked.and_then(|it| it.contact.as_ref());
    if let Some(contact) = contact {
        // One that was sent just now, or too many today: it can be asked for again, or another factor chosen.
        let _ = code::send(tx, ctx, Recipient::of(user.id, account), contact, request.origin).await?;
    }
    Ok(Some(Challenge {
        token,
        username: user.username.clone(),
        factor: waiting.asks.factor(),
        choices: usable.iter().map(|it| it.factor).collect(),
        delivery: contact.map(|it| it.kind.delivery(&it.value)),
        possible_at,
    }))
}

/// A challenge with its account, at one moment.
pub(crate) struct Open {
    pub(crate) waiting: Stored,
    pub(crate) user: User,
    pub(crate) account: Account,
    pub(crate) counting: Counting,
}

impl Open {
    pub(crate) fn get(&self, factor: Option<Factor>) -> Result<&Usable, ChallengeError> {
        self.counting.usable.iter().find(|it| Some(it.factor) == factor).ok_or(ChallengeError::NoSuchFactor)
    }
}

/// What a sign-in waits for. `None`: it waits no longer.
pub async fn pending(ctx: &Context, token: &ChallengeToken) -> Result<Option<PendingChallenge>, Unavailable> {
    let now = ctx.now();
    let mut conn = ctx.store.read().await?;
    let open = match open_challenge(ctx, &mut conn, &ctx.pages_client(), token).await {
        Ok(open) => open,
        Err(ChallengeError::Common(CommonError::Unavailable(fault))) => return Err(fault),
        Err(_) => return Ok(None),
    };
    let (asked, possible_at) = (open.get(open.waiting.asks.factor()).ok(), open.counting.possible_at);
    if asked.is_none() && possible_at.is_none() {
        return Ok(None);
    }
    let delivery = match asked.and_then(|it| it.contact.as_ref()) {
        Some(contact) => {
            let resend_at = code::resend_at(&mut conn, ctx, open.user.id, contact).await?;
            Some((contact.kind.delivery(&contact.value), resend_at.unwrap_or(now)))
        }
        None => None,
    };
    let recovery_codes_left = factors::recovery_codes_left(&mut conn, open.user.id).await?;
    let factor = asked.map(|it| it.factor);
    let stored = factors::asked_of_user(&mut conn, open.user.id, now).await?;
    let goes_at = stored.iter().find(|it| Some(it.factor) == factor).and_then(|it| it.goes_at);
    let others = open.counting.usable.iter().map(|it| it.factor).filter(|it| Some(*it) != factor).collect();
    Ok(Some(PendingChallenge {
        factor,
        possible_at,
        goes_at,
        others,
        delivery,
        recovery_codes_left,
        expires_at: open.waiting.expires_at,
    }))
}

/// The challenge, if it is of this application and nothing has overtaken it.
pub(crate) async fn open_challenge(
    ctx: &Context,
    conn: &mut Conn,
    client: &ClientId,
    token: &ChallengeToken,
) -> Result<Open, ChallengeError> {
    let waiting = challenges::get(conn, token, ctx.now()).await?.ok_or(ChallengeError::Over)?;
    let user = users::by_id(conn, waiting.user).await?.ok_or(ChallengeError::Over)?;
    let is_another = waiting.asks == Asks::NewPassword || waiting.client != *client;
    if is_another || waiting.password.was_changed(&user) {
        return Err(ChallengeError::Over);
    }
    if user.disabled {
        return Err(ChallengeError::Disabled);
    }
    let stored = factors::asked_of_user(conn, user.id, ctx.now()).await?;
    let account = profile::load(conn, user.id).await?.ok_or(ChallengeError::Over)?;
    let counting = counting(ctx, &user, &account, &stored);
    Ok(Open { waiting, user, account, counting })
}

/// Asks for another factor instead. A code is sent, if it is one that is sent and none went there just
/// now.
pub async fn choose_factor(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    factor: Factor,
    origin: &Origin,
) -> Result<Challenge, ChallengeError> {
    retried(|| switch_factor(ctx, client, token, Some(factor), origin)).await.map(|(challenge, _)| challenge)
}

/// Sends another code for the factor that is asked for. An application may have chosen none yet.
pub async fn resend(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    origin: &Origin,
) -> Result<Challenge, ChallengeError> {
    let (challenge, sent) = retried(|| switch_factor(ctx, client, token, None, origin)).await?;
    sent?;
    Ok(challenge)
}

async fn switch_factor(
    ctx: &Context,
    client: &ClientId,
    token: &ChallengeToken,
    factor: Option<Factor>,
    origin: &Origin,
) -> Result<(Challenge, Result<(), Wait>), ChallengeError> {
    let mut tx = ctx.store.begin().await?;
    let found = challenges::get(&mut tx, token, ctx.now()).await?.ok_or(ChallengeError::Over)?;
    // The account's row goes first; what is read afterwards is as it is.
    users::lock(&mut tx, found.user).await?.ok_or(ChallengeError::Over)?;
    let open = open_challenge(ctx, &mut tx, client, token).await?;
    let asked = open.get(factor.or(open.waiting.asks.factor()))?;
    if !challenges::choose(&mut tx, token, asked.factor, ctx.now()).await? {
        return Err(ChallengeError::Over);
    }
    let mut sent = Ok(());
    if let Some(contact) = &asked.contact {
        let recipient = Recipient::of(open.user.id, &open.account);
        sent = code::send(&mut tx, ctx, recipient, contact, origin).await?;
    }
    let challenge = Challenge {
        token: token.clone(),
        username: open.user.username.clone(),
        factor: Some(asked.factor),
        choices: open.counting.usable.iter().map(|it| it.factor).collect(),
        delivery: asked.contact.as_ref().map(|it| it.kind.delivery(&it.value)),
        possible_at: None,
    };
    events::commit(ctx, tx, open.user.id).await?;
    Ok((challenge, sent))
}
