//! Attributes that have become required are asked for at the next sign-in.

use crate::account::events;
use crate::attributes::missing::missing;
use crate::attributes::profile::access;
use crate::attributes::rules::{OutsidePlan, Rulebook, check_missing, parse_names};
use crate::error::{CommonError, common_error};
use crate::{Context, Unavailable, limits};
use model::{AttributeName, Event, FormErrors, UpdateOutcome, Updated};
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::{Origin, Viewer};
use std::collections::BTreeMap;
use store::profile::{self, Part};
use store::{attributes, retried};

/// Why the profile stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum CompleteProfileError {
    /// Every culprit by name.
    #[error("refused: {0:?}")]
    Refused(FormErrors),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(CompleteProfileError);

impl From<CompleteProfileError> for FormErrors {
    fn from(error: CompleteProfileError) -> Self {
        match error {
            CompleteProfileError::Refused(refusal) => refusal,
            CompleteProfileError::Common(common) => common.into(),
        }
    }
}

/// The required attributes that the viewer's account lacks, but for contacts: those wait for their code
/// on a page of their own.
pub async fn missing_attributes(ctx: &Context, viewer: &Viewer) -> Result<Vec<AttributeName>, Unavailable> {
    let account = profile::load(&mut ctx.store.read().await?, viewer.user).await?.unwrap_or_default();
    Ok(to_fill_in(ctx, viewer, &account))
}

fn to_fill_in(ctx: &Context, viewer: &Viewer, account: &profile::Account) -> Vec<AttributeName> {
    let mut names = missing(&ctx.settings, &viewer.client, account);
    names.retain(|name| ContactKind::of(name).is_none());
    names
}

/// Fills in what is missing, all of it or nothing. They are set for the first time, so immutable ones may
/// be.
pub async fn complete(
    ctx: &Context,
    viewer: &Viewer,
    submitted: BTreeMap<String, String>,
    origin: &Origin,
) -> Result<UpdateOutcome, CompleteProfileError> {
    let submitted = parse_names(submitted).map_err(CompleteProfileError::Refused)?;
    retried(|| fill_in(ctx, viewer, &submitted, origin)).await
}

async fn fill_in(
    ctx: &Context,
    viewer: &Viewer,
    submitted: &BTreeMap<AttributeName, String>,
    origin: &Origin,
) -> Result<UpdateOutcome, CompleteProfileError> {
    let now = ctx.now();
    let mut tx = ctx.store.begin().await?;
    let locked = limits::count_change_and_load(&mut tx, ctx, viewer.user, Part::Attributes)
        .await??
        .ok_or(CommonError::SignedOut)?;
    let names = to_fill_in(ctx, viewer, locked.account());
    let access = access(&ctx.settings, viewer);
    let book = Rulebook::of(&ctx.settings, &access, OutsidePlan::Refused);
    let checked = check_missing(book, &names, submitted.clone());
    let set = checked.map_err(|fields| CompleteProfileError::Refused(FormErrors { form: None, fields }))?;
    let updated =
        |name: &AttributeName| (name.clone(), Updated { is_updated: true, code_delivery_details: None });
    let outcome: UpdateOutcome = set.keys().map(updated).collect();
    let mut writes = Vec::new();
    if !set.is_empty() {
        let mut all = locked.into_account().attributes;
        all.extend(set);
        writes.push(attributes::change(viewer.user, &all, now)?);
        writes.push(events::entry(viewer.user, &Event::UpdateUserAttributes(outcome.clone()), now, origin)?);
    }
    events::commit_with(ctx, tx, writes, viewer.user).await?;
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestPool, TestStore, origin};
    use model::ErrorCode;
    use model::{AccessLists, FieldName, Standard};
    use nameplate_core::settings::Settings;

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
    async fn complete_required_attributes_sets_all_or_none() {
        let before = TestPool::new().await;
        before.signed_in("jdoe", "me@domain.com").await;
        before.store.close().await;
        let pool = with_required(before.into_place(), &[Standard::GivenName, Standard::Birthdate]).await;
        let session = match pool.try_sign_in("jdoe", crate::testing::PASSWORD).await {
            Ok(crate::sign_in::outcome::SignedIn::Session { session, .. }) => session,
            other => panic!("{other:?}"),
        };
        let viewer = pool.viewer_of(&session.token).await;
        let names: Vec<AttributeName> = vec![Standard::GivenName.into(), Standard::Birthdate.into()];
        assert_eq!(super::missing_attributes(&pool, &viewer).await.unwrap().len(), 2);
        let fill = async |attributes: &[(&str, &str)]| {
            let attributes =
                attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            super::complete(&pool, &viewer, attributes, &origin()).await
        };
        let refused: FormErrors = fill(&[("given_name", "Jane"), ("birthdate", "soon"), ("nickname", "J")])
            .await
            .unwrap_err()
            .into();
        assert_eq!(refused.on(&names[1].clone().into()), Some(ErrorCode::NotADate));
        assert_eq!(
            refused.on(&FieldName::Attribute(Standard::Nickname.into())),
            Some(ErrorCode::NotWritable)
        );
        assert_eq!(pool.shown(&viewer, Standard::GivenName).await, None);
        let refused: FormErrors = fill(&[("given_name", " ")]).await.unwrap_err().into();
        assert_eq!(refused.on(&names[0].clone().into()), Some(ErrorCode::Missing));
        fill(&[("given_name", "Jane"), ("birthdate", "1990-12-31")]).await.unwrap();
        assert!(super::missing_attributes(&pool, &viewer).await.unwrap().is_empty());
        assert_eq!(pool.shown(&viewer, Standard::GivenName).await.as_deref(), Some("Jane"));
    }
}
