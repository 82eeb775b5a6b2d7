//! `/security/factors`: which second steps sign-in asks for.

use crate::auth_events::{FactorData, FormEvent};
use crate::form::{
    Form, FormError, FormPost, FormState, reauthentication_field_if_asked, refused, step_code_field, summary,
};
use crate::request::{Flash, PageRequest, RequestContext};
use crate::text;
use crate::times::clock_time;
use accounts::factors::Wish;
use accounts::factors::{SecondFactors, Way};
use leptos::prelude::*;
use model::{ErrorCode, Factor, FieldName, FormErrors, Password, closed_set, paths};

closed_set! {
    /// What a button of the list does with a second step.
    enum FactorChange {
        On = "on",
        Off = "off",
        First = "first",
    }
}

impl FactorChange {
    const fn wish(self) -> Wish {
        match self {
            Self::On => Wish::On,
            Self::Off => Wish::Removed,
            Self::First => Wish::First,
        }
    }

    const fn event(self) -> FormEvent {
        match self {
            Self::On => FormEvent::EnableMfa,
            Self::Off => FormEvent::DisableMfa,
            Self::First => FormEvent::PreferMfa,
        }
    }

    const fn flash(self) -> Flash {
        match self {
            Self::On => Flash::FactorOn,
            Self::Off => Flash::FactorOff,
            Self::First => Flash::FactorFirst,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::On => text::words().turn_on(),
            Self::Off => text::words().turn_off(),
            Self::First => text::words().ask_first(),
        }
    }
}

/// The second steps, each with what can be done with it, and the recovery codes.
pub(super) fn factors_group(request: &PageRequest, factors: &SecondFactors) -> AnyView {
    let state = request.form(paths::SECURITY_FACTORS);
    let refused = (!state.errors.is_empty()).then(|| summary(&state));
    let several = factors.ways.iter().filter(|way| way.enabled).count() > 1;
    let codes = factors.any().then(|| recovery_row(factors.recovery_codes_left));
    let rows: Vec<AnyView> = factors.ways.iter().map(|way| row(request, way, several, &state)).collect();
    view! {
        <section class="group" aria-labelledby="group-factors">
            <header><h2 id="group-factors">{text::words().second_step()}</h2><p>{text::words().second_step_text()}</p></header>
            {refused}
            <ul class="rows">{rows}{codes}</ul>
        </section>
    }
    .into_any()
}

fn row(request: &PageRequest, way: &Way, several: bool, state: &FormState) -> AnyView {
    let label = text::factor_label(way.factor);
    let on = way.enabled.then(|| view! { <span class="badge ok">{text::words().on()}</span> });
    let first = (way.preferred && several)
        .then(|| view! { <span class="badge">{text::words().asked_first()}</span> });
    let button = |change| change_button(request, way.factor, change, state);
    let ask_first = (way.enabled && several && !way.preferred).then(|| button(FactorChange::First));
    let action = match (way.enabled, way.factor) {
        (true, Factor::SoftwareToken) => view! {
            <a class="button slim" href=paths::SECURITY_APP>{text::words().set_up_again()}<span class="vh">" "{label}</span></a>
            {button(FactorChange::Off)}
        }
        .into_any(),
        (true, Factor::Sms | Factor::Email) => button(FactorChange::Off),
        (false, Factor::SoftwareToken) => {
            view! { <a class="button slim" href=paths::SECURITY_APP>{text::words().set_up()}<span class="vh">" "{label}</span></a> }.into_any()
        }
        (false, Factor::Sms | Factor::Email) if way.is_at_hand() => button(FactorChange::On),
        (false, Factor::Sms) => view! { <a href=paths::PROFILE_PHONE>{text::words().confirm_phone_first()}</a> }.into_any(),
        (false, Factor::Email) => view! { <a href=paths::PROFILE_EMAIL>{text::words().confirm_email_first()}</a> }.into_any(),
    };
    view! {
        <li>
            <div>
                <p class="value"><span>{label}</span>{on}{first}</p>
                <p class="small soft">{about(request, way)}</p>
            </div>
            <div class="actions">{ask_first}{action}</div>
        </li>
    }
    .into_any()
}

/// Where its codes go, and when the last one was used.
fn about(request: &PageRequest, way: &Way) -> AnyView {
    let used = way.enabled.then(|| match way.used_at {
        Some(at) => text::words().last_used(&clock_time(at, request.site.pool.now())),
        None => text::words().never_used().to_owned(),
    });
    let used = if way.destination.is_none() { used.map(|words| text::capitalised(&words)) } else { used };
    let destination = way.destination.clone().map(|to| view! { <bdi>{to}</bdi> });
    let comma = (destination.is_some() && used.is_some()).then_some(", ");
    let plain = (way.factor == Factor::SoftwareToken && !way.enabled).then_some(text::words().app_text());
    view! { {destination}{comma}{used}{plain} }.into_any()
}

fn change_button(request: &PageRequest, factor: Factor, change: FactorChange, state: &FormState) -> AnyView {
    let typed = |name: FieldName, value: &str| state.typed.get(&name).is_some_and(|it| it == value);
    // The list has many of these forms: what was refused is shown in the one that it was.
    let is_this = typed(FieldName::Factor, factor.as_str()) && typed(FieldName::Wish, change.as_str());
    let state = if is_this { state.clone() } else { FormState::default() };
    let name = format!("{}-{}", factor.as_str().to_lowercase(), change.as_str());
    let again = reauthentication_field_if_asked(request, &state, &name);
    view! {
        <Form action=paths::SECURITY_FACTORS.to_owned() event=change.event() rules=vec![]>
            {summary(&FormState::default())}
            <input type="hidden" name="factor" value=factor.as_str()/>
            <input type="hidden" name="wish" value=change.as_str()/>
            {again}
            {step_code_field(&state, &name)}
            <button class="button slim">{change.words()}<span class="vh">" "{text::factor_label(factor)}</span></button>
        </Form>
    }
    .into_any()
}

fn recovery_row(left: u32) -> AnyView {
    view! {
        <li>
            <div>
                <p class="value"><span>{text::words().recovery_codes()}</span></p>
                <p class="small soft">{text::words().codes_left(left)}</p>
            </div>
            <div class="actions"><a class="button slim" href=paths::SECURITY_RECOVERY>{text::words().make_new_codes()}</a></div>
        </li>
    }
    .into_any()
}

/// Turns a second step on or off, or asks for it first (operation SetUserMFAPreference).
#[server(prefix = "", endpoint = "/security/factors", protocol = FormPost)]
pub async fn change_factor(
    #[server(default)] factor: String,
    #[server(default)] wish: String,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<FactorData, FormError> {
    let (context, viewer) = RequestContext::reauthenticated(&current_password).await?;
    let not_in_list = || FormError(FormErrors::form(ErrorCode::NotInList));
    let factor: Factor = factor.parse().map_err(|_| not_in_list())?;
    let change = FactorChange::named(&wish).ok_or_else(not_in_list)?;
    let wishes = [(factor, change.wish())];
    let with_codes =
        accounts::factors::change_with_code(&context.pool, &viewer, &wishes, &step_code, &context.origin)
            .await
            .map_err(refused)?;
    context.flash(change.flash());
    context.redirect(if with_codes { paths::SECURITY_RECOVERY } else { paths::SECURITY });
    Ok(FactorData { factor })
}
