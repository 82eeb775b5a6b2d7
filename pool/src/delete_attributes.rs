//! Removing attributes (operation DeleteUserAttributes).

use crate::attributes::{Occasion, abridged, check_submitted, parse_names};
use crate::delivery::{self, About, Asked, Contact, Message};
use crate::identifiers::ContactKind;
use crate::limits::{self, DAY, Rate, Wait};
use crate::profile::access;
use crate::sessions::{Origin, UserId, Viewer};
use crate::settings::Settings;
use crate::sign_in_again::{NotFresh, require_fresh};
use crate::store::profile::{Account, Part};
use crate::store::{StoreError, Tx, aliases, attributes, retried};
use crate::{Inner, Pool, Unavailable, codes, contact_codes, events, factors};
use model::identifier::IdentifierKind;
use model::{AttributeName, Event, FieldName, Refusal, Why};
use std::collections::BTreeSet;

/// Why nothing was removed.
#[derive(Debug, thiserror::Error)]
pub enum DeleteAttributesError {
    /// Every culprit by name, or what is wrong with the request as a whole.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The account changes too often.
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    /// The account was deleted meanwhile.
    #[error("the account is gone")]
    SignedOut,
    /// A contact is among them.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<DeleteAttributesError> for Refusal {
    fn from(error: DeleteAttributesError) -> Self {
        match error {
            DeleteAttributesError::Refused(refusal) => refusal,
            DeleteAttributesError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            DeleteAttributesError::SignedOut => Self::form(Why::SignedOut),
            DeleteAttributesError::NotFresh(stale) => stale.into(),
            DeleteAttributesError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for DeleteAttributesError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<Wait> for DeleteAttributesError {
    fn from(wait: Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl From<Refusal> for DeleteAttributesError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Pool {
    /// Removes the viewer's attributes, all of them or none (operation DeleteUserAttributes). One that isn't
    /// set is removed as well as any.
    ///
    /// With an email address or a phone number goes the proof of it and whatever waits for a code, and it is
    /// told.
    ///
    /// # Errors
    /// The refusal names every culprit: unknown, outside the client's write list, immutable, required, or a
    /// contact that can be replaced but not done without. A name that can't be one, or none at all, refuses
    /// the request as a whole.
    pub async fn delete_attributes(
        &self,
        viewer: &Viewer,
        names: Vec<String>,
        origin: &Origin,
    ) -> Result<(), DeleteAttributesError> {
        let done = match self.check_deletion(viewer, names) {
            Ok(names) => retried(|| self.apply_deletion(viewer, &names, origin)).await,
            Err(refusal) => Err(refusal.into()),
        };
        if let Err(DeleteAttributesError::Refused(refusal)) = &done {
            self.record_refusal(viewer.user, &Event::DeleteUserAttributesFailure(abridged(refusal)), origin)
                .await?;
        }
        done
    }

    async fn apply_deletion(
        &self,
        viewer: &Viewer,
        names: &BTreeSet<AttributeName>,
        origin: &Origin,
    ) -> Result<(), DeleteAttributesError> {
        let (inner, user, now) = (&*self.inner, viewer.user, self.now());
        let mut tx = inner.store.begin().await?;
        let account = limits::count_change_and_load(&mut tx, inner, user, Part::needed_for(names))
            .await??
            .ok_or(DeleteAttributesError::SignedOut)?;
        let indispensable = indispensable(&inner.settings, &account, names);
        if !indispensable.is_empty() {
            return Err(Refusal { form: None, fields: indispensable }.into());
        }
        if names.iter().any(|name| account.attributes.contains_key(name) && ContactKind::of(name).is_some()) {
            require_fresh(inner, viewer)?;
        }
        for name in names {
            let_go(&mut tx, inner, (user, &account), name, origin).await?;
        }
        if names.iter().any(|name| account.attributes.contains_key(name)) {
            let mut all = account.attributes.clone();
            all.retain(|name, _| !names.contains(name));
            tx.write(vec![attributes::change(user, &all, now)?]).await?;
        }
        let event = Event::DeleteUserAttributes { attributes: names.iter().cloned().collect() };
        events::record(&mut tx, user, &event, now, origin).await?;
        self.commit(tx, user).await?;
        Ok(())
    }

    /// Everything that can be told without looking at the account: to delete is to submit nothing.
    fn check_deletion(
        &self,
        viewer: &Viewer,
        names: Vec<String>,
    ) -> Result<BTreeSet<AttributeName>, Refusal> {
        let settings = &self.inner.settings;
        if names.is_empty() {
            return Err(Refusal::form(Why::NothingToDo));
        }
        let emptied = parse_names(names.into_iter().map(|name| (name, String::new())).collect())?;
        Ok(check_submitted(&settings.schema, &access(settings, viewer), Occasion::Update, emptied)?.remove)
    }
}

/// The proven contacts among these that the account can't do without: what its owner signs in with, where
/// that is contacts only, and the last one that is proven. Judged for all together, or two could go that were
/// each other's replacement.
pub(crate) fn indispensable(
    settings: &Settings,
    account: &Account,
    removed: &BTreeSet<AttributeName>,
) -> Vec<(FieldName, Why)> {
    let goes = |kind: &ContactKind| removed.contains(&kind.attribute().into());
    let (going, staying): (Vec<ContactKind>, Vec<ContactKind>) =
        account.proven.iter().partition(|kind| goes(kind));
    let signs_in = |kind: &ContactKind| {
        settings.sign_in.allows(match kind {
            ContactKind::Email => IdentifierKind::Email,
            ContactKind::PhoneNumber => IdentifierKind::PhoneNumber,
        })
    };
    let locked_out = !settings.has_usernames() && !staying.iter().any(signs_in);
    let whys = going.iter().filter_map(|kind| {
        let why = if locked_out && signs_in(kind) {
            Why::SignsInWithIt
        } else if staying.is_empty() {
            Why::LastVerifiedContact
        } else {
            return None;
        };
        Some((AttributeName::from(kind.attribute()).into(), why))
    });
    whys.collect()
}

/// What goes with one attribute that is about to be removed. A contact takes along its proof and what waits
/// for a code, and is told.
pub(crate) async fn let_go(
    tx: &mut Tx,
    inner: &Inner,
    (user, account): (UserId, &Account),
    name: &AttributeName,
    origin: &Origin,
) -> Result<(), StoreError> {
    let Some(kind) = ContactKind::of(name) else { return Ok(()) };
    codes::cancel(tx, &contact_codes::slot(user, kind)).await?;
    aliases::release(tx, user, kind).await?;
    factors::contact_gone(tx, user, kind).await?;
    let Some(value) = account.contact(kind) else { return Ok(()) };
    let contact = Contact { kind, value: value.to_owned() };
    if account.proven.contains(&kind) || may_be_told(tx, inner, &contact).await? {
        let asked = Asked::new(account.chosen_username(), inner.clock.now(), origin);
        delivery::queue(tx, inner, &Message::AddressDeleted { to: contact, asked }, About::Account(user))
            .await?;
    }
    Ok(())
}

/// What nobody proved may be a stranger's: no more messages go there than codes would.
async fn may_be_told(tx: &mut Tx, inner: &Inner, contact: &Contact) -> Result<bool, StoreError> {
    let Some(key) = contact.kind.key(&contact.value) else { return Ok(false) };
    let rate = Rate { times: inner.settings.limits.codes_per_destination_a_day, per: DAY };
    let notices = limits::key(inner, &["notices of removal to", contact.kind.as_str(), &key]);
    Ok(limits::count(tx, &notices, rate, inner.clock.now()).await?.is_ok())
}

#[cfg(test)]
mod tests;
