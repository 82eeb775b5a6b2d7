//! Which account a form belongs to: one that was rendered for one account is not carried out for another that
//! the browser has signed in to since.

use leptos::prelude::*;

/// What the form's hidden field is called.
pub(crate) const NAME: &str = "account";

/// The account of the page that is being rendered, as [`accounts::sessions::account_digest`] has it.
#[derive(Debug, Clone)]
pub(crate) struct PageAccount(pub String);

/// What a posted form said of its account. Forms of visitors and of programs say nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct PostedAccount(pub Option<String>);

/// The hidden field, on pages of somebody who is signed in.
pub(crate) fn account_field() -> impl IntoView {
    let account = use_context::<PageAccount>().map(|PageAccount(account)| account);
    account.map(|account| view! { <input type="hidden" name=NAME value=account/> })
}
