//! Changing attributes, all or nothing (operation UpdateUserAttributes).

use crate::Context;
use crate::account::events;
use crate::account::protection::{self, ChangedBy, ProtectionChange};
use crate::attributes::delete;
use crate::attributes::profile::access;
use crate::attributes::rules::{
    Occasion, OutsidePlan, Rulebook, Submitted, abridged, check_submitted, parse_names,
};
use crate::contacts::{code, notify};
use crate::error::{CommonError, common_error};
use crate::factors::second_factors;
use crate::factors::step_up::{self, Asked, StepUp, StepUpError};
use crate::limits::rate::Full;
use crate::limits::{self, ceiling};
use crate::sessions::alive::require_alive;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use model::{AttributeName, ErrorCode, Event, FieldName, FormErrors, Standard, UpdateOutcome, Updated};
use nameplate_core::contact::Contact;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, Viewer};
use nameplate_core::phone;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use store::profile::{self, Account, Part};
use store::{LockedAccount, StoreError, Tx, aliases, attributes, retried};

/// What an update came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// What became of each attribute that was submitted.
    pub outcome: UpdateOutcome,
    /// The attributes that have another value now, or none any more.
    pub changed: Vec<AttributeName>,
    /// Contacts whose change was given up, because what is in force was submitted.
    pub cancelled: Vec<AttributeName>,
}

/// Why an update changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum UpdateAttributesError {
    /// Every culprit by name, or what is wrong with the request as a whole.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// A contact is among them.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A contact among them is a second factor, which has to be proven first, or was not.
    #[error(transparent)]
    StepUp(#[from] StepUpError),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(UpdateAttributesError);

impl From<UpdateAttributesError> for FormErrors {
    fn from(error: UpdateAttributesError) -> Self {
        match error {
            UpdateAttributesError::Refused(refusal) => refusal,
            UpdateAttributesError::Common(common) => common.into(),
            UpdateAttributesError::StepUp(error) => error.into(),
            UpdateAttributesError::NotFresh(stale) => stale.into(),
        }
    }
}

impl From<FormErrors> for UpdateAttributesError {
    fn from(refusal: FormErrors) -> Self {
        Self::Refused(refusal)
    }
}

/// What an update comes to, given how the account stands.
#[derive(Debug, Default)]
struct Plan {
    set: Vec<(AttributeName, String)>,
    remove: Vec<AttributeName>,
    /// Contacts that wait for a code before they are set.
    prove: Vec<Contact>,
    /// Contacts that stay as they are, though another one waits for its code.
    cancel: Vec<ContactKind>,
    /// Whether a value is different afterwards.
    changes: bool,
}

impl Plan {
    fn changes_contacts(&self, account: &Account) -> bool {
        let set = self.set.iter().map(|(name, _)| name);
        let gone = self.remove.iter().filter(|name| account.attributes.contains_key(name));
        !self.prove.is_empty() || set.chain(gone).any(|name| ContactKind::of(name).is_some())
    }
}

/// Changes the viewer's attributes, all of them or none (operation UpdateUserAttributes).
///
/// Names are taken as they were submitted; values are trimmed, and an empty one removes the attribute. A
/// new email address or phone number is not stored but waits for the code that is sent to it; what is in
/// force stays so, and is told. A value that is there already changes nothing, and costs no code; a change
/// of it that waits for its code is given up, since what was submitted last counts. Where
/// text messages reach nobody, a new phone number is stored at once, and not proven.
///
/// The outcome says for each attribute whether it holds now, and where a code went if not. It is also
/// recorded as the event of the update; so is a refusal.
///
/// # Errors
/// The refusal names every culprit: unknown, outside the client's write list, immutable, malformed,
/// required, or a contact that can't be done without, in this order of precedence for each; [`ErrorCode::Wait`]
/// on a contact whose code can't be sent again yet. A contact is changed only by who signed in lately. A
/// name that can't be one, or nothing at all, refuses the request as a whole.
pub async fn update(
    ctx: &Context,
    viewer: &Viewer,
    submitted: BTreeMap<String, String>,
    origin: &Origin,
) -> Result<Update, UpdateAttributesError> {
    update_with_code(ctx, viewer, submitted, "", origin).await
}

/// The same with a code of the second factor whose contact is replaced, or a recovery code, which a browser needs
/// for it.
pub async fn update_with_code(
    ctx: &Context,
    viewer: &Viewer,
    submitted: BTreeMap<String, String>,
    typed: &str,
    origin: &Origin,
) -> Result<Update, UpdateAttributesError> {
    let done = match check_update(ctx, viewer, submitted) {
        Ok(submitted) => {
            let step = step_for(ctx, viewer, &submitted, typed, origin).await?;
            within_ceiling(ctx, viewer, &submitted, &step, origin).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    if let Err(UpdateAttributesError::StepUp(refused)) = &done {
        step_up::note(ctx, viewer, refused, origin).await?;
    }
    if let Err(UpdateAttributesError::Refused(refusal)) = &done {
        events::record_refusal(
            ctx,
            viewer.user,
            &Event::UpdateUserAttributesFailure(abridged(refusal)),
            origin,
        )
        .await?;
    }
    done
}

/// The proof of a second factor whose contact is replaced. Freshness goes before it.
async fn step_for(
    ctx: &Context,
    viewer: &Viewer,
    submitted: &Submitted,
    typed: &str,
    origin: &Origin,
) -> Result<StepUp, UpdateAttributesError> {
    if !step_up::is_asked(viewer) || !submitted.set.keys().any(|name| ContactKind::of(name).is_some()) {
        return Ok(StepUp::NONE);
    }
    let account = profile::load(&mut ctx.store.read().await?, viewer.user).await?;
    let account = account.ok_or(CommonError::SignedOut)?;
    let plan = plan(&ctx.settings, &account, submitted);
    let set = plan.set.iter().filter_map(|(name, _)| ContactKind::of(name));
    let replaced = plan.prove.iter().map(|contact| contact.kind).chain(set);
    let asked = replaced.filter(|kind| second_factors::asks_by(&ctx.settings, &account, *kind));
    let mut factors = asked.map(second_factors::factor_of);
    let Some(first) = factors.next() else { return Ok(StepUp::NONE) };
    require_fresh(ctx, viewer)?;
    let step = step_up::judge(ctx, viewer, Asked::Factor(first), typed, origin).await?;
    match factors.next() {
        // One code proves one of them.
        Some(other) if !step.is_recovery() => Err(StepUpError::Needed(other).into()),
        _ => Ok(step),
    }
}

/// Everything that can be told without looking at the account.
fn check_update(
    ctx: &Context,
    viewer: &Viewer,
    submitted: BTreeMap<String, String>,
) -> Result<Submitted, FormErrors> {
    let settings = &ctx.settings;
    if submitted.is_empty() {
        return Err(FormErrors::form(ErrorCode::NothingToDo));
    }
    let access = access(settings, viewer);
    // Whether a number is one that somebody enters, or was there before, the account tells.
    let book = Rulebook::of(settings, &access, OutsidePlan::Kept);
    check_submitted(book, Occasion::Update, parse_names(submitted)?)
}

/// The installation sends only so many text messages to numbers that aren't verified: one that isn't sent after
/// all doesn't count.
async fn within_ceiling(
    ctx: &Context,
    viewer: &Viewer,
    submitted: &Submitted,
    step: &StepUp,
    origin: &Origin,
) -> Result<Update, UpdateAttributesError> {
    let number = AttributeName::from(Standard::PhoneNumber);
    let mut has_taken = false;
    if submitted.set.contains_key(&number) {
        let account = profile::load(&mut ctx.store.read().await?, viewer.user).await?;
        let plan = plan(&ctx.settings, &account.ok_or(CommonError::SignedOut)?, submitted);
        let full = |full: Full| FormErrors::field(number, ErrorCode::NoTextsNow { seconds: full.seconds });
        has_taken = ceiling::take_text(ctx, &plan.prove).await?.map_err(full)?;
    }
    let done = retried(|| apply_update(ctx, viewer, submitted, step, origin)).await;
    if has_taken && done.is_err() {
        ceiling::give_text_back(ctx).await;
    }
    done
}

async fn apply_update(
    ctx: &Context,
    viewer: &Viewer,
    submitted: &Submitted,
    step: &StepUp,
    origin: &Origin,
) -> Result<Update, UpdateAttributesError> {
    let user = viewer.user;
    let mut tx = ctx.store.begin().await?;
    let locked = limits::count_change_and_load(&mut tx, ctx, user, Part::needed_for(submitted.names()))
        .await??
        .ok_or(CommonError::SignedOut)?;
    let account = locked.account();
    let mut faults = delete::indispensable(&ctx.settings, account, &submitted.remove);
    faults.extend(no_phone(account, submitted));
    if !faults.is_empty() {
        return Err(FormErrors { form: None, fields: faults }.into());
    }
    let plan = plan(&ctx.settings, account, submitted);
    if plan.changes_contacts(account) {
        require_fresh(ctx, viewer)?;
        require_alive(&mut tx, viewer).await?;
    }
    admit(&mut tx, ctx, &locked, &plan.prove).await?;
    step.spend(&mut tx, ctx, &locked, origin).await?;

    let by = ChangedBy::viewer(viewer, origin);
    for (name, value) in &plan.set {
        if let Some(kind) = ContactKind::of(name) {
            let contact = Contact::stored(kind, value.clone());
            replace_unverified(&mut tx, ctx, &locked, &contact, by).await?;
        }
    }
    for kind in &plan.cancel {
        code::cancel(&mut tx, user, *kind).await?;
    }
    for name in &plan.remove {
        delete::let_go(&mut tx, ctx, &locked, name, by).await?;
    }
    for contact in &plan.prove {
        code::send(&mut tx, ctx, &locked, contact, origin).await?;
    }
    let now = ctx.now();
    let outcome = outcome(submitted, &plan);
    let mut writes = Vec::new();
    if plan.changes {
        let mut all = account.attributes.clone();
        all.retain(|name, _| !plan.remove.contains(name));
        all.extend(plan.set.iter().cloned());
        writes.push(attributes::change(user, &all, now)?);
    }
    let cancelled: Vec<AttributeName> = plan.cancel.iter().map(|kind| kind.attribute().into()).collect();
    for attribute in cancelled.iter().cloned() {
        let event = Event::CancelUserAttributeUpdate { attribute };
        writes.push(events::entry(user, &event, now, origin)?);
    }
    writes.push(events::entry(user, &Event::UpdateUserAttributes(outcome.clone()), now, origin)?);
    events::commit_with(ctx, tx, writes, user).await?;
    let set = plan.set.into_iter().map(|(name, _)| name);
    let changed =
        set.chain(plan.remove.into_iter().filter(|name| account.attributes.contains_key(name))).collect();
    Ok(Update { outcome, changed, cancelled })
}

/// What goes with a contact that another value takes the place of, which nobody can verify: what was proven was
/// the value before.
async fn replace_unverified(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contact: &Contact,
    by: ChangedBy<'_>,
) -> Result<(), StoreError> {
    let (user, kind) = (locked.id(), contact.kind);
    if locked.account().proven.contains(&kind) {
        let undo = protection::changes(tx, ctx, locked, ProtectionChange::ContactReplaced(kind), by).await?;
        notify::tell_replaced(tx, ctx, by.told(locked, undo.as_ref()), contact).await?;
    }
    second_factors::contact_gone(tx, ctx, locked, kind, by).await?;
    code::cancel(tx, user, kind).await?;
    aliases::release(tx, user, kind).await
}

/// A new number that its country's numbering plan doesn't have. One that is stored may be submitted again: no
/// application need know which.
fn no_phone(account: &Account, submitted: &Submitted) -> Option<(FieldName, ErrorCode)> {
    let name = AttributeName::from(Standard::PhoneNumber);
    let new = submitted.set.get(&name).filter(|new| account.attributes.get(&name) != Some(new))?;
    (!phone::is_in_plan(new)).then(|| (name.into(), ErrorCode::NoSuchPhoneNumber))
}

/// A stored number may be spelt as it no longer would be.
fn is_same(name: &AttributeName, now: &str, new: &str) -> bool {
    now == new || (*name == Standard::PhoneNumber && phone::canonical(now, "").as_deref() == Some(new))
}

fn plan(settings: &Settings, account: &Account, submitted: &Submitted) -> Plan {
    let mut plan = Plan::default();
    for (name, value) in &submitted.set {
        if *name == Standard::UpdatedAt {
            // A client that may write it is believed to have changed something, but when is told by our
            // clock.
            plan.changes = true;
        } else if account.attributes.get(name).is_some_and(|now| is_same(name, now, value)) {
            let other = |kind: &ContactKind| account.pending(*kind).is_some_and(|it| it.value != *value);
            plan.cancel.extend(ContactKind::of(name).filter(other));
        } else if let Some(kind) = ContactKind::of(name).filter(|kind| settings.reaches(*kind)) {
            plan.prove.push(Contact::stored(kind, value.clone()));
        } else {
            plan.set.push((name.clone(), value.clone()));
        }
    }
    plan.remove.extend(submitted.remove.iter().cloned());
    plan.changes |=
        !plan.set.is_empty() || plan.remove.iter().any(|name| account.attributes.contains_key(name));
    plan
}

/// Whether every code that the update needs may be sent; all that may not are named together.
pub(crate) async fn admit(
    tx: &mut Tx,
    ctx: &Context,
    locked: &LockedAccount,
    contacts: &[Contact],
) -> Result<(), UpdateAttributesError> {
    let mut waits: Vec<(FieldName, ErrorCode)> = Vec::new();
    for contact in contacts {
        if let Err(wait) = code::admit(tx, ctx, locked, contact).await? {
            let field = AttributeName::from(contact.kind.attribute()).into();
            waits.push((field, ErrorCode::Wait { seconds: wait.seconds }));
        }
    }
    if waits.is_empty() { Ok(()) } else { Err(FormErrors { form: None, fields: waits }.into()) }
}

/// What the guide prints: whether each attribute holds now, and where a code went if it doesn't.
fn outcome(submitted: &Submitted, plan: &Plan) -> UpdateOutcome {
    let names = submitted.names().cloned();
    let mut outcome: UpdateOutcome =
        names.map(|name| (name, Updated { is_updated: true, code_delivery_details: None })).collect();
    for contact in &plan.prove {
        let waiting =
            Updated { is_updated: false, code_delivery_details: Some(contact.kind.delivery(&contact.value)) };
        outcome.insert(contact.kind.attribute().into(), waiting);
    }
    outcome
}

#[cfg(test)]
mod tests;
