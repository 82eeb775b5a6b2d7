//! What people see of their account (operation GetUser).

use crate::one_time_codes::{CodePolicy, account_codes};
use crate::{Context, Unavailable};
use model::code::MAX_ATTEMPTS;
use model::{AccessLists, AttributeName, CodeDeliveryDetails, Factor, Standard};
use nameplate_core::client::ClientId;
use nameplate_core::clock::Timestamp;
use nameplate_core::code::CodePurpose;
use nameplate_core::identifiers::ContactKind;
use nameplate_core::identity::Viewer;
use nameplate_core::settings::Settings;
use std::collections::BTreeMap;
use store::profile::{self, Account, PendingCode};

/// A contact that waits for its code. Where `value` is what is stored, nothing changes but that it is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Which contact it is.
    pub attribute: AttributeName,
    /// What the attribute becomes, as it was typed.
    pub value: String,
    /// When this value was asked for.
    pub requested_at: Timestamp,
    /// It may be past: such a code can be asked for again, and the change can be cancelled.
    pub expires_at: Timestamp,
    /// When a new code may be asked for.
    pub resend_at: Timestamp,
    /// 0: worn out; only a new code helps.
    pub tries_left: u32,
    /// As callers are told who may not know the address: masked.
    pub delivery: CodeDeliveryDetails,
}

/// An account, as the app client of the session may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// As typed at sign-up; the `sub`, where people have no username.
    pub username: String,
    /// What the client may read and what is there, as text: `sub`; `email_verified` and
    /// `phone_number_verified` as `true` or `false` where there is such a contact; `updated_at` in seconds
    /// since 1970.
    pub attributes: BTreeMap<AttributeName, String>,
    /// The contacts that wait for a code; those that the client may not read are left out.
    pub pending: Vec<Pending>,
    /// What the client may read and write.
    pub writable: AccessLists,
    /// The number of the latest event; what a page listens after. 0: there is none.
    pub latest_event: i64,
    /// The second factors that sign-in asks for, and whether each is asked for first.
    pub factors: Vec<(Factor, bool)>,
}

/// What applications and their users are told of an account (operation GetUser; OpenID Connect Core 1.0,
/// section 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserInfo {
    /// As in [`Profile`].
    pub username: String,
    /// As in [`Profile`].
    pub attributes: BTreeMap<AttributeName, String>,
    /// As in [`Profile`].
    pub factors: Vec<(Factor, bool)>,
}

impl UserInfo {
    /// As [`Profile::attributes_json`].
    pub fn attributes_json(&self) -> String {
        attributes_json(&self.attributes)
    }
}

impl Profile {
    /// What its owner signs in with, as far as the client may read it: the username that they chose, or else a
    /// contact.
    pub fn signs_in_as(&self) -> Option<&str> {
        let attribute = |name: Standard| self.attributes.get(&name.into()).map(String::as_str);
        let chosen = Some(self.username.as_str()).filter(|name| attribute(Standard::Sub) != Some(name));
        chosen.or_else(|| attribute(Standard::Email)).or_else(|| attribute(Standard::PhoneNumber))
    }

    /// The guide's flat object, exactly as `JSON.stringify(attributes, null, 2)` prints it: in the model's
    /// order, every value a string.
    pub fn attributes_json(&self) -> String {
        attributes_json(&self.attributes)
    }
}

fn attributes_json(attributes: &BTreeMap<AttributeName, String>) -> String {
    // Names and values are text, so there is nothing that could fail.
    serde_json::to_string_pretty(attributes).unwrap_or_default()
}

/// The viewer's own account, as it stands at this moment, in one read.
///
/// An account that was deleted meanwhile shows nothing but the name it had.
///
/// # Errors
/// The store can't be read.
pub async fn profile(ctx: &Context, viewer: &Viewer) -> Result<Profile, Unavailable> {
    let mut conn = ctx.store.read().await?;
    let account = profile::load(&mut conn, viewer.user).await?;
    drop(conn);
    let account =
        account.unwrap_or_else(|| Account { username: viewer.username.clone(), ..Account::default() });
    Ok(profile_of(ctx, viewer, account))
}

/// What the viewer's app client is shown of an account.
pub(crate) fn profile_of(ctx: &Context, viewer: &Viewer, account: Account) -> Profile {
    shown(ctx, account, access(&ctx.settings, viewer))
}

/// What the viewer's app client is told of an account.
pub(crate) fn info_of(ctx: &Context, viewer: &Viewer, account: Account) -> UserInfo {
    told(account, &access(&ctx.settings, viewer))
}

/// What the viewer's app client may read and write. One that was taken out of the configuration may do
/// nothing.
pub(crate) fn access(settings: &Settings, viewer: &Viewer) -> AccessLists {
    access_of(settings, &viewer.client)
}

/// The same by the application's id.
pub(crate) fn access_of(settings: &Settings, client: &ClientId) -> AccessLists {
    match settings.client(client) {
        Some(client) => client.access.clone(),
        None => AccessLists::resolve(&settings.schema, Some(&[]), Some(&[])),
    }
}

fn shown(ctx: &Context, mut account: Account, access: AccessLists) -> Profile {
    let (latest_event, pending) = (account.latest_event, std::mem::take(&mut account.pending));
    let mut pending: Vec<Pending> = pending.into_iter().map(|code| show(ctx, code)).collect();
    pending.retain(|it| access.may_read(&it.attribute));
    pending.sort_by(|a, b| a.attribute.cmp(&b.attribute));
    let UserInfo { username, attributes, factors } = told(account, &access);
    Profile { username, attributes, pending, writable: access, latest_event, factors }
}

fn told(account: Account, access: &AccessLists) -> UserInfo {
    let Account { sub, username, updated_at, attributes: mut all, proven, factors, .. } = account;
    for kind in [ContactKind::Email, ContactKind::PhoneNumber] {
        if all.contains_key(&kind.attribute().into()) {
            all.insert(kind.verified_flag().into(), proven.contains(&kind).to_string());
        }
    }
    if !sub.is_empty() {
        all.insert(Standard::Sub.into(), sub);
        all.insert(Standard::UpdatedAt.into(), updated_at.secs().to_string());
    }
    all.retain(|name, _| access.may_read(name));
    UserInfo { username, attributes: all, factors }
}

fn show(ctx: &Context, code: PendingCode) -> Pending {
    let cooldown = CodePolicy::of(CodePurpose::Verify, &ctx.settings).cooldown.time;
    Pending {
        attribute: code.kind.attribute().into(),
        delivery: code.kind.delivery(&code.value),
        value: code.value,
        requested_at: code.requested_at,
        expires_at: code.expires_at,
        resend_at: account_codes::free_at(code.sent_at, cooldown, ctx.now()),
        tries_left: MAX_ATTEMPTS.saturating_sub(code.attempts),
    }
}

#[cfg(test)]
mod tests;
