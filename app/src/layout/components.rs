//! Parts that several pages have, and that don't move.

use crate::request::Flash;
use crate::scripts;
use crate::text;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use model::paths;

/// The links between the two screens before sign-in.
pub(crate) fn tabs(current: &'static str) -> impl IntoView {
    let tab =
        |path, words| view! { <a href=path aria-current=(path == current).then_some("page")>{words}</a> };
    view! {
        <nav class="tabs" aria-label=text::words().sign_in_tabs()>
            {tab(paths::SIGN_IN, text::words().sign_in_tab())}
            {tab(paths::SIGN_UP, text::words().create_account())}
        </nav>
    }
}

/// The page's heading. It has the focus when the page opens, unless something was refused.
pub fn heading(words: impl Into<String>, focus: bool) -> impl IntoView {
    view! { <h1 tabindex="-1" autofocus=focus>{words.into()}</h1> }
}

/// What just happened, if something did.
pub fn flash_note(flash: Option<Flash>) -> impl IntoView {
    flash.map(|flash| note(flash.sentence().to_owned()))
}

/// A success, said.
pub fn note(words: String) -> impl IntoView {
    view! { <div class="note-ok" role="status"><p>{words}</p></div> }
}

/// The line that tells what happened elsewhere: it stays in sight at the lower edge of the window. With it comes
/// the script that hears of it, which must run before the islands wake up.
pub fn live_status() -> impl IntoView {
    let words = text::words();
    // `#` is where the labels come.
    let changed = words.changed_since("#");
    view! {
        <p class="small" role="status" data-said="" data-same=words.nothing_changed() data-changed=changed></p>
        <script type="module" src=scripts::LIVE.path nonce=use_nonce()></script>
    }
}

/// On a page that shows what happened to the account: it is loaded again when something else does, unless
/// somebody types.
pub fn follow_events(latest: i64) -> impl IntoView {
    view! { <span hidden data-live="latest" data-reload="">{latest}</span> }
}

/// The script behind the forms for passkeys, after all of them. It is a few lines that the browser's own
/// WebAuthn asks for, on the pages that have such forms; as an island, every page would pay for it.
pub fn passkeys_script() -> impl IntoView {
    view! { <script type="module" src=scripts::PASSKEYS.path nonce=use_nonce()></script> }
}

/// The fields of such a form that the script fills in.
pub fn passkey_fields() -> impl IntoView {
    view! { <input type="hidden" name="state"/> <input type="hidden" name="credential"/> }
}
