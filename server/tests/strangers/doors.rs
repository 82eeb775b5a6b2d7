//! The property test of strangers (`crates/accounts/src/strangers`) makes every request that needs no sign-in: each
//! form of the pages, each operation of the wire and each other address is here with what covers it, or with the
//! reason why it neither tells nor decides anything.
#![expect(clippy::expect_used, reason = "what a test's helpers can't do, the test can't")]

use crate::support::TestServer;
use accounts::testing::StrangerOperation::{self, *};
use leptos::server_fn::axum::server_fn_paths;
use model::{Access, Page, paths};
use nameplate_core::client::Flow;
use std::collections::BTreeSet;

/// How a request is covered.
#[derive(Debug)]
enum Covered {
    By(&'static [StrangerOperation]),
    /// It tells and decides nothing about anybody, because.
    Needless(&'static str),
}

use Covered::{By, Needless};

/// The forms that are answered to who isn't signed in.
fn form(path: &str) -> Option<Covered> {
    Some(match path {
        paths::SIGN_UP => By(&[SignUp]),
        paths::CONFIRM => By(&[Confirm, ConfirmByTicket, ConfirmNamedWithTicket]),
        paths::CONFIRM_RESEND => By(&[Resend, ResendByTicket]),
        paths::CONFIRM_ADDRESS => By(&[ChangeAddress]),
        paths::CONFIRM_PASSWORD | paths::CONFIRM_NEW_PASSWORD => By(&[FirstPassword]),
        paths::CONFIRM_TAKE_BACK | paths::CONFIRM_ANEW => By(&[FormerContact]),
        paths::SIGN_IN => By(&[SignIn]),
        paths::SIGN_IN_PASSKEY_OPTIONS | paths::SIGN_IN_PASSKEY => By(&[Passkey]),
        paths::SIGN_IN_CODE
        | paths::SIGN_IN_CODE_RECOVERY
        | paths::SIGN_IN_CODE_RESEND
        | paths::SIGN_IN_CODE_CHOOSE
        | paths::SIGN_IN_NEW_PASSWORD => By(&[Challenge]),
        paths::FORGOT_PASSWORD | paths::RESET_PASSWORD_RESEND => By(&[ForgotPassword]),
        paths::RESET_PASSWORD => By(&[ConfirmForgotPassword]),
        paths::UNDO => By(&[Undo]),
        paths::SIGN_OUT => Needless("without a session there is none to end"),
        paths::THEME => Needless("it is a cookie of the browser that asks"),
        _ => return None,
    })
}

/// The operations that carry no access token, or may do without one.
fn operation(name: &str) -> Option<Covered> {
    Some(match name {
        "SignUp" => By(&[SignUp]),
        "ConfirmSignUp" => By(&[Confirm, ConfirmByTicket, ConfirmNamedWithTicket, BySrpId]),
        "ResendConfirmationCode" => By(&[Resend, BySrpId]),
        "InitiateAuth" => By(&[SignInForTokens, Srp, RefreshToken, BySrpId]),
        "RespondToAuthChallenge" => By(&[Srp, Challenge]),
        "GetTokensFromRefreshToken" | "RevokeToken" => By(&[RefreshToken]),
        "ForgotPassword" => By(&[ForgotPassword, BySrpId]),
        "ConfirmForgotPassword" => By(&[ConfirmForgotPassword, BySrpId]),
        _ => return None,
    })
}

/// By the compiler: another flow of InitiateAuth is none until it is here.
const fn flow(flow: Flow) -> StrangerOperation {
    match flow {
        Flow::UserSrp => Srp,
        Flow::UserPassword => SignInForTokens,
        Flow::RefreshToken => RefreshToken,
    }
}

/// What the pages show to who isn't signed in.
const fn page(page: Page) -> Covered {
    match page {
        Page::Confirm => By(&[PendingSignUp]),
        Page::ResetPassword => By(&[PendingReset]),
        Page::SignInCode | Page::NewPassword => By(&[Challenge]),
        Page::Undo => By(&[Undo]),
        Page::Start | Page::SignIn | Page::SignUp | Page::ForgotPassword | Page::SignOut => {
            Needless("it shows what the address says, and the forms")
        }
        Page::Profile
        | Page::RequiredDetails
        | Page::UpdateEmail
        | Page::UpdatePhone
        | Page::VerifyContact
        | Page::Security
        | Page::ChangePassword
        | Page::AddPasskey
        | Page::Reauthenticate
        | Page::AuthenticatorApp
        | Page::RecoveryCodes
        | Page::Activity
        | Page::Account
        | Page::DeleteAccount => Needless("it leads to the sign-in"),
    }
}

/// The addresses that are neither pages nor forms.
fn other(path: &str) -> Option<Covered> {
    Some(match path {
        paths::PROFILE_JSON | paths::ACCOUNT_JSON | paths::EVENTS => Needless("it needs a session"),
        paths::MAILBOX | paths::MAILBOX_JSON => {
            Needless("it needs the token from the console, and is none where mail is really sent")
        }
        paths::USER_INFO => By(&[AccessToken]),
        paths::HEALTHZ | paths::READYZ => Needless("it tells of the process"),
        paths::POOL_KEYS | paths::POOL_CONFIGURATION => Needless("it is public, and about nobody"),
        _ => return None,
    })
}

/// The values of all constants of `model::paths`, read from its source.
fn all_paths() -> Vec<String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/model/src/paths.rs");
    let file = syn::parse_file(&std::fs::read_to_string(source).expect("a file")).expect("a source");
    file.items.into_iter().filter_map(value_of).collect()
}

fn value_of(item: syn::Item) -> Option<String> {
    if let syn::Item::Const(constant) = item
        && let syn::Expr::Lit(literal) = *constant.expr
        && let syn::Lit::Str(text) = literal.lit
    {
        return Some(text.value());
    }
    None
}

/// Notes the kinds, and that there is a reason where there are none.
fn note(covered: &mut BTreeSet<String>, how: &Covered) {
    match how {
        By(kinds) => covered.extend(kinds.iter().map(|kind| format!("{kind:?}"))),
        Needless(why) => assert!(!why.is_empty()),
    }
}

#[tokio::test]
async fn form_without_sign_in_is_covered_by_the_property_test() {
    let server = TestServer::new().await;
    let mut seen = 0;
    for (path, _) in server_fn_paths() {
        let answer = server.browser().json(path, &[]).await;
        let needs_session = answer.json()["form"] == "SignedOut";
        assert_eq!(form(path).is_none(), needs_session, "{path}: {}", answer.text());
        seen += usize::from(!needs_session);
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn operation_without_access_token_is_covered_by_the_property_test() {
    for asked in wire::operations() {
        let takes_token = asked.members.iter().any(|member| member.name == "AccessToken");
        assert_eq!(operation(asked.name).is_none(), takes_token, "{}", asked.name);
    }
}

#[test]
fn address_of_every_kind_is_covered_by_the_property_test() {
    let paths = all_paths();
    assert!(paths.len() > 60, "{paths:?}");
    for path in &paths {
        let is_page = Page::at(path).is_some();
        let is_form = server_fn_paths().any(|(form, _)| form == path);
        assert_eq!(other(path).is_none(), is_page || is_form, "{path}");
    }
}

#[test]
fn operations_of_the_property_test_all_cover_something() {
    let mut covered = BTreeSet::from([format!("{Wait:?}")]);
    let forms = server_fn_paths().filter_map(|(path, _)| form(path));
    let operations = wire::operations().filter_map(|it| operation(it.name));
    let paths = all_paths();
    let others = paths.iter().filter_map(|path| other(path));
    let pages = Page::ALL.into_iter().filter(|page| page.access() != Access::SignedIn).map(page);
    forms.chain(operations).chain(others).chain(pages).for_each(|how| note(&mut covered, &how));
    covered.extend(Flow::ALL.into_iter().map(|it| format!("{:?}", flow(it))));
    let all: BTreeSet<_> = StrangerOperation::ALL.iter().map(|kind| format!("{kind:?}")).collect();
    assert_eq!(covered, all);
}
