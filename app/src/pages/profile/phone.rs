//! `/profile/phone`: a new number, and the code that proves it. The screen is [`super::contact`]'s.

use super::contact;
use super::contact_page::PHONE;
use crate::auth_events::AttributeData;
use crate::form::{FormError, FormPost, attribute_fields};
use crate::layout::PageResponse;
use crate::request::{PageError, PageRequest};
use accounts::contacts::EnteredCode;
use leptos::prelude::*;
use model::{Password, UpdateOutcome};
use std::collections::BTreeMap;

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    contact::show(&request, PHONE).await
}

/// Asks for a new number (operation UpdateUserAttributes).
#[server(prefix = "", endpoint = "/profile/phone", protocol = FormPost)]
pub async fn update_phone(
    #[server(default)] country_code: String,
    #[server(default)] attributes: BTreeMap<String, String>,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<UpdateOutcome, FormError> {
    contact::request_change(
        PHONE,
        attribute_fields::with_country(attributes, &country_code),
        &current_password,
        &step_code,
    )
    .await
}

/// Proves the new number (operation VerifyUserAttribute).
#[server(prefix = "", endpoint = "/profile/phone/verify", protocol = FormPost)]
pub async fn verify_phone(
    #[server(default)] code: String,
    #[server(default)] old_is_lost: String,
    #[server(default)] step_code: String,
) -> Result<AttributeData, FormError> {
    let old_is_lost = !old_is_lost.is_empty();
    contact::verify(PHONE, EnteredCode { code, old_is_lost, step_code }).await
}

/// Sends a fresh code (operation GetUserAttributeVerificationCode).
#[server(prefix = "", endpoint = "/profile/phone/resend", protocol = FormPost)]
pub async fn resend_phone_code() -> Result<AttributeData, FormError> {
    contact::resend(PHONE).await
}

/// Gives the pending change up; the number in force stays.
#[server(prefix = "", endpoint = "/profile/phone/cancel", protocol = FormPost)]
pub async fn cancel_phone_change() -> Result<AttributeData, FormError> {
    contact::cancel(PHONE).await
}
