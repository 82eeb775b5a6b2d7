//! Accounts that come in from a file.

mod export;
mod names;
mod obstacles;
mod plan;
mod unconfirmed;

use crate::admin::browse;
use crate::admin::import_users::arrival::{Arrival, Elsewhere};
use crate::admin::import_users::remarks::Remark;
use crate::admin::import_users::{self, ImportFault, ImportPlan, ImportRules, Unknown, Wrong, judge};
use crate::admin::record::{Record, Status};
use crate::testing::TestPool;
use nameplate_core::identifiers::ContactKind;
use std::collections::BTreeMap;

const RULES: ImportRules = ImportRules { unknown: Unknown::Refuse, skip_existing: false };

async fn everybody(pool: &TestPool) -> Vec<Record> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = browse::export_users(pool, after).await.unwrap();
        all.extend(page.records);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

/// As the command line reads what it wrote.
fn arrival(number: usize, record: Record) -> Arrival {
    let contact = |name: &model::AttributeName| ContactKind::of(name).unwrap();
    Arrival {
        place: format!("line {}", number + 1),
        username: Some(record.username),
        sub: Some(record.sub),
        status: record.status,
        created_at: Some(record.created_at),
        updated_at: Some(record.updated_at),
        confirmed_at: record.confirmed_at,
        disabled_at: record.disabled_at,
        attributes: record.attributes.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
        verified: record.verified.iter().map(contact).collect(),
        verified_at: record.verified_at.iter().map(|(name, at)| (contact(name), *at)).collect(),
        password_hash: record.password_hash,
        temporary_password: record.temporary_password,
        contested: record.contested,
        elsewhere: Elsewhere::default(),
    }
}

/// Somebody from another service, without a password.
fn stranger(number: usize, username: &str, attributes: &[(&str, &str)]) -> Arrival {
    Arrival {
        place: format!("line {number}"),
        username: Some(username.into()),
        sub: None,
        status: Status::Confirmed,
        created_at: None,
        updated_at: None,
        confirmed_at: None,
        disabled_at: None,
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        verified: vec![ContactKind::Email],
        verified_at: BTreeMap::new(),
        password_hash: None,
        temporary_password: false,
        contested: false,
        elsewhere: Elsewhere::default(),
    }
}

async fn plan<'a>(pool: &TestPool, arrivals: &'a [Arrival], rules: ImportRules) -> ImportPlan<'a> {
    judge::plan_import(pool, arrivals, rules).await.unwrap()
}

/// All of them, and how many that are.
async fn import(pool: &TestPool, arrivals: &[Arrival], rules: ImportRules) -> usize {
    let plan = plan(pool, arrivals, rules).await;
    assert_eq!(plan.faults(), []);
    import_users::import_users(pool, &plan, |_| {}).await.unwrap();
    plan.accounts()
}

fn faults(plan: &ImportPlan<'_>) -> Vec<(usize, String, Wrong)> {
    plan.faults()
        .iter()
        .map(|ImportFault { number, field, wrong, .. }| (*number, field.clone(), wrong.clone()))
        .collect()
}

fn remarks(plan: &ImportPlan<'_>) -> Vec<(usize, Remark)> {
    plan.remarks().iter().map(|it| (it.number, it.remark.clone())).collect()
}
