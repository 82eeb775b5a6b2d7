//! Confirming an account whose code never arrived (operation AdminConfirmSignUp).

use crate::account::events;
use crate::admin::create_user::claim;
use crate::admin::selection::{
    CONTACTS, EVERY, NotSelected, SelectBy, UserLabel, UserSelector, can_sign_in, find, operator, waiting_as,
};
use crate::one_time_codes;
use crate::sign_up::confirmation::TOLD;
use crate::{Context, Unavailable};
use model::{ErrorCode, Event, FieldName, FormErrors, typed};
use nameplate_core::code::{CodePurpose, CodeScope};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::{Identifier, username_key};
use nameplate_core::identity::UserId;
use store::waiting::{self, Confirmation, Waiting};
use store::{StoreError, Tx, names, retried, tickets, users};

/// Why the account stays as it is.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ConfirmUserError {
    /// No account is called that, or two are.
    #[error(transparent)]
    NotSelected(#[from] NotSelected),
    #[error("{0} is confirmed already")]
    Confirmed(UserLabel),
    /// Several sign-ups wait under this name: which one is meant?
    #[error("several sign-ups wait under this name, with the contacts {}: name the contact of the one that you mean", .0.join(", "))]
    Several(Vec<String>),
    #[error("no sign-up with the contact \"{0}\" waits under this name")]
    NoSuchContact(String),
    #[error(
        "others tried to sign up as {0} with another password, so only whoever owns the contact may have it: vouch for it with --verified"
    )]
    Contested(UserLabel),
    #[error(
        "nobody could sign in to {0}: people sign in here with a contact, so vouch for the one it was signed up with"
    )]
    NoWayIn(UserLabel),
    /// The contact belongs to another account.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// The database, or the hashing of passwords, failed.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<StoreError> for ConfirmUserError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// What was confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserConfirmed {
    /// Whose sign-up it was.
    pub user: UserLabel,
    /// The sign-up's own password signs in. Otherwise its owner sets one with a code.
    pub keeps_password: bool,
}

/// Which sign-up the operator confirms.
#[derive(Debug, Clone, Copy)]
pub struct Confirming<'a> {
    /// What the sign-up waits under.
    pub user: UserSelector<'a>,
    /// The contact, where several wait under the name.
    pub contact: Option<&'a str>,
    /// The operator vouches for the contact that its code went to.
    pub verified: bool,
}

/// Confirms an account that waits for its code, which is worth nothing from then on (operation
/// AdminConfirmSignUp). The contact that the code went to counts as proven if the operator vouches for
/// it. One that somebody else has tried to sign up too keeps nothing but that contact, and no password.
pub async fn confirm_user(ctx: &Context, form: Confirming<'_>) -> Result<UserConfirmed, ConfirmUserError> {
    retried(|| try_to_confirm_user(ctx, form)).await
}

async fn try_to_confirm_user(ctx: &Context, form: Confirming<'_>) -> Result<UserConfirmed, ConfirmUserError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    names::lock(&mut tx).await?;
    let user = meant_to_confirm(ctx, &mut tx, form).await?;
    let label =
        UserLabel::of(&users::lock(&mut tx, user).await?.ok_or_else(|| NotSelected::nobody(form.user))?);
    let Some(waiting) = waiting::lock(&mut tx, user).await? else {
        return Err(ConfirmUserError::Confirmed(label));
    };
    let contested = waiting.user.contested;
    let vouched = waiting.target.as_ref().filter(|_| form.verified);
    if contested && vouched.is_none() {
        return Err(ConfirmUserError::Contested(label));
    }
    let proven: Vec<_> = vouched.iter().map(|target| target.kind).collect();
    if !can_sign_in(&ctx.settings, &proven) {
        return Err(ConfirmUserError::NoWayIn(label));
    }
    let alone =
        vouched.map(|target| (target.kind.attribute().into(), target.value.clone())).into_iter().collect();
    let key = waiting.user.chosen_username().map(username_key);
    if let Some(key) = &key
        && names::taken_by_id(&mut tx, &ctx.keys, key, Some(&waiting.user.sub)).await?
    {
        return Err(ConfirmUserError::Refused(FormErrors::field(
            FieldName::Username,
            ErrorCode::UsernameTaken,
        )));
    }
    let former = (contested && waiting.user.has_password())
        .then(|| (waiting.user.password_hash.as_str(), now.plus(TOLD)));
    let confirmation = Confirmation {
        username: waiting.user.chosen_username().zip(key.as_deref()),
        password_hash: if contested { "" } else { &waiting.user.password_hash },
        former,
        attributes: if contested { &alone } else { &waiting.attributes },
    };
    if !waiting::confirm(&mut tx, &waiting.user, &confirmation, now).await? {
        return Err(ConfirmUserError::Refused(FormErrors::field(
            FieldName::Username,
            ErrorCode::UsernameTaken,
        )));
    }
    if let Some(target) = vouched {
        claim(&mut tx, user, target, now).await?.map_err(ConfirmUserError::Refused)?;
    }
    one_time_codes::retire_all(&mut tx, CodeScope { user, purpose: CodePurpose::SignUp }, now).await?;
    tickets::clear(&mut tx, user).await?;
    events::record(
        &mut tx,
        user,
        &Event::ConfirmSignUp { username: waiting.user.username },
        now,
        &operator(),
    )
    .await?;
    events::commit(ctx, tx, user).await?;
    Ok(UserConfirmed { user: label, keeps_password: !contested })
}

async fn meant_to_confirm(
    ctx: &Context,
    tx: &mut Tx,
    form: Confirming<'_>,
) -> Result<UserId, ConfirmUserError> {
    let country = &ctx.settings.country_code;
    let who =
        Identifier::parse(form.user.text, EVERY, country).filter(|_| form.user.by != Some(SelectBy::Sub));
    let waiting = match &who {
        Some(who) => waiting_as(tx, who).await?,
        None => Vec::new(),
    };
    let by_sub = users::by_sub(tx, &typed::identifier(form.user.text)).await?;
    if by_sub.is_some() || waiting.is_empty() {
        return Ok(find(tx, form.user, &ctx.settings.country_code).await??.id);
    }
    let contact = form.contact.map(|it| (it, contact_key(it, country)));
    match (contact, waiting.as_slice()) {
        (None, [one]) => Ok(one.user.id),
        (None, several) => {
            let contacts = several.iter().map(|it| {
                it.target.as_ref().map_or_else(|| "none".to_owned(), |target| target.value.clone())
            });
            Err(ConfirmUserError::Several(contacts.collect()))
        }
        (Some((typed, key)), several) => {
            let is_it = |it: &&Waiting| it.target.as_ref().map(Contact::to_key) == key && key.is_some();
            let found = several.iter().find(is_it).map(|it| it.user.id);
            found.ok_or_else(|| ConfirmUserError::NoSuchContact(typed.to_owned()))
        }
    }
}

/// What a contact is found by, as an administrator writes it.
fn contact_key(typed: &str, country: &str) -> Option<String> {
    Identifier::parse(typed, CONTACTS, country).map(|it| it.to_key())
}
