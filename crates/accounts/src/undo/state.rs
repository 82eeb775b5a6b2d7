//! What an undo would restore, and what whoever has its link is shown of that.

use crate::{Context, Unavailable};
use model::Factor;
use nameplate_core::clock::Timestamp;
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{UndoSecret, UserId};
use store::profile::{self, Account};
use store::undo::{self, Change, FormerContact};
use store::{Conn, StoreError};

/// An account as it was.
pub(crate) struct FormerState {
    pub(crate) change: Change,
    pub(crate) contacts: Vec<FormerContact>,
    pub(crate) factors_on: Vec<Factor>,
}

/// The account before the earliest change that can be undone, and after which a code for a new password
/// reaches somebody. `None`: nothing can be.
pub(crate) async fn earliest(
    conn: &mut Conn,
    ctx: &Context,
    user: UserId,
) -> Result<Option<FormerState>, StoreError> {
    for change in undo::of_user(conn, user, ctx.now()).await? {
        let contacts = undo::contacts(conn, &change).await?;
        if for_code(ctx, &contacts).is_some() {
            let factors_on = undo::factors_on(conn, &change).await?;
            return Ok(Some(FormerState { change, contacts, factors_on }));
        }
    }
    Ok(None)
}

/// Where the code for a new password goes: to the email address that has been verified longest, or to a number
/// where there is none.
pub(crate) fn for_code(ctx: &Context, contacts: &[FormerContact]) -> Option<Contact> {
    let reached =
        |it: &&FormerContact| it.verified_at.is_some() && ctx.settings.reaches_contact(it.kind, &it.value);
    let longest = contacts.iter().filter(reached).min_by_key(|it| (it.kind, it.verified_at));
    longest.map(|it| Contact::stored(it.kind, it.value.clone()))
}

/// The email addresses to which the link of this change was sent: whoever has it reads one of them.
pub(crate) async fn known_to_reader(conn: &mut Conn, change: &Change) -> Result<Vec<String>, StoreError> {
    let contacts = undo::contacts(conn, change).await?;
    let mails = contacts.into_iter().filter(|it| it.kind == ContactKind::Email && it.verified_at.is_some());
    Ok(mails.map(|it| it.value).collect())
}

/// What an undo would change, as the reader of its link may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoPreview {
    /// The username, if it was chosen.
    pub username: Option<String>,
    /// When the earliest change was made that is undone.
    pub since: Timestamp,
    /// Until when this link works.
    pub until: Timestamp,
    /// Contacts that become others.
    pub contacts: Vec<ContactUndone>,
    /// Second factors that are asked for again, by their former app too.
    pub factors_back: Vec<Factor>,
    /// Second factors that are asked for for a day more.
    pub factors_going: Vec<Factor>,
    /// What passkeys are called that go.
    pub passkeys: Vec<String>,
    /// Where the code for a new password goes.
    pub code_to: String,
}

/// A contact that an undo changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactUndone {
    /// Which kind.
    pub kind: ContactKind,
    /// What it is; masked, unless the link was sent there. `None`: there is none.
    pub now: Option<String>,
    /// The same for what it becomes.
    pub after: Option<String>,
}

/// Whether it can be the secret of a link: mail programs cut long lines.
pub fn is_complete(secret: &str) -> bool {
    UndoSecret::parse(secret).is_some()
}

/// What the link would undo; nothing changes by looking at it. `None`: it can't be undone any more.
pub async fn preview(ctx: &Context, secret: &str) -> Result<Option<UndoPreview>, Unavailable> {
    let Some(secret) = UndoSecret::parse(secret) else { return Ok(None) };
    let mut conn = ctx.store.read().await?;
    let Some(link) = undo::by_hash(&mut conn, &secret.hash(), ctx.now()).await? else { return Ok(None) };
    let Some(former) = earliest(&mut conn, ctx, link.user).await? else { return Ok(None) };
    let Some(account) = profile::load(&mut conn, link.user).await? else { return Ok(None) };
    let Some(code_to) = for_code(ctx, &former.contacts) else { return Ok(None) };
    let known = known_to_reader(&mut conn, &link).await?;
    let on: Vec<_> = account.factors.iter().map(|(factor, _)| *factor).collect();
    let passkeys = undo::passkeys_since(&mut conn, &former.change).await?;
    let is_replaced = undo::is_app_replaced(&mut conn, &former.change).await?;
    let is_back = |it: &Factor| !on.contains(it) || (is_replaced && *it == Factor::SoftwareToken);
    Ok(Some(UndoPreview {
        username: account.chosen_username().map(str::to_owned),
        since: former.change.made_at,
        until: link.ends_at,
        contacts: contacts_undone(&account, &former.contacts, &known),
        factors_back: former.factors_on.iter().copied().filter(is_back).collect(),
        factors_going: on.iter().copied().filter(|it| !former.factors_on.contains(it)).collect(),
        passkeys,
        code_to: shown(code_to.kind, &code_to.value, &known),
    }))
}

fn contacts_undone(account: &Account, former: &[FormerContact], known: &[String]) -> Vec<ContactUndone> {
    let undone = |kind: ContactKind| {
        let (now, after) = (account.contact(kind), former.iter().find(|it| it.kind == kind));
        let is_same = now == after.map(|it| it.value.as_str())
            && account.proven.contains(&kind) == after.is_some_and(|it| it.verified_at.is_some());
        (!is_same).then(|| ContactUndone {
            kind,
            now: now.map(|value| shown(kind, value, known)),
            after: after.map(|it| shown(kind, &it.value, known)),
        })
    };
    [ContactKind::Email, ContactKind::PhoneNumber].into_iter().filter_map(undone).collect()
}

/// Whole to whoever reads it, masked to others.
fn shown(kind: ContactKind, value: &str, known: &[String]) -> String {
    if known.iter().any(|it| it == value) { value.to_owned() } else { kind.mask(value) }
}
