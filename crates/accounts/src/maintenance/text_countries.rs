//! Where text messages go that strangers ask for: `limits.text_countries`, and where nothing is said there,
//! nobody is cut off who was here before that was asked.

use model::Standard;
use nameplate_core::country::{Countries, Country};
use nameplate_core::identity::UserId;
use nameplate_core::settings::Settings;
use std::collections::BTreeSet;
use store::{Store, StoreError, attributes, meta, retried};

/// Settles where they go.
pub(crate) async fn settle(store: &Store, settings: &mut Settings) -> Result<(), StoreError> {
    let before = countries_before(store).await?;
    if settings.limits.text_countries.is_none() {
        let mut countries = Country::at_home(&settings.country_code);
        countries.extend(before);
        settings.limits.text_countries = Some(Countries::Only(countries));
    }
    Ok(())
}

/// The countries of the phone numbers that there were when this was first asked. A new store has none.
async fn countries_before(store: &Store) -> Result<BTreeSet<Country>, StoreError> {
    let known = meta::get(&mut store.read().await?, meta::TEXT_COUNTRIES).await?;
    if let Some(known) = known {
        return Ok(read(&known));
    }
    let found: Vec<_> = countries_of_accounts(store).await?.iter().map(ToString::to_string).collect();
    let known = retried(async || {
        let mut tx = store.begin().await?;
        let known = meta::set_once(&mut tx, meta::TEXT_COUNTRIES, &found.join(",")).await?;
        tx.commit().await.map(|()| known)
    })
    .await?;
    if !known.is_empty() {
        tracing::info!(
            countries = known,
            "text messages go on to the countries of the numbers that accounts have, unless limits.text_countries says otherwise"
        );
    }
    Ok(read(&known))
}

fn read(known: &str) -> BTreeSet<Country> {
    known.split(',').filter_map(|code| code.parse().ok()).collect()
}

async fn countries_of_accounts(store: &Store) -> Result<BTreeSet<Country>, StoreError> {
    const BATCH: u32 = 1000;
    let (mut found, mut last) = (BTreeSet::new(), UserId(0));
    loop {
        let accounts = attributes::of_accounts_after(&mut store.read().await?, last, BATCH).await?;
        let Some((newest, _)) = accounts.last() else { return Ok(found) };
        last = *newest;
        let numbers = accounts.iter().filter_map(|(_, all)| all.get(&Standard::PhoneNumber.into()));
        found.extend(numbers.filter_map(|number| Country::of_number(number)));
    }
}

#[cfg(test)]
mod tests;
