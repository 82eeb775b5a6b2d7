//! The required attributes that an account lacks.

use crate::attributes::profile::access_of;
use crate::core::client::ClientId;
use crate::core::settings::Settings;
use crate::store::profile::Account;
use model::AttributeName;

/// The required attributes that the account lacks and the application may write.
pub(crate) fn missing(settings: &Settings, client: &ClientId, account: &Account) -> Vec<AttributeName> {
    let access = access_of(settings, client);
    let asked = settings.schema.definitions().filter(|it| it.required && access.may_write(&it.name));
    asked.map(|it| it.name.clone()).filter(|name| !account.attributes.contains_key(name)).collect()
}
