//! What is there only for who has proven something, tried by a stranger who has not.

use crate::sign_in::new_password::{self, OwnPassword};
use crate::sign_in::passkey::{self, PasskeySignIn};
use crate::sign_in::second_factor::{self, FactorCode};
use crate::sign_up::{self, FirstPassword};
use crate::strangers::operations::Unproven;
use crate::strangers::scene::{Scene, WRONG_CODE, said, strangers};
use crate::tokens::{self, Exchange};
use crate::undo;
use model::Factor;
use nameplate_core::entropy::{Entropy, SystemEntropy};
use nameplate_core::identity::{BrowserTicket, ChallengeToken, Origin};

/// 256 bits that nobody was given.
fn guess() -> String {
    let entropy: &dyn Entropy = &SystemEntropy;
    entropy.token()
}

/// What the stranger is answered.
pub(crate) async fn act(scene: &Scene, what: Unproven, from: &Origin) -> String {
    match what {
        Unproven::FirstPassword(ticket) => match scene.ticket(ticket) {
            Some(ticket) => first_password(scene, ticket, from).await,
            None => "no ticket".into(),
        },
        Unproven::FormerContact(ticket) => match scene.ticket(ticket) {
            Some(ticket) => {
                let taken = sign_up::take_back(&scene.pool, &ticket, from).await;
                format!("{} {}", said(&taken), said(&sign_up::begin_anew(&scene.pool, &ticket).await))
            }
            None => "no ticket".into(),
        },
        Unproven::Passkey => passkey(scene, from).await,
        Unproven::Challenge => challenge(scene, from).await,
        Unproven::RefreshToken => refresh_token(scene, from).await,
        Unproven::AccessToken => said(&tokens::viewer_of_access_token(&scene.pool, &guess()).await),
        Unproven::Undo => {
            let (link, ctx) = (guess(), &scene.pool);
            format!(
                "{} {}",
                said(&undo::preview(ctx, &link).await),
                said(&undo::undo(ctx, &link, from).await)
            )
        }
    }
}

async fn first_password(scene: &Scene, ticket: BrowserTicket, from: &Origin) -> String {
    let client = scene.test.client();
    let form = FirstPassword { ticket, password: strangers(0), confirmation: None, new_username: None };
    let confirmed = sign_up::confirm_with_first_password(&scene.pool, &client, &form, from).await;
    let chosen = sign_up::choose_first_password(&scene.pool, &client, &form, from).await;
    format!("{} {}", said(&confirmed), said(&chosen))
}

async fn passkey(scene: &Scene, from: &Origin) -> String {
    let asked = passkey::ask_for_passkey(&scene.pool).unwrap();
    let form =
        PasskeySignIn { state: asked.state, credential: r#"{"id":"","rawId":"","response":{}}"#.into() };
    said(&passkey::with_passkey(&scene.pool, &scene.test.client(), &form, from).await)
}

async fn challenge(scene: &Scene, from: &Origin) -> String {
    let (ctx, client) = (&scene.pool, scene.test.client());
    let token = ChallengeToken::parse(&guess()).unwrap();
    let form = || OwnPassword { password: strangers(0), confirmation: None, attributes: [].into() };
    let code = || FactorCode { factor: Factor::Email, code: WRONG_CODE };
    [
        said(&second_factor::pending(ctx, &token).await),
        said(&second_factor::answer(ctx, &token, WRONG_CODE, from).await),
        said(&second_factor::answer_with_recovery_code(ctx, &token, "abcde-fghij", from).await),
        said(&second_factor::answer_for_tokens(ctx, &client, &token, code(), from).await),
        said(&second_factor::choose_factor(ctx, &client, &token, Factor::Email, from).await),
        said(&second_factor::resend(ctx, &client, &token, from).await),
        said(&new_password::pending(ctx, &token).await),
        said(&new_password::set(ctx, &token, form(), from).await),
        said(&new_password::set_for_tokens(ctx, &client, &token, form(), from).await),
    ]
    .join(" ")
}

async fn refresh_token(scene: &Scene, from: &Origin) -> String {
    let (ctx, client) = (&scene.pool, scene.test.client());
    let token = format!("{}.{}", guess(), guess());
    [
        said(&tokens::refresh(ctx, &client, &token, Exchange::Keep, from).await),
        said(&tokens::refresh(ctx, &client, &token, Exchange::Rotate, from).await),
        said(&tokens::revoke(ctx, &client, &token, from).await),
    ]
    .join(" ")
}
