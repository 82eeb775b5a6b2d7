//! Updates of attributes.

mod accepted;
mod limits;
mod refused;

use crate::attributes::update::UpdateAttributesError;
use crate::testing::TestPool;
use model::{AttributeName, ErrorCode, FieldName, FormErrors, UpdateOutcome};
use nameplate_core::identity::Viewer;
use std::collections::BTreeMap;

fn refusal(result: Result<UpdateOutcome, UpdateAttributesError>) -> FormErrors {
    result.unwrap_err().into()
}

fn field(name: &str) -> FieldName {
    name.parse::<AttributeName>().unwrap().into()
}

/// The fields of a refusal by name.
fn culprits(refusal: &FormErrors) -> Vec<(String, ErrorCode)> {
    refusal.fields.iter().map(|(name, why)| (name.to_string(), *why)).collect()
}

/// All that there is to see, and when it changed.
async fn everything(pool: &TestPool, viewer: &Viewer) -> (BTreeMap<AttributeName, String>, usize) {
    let profile = pool.shown_profile(viewer).await;
    (profile.attributes, profile.pending.len())
}
