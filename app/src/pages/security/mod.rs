//! `/security`: how somebody proves that it is them.

pub mod password;

#[cfg(feature = "ssr")]
use {
    crate::components::{flash_note, follow_events, heading, news},
    crate::islands::Live,
    crate::text,
    crate::visit::{Answer, Frame, Visit},
    leptos::prelude::*,
    model::paths,
    password::PasswordGroup,
};

/// The screen. At the address of a form the form is open.
#[cfg(feature = "ssr")]
pub async fn page(visit: Visit) -> Result<Answer, pool::Unavailable> {
    let Some(viewer) = visit.viewer.clone() else {
        return Ok(super::sign_in_first(&visit));
    };
    Ok(Answer::show(text::SECURITY, Frame::House { who: viewer.username }, move || view! { <Security visit/> }.into_any()))
}

#[cfg(feature = "ssr")]
#[component]
fn Security(visit: Visit) -> impl IntoView {
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
                {follow_events(latest)}
                {news()}
            </div>
        </Live>
    }
}
