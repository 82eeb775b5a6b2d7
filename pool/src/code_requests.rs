//! Codes that people ask for who have not signed in: to confirm a sign-up, or to set a new password.
//!
//! A code belongs to who asked for it. Each requester's newest code lives until it is used, has expired or
//! was tried five times by its requester, however many others ask for codes of the same account, and however
//! often they guess. Whoever only knows the name may try the newest ones too, within limits that take nothing
//! from those who asked.

mod queue;
mod requester;
mod tried;

pub(crate) use requester::{Requester, network as network_digest};
pub(crate) use tried::{Tried, Try, TryError};

use crate::Inner;
use crate::clock::Timestamp;
use crate::codes::{self, CodePurpose, Slot};
use crate::delivery::{self, About, Contact, Message};
use crate::identifiers::ContactKind;
use crate::limits::{self, Key, Ladder, Turn, Wait};
use crate::sessions::{Origin, UserId};
use crate::store::requested_codes::{self, Place, Requested};
use crate::store::{Conn, StoreError, Tx};
use model::code::{DIGITS, MORE_DIGITS};

/// From so many codes on that strangers ask of one contact within a day, codes are longer.
const SHORT_CODES: u32 = 5;
/// So many codes a day a known browser or network is sent outside of what strangers do.
const KNOWN_CODES_A_DAY: u32 = 5;

/// An email address or phone number with what it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) kind: ContactKind,
    /// As it was written.
    pub(crate) value: String,
    /// In canonical form.
    pub(crate) key: String,
}

impl Target {
    /// `None`: the text can't be such a contact.
    pub(crate) fn new(kind: ContactKind, value: &str) -> Option<Self> {
        Some(Self { kind, value: value.to_owned(), key: kind.key(value)? })
    }

    /// As the store and the limits spell it: `email:me@domain.com`.
    pub(crate) fn to_key(&self) -> String {
        format!("{}:{}", self.kind.as_str(), self.key)
    }

    /// As messages are addressed.
    pub(crate) fn contact(&self) -> Contact {
        Contact { kind: self.kind, value: self.value.clone() }
    }
}

/// How soon a code is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Strangers ask: all of them together have one ladder for each contact and purpose.
    Strangers,
    /// Outside of it: an administrator asks, or the one notice of the day carries it.
    AtOnce,
    /// Outside of it within a budget of its own, by this counter, and else with the strangers.
    Known(Key),
    /// Not at all, and the code of theirs that was sent before stays what it is. Who asks is told nothing.
    Never,
}

/// A code that somebody asks for.
pub(crate) struct Request<'a> {
    pub(crate) user: UserId,
    pub(crate) purpose: CodePurpose,
    pub(crate) target: &'a Target,
    /// Whose code it is.
    pub(crate) requesters: &'a [Requester],
    pub(crate) origin: &'a Origin,
    pub(crate) pace: Pace,
}

/// The ladder of what strangers ask for.
pub(crate) fn ladder(inner: &Inner) -> Ladder {
    Ladder { shortest: inner.settings.codes.resend_after }
}

/// What a requester is told counts only their own requests: this is their ladder for a name.
pub(crate) fn told_key(inner: &Inner, purpose: CodePurpose, requester: &Requester, name: &str) -> Key {
    limits::key_of(
        inner,
        &[b"codes asked for", purpose.as_str().as_bytes(), requester.as_bytes(), name.as_bytes()],
    )
}

/// Counts a request against the requester's own ladder, and gives their tries back. After a [`Wait`] drop the
/// transaction.
pub(crate) async fn admit(
    tx: &mut Tx,
    inner: &Inner,
    purpose: CodePurpose,
    (requester, name): (&Requester, &str),
) -> Result<Result<Timestamp, Wait>, StoreError> {
    let told = told_key(inner, purpose, requester, name);
    let free_at = match ladder(inner).climb(tx, &told, inner.clock.now()).await? {
        Ok(free_at) => free_at,
        Err(wait) => return Ok(Err(wait)),
    };
    give_tries_back(tx, inner, (purpose, name), std::slice::from_ref(requester)).await?;
    Ok(Ok(free_at))
}

/// Gives those who ask for a new code by this name their tries back.
pub(crate) async fn give_tries_back(
    tx: &mut Tx,
    inner: &Inner,
    (purpose, name): (CodePurpose, &str),
    requesters: &[Requester],
) -> Result<(), StoreError> {
    let round = tried::round(tx, inner, (purpose, name)).await?;
    for requester in requesters {
        limits::clear(tx, &tried::told_key(inner, purpose, requester, (name, round))).await?;
    }
    Ok(())
}

/// Gives everybody their tries at this name back: an administrator has sent a code that nobody asked for.
pub(crate) async fn begin_round(
    tx: &mut Tx,
    inner: &Inner,
    (purpose, name): (CodePurpose, &str),
) -> Result<(), StoreError> {
    limits::count_up(tx, &tried::round_key(inner, (purpose, name)), limits::DAY * 3, inner.clock.now())
        .await
        .map(drop)
}

/// When the requester asked last, and when they may ask again.
pub(crate) async fn asked(
    conn: &mut Conn,
    inner: &Inner,
    purpose: CodePurpose,
    (requester, name): (&Requester, &str),
) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    ladder(inner).peek(conn, &told_key(inner, purpose, requester, name)).await
}

/// Makes a code, or lets the requesters share one that waits to be sent, and promises to send it. What
/// `message` makes of a code and its end is sent; it hears when the code counts from. `false`: one that waits
/// is shared, and nothing more is sent.
pub(crate) async fn request(
    tx: &mut Tx,
    inner: &Inner,
    request: &Request<'_>,
    message: impl Fn(String, Timestamp, Timestamp) -> Message,
) -> Result<bool, StoreError> {
    let now = inner.clock.now();
    let at_once = Turn { at: now, count: 0 };
    let turn = match &request.pace {
        Pace::Strangers => None,
        Pace::AtOnce => Some(at_once),
        Pace::Never => {
            make_for_nobody(inner, &message, request);
            return Ok(true);
        }
        Pace::Known(budget) => {
            let count = limits::count_up(tx, budget, limits::DAY, now).await?;
            (count <= KNOWN_CODES_A_DAY).then_some(at_once)
        }
    };
    let (turn, queued) = match turn {
        Some(turn) => (Some(turn), None),
        None => strangers_turn(tx, inner, request).await?,
    };
    let shared = match (turn, &queued) {
        (None, Some(queued)) => queue::join(tx, inner, (request, queued), &message).await?,
        _ => None,
    };
    let (issue, is_requester) = match shared {
        Some(queue::Shared { issue, is_requester }) => (issue, is_requester),
        None => {
            // Where what is queued can't be shared this one gets a code of its own at the same time.
            let alike = || Turn { at: queued.as_ref().map_or(now, |it| it.sent_at), count: SHORT_CODES + 1 };
            (make(tx, inner, request, turn.unwrap_or_else(alike), &message).await?, true)
        }
    };
    let network = requester::network(inner, request.origin);
    for requester in request.requesters.iter().filter(|_| is_requester) {
        requested_codes::join(tx, &issue, requester.as_bytes(), &network).await?;
        if turn.is_some_and(|turn| turn.at <= now) {
            requested_codes::supersede(tx, (request.user, request.purpose), requester.as_bytes(), &issue)
                .await?;
        }
    }
    Ok(turn.is_some())
}

/// Makes somebody who has proven more than a name a requester of a code that was sent just now. `false`:
/// there is none.
pub(crate) async fn share_newest(
    tx: &mut Tx,
    inner: &Inner,
    account: (UserId, CodePurpose),
    (requesters, origin): (&[Requester], &Origin),
) -> Result<bool, StoreError> {
    let now = inner.clock.now();
    let newest = requested_codes::newest(tx, account, 1, now).await?.into_iter().next();
    let fresh = |code: &Requested| !code.used && code.sent_at.plus(inner.settings.codes.resend_after) > now;
    let Some(code) = newest.filter(fresh) else { return Ok(false) };
    let asked =
        queue::count_askers(tx, inner, (&code.issue, code.message.as_deref()), requesters.len()).await?;
    if asked > queue::ASKERS {
        return Ok(false);
    }
    let network = requester::network(inner, origin);
    for requester in requesters {
        requested_codes::join(tx, &code.issue, requester.as_bytes(), &network).await?;
    }
    Ok(true)
}

/// When it is the turn of this request among those of strangers; `None`: with what is queued for its contact.
async fn strangers_turn(
    tx: &mut Tx,
    inner: &Inner,
    request: &Request<'_>,
) -> Result<(Option<Turn>, Option<Requested>), StoreError> {
    let (now, contact) = (inner.clock.now(), request.target.to_key());
    let key = limits::key(inner, &["codes to", request.purpose.as_str(), &contact]);
    // The counter's row first: it decides who of several is the one that waits.
    ladder(inner).hold(tx, &key, now).await?;
    let queued = requested_codes::queued(tx, (request.user, request.purpose), &contact, now).await?;
    let turn = ladder(inner).turn(tx, &key, queued.is_some(), now).await?;
    Ok((turn, queued))
}

/// Makes a code for this turn, and queues the message that carries it.
async fn make(
    tx: &mut Tx,
    inner: &Inner,
    request: &Request<'_>,
    turn: Turn,
    message: &impl Fn(String, Timestamp, Timestamp) -> Message,
) -> Result<codes::Issue, StoreError> {
    // What nobody asked for may be tried from everywhere.
    let is_long = turn.count > SHORT_CODES || request.requesters.is_empty();
    let digits = if is_long { MORE_DIGITS } else { DIGITS };
    let (issue, code) = (inner.entropy.bytes(), inner.entropy.code(digits));
    let expires_at = turn.at.plus(inner.settings.codes.lifetime_of(request.purpose));
    let slot = Slot::new(request.user, request.purpose, request.target.kind.attribute());
    let about = About::Requested { slot: &slot, issue: &issue };
    let message = message(code.clone(), expires_at, turn.at);
    let sent = delivery::queue_at(tx, inner, &message, about, turn.at).await?;
    if let Some(sent) = &sent {
        queue::count_askers(tx, inner, (&issue, Some(sent)), request.requesters.len()).await?;
    }
    let digest = codes::digest(inner, &slot, &request.target.value, (&issue, &code));
    let value = request.target.value.clone();
    let code =
        Requested { slot, issue, value, digest, sent_at: turn.at, expires_at, used: false, message: sent };
    write(tx, inner, request, &code).await?;
    Ok(issue)
}

async fn write(
    tx: &mut Tx,
    inner: &Inner,
    request: &Request<'_>,
    code: &Requested,
) -> Result<(), StoreError> {
    let network = requester::network(inner, request.origin);
    let place = Place { contact: &request.target.to_key(), network: &network };
    requested_codes::insert(tx, code, place).await
}

/// What it costs to make a code that nobody is sent.
fn make_for_nobody(
    inner: &Inner,
    message: &impl Fn(String, Timestamp, Timestamp) -> Message,
    request: &Request<'_>,
) {
    let (now, issue, code) = (inner.clock.now(), inner.entropy.bytes(), inner.entropy.code(DIGITS));
    let slot = Slot::new(request.user, request.purpose, request.target.kind.attribute());
    codes::digest(inner, &slot, &request.target.value, (&issue, &code));
    delivery::seal_for_nobody(inner, &message(code, now, now));
}

/// What it costs to make and seal a code, for nobody: the same statements, but for the row of a code that
/// nobody could be.
pub(crate) async fn for_nobody(
    tx: &mut Tx,
    inner: &Inner,
    (purpose, name): (CodePurpose, &str),
    origin: &Origin,
) -> Result<(), StoreError> {
    let now = inner.clock.now();
    let key = limits::key(inner, &["codes to nobody", purpose.as_str(), name]);
    ladder(inner).hold(tx, &key, now).await?;
    let queued = requested_codes::queued(tx, (UserId(0), purpose), name, now).await?;
    ladder(inner).turn(tx, &key, queued.is_some(), now).await?;
    let code = inner.entropy.code(DIGITS);
    inner.keys.digest(crate::keys::Purpose::Codes, &[code.as_bytes()]);
    inner.keys.seal(crate::keys::Purpose::Outbox, &[0; 512], &[], &*inner.entropy);
    requester::network(inner, origin);
    Ok(())
}

#[cfg(test)]
mod tests;
