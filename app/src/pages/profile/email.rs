//! `/profile/email`: a new address, and the code that proves it. The screen is [`super::contact`]'s.

use super::contact;
use super::contact_page::EMAIL;
use crate::auth_events::AttributeData;
use crate::form::{FormError, FormPost};
use crate::layout::PageResponse;
use crate::request::{PageError, PageRequest};
use accounts::contacts::EnteredCode;
use leptos::prelude::*;
use model::{Password, UpdateOutcome};
use std::collections::BTreeMap;

/// The screen.
pub async fn page(request: PageRequest) -> Result<PageResponse, PageError> {
    contact::show(&request, EMAIL).await
}

/// Asks for a new address (operation UpdateUserAttributes).
#[server(prefix = "", endpoint = "/profile/email", protocol = FormPost)]
pub async fn update_email(
    #[server(default)] attributes: BTreeMap<String, String>,
    #[server(default)] current_password: Password,
    #[server(default)] step_code: String,
) -> Result<UpdateOutcome, FormError> {
    contact::request_change(EMAIL, attributes, &current_password, &step_code).await
}

/// Proves the new address (operation VerifyUserAttribute).
#[server(prefix = "", endpoint = "/profile/email/verify", protocol = FormPost)]
pub async fn verify_email(
    #[server(default)] code: String,
    #[server(default)] old_is_lost: String,
    #[server(default)] step_code: String,
) -> Result<AttributeData, FormError> {
    let old_is_lost = !old_is_lost.is_empty();
    contact::verify(EMAIL, EnteredCode { code, old_is_lost, step_code }).await
}

/// Sends a fresh code (operation GetUserAttributeVerificationCode).
#[server(prefix = "", endpoint = "/profile/email/resend", protocol = FormPost)]
pub async fn resend_email_code() -> Result<AttributeData, FormError> {
    contact::resend(EMAIL).await
}

/// Gives the pending change up; the address in force stays.
#[server(prefix = "", endpoint = "/profile/email/cancel", protocol = FormPost)]
pub async fn cancel_email_change() -> Result<AttributeData, FormError> {
    contact::cancel(EMAIL).await
}
