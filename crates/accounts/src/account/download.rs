//! Everything that is held about a person, for that person (GDPR, articles 15 and 20).

use crate::account::events;
use crate::admin::record::{Moment, Record};
use crate::error::{CommonError, common_error};
use crate::sessions::viewer;
use crate::sign_in::freshness::{NotFresh, require_fresh};
use crate::{Context, limits};
use model::{AttributeName, Event, Factor, FormErrors};
use nameplate_core::client::ClientId;
use nameplate_core::identity::{Origin, Viewer};
use serde::Serialize;
use store::users::{self, User};
use store::{
    Conn, StoreError, Tx, events as trail, factors, passkeys, profile, records, retried, sessions, undo,
};

/// What is held, but for what would let somebody in: no hash of a password, no code, no token.
#[derive(Debug, Serialize)]
pub struct PersonalData {
    /// What the service is called, and where it is.
    service: String,
    at: Moment,
    account: Record,
    /// The contacts that wait for a code.
    pending: Vec<PendingContact>,
    second_factors: Vec<SecondFactor>,
    recovery_codes_left: u32,
    sessions: Vec<SignedIn>,
    passkeys: Vec<KeptPasskey>,
    /// Contacts that the account had before changes that can still be undone.
    former_contacts: Vec<FormerContact>,
    /// Oldest first.
    events: Vec<Happened>,
}

#[derive(Debug, Serialize)]
struct PendingContact {
    attribute: AttributeName,
    value: String,
    requested_at: Moment,
}

/// A contact that is kept for a while.
#[derive(Debug, Serialize)]
struct FormerContact {
    attribute: AttributeName,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<Moment>,
    kept_until: Moment,
}

/// What sign-in asks for beside the password; no secret of an app.
#[derive(Debug, Serialize)]
struct SecondFactor {
    factor: Factor,
    enabled: bool,
    preferred: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Moment>,
}

/// A session that is alive.
#[derive(Debug, Serialize)]
struct SignedIn {
    /// The app client: the pages, or an application.
    client: ClientId,
    signed_in_at: Moment,
    last_seen_at: Moment,
    network: String,
    user_agent: String,
}

/// What somebody signs in with; without the key, which would tell nobody anything.
#[derive(Debug, Serialize)]
struct KeptPasskey {
    name: String,
    created_at: Moment,
    last_used_at: Option<Moment>,
}

/// An event, in the words of the guide's Hub.
#[derive(Debug, Serialize)]
struct Happened {
    at: Moment,
    network: String,
    user_agent: String,
    #[serde(flatten)]
    event: Event,
}

/// Why nothing was handed out.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The password has to be entered once more.
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// A limit, a session that ended, or the service itself.
    #[error(transparent)]
    Common(#[from] CommonError),
}

common_error!(DownloadError);

impl From<DownloadError> for FormErrors {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::NotFresh(stale) => stale.into(),
            DownloadError::Common(common) => common.into(),
        }
    }
}

/// So many events are read at once.
const PAGE: i64 = 500;

/// Whether somebody would be given what is held about them now. It counts nothing: only
/// [`personal_data`] hands something out.
pub async fn may_have_data(ctx: &Context, viewer: &Viewer) -> Result<(), DownloadError> {
    require_fresh(ctx, viewer)?;
    // Not committed, so not counted.
    retried(async || admit_download(ctx, viewer).await.map(drop)).await
}

async fn admit_download(ctx: &Context, viewer: &Viewer) -> Result<(Tx, User), DownloadError> {
    let mut tx = ctx.store.begin().await?;
    let user = users::lock(&mut tx, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    limits::count_change(&mut tx, ctx, user.id).await??;
    Ok((tx, user))
}

/// Everything that is held about the viewer, attributes included that no page shows. It is in the trail
/// before it is handed out, and counts as a change: who asks without end is asked to wait.
pub async fn personal_data(
    ctx: &Context,
    viewer: &Viewer,
    origin: &Origin,
) -> Result<PersonalData, DownloadError> {
    require_fresh(ctx, viewer)?;
    retried(async || {
        let (mut tx, user) = admit_download(ctx, viewer).await?;
        let event = Event::DownloadUserData { username: user.username };
        events::record(&mut tx, user.id, &event, ctx.now(), origin).await?;
        events::commit(ctx, tx, user.id).await?;
        Ok::<_, DownloadError>(())
    })
    .await?;
    let mut conn = ctx.store.read().await?;
    let stored = records::one(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let account = profile::load(&mut conn, viewer.user).await?.ok_or(CommonError::SignedOut)?;
    let open = sessions::open(&mut conn, viewer, viewer::alive(ctx), u32::MAX).await?;
    let second_factors = factors::shown_of_user(&mut conn, viewer.user).await?;
    let recovery_codes_left = factors::recovery_codes_left(&mut conn, viewer.user).await?;
    let passkeys = passkeys::of_user(&mut conn, viewer.user).await?;
    let former_contacts = former_contacts(&mut conn, ctx, viewer).await?;
    let events = all_events(&mut conn, viewer).await?;
    let settings = &ctx.settings;
    Ok(PersonalData {
        service: format!("{} ({})", settings.name, settings.public_url),
        at: Moment(ctx.now()),
        account: Record::shown(&stored),
        pending: account.pending.into_iter().map(PendingContact::from).collect(),
        second_factors: second_factors.into_iter().map(SecondFactor::from).collect(),
        recovery_codes_left,
        sessions: open.into_iter().map(SignedIn::from).collect(),
        passkeys: passkeys.into_iter().map(KeptPasskey::from).collect(),
        former_contacts,
        events,
    })
}

impl From<profile::PendingCode> for PendingContact {
    fn from(code: profile::PendingCode) -> Self {
        Self {
            attribute: code.kind.attribute().into(),
            value: code.value,
            requested_at: Moment(code.requested_at),
        }
    }
}

impl From<factors::Stored> for SecondFactor {
    fn from(it: factors::Stored) -> Self {
        Self {
            factor: it.factor,
            enabled: it.enabled,
            preferred: it.preferred,
            last_used_at: it.used_at.map(Moment),
        }
    }
}

impl From<store::sessions::Open> for SignedIn {
    fn from(open: store::sessions::Open) -> Self {
        let (signed_in_at, last_seen_at) = (Moment(open.signed_in_at), Moment(open.last_seen_at));
        Self {
            client: open.client,
            signed_in_at,
            last_seen_at,
            network: open.network,
            user_agent: open.user_agent,
        }
    }
}

impl From<passkeys::Kept> for KeptPasskey {
    fn from(kept: passkeys::Kept) -> Self {
        Self {
            name: kept.name,
            created_at: Moment(kept.created_at),
            last_used_at: kept.last_used_at.map(Moment),
        }
    }
}

impl Happened {
    /// `None`: it can't be read.
    fn of(stored: trail::Stored) -> Option<Self> {
        let trail::Stored { event, at, network, user_agent, .. } = stored;
        Some(Self { event: event?, at: Moment(at), network, user_agent })
    }
}

async fn former_contacts(
    conn: &mut Conn,
    ctx: &Context,
    viewer: &Viewer,
) -> Result<Vec<FormerContact>, StoreError> {
    let mut all = Vec::new();
    for change in undo::of_user(conn, viewer.user, ctx.now()).await? {
        all.extend(undo::contacts(conn, &change).await?.into_iter().map(|it| FormerContact {
            attribute: it.kind.attribute().into(),
            value: it.value,
            verified_at: it.verified_at.map(Moment),
            kept_until: Moment(change.ends_at),
        }));
    }
    Ok(all)
}

async fn all_events(conn: &mut Conn, viewer: &Viewer) -> Result<Vec<Happened>, StoreError> {
    let (mut all, mut last) = (Vec::new(), 0_i64);
    loop {
        let found = trail::after(conn, viewer.user, last, PAGE).await?;
        let Some(newest) = found.last() else { return Ok(all) };
        last = newest.id;
        all.extend(found.into_iter().filter_map(Happened::of));
    }
}

#[cfg(test)]
mod tests;
