//! `/security`: how somebody proves that it is them, and where they are signed in.

pub mod app;
pub mod factors;
pub mod password;
#[cfg(feature = "ssr")]
mod qr;
pub mod recovery_codes;
pub mod sessions;

#[cfg(feature = "ssr")]
use {
    crate::components::{flash_note, follow_events, heading, news},
    crate::islands::Live,
    crate::text,
    crate::visit::{Answer, Frame, Visit},
    factors::factors_group,
    leptos::prelude::*,
    model::paths,
    password::PasswordGroup,
    pool::factors::SecondFactors,
    pool::list_sessions::OpenSession,
    sessions::sessions_group,
};

/// The screen. At the address of a form the form is open.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let Some(viewer) = visit.viewer.clone() else {
        return Ok(super::sign_in_first(&visit));
    };
    let sessions = visit.site.pool.sessions(&viewer).await?;
    let factors = visit.site.pool.second_factors(&viewer).await?;
    Ok(Answer::show(text::SECURITY, Frame::House { who: viewer.username }, move || view! { <Security visit sessions factors/> }.into_any()))
}

#[cfg(feature = "ssr")]
#[component]
fn Security(visit: Visit, sessions: Vec<OpenSession>, factors: SecondFactors) -> impl IntoView {
    let latest = visit.profile.as_ref().map_or(0, |profile| profile.latest_event);
    let state = visit.form(paths::SECURITY_PASSWORD);
    view! {
        <Live>
            <div class="groups" data-after=latest>
                <div class="title">
                    {heading(text::SECURITY, state.refusal.is_empty())}
                    <p>{text::SECURITY_TEXT}</p>
                </div>
                {flash_note(visit.flash)}
                <PasswordGroup visit=visit.clone() state/>
                {factors_group(&visit, &factors)}
                {sessions_group(&visit, sessions)}
                <p><a href=paths::ACTIVITY>{text::WHAT_HAPPENED}</a></p>
                {follow_events(latest)}
                {news()}
            </div>
        </Live>
    }
}
