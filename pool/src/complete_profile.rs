//! Attributes that have become required are asked for at the next sign-in.

use crate::attributes::{check_missing, parse_names};
use crate::identifiers::ContactKind;
use crate::new_password_required::missing;
use crate::profile::access;
use crate::sessions::{Origin, Viewer};
use crate::store::profile::{self, Part};
use crate::store::{StoreError, attributes, retried};
use crate::{Pool, Unavailable, events, limits};
use model::{AttributeName, Event, Refusal, UpdateOutcome, Updated, Why};
use std::collections::BTreeMap;

/// Why the profile stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum CompleteProfileError {
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    #[error("too often; again in {seconds} s")]
    Wait { seconds: u32 },
    #[error("nobody is signed in any more")]
    SignedOut,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl From<CompleteProfileError> for Refusal {
    fn from(error: CompleteProfileError) -> Self {
        match error {
            CompleteProfileError::Refused(refusal) => refusal,
            CompleteProfileError::Wait { seconds } => Self::form(Why::Wait { seconds }),
            CompleteProfileError::SignedOut => Self::form(Why::SignedOut),
            CompleteProfileError::Unavailable(fault) => Self::form(fault.why()),
        }
    }
}

impl From<StoreError> for CompleteProfileError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<limits::Wait> for CompleteProfileError {
    fn from(wait: limits::Wait) -> Self {
        Self::Wait { seconds: wait.seconds }
    }
}

impl Pool {
    /// The required attributes that the viewer's account lacks, but for contacts: those wait for their code
    /// on a page of their own.
    pub async fn missing_attributes(&self, viewer: &Viewer) -> Result<Vec<AttributeName>, Unavailable> {
        let account =
            profile::load(&mut self.inner.store.read().await?, viewer.user).await?.unwrap_or_default();
        Ok(self.to_fill_in(viewer, &account))
    }

    fn to_fill_in(&self, viewer: &Viewer, account: &profile::Account) -> Vec<AttributeName> {
        let mut names = missing(&self.inner.settings, &viewer.client, account);
        names.retain(|name| ContactKind::of(name).is_none());
        names
    }

    /// Fills in what is missing, all of it or nothing. They are set for the first time, so immutable ones may
    /// be.
    pub async fn complete_profile(
        &self,
        viewer: &Viewer,
        submitted: BTreeMap<String, String>,
        origin: &Origin,
    ) -> Result<UpdateOutcome, CompleteProfileError> {
        let submitted = parse_names(submitted).map_err(CompleteProfileError::Refused)?;
        retried(|| self.fill_in(viewer, &submitted, origin)).await
    }

    async fn fill_in(
        &self,
        viewer: &Viewer,
        submitted: &BTreeMap<AttributeName, String>,
        origin: &Origin,
    ) -> Result<UpdateOutcome, CompleteProfileError> {
        let (inner, now) = (&*self.inner, self.now());
        let mut tx = inner.store.begin().await?;
        let account = limits::count_change_and_load(&mut tx, inner, viewer.user, Part::Attributes)
            .await??
            .ok_or(CompleteProfileError::SignedOut)?;
        let names = self.to_fill_in(viewer, &account);
        let checked = check_missing(
            &inner.settings.schema,
            &access(&inner.settings, viewer),
            &names,
            submitted.clone(),
        );
        let set = checked.map_err(|fields| CompleteProfileError::Refused(Refusal { form: None, fields }))?;
        let updated =
            |name: &AttributeName| (name.clone(), Updated { is_updated: true, code_delivery_details: None });
        let outcome: UpdateOutcome = set.keys().map(updated).collect();
        let mut writes = Vec::new();
        if !set.is_empty() {
            let mut all = account.attributes;
            all.extend(set);
            writes.push(attributes::change(viewer.user, &all, now)?);
            writes.push(events::entry(
                viewer.user,
                &Event::UpdateUserAttributes(outcome.clone()),
                now,
                origin,
            )?);
        }
        self.commit_with(tx, writes, viewer.user).await?;
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::testing::{TestPool, TestStore, origin};
    use model::{AccessLists, FieldName, Standard};

    /// The same store under a configuration in which these have become required.
    async fn with_required(place: TestStore, names: &[Standard]) -> TestPool {
        let mut settings = Settings::default();
        for name in names {
            settings.schema.get_mut(&(*name).into()).unwrap().required = true;
        }
        settings.clients[0].access = AccessLists::resolve(&settings.schema, None, None);
        TestPool::at(place, settings).await
    }

    #[tokio::test]
    async fn what_has_become_required_is_filled_in_all_of_it_or_nothing() {
        let before = TestPool::new().await;
        before.signed_in("jdoe", "me@domain.com").await;
        before.inner.store.close().await;
        let pool = with_required(before.into_place(), &[Standard::GivenName, Standard::Birthdate]).await;
        let session = match pool.try_sign_in("jdoe", crate::testing::PASSWORD).await {
            Ok(crate::sign_in::SignedIn::Session { session, .. }) => session,
            other => panic!("{other:?}"),
        };
        let viewer = pool.viewer_of(&session.token).await;
        let names: Vec<AttributeName> = vec![Standard::GivenName.into(), Standard::Birthdate.into()];
        assert_eq!(pool.missing_attributes(&viewer).await.unwrap().len(), 2);
        let fill = async |attributes: &[(&str, &str)]| {
            let attributes =
                attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            pool.complete_profile(&viewer, attributes, &origin()).await
        };
        let refused: Refusal = fill(&[("given_name", "Jane"), ("birthdate", "soon"), ("nickname", "J")])
            .await
            .unwrap_err()
            .into();
        assert_eq!(refused.on(&names[1].clone().into()), Some(Why::NotADate));
        assert_eq!(refused.on(&FieldName::Attribute(Standard::Nickname.into())), Some(Why::NotWritable));
        assert_eq!(pool.shown(&viewer, Standard::GivenName).await, None);
        let refused: Refusal = fill(&[("given_name", " ")]).await.unwrap_err().into();
        assert_eq!(refused.on(&names[0].clone().into()), Some(Why::Missing));
        fill(&[("given_name", "Jane"), ("birthdate", "1990-12-31")]).await.unwrap();
        assert!(pool.missing_attributes(&viewer).await.unwrap().is_empty());
        assert_eq!(pool.shown(&viewer, Standard::GivenName).await.as_deref(), Some("Jane"));
    }
}
