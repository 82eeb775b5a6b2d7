//! An account that the operator makes (operation AdminCreateUser).

use crate::account::events;
use crate::admin::reset_user_password::send_code;
use crate::admin::selection::{access, can_sign_in, operator};
use crate::attributes::rules::{Occasion, OutsidePlan, Rulebook, check_submitted, parse_names};
use crate::password::hasher::HashingError;
use crate::password::rules;
use crate::sign_in::srp::{ids, verifiers};
use crate::{Context, Unavailable};
use model::{AttributeName, ErrorCode, Event, FieldName, FormErrors, Password, typed};
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{ContactKind, check_username, username_key};
use nameplate_core::identity::UserId;
use nameplate_core::srp_id;
use std::collections::BTreeMap;
use store::aliases::VerifiedContact;
use store::records::{self, Incoming};
use store::{LockedAccount, StoreError, Tx, aliases, attributes, names, retried, users};

/// How its owner gets in.
#[derive(Debug, Clone)]
pub enum FirstPassword {
    /// With a password that the operator tells them, and that they replace when they sign in.
    Temporary(Password),
    /// With a password that is theirs already.
    Permanent(Password),
    /// With one of their own: a code to set it is sent to a verified contact.
    Invitation,
}

/// What the account is made of.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Ignored where people have no username.
    pub username: Option<String>,
    /// How its owner signs in for the first time.
    pub password: FirstPassword,
    /// Names as they were typed.
    pub attributes: BTreeMap<String, String>,
    /// The operator vouches for the contacts among the attributes.
    pub verified: bool,
}

/// The account is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCreated {
    /// As given; the `sub`, where people have no username.
    pub username: String,
    /// The id that applications know it by.
    pub sub: String,
    /// Where the code went that sets the first password.
    pub invited: Option<String>,
    /// The phone number, if its country's numbering plan doesn't have it: it is kept, and nothing is sent there.
    pub outside_plan: Option<String>,
}

/// Why there is no account.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum CreateUserError {
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    #[error(
        "nobody could sign in to this account: people sign in here with an email address or a phone number, so give one and vouch for it"
    )]
    NoWayIn,
    #[error(
        "there is no verified contact that an invitation could be sent to: give an email address, and vouch for it"
    )]
    NobodyToInvite,
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for CreateUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<HashingError> for CreateUserError {
    fn from(error: HashingError) -> Self {
        Self::Unavailable(error.into())
    }
}

struct Checked {
    username: Option<String>,
    attributes: BTreeMap<AttributeName, String>,
    /// The contacts that the operator vouches for.
    verified: Vec<Contact>,
    /// `Some`: where the first password is set.
    invited: Option<Contact>,
    /// Its owner replaces the password.
    temporary: bool,
    /// The phone number, if no phone can have it.
    outside_plan: Option<String>,
}

/// Makes a confirmed account (operation AdminCreateUser). Sign-ups that wait under the same username need
/// another one from then on.
///
/// # Errors
/// The rules for names, passwords and attributes are those of sign-up, but that required attributes may
/// be left out where the first sign-in asks for them. Nothing is made unless all of it can be.
pub async fn create_user(ctx: &Context, new: NewUser) -> Result<UserCreated, CreateUserError> {
    let checked = check_new_user(ctx, &new)?;
    let password = match &new.password {
        FirstPassword::Temporary(password) | FirstPassword::Permanent(password) => password.clone(),
        // Known to nobody: the code of the invitation sets another.
        FirstPassword::Invitation => Password::new(ctx.entropy.token()),
    };
    let hash = ctx.passwords.hash(&password, &*ctx.entropy).await?;
    let (user, done) = retried(|| write_new_user(ctx, &checked, &hash)).await?;
    verifiers::keep_verifiers(ctx, user, &password, &hash).await;
    Ok(done)
}

fn check_new_user(ctx: &Context, new: &NewUser) -> Result<Checked, CreateUserError> {
    let settings = &ctx.settings;
    let mut faults: Vec<(FieldName, ErrorCode)> = Vec::new();
    let username = settings.has_usernames().then(|| typed::word(new.username.as_deref().unwrap_or_default()));
    if let Some(Err(why)) = username.as_deref().map(check_username) {
        faults.push((FieldName::Username, why));
    }
    if let FirstPassword::Temporary(password) | FirstPassword::Permanent(password) = &new.password {
        faults.extend(rules::faults(settings, password));
    }
    let temporary = matches!(new.password, FirstPassword::Temporary(_));
    let occasion = if temporary { Occasion::ByOperator } else { Occasion::SignUp };
    let names = parse_names(new.attributes.clone());
    let access = access(settings);
    let book = Rulebook::of(settings, &access, OutsidePlan::Kept);
    let submitted = names.and_then(|names| check_submitted(book, occasion, names));
    let (outside_plan, attributes) = match submitted {
        Ok(submitted) if faults.is_empty() => (submitted.outside_plan(), submitted.set),
        Ok(_) => return Err(CreateUserError::Refused(FormErrors { form: None, fields: faults })),
        Err(refusal) => {
            faults.extend(refusal.fields);
            return Err(CreateUserError::Refused(FormErrors { form: refusal.form, fields: faults }));
        }
    };
    let given = [ContactKind::Email, ContactKind::PhoneNumber].into_iter().filter(|_| new.verified);
    let contact =
        |kind: ContactKind| Some(Contact::stored(kind, attributes.get(&kind.attribute().into())?.clone()));
    let verified: Vec<_> = given.filter_map(contact).collect();
    if !can_sign_in(settings, &verified.iter().map(|it| it.kind).collect::<Vec<_>>()) {
        return Err(CreateUserError::NoWayIn);
    }
    let invited = match new.password {
        FirstPassword::Temporary(_) | FirstPassword::Permanent(_) => None,
        FirstPassword::Invitation => {
            let reached = verified.iter().find(|it| settings.reaches_contact(it.kind, &it.value));
            Some(reached.cloned().ok_or(CreateUserError::NobodyToInvite)?)
        }
    };
    Ok(Checked { username, attributes, verified, invited, temporary, outside_plan })
}

async fn write_new_user(
    ctx: &Context,
    new: &Checked,
    password_hash: &str,
) -> Result<(UserId, UserCreated), CreateUserError> {
    let now = ctx.now();
    let sub = ctx.entropy.uuid_v4();
    let username = new.username.as_deref().unwrap_or(&sub);
    let username_key = new.username.as_deref().map_or_else(|| sub.clone(), username_key);
    let mut tx = ctx.store.begin().await?;
    names::lock(&mut tx).await?;
    let srp_id = match new.verified.first() {
        Some(contact) => ids::for_contact(&mut tx, ctx, contact).await?,
        None => srp_id::generate(&ctx.keys, &*ctx.entropy),
    };
    let row = Incoming {
        sub: &sub,
        srp_id: &srp_id,
        username,
        username_key: &username_key,
        waits: None,
        contested: false,
        password_hash,
        created_at: now,
        updated_at: now,
        confirmed_at: Some(now),
        disabled_at: None,
        waiting_since: None,
    };
    let taken = || CreateUserError::Refused(FormErrors::field(FieldName::Username, ErrorCode::UsernameTaken));
    let user = records::insert(&mut tx, &ctx.keys, &row).await?.ok_or_else(taken)?;
    tx.write(vec![attributes::put(user, &new.attributes)?]).await?;
    for contact in &new.verified {
        claim(&mut tx, user, contact, now).await?.map_err(CreateUserError::Refused)?;
    }
    if new.temporary {
        users::mark_temporary(&mut tx, user, now).await?;
    }
    events::record(
        &mut tx,
        user,
        &Event::AdminCreateUser { username: username.to_owned() },
        now,
        &operator(),
    )
    .await?;
    if let Some(contact) = &new.invited {
        let locked = LockedAccount::lock(&mut tx, user)
            .await?
            .ok_or_else(|| StoreError::unreadable("an account that just came"))?;
        send_code(&mut tx, ctx, &locked, contact).await?;
    }
    events::commit(ctx, tx, user).await?;
    Ok((
        user,
        UserCreated {
            username: username.to_owned(),
            sub,
            invited: new.invited.as_ref().map(|it| it.value.clone()),
            outside_plan: new.outside_plan.clone(),
        },
    ))
}

/// Makes a contact that the operator vouches for the account's own. The inner error: it belongs to another
/// one.
pub(crate) async fn claim(
    tx: &mut Tx,
    user: UserId,
    contact: &Contact,
    now: Timestamp,
) -> Result<Result<(), FormErrors>, StoreError> {
    let key = contact
        .kind
        .key(&contact.value)
        .ok_or_else(|| StoreError::unreadable("a contact that can't be one"))?;
    let verified = VerifiedContact { kind: contact.kind, key: &key, at: now };
    let is_ours = aliases::claim(tx, user, verified, now).await?;
    Ok(if is_ours {
        Ok(())
    } else {
        Err(FormErrors::field(AttributeName::from(contact.kind.attribute()), ErrorCode::AliasExists))
    })
}
