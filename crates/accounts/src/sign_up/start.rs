//! A new account (operation SignUp).

use crate::Context;
use crate::account::events;
use crate::attributes::rules::{Occasion, OutsidePlan, Rulebook, check_submitted};
use crate::error::{CommonError, common_error};
use crate::limits::network::message;
use crate::limits::{self, LimitName, ceiling};
use crate::one_time_codes::{NamedCodes, Requester, admission};
use crate::password::rules;
use crate::password::strength::OwnWords;
use crate::sign_in::srp::{ids, verifiers};
use crate::sign_up::code::{self, Asking};
use crate::sign_up::entered::{Entered, seal};
use model::{AttributeName, CodeDeliveryDetails, ErrorCode, Event, FieldName, FormErrors, Password, typed};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{Identifier, check_new_username, username_key};
use nameplate_core::identity::{BrowserTicket, Origin, UserId};
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use store::users::{self, User};
use store::waiting::{self, Key, NewSignUp, Waiting};
use store::{PasswordFingerprint, StoreError, Tx, names, retried, tickets};

/// What a new account is made of.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// Ignored where people have no username.
    pub username: Option<String>,
    /// The password to sign in with once the account is confirmed.
    pub password: Password,
    /// The password typed a second time, where a form asks for that.
    pub confirmation: Option<Password>,
    /// Those that were filled in.
    pub attributes: BTreeMap<AttributeName, String>,
    /// The ticket that this browser holds already: with it the sign-up that it belongs to is entered anew.
    pub ticket: Option<BrowserTicket>,
}

/// An account that waits for its code.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// As typed; the `sub`, where people have no username.
    pub username: String,
    /// For whoever signed up: it proves that, and the code belongs to it (`Session`).
    pub ticket: BrowserTicket,
    /// Where the code went, masked.
    pub delivery: CodeDeliveryDetails,
    /// The account's id for applications. One that is made up, where another sign-up waits already; the same
    /// for a contact that is taken.
    pub sub: String,
}

/// Why nobody was signed up. That an email address or a phone number is taken is not among the reasons.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// Every wrong field, each with its first fault.
    #[error("wrong fields")]
    Fields(Vec<(FieldName, ErrorCode)>),
    /// Far more attributes than there are.
    #[error("too many attributes")]
    TooMany,
    /// The `ClientId` is in no settings.
    #[error("no such app client")]
    UnknownClient,
    /// Another account has it, or one that looks the same.
    #[error("the username is taken")]
    UsernameTaken,
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(SignUpError);

impl From<SignUpError> for FormErrors {
    fn from(error: SignUpError) -> Self {
        match error {
            SignUpError::Fields(fields) => Self { form: None, fields },
            SignUpError::TooMany => Self::form(ErrorCode::TooLarge),
            SignUpError::UnknownClient => Self::form(ErrorCode::BadRequest),
            SignUpError::UsernameTaken => Self::field(FieldName::Username, ErrorCode::UsernameTaken),
            SignUpError::Common(common) => common.into(),
        }
    }
}

/// A form that passed every rule that can be told without the store.
pub(crate) struct Checked {
    username: Option<String>,
    password: Password,
    attributes: BTreeMap<AttributeName, String>,
    /// Where the code goes.
    target: Contact,
    /// What the account is found by until it is confirmed.
    identifier: Identifier,
    ticket: Option<BrowserTicket>,
}

impl Checked {
    /// A sign-up whose attributes were checked before.
    pub(crate) fn again(
        settings: &Settings,
        username: Option<String>,
        password: Password,
        attributes: BTreeMap<AttributeName, String>,
    ) -> Result<Self, AttributeName> {
        let target = code::target(settings, &attributes)?;
        let identifier = identifier(username.as_deref(), &target);
        Ok(Self { username, password, attributes, target, identifier, ticket: None })
    }

    fn key(&self) -> Key {
        Key::new(&self.identifier, Some(&self.target))
    }
}

fn identifier(username: Option<&str>, target: &Contact) -> Identifier {
    match username {
        Some(name) => Identifier::Username(username_key(name)),
        None => Identifier::Contact(target.kind, target.key.clone()),
    }
}

/// What an attempt is to the sign-up that waits under its name and contact.
enum Attempt {
    /// None waits: this one does from now on. The hash of its password.
    First(String),
    /// One waits.
    Again(Box<Waiting>, Again),
}

/// What an attempt does to the sign-up that waits.
enum Again {
    /// It has the same password, and changes nothing.
    Same,
    /// Whoever holds the sign-up enters it anew. The hash of the other password, if it is another.
    Replaces(Option<String>),
    /// It has another password: from now on nobody knows whose password that of the sign-up is.
    Contests,
}

impl Attempt {
    /// The hash of a password that the sign-up has by it.
    fn new_hash(&self) -> Option<&str> {
        match self {
            Self::First(hash) => Some(hash),
            Self::Again(_, Again::Replaces(hash)) => hash.as_deref(),
            Self::Again(_, Again::Same | Again::Contests) => None,
        }
    }

    /// Whether whoever made it may go on as who holds the sign-up.
    const fn is_of_holder(&self) -> bool {
        match self {
            Self::First(_) | Self::Again(_, Again::Same | Again::Replaces(_)) => true,
            Self::Again(_, Again::Contests) => false,
        }
    }
}

/// Signs up: makes an account that nobody can use before the code is entered, and sends the code.
///
/// A sign-up reserves nothing and decides nothing for others: it waits under its name and contact, with
/// what was entered first. What somebody else enters for the same name and contact replaces nothing of
/// it, and looks the same to whoever enters it. For a contact that belongs to somebody it looks and works
/// the same too; its owner reads another message.
pub async fn start(
    ctx: &Context,
    client: &ClientId,
    form: SignUp,
    origin: &Origin,
) -> Result<SignedUp, SignUpError> {
    let form = check_sign_up(ctx, client, form)?;
    enter(ctx, &form, None, origin).await
}

/// The same once the form was checked. A ticket that moves to it takes the place of a new one.
pub(crate) async fn enter(
    ctx: &Context,
    form: &Checked,
    moving: Option<&BrowserTicket>,
    origin: &Origin,
) -> Result<SignedUp, SignUpError> {
    /// So often the sign-up that waits may change between its password's comparison and the transaction.
    const TRIES: usize = 8;
    retried(|| admit_sign_up(ctx, form, origin)).await?;
    ceiling::take_one(ctx, form.target.kind).await??;
    for _ in 0..TRIES {
        let found = waiting::by_key(&mut ctx.store.read().await?, &form.key()).await?;
        let attempt = judge_attempt(ctx, form, found).await?;
        let Some((user, done)) = retried(|| write_sign_up(ctx, form, &attempt, moving, origin)).await? else {
            continue;
        };
        if let Some(hash) = attempt.new_hash() {
            verifiers::keep_verifiers(ctx, user, &form.password, hash).await;
        }
        return Ok(done);
    }
    Err(SignUpError::Common(CommonError::Busy))
}

/// One hash, whether a sign-up waits or not; its holder's other password takes one more.
async fn judge_attempt(
    ctx: &Context,
    form: &Checked,
    found: Option<Waiting>,
) -> Result<Attempt, SignUpError> {
    let Some(found) = found else {
        return Ok(Attempt::First(ctx.passwords.hash(&form.password, &*ctx.entropy).await?));
    };
    let held = match &form.ticket {
        Some(ticket) => tickets::get(&mut ctx.store.read().await?, ticket, ctx.now()).await?,
        None => None,
    };
    let is_holder = held.is_some_and(|it| it.user == found.user.id && it.is_holder);
    let same =
        ctx.passwords.verify_recent(found.user.comparable_hash(ctx.now()), &form.password).await?.matches;
    let again = match (is_holder, same) {
        (true, true) => Again::Replaces(None),
        (true, false) => Again::Replaces(Some(ctx.passwords.hash(&form.password, &*ctx.entropy).await?)),
        (false, true) => Again::Same,
        (false, false) => Again::Contests,
    };
    Ok(Attempt::Again(Box::new(found), again))
}

/// `None`: the sign-up that waits is another one by now.
async fn write_sign_up(
    ctx: &Context,
    form: &Checked,
    attempt: &Attempt,
    moving: Option<&BrowserTicket>,
    origin: &Origin,
) -> Result<Option<(UserId, SignedUp)>, SignUpError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    if names::is_id_of_another(&mut tx, &ctx.keys, &form.identifier).await? {
        return Err(SignUpError::UsernameTaken);
    }
    let before = signed_up_before(&mut tx, form, attempt).await?;
    let Some(user) = take_attempt(ctx, &mut tx, form, attempt, origin).await? else {
        return Ok(None);
    };
    let is_holder = attempt.is_of_holder();
    let ticket = moving.cloned().unwrap_or_else(|| BrowserTicket::generate(&*ctx.entropy));
    let sub = if is_holder { user.sub.clone() } else { made_up_sub(ctx, form) };
    let username = form.username.clone().unwrap_or_else(|| sub.clone());
    let entered = Entered { username: username.clone(), attributes: form.attributes.clone() };
    let sealed = Some(seal(ctx, &ticket, &entered)?);
    let stored = tickets::Stored { user: user.id, is_holder, attributes: sealed, proven_at: None };
    // A ticket whose sign-up was confirmed meanwhile is gone, and comes back for the other one.
    if moving.is_none() || !tickets::move_to(&mut tx, &ticket, &stored).await? {
        tickets::insert(&mut tx, &ticket, &stored, now, now.plus(BrowserTicket::LIFETIME)).await?;
    }
    let requesters = Requester::of_sign_up(ctx, &ticket, origin);
    let (key, holder) = (form.key(), Requester::ticket(&ticket));
    let told = key.to_text();
    let asker = NamedCodes::new(CodePurpose::SignUp, &told).asked_by(&holder);
    admission::admit(&mut tx, ctx, asker).await??;
    let codes = NamedCodes::new(CodePurpose::SignUp, &key.name);
    admission::give_tries_back(&mut tx, ctx, codes, &requesters).await?;
    let asking = Asking { user: &user, target: &form.target, requesters: &requesters, origin, before };
    code::request(&mut tx, ctx, &asking).await?;
    events::commit(ctx, tx, user.id).await?;
    let delivery = form.target.kind.delivery(&form.target.value);
    Ok(Some((user.id, SignedUp { username, ticket, delivery, sub })))
}

/// When somebody signed up with this contact before, if that may have been somebody else.
async fn signed_up_before(
    tx: &mut Tx,
    form: &Checked,
    attempt: &Attempt,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(match attempt {
        Attempt::First(_) => waiting::newest_with_contact(tx, &form.target.to_key()).await?,
        Attempt::Again(_, Again::Replaces(_)) => None,
        Attempt::Again(found, Again::Same | Again::Contests) => Some(found.created_at),
    })
}

/// Does to the sign-up that waits what this attempt may do. `None`: it is another one by now.
async fn take_attempt(
    ctx: &Context,
    tx: &mut Tx,
    form: &Checked,
    attempt: &Attempt,
    origin: &Origin,
) -> Result<Option<User>, StoreError> {
    let (found, again) = match attempt {
        Attempt::First(password_hash) => return begin_sign_up(ctx, tx, form, password_hash, origin).await,
        Attempt::Again(found, again) => (found, again),
    };
    let still = waiting::lock(tx, found.user.id).await?;
    let Some(still) = still.filter(|it| !PasswordFingerprint::of_user(&found.user).was_changed(&it.user))
    else {
        return Ok(None);
    };
    waiting::keep(tx, still.user.id, ctx.now()).await?;
    match again {
        Again::Same => {}
        Again::Replaces(hash) => {
            let hash = hash.as_deref().unwrap_or(&still.user.password_hash);
            waiting::replace(tx, still.user.id, hash, &form.attributes).await?;
        }
        Again::Contests => waiting::contest(tx, still.user.id).await?,
    }
    Ok(Some(still.user))
}

async fn begin_sign_up(
    ctx: &Context,
    tx: &mut Tx,
    form: &Checked,
    hash: &str,
    origin: &Origin,
) -> Result<Option<User>, StoreError> {
    let (now, sub, key) = (ctx.now(), ctx.entropy.uuid_v4(), form.key());
    let username = form.username.as_deref();
    let srp_id = ids::for_contact(tx, ctx, &form.target).await?;
    let (password_hash, attributes) = (hash, &form.attributes);
    let new = NewSignUp { sub: &sub, srp_id: &srp_id, username, key: &key, password_hash, attributes };
    let Some(user) = waiting::insert(tx, &new, now).await? else { return Ok(None) };
    let event = Event::SignUp { username: username.unwrap_or(&sub).to_owned() };
    events::record(tx, user, &event, now, origin).await?;
    users::by_id(tx, user).await
}

fn check_sign_up(ctx: &Context, client: &ClientId, form: SignUp) -> Result<Checked, SignUpError> {
    let settings = &ctx.settings;
    let client = settings.client(client).ok_or(SignUpError::UnknownClient)?;
    let mut faults: Vec<(FieldName, ErrorCode)> = Vec::new();
    let username = settings.has_usernames().then(|| typed::word(&form.username.unwrap_or_default()));
    if let Some(Err(why)) = username.as_deref().map(check_new_username) {
        faults.push((FieldName::Username, why));
    }
    let own = OwnWords::of(username.as_deref(), &form.attributes);
    faults.extend(rules::choice_faults(settings, &form.password, form.confirmation.as_ref(), &own));
    let book = Rulebook::of(settings, &client.access, OutsidePlan::Refused);
    let attributes = match check_submitted(book, Occasion::SignUp, form.attributes) {
        Ok(submitted) => submitted.set,
        Err(refusal) if refusal.form.is_some() => return Err(SignUpError::TooMany),
        Err(refusal) => {
            faults.extend(refusal.fields);
            return Err(SignUpError::Fields(faults));
        }
    };
    let target = code::target(settings, &attributes)
        .map_err(|missing| faults.push((missing.into(), ErrorCode::Missing)));
    if let Some(no_texts) = target.as_ref().ok().and_then(|target| code::no_texts(settings, target)) {
        faults.push(no_texts);
    }
    let (Ok(target), true) = (target, faults.is_empty()) else { return Err(SignUpError::Fields(faults)) };
    let identifier = identifier(username.as_deref(), &target);
    Ok(Checked { username, password: form.password, attributes, target, identifier, ticket: form.ticket })
}

/// The limits of the network, and whether the username is free: its own transaction, so that what is
/// refused afterwards was counted.
async fn admit_sign_up(ctx: &Context, form: &Checked, origin: &Origin) -> Result<(), SignUpError> {
    let mut tx = ctx.store.begin().await?;
    let taken = match &form.identifier {
        Identifier::Username(key) => {
            users::by_username(&mut tx, key).await?.is_some_and(|user| user.confirmed)
        }
        Identifier::Contact(..) | Identifier::Number { .. } => false,
    };
    let taken = taken || names::is_id_of_another(&mut tx, &ctx.keys, &form.identifier).await?;
    let limit = if taken { LimitName::TakenAnswers } else { LimitName::SignUps };
    limits::count_from_network(&mut tx, ctx, limit, origin).await??;
    if !taken {
        limits::count_from_network(&mut tx, ctx, message(form.target.kind), origin).await??;
    }
    tx.commit().await?;
    if taken { Err(SignUpError::UsernameTaken) } else { Ok(()) }
}

/// The `sub` for somebody whose sign-up is not the one that waits: the same for the same attempt.
fn made_up_sub(ctx: &Context, form: &Checked) -> String {
    let (name, contact) = (form.identifier.to_key(), form.target.to_key());
    let parts = [
        b"sub of a sign-up".as_slice(),
        name.as_bytes(),
        contact.as_bytes(),
        form.password.reveal().as_bytes(),
    ];
    let digest = ctx.keys.made_up(&parts);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

#[cfg(test)]
mod tests;
