//! The required attributes that an account lacks.

use crate::attributes::profile::access_of;
use model::AttributeName;
use nameplate_core::client::ClientId;
use nameplate_core::settings::Settings;
use store::profile::Account;

/// The required attributes that the account lacks and the application may write.
pub(crate) fn missing(settings: &Settings, client: &ClientId, account: &Account) -> Vec<AttributeName> {
    let access = access_of(settings, client);
    let asked = settings.schema.definitions().filter(|it| it.required && access.may_write(&it.name));
    asked.map(|it| it.name.clone()).filter(|name| !account.attributes.contains_key(name)).collect()
}
